/* A pack's section "report". */

#include "../test.h"

#include <string.h>

#include "report/report.h"

static const char *
fault_of(const char *section)
{
	static struct json_check check;
	json_t *root = json_loads(section, 0, NULL);

	assert_non_null(root);
	memset(&check, 0, sizeof check);
	report_check(root, &check);
	json_decref(root);
	return check.first;
}

static void
a_pack_that_says_nothing_has_the_defaults(void **state)
{
	struct report_parameters p;
	struct error e = {0};

	(void)state;
	assert_int_equal(report_parameters_read(NULL, &p, &e), 0);
	assert_int_equal(p.days, 14);
	assert_int_equal(p.people_least, 100);
	assert_string_equal(p.home, "household");
	assert_string_equal(p.kinds[0], "venue");
	assert_int_equal(p.kind_count, 9);
	assert_false(p.has_baseline);
}

static void
what_a_pack_says_counts(void **state)
{
	json_t *root = json_loads("{\"kinds\": [\"cell\"], \"days\": 7, \"people_least\": 20, \"home\": \"flat\","
							  " \"baseline\": {\"from\": \"2020-01-03\", \"to\": \"2020-02-06\"}}",
		0, NULL);
	struct report_parameters p;
	struct error e = {0};

	(void)state;
	assert_int_equal(report_parameters_read(root, &p, &e), 0);
	assert_int_equal(p.kind_count, 1);
	assert_string_equal(p.kinds[0], "cell");
	assert_int_equal(p.days, 7);
	assert_int_equal(p.people_least, 20);
	assert_string_equal(p.home, "flat");
	assert_true(p.has_baseline);
	assert_int_equal(p.baseline_from, day_from_civil(2020, 1, 3));
	assert_int_equal(p.baseline_to, day_from_civil(2020, 2, 6));
	json_decref(root);
}

static void
faults_are_told_with_their_place(void **state)
{
	(void)state;
	assert_string_equal(fault_of("{\"kind\": []}"), "/kind: unknown field \"kind\"; did you mean \"kinds\"?");
	assert_string_equal(fault_of("{\"kinds\": [\"Venue\"]}"), "/kinds: a kind of place is of small letters and '_'");
	assert_string_equal(fault_of("{\"kinds\": 1}"), "/kinds: a list of at most 32 kinds of place expected");
	assert_string_equal(fault_of("{\"days\": 0}"), "/days: a whole number from 1 to 365 expected");
	assert_string_equal(fault_of("{\"people_least\": 0}"), "/people_least: a whole number from 1 to 1000000 expected");
	assert_string_equal(fault_of("{\"home\": \"\"}"), "/home: a kind of place is of small letters and '_'");
	assert_string_equal(fault_of("{\"baseline\": {\"from\": \"2020-01-03\"}}"), "/baseline: \"to\" is missing");
	assert_string_equal(fault_of("{\"baseline\": {\"from\": \"spring\", \"to\": \"2020-01-03\"}}"),
		"/baseline/from: a day expected, such as 2020-01-03");
	assert_string_equal(fault_of("{\"baseline\": {\"from\": \"2020-02-03\", \"to\": \"2020-01-03\"}}"),
		"/baseline: from is not after to, and it has at most 92 days");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pack_that_says_nothing_has_the_defaults),
		cmocka_unit_test(what_a_pack_says_counts),
		cmocka_unit_test(faults_are_told_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
