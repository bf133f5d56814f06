/* A pack's "risk" section, read and checked. */

#include "stores.h"

static void
faults(const char *text, char *ret_told, size_t size)
{
	json_t *risk = json_loads(text, 0, NULL);
	struct json_check check = {.root = "/risk"};

	assert_non_null(risk);
	registry_risk_check(risk, &check);
	snprintf(ret_told, size, "%s", check.first);
	json_decref(risk);
}

#define NUMBERS "\"low_after_days\": 14, \"medium_total\": 50, \"cluster_new_cases\": 10, \"dip_days\": 3"

static void
what_is_wrong_in_a_risk_section_is_named(void **state)
{
	static const struct {
		const char *text, *fault;
	} sections[] = {
		{"{" NUMBERS "}", ""},
		{"{" NUMBERS ", \"unit\": \"city\", \"revisions\": []}", ""},
		{"{" NUMBERS ", \"revisions\": [{\"division\": \"420100\", \"date\": \"2020-04-17\", \"confirmed\": 326,"
		 " \"source\": \"x\"}]}",
			""},
		{"[]", "/risk: an object expected"},
		{"{\"medium_total\": 50, \"cluster_new_cases\": 10, \"dip_days\": 3}", "/risk: \"low_after_days\" is missing"},
		{"{" NUMBERS ", \"units\": \"city\"}", "/risk/units: unknown field \"units\"; did you mean \"unit\"?"},
		{"{" NUMBERS ", \"unit\": \"town\"}", "/risk/unit: \"province\", \"city\" or \"county\" expected"},
		{"{\"low_after_days\": 0, \"medium_total\": 50, \"cluster_new_cases\": 10, \"dip_days\": 3}",
			"/risk/low_after_days: a whole number from 1 to 36600 expected"},
		{"{\"low_after_days\": 14, \"medium_total\": \"50\", \"cluster_new_cases\": 10, \"dip_days\": 3}",
			"/risk/medium_total: a whole number from 0 to 2147483647 expected"},
		{"{" NUMBERS ", \"revisions\": {}}", "/risk/revisions: a list expected"},
		{"{" NUMBERS ", \"revisions\": [{\"division\": \"999999\", \"date\": \"2020-04-17\", \"confirmed\": 1}]}",
			"/risk/revisions/0/division: the code of a known area expected"},
		{"{" NUMBERS ", \"revisions\": [{\"division\": \"420100\", \"date\": \"2020-02-30\", \"confirmed\": 1}]}",
			"/risk/revisions/0/date: a date such as 2020-04-17 expected"},
		{"{" NUMBERS ", \"revisions\": [{\"division\": \"420100\", \"date\": \"2020-04-17\"}]}",
			"/risk/revisions/0: \"confirmed\" is missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		char told[512];

		faults(sections[i].text, told, sizeof told);
		assert_string_equal(told, sections[i].fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_in_a_risk_section_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
