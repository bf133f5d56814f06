#include "base/json.h"
#include "fixture.h"

static void
what_a_pack_says_is_read(void **state)
{
	const struct exposure_parameters parameters = read_parameters();

	(void)state;
	assert_int_equal(parameters.before_onset_days, 2);
	assert_int_equal(parameters.before_confirmed_days, 5);
	assert_int_equal(parameters.infectious_after_onset_days, 10);
	assert_int_equal(parameters.backward_from_days, 14);
	assert_int_equal(parameters.place_count, 7);
	for (size_t i = 0; i < parameters.place_count; i++) {
		if (strcmp(parameters.places[i].kind, "aircraft") != 0)
			continue;
		assert_int_equal(parameters.places[i].count, 2);
		assert_int_equal(parameters.places[i].rules[0].rows, 3);
		assert_int_equal(parameters.places[i].rules[1].rows, EXPOSURE_ANY_ROW);
		assert_false(parameters.places[i].secondary);
	}
}

#define DAYS                                                                                                           \
	"\"before_onset_days\": 2, \"before_confirmed_days\": 2, \"infectious_after_onset_days\": 10, \"secondary_days\": 14"
#define BACKWARD "\"backward\": {\"from_days\": 14, \"to_days\": 2}"

static void
what_is_wrong_in_a_pack_is_named(void **state)
{
	static const struct {
		const char *text, *pointer;
	} wrong[] = {
		{"[]", ": "},
		{"{}", ": \"before_onset_days\" is missing"},
		{"{" BACKWARD "}", ": \"before_onset_days\" is missing"},
		{"{" DAYS "," BACKWARD "}", ": \"places\" is missing"},
		{"{" DAYS "," BACKWARD ", \"places\": {}, \"more\": 1}", "/more: "},
		{"{" DAYS ", \"backward\": {\"from_days\": 1, \"to_days\": 2}, \"places\": {}}", "/backward/from_days: "},
		{"{" DAYS ", \"backward\": {\"from_days\": 999, \"to_days\": 2}, \"places\": {}}", "/backward/from_days: "},
		{"{" DAYS "," BACKWARD ", \"places\": {\"venue\": {}}}", "/places/venue: \"rules\" is missing"},
		{"{" DAYS "," BACKWARD ", \"places\": {\"venue\": {\"rules\": [{\"kind\": \"secondary\"}]}}}",
			"/places/venue/rules/0/kind: "},
		{"{" DAYS "," BACKWARD ", \"places\": {\"venue\": {\"rules\": [{\"kind\": \"close\", \"minutes\": -1}]}}}",
			"/places/venue/rules/0/minutes: "},
		{"{" DAYS "," BACKWARD ", \"places\": {\"venue\": {\"rules\": [{\"kind\": \"close\", \"staff\": 1}]}}}",
			"/places/venue/rules/0/staff: "},
		{"{" DAYS "," BACKWARD
		 ", \"places\": {\"venue\": {\"rules\": [{\"kind\": \"close\", \"setting\": \"other\"}]}}}",
			"/places/venue/rules/0/setting: "},
		{"{" DAYS "," BACKWARD
		 ", \"places\": {\"venue\": {\"rules\": [{\"kind\": \"close\", \"setting\": \"At Home\"}]}}}",
			"/places/venue/rules/0/setting: "},
		{"{" DAYS "," BACKWARD ", \"places\": {\"venue\": {\"secondary\": 1, \"rules\": []}}}",
			"/places/venue/secondary: "},
		{"{" DAYS "," BACKWARD ", \"places\": {}, \"place_alert\": {\"cases\": 2, \"days\": 14}}",
			"/place_alert: \"kinds\" is missing"},
		{"{" DAYS "," BACKWARD ", \"places\": {}, \"place_alert\": {\"cases\": 1, \"days\": 14, \"kinds\": [\"a\"]}}",
			"/place_alert/cases: "},
		{"{" DAYS "," BACKWARD ", \"places\": {}, \"place_alert\": {\"cases\": 2, \"days\": 0, \"kinds\": [\"a\"]}}",
			"/place_alert/days: "},
		{"{" DAYS "," BACKWARD ", \"places\": {}, \"place_alert\": {\"cases\": 2, \"days\": 9, \"kinds\": []}}",
			"/place_alert/kinds: "},
		{"{" DAYS "," BACKWARD
		 ", \"places\": {}, \"place_alert\": {\"cases\": 2, \"days\": 9, \"kinds\": [\"a\", \"\"]}}",
			"/place_alert/kinds/1: "},
	};
	struct exposure_parameters parameters;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		json_t *root = json_loads(wrong[i].text, 0, NULL);
		struct error e = {0};

		assert_non_null(root);
		assert_int_equal(exposure_parameters_read(root, &parameters, &e), ERROR_BAD_INPUT);
		if (strncmp(e.message, wrong[i].pointer, strlen(wrong[i].pointer)) != 0)
			fail_msg("'%s' is not at '%s'", e.message, wrong[i].pointer);
		json_decref(root);
	}
}

static void
the_packs_contact_rules_can_be_read(void **state)
{
	static const char *const packs[] = {
		"hangzhou-2020", "hubei-2020", "national-2020", "ningbo-2020", "travel-card-2020"};

	(void)state;
	for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
		struct exposure_parameters parameters;
		char path[4096];
		struct error e = {0};
		json_t *root;

		snprintf(path, sizeof path, "%s/packs/%s/pack.json", getenv("HEALTHCODE_SOURCE"), packs[i]);
		if (json_read_file(path, 1 << 20, &root, NULL, &e) < 0 ||
			exposure_parameters_read(json_object_get(root, "contact"), &parameters, &e) < 0)
			fail_msg("%s: %s", packs[i], e.message);
		json_decref(root);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_packs_contact_rules_can_be_read),
		cmocka_unit_test(what_a_pack_says_is_read),
		cmocka_unit_test(what_is_wrong_in_a_pack_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
