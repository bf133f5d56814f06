/* The suites that hold CertLogic to its specification, all of them, and none skipped that they do not skip themselves. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/rule_files.h"

static int
print_failure(void *context, const struct suite_failure *failure)
{
	(void)context;
	print_error("%s: %s %s\n", failure->file, failure->test, failure->message);
	return 0;
}

static struct suite_counts
counts_of(const char *folder)
{
	struct suite_listener listener = {print_failure, NULL};
	struct suite_counts counts = {0};
	struct error e = {0};
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/data/%s", getenv("HEALTHCODE_SOURCE"), folder);
	if (rule_files_test(path, &listener, &counts, &e) < 0)
		fail_msg("%s", e.message);
	return counts;
}

static void
the_specifications_own_assertions_hold(void **state)
{
	struct suite_counts counts = counts_of("certlogic/testSuite");

	(void)state;
	assert_int_equal(counts.passed, 218);
	assert_int_equal(counts.failed, 0);
	assert_int_equal(counts.skipped, 14);
}

static void
the_validators_cases_find_the_same_faults(void **state)
{
	struct suite_counts counts = counts_of("certlogic/validation-testSuite");

	(void)state;
	assert_int_equal(counts.passed, 23);
	assert_int_equal(counts.failed + counts.skipped, 0);
}

static void
the_national_rules_decide_as_their_authors_say(void **state)
{
	struct suite_counts counts = counts_of("dcc-rules");

	(void)state;
	assert_int_equal(counts.passed, 404);
	assert_int_equal(counts.failed + counts.skipped, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_specifications_own_assertions_hold),
		cmocka_unit_test(the_validators_cases_find_the_same_faults),
		cmocka_unit_test(the_national_rules_decide_as_their_authors_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
