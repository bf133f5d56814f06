/* The public's map: places where cases were, and nobody. */

#include "scene.h"

#include "report/report.h"

#define HZ "hangzhou-2020"

/* "NAME FROM TO CASES", a line each; valid until the next call. */
static const char *
lines(struct scene *s, const char *within)
{
	static char text[4096];
	json_t *report = NULL;
	const json_t *place;
	struct error e = {0};
	size_t i, length = 0;

	GOOD(report_cases(s->cascade, within ? division_called(within) : NULL, &report, &e));
	*text = '\0';
	json_array_foreach(json_object_get(report, "places"), i, place)
	{
		length += (size_t)snprintf(text + length, sizeof text - length, "%s %.16s %.16s %d\n",
			json_string_value(json_object_get(place, "kind")), json_string_value(json_object_get(place, "from")) + 5,
			json_string_value(json_object_get(place, "to")) + 5,
			(int)json_integer_value(json_object_get(place, "cases")));
	}
	json_decref(report);
	return text;
}

static void
a_place_is_shown_in_whole_hours_from_confirmation_until_a_fortnight_after(void **state)
{
	struct scene *s = *state;
	place_number shop;
	person_number person;

	scene_at(s, "2020-03-30T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	shop = scene_place(s, "SHOP", "shop");
	scene_stay(s, person, shop, "2020-03-09T02:10:00Z", "2020-03-09T02:50:00Z");
	scene_case(s, "C1", person, "confirmed", "2020-03-10T00:00:00Z", "2020-03-12T00:00:00Z", "2020-03-12T00:00:00Z");
	scene_at(s, "2020-03-11T23:59:59Z");
	assert_string_equal(lines(s, NULL), "");
	scene_at(s, "2020-03-12T00:00:00Z");
	assert_string_equal(lines(s, NULL), "shop 03-09T10:00:00+0 03-09T11:00:00+0 1\n");
	scene_at(s, "2020-03-23T02:49:59Z");
	assert_string_equal(lines(s, NULL), "shop 03-09T10:00:00+0 03-09T11:00:00+0 1\n");
	scene_at(s, "2020-03-23T02:50:00Z");
	assert_string_equal(lines(s, NULL), "");
}

static void
homes_and_workplaces_and_who_is_only_suspected_are_not_shown(void **state)
{
	struct scene *s = *state;
	person_number ill, suspected;
	static const char *const kinds[] = {"household", "workplace", "cell", "school"};

	scene_at(s, "2020-03-20T00:00:00Z");
	ill = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	suspected = scene_person(s, 2, HZ, "2020-03-01T00:00:00Z");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		scene_stay(s, ill, scene_place(s, kinds[i], kinds[i]), "2020-03-19T02:00:00Z", "2020-03-19T03:00:00Z");
	scene_stay(s, suspected, scene_place(s, "CAFE", "venue"), "2020-03-19T02:00:00Z", "2020-03-19T03:00:00Z");
	scene_case(s, "C1", ill, "confirmed", "2020-03-19T00:00:00Z", "2020-03-20T00:00:00Z", NULL);
	scene_case(s, "C2", suspected, "suspected", "2020-03-19T00:00:00Z", "2020-03-19T12:00:00Z", NULL);
	assert_string_equal(lines(s, NULL), "");
	scene_case(s, "C2", suspected, "confirmed", NULL, "2020-03-20T00:00:00Z", NULL);
	assert_string_equal(lines(s, NULL), "venue 03-19T10:00:00+0 03-19T11:00:00+0 1\n");
	scene_at(s, "2020-03-21T00:00:00Z");
	scene_case(s, "C2", suspected, "discarded", NULL, "2020-03-21T00:00:00Z", NULL);
	assert_string_equal(lines(s, NULL), "");
}

static void
stays_that_touch_are_one_line_that_counts_people_and_not_stays(void **state)
{
	struct scene *s = *state;
	person_number one, other;
	place_number train;

	scene_at(s, "2020-03-20T00:00:00Z");
	one = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	other = scene_person(s, 2, HZ, "2020-03-01T00:00:00Z");
	train = scene_place(s, "TRAIN", "carriage");
	scene_stay(s, one, train, "2020-03-19T02:00:00Z", "2020-03-19T03:00:00Z");
	scene_stay(s, one, train, "2020-03-19T03:30:00Z", "2020-03-19T04:00:00Z");
	scene_stay(s, other, train, "2020-03-19T02:30:00Z", "2020-03-19T05:00:00Z");
	scene_stay(s, other, train, "2020-03-19T08:00:00Z", "2020-03-19T09:00:00Z");
	scene_case(s, "C1", one, "confirmed", "2020-03-19T00:00:00Z", "2020-03-20T00:00:00Z", NULL);
	scene_case(s, "C2", other, "asymptomatic", NULL, "2020-03-20T00:00:00Z", NULL);
	assert_string_equal(
		lines(s, NULL), "carriage 03-19T10:00:00+0 03-19T13:00:00+0 2\ncarriage 03-19T16:00:00+0 03-19T17:00:00+0 1\n");
	assert_string_equal(lines(s, "420000"), "");
	assert_int_not_equal(strlen(lines(s, "330100")), 0);
}

static void
a_stay_is_cut_to_the_time_in_which_the_case_was_infectious(void **state)
{
	struct scene *s = *state;
	person_number person;
	place_number hall;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	hall = scene_place(s, "HALL", "venue");
	/* Infectious from the start of 16 March there: 15 March, 16:00 UTC. */
	scene_stay(s, person, hall, "2020-03-15T10:00:00Z", "2020-03-15T18:00:00Z");
	scene_stay(s, person, hall, "2020-03-18T22:00:00Z", "2020-03-19T03:00:00Z");
	scene_case(s, "C1", person, "confirmed", "2020-03-18T00:00:00Z", "2020-03-19T00:00:00Z", "2020-03-19T01:00:00Z");
	assert_string_equal(
		lines(s, NULL), "venue 03-16T00:00:00+0 03-16T02:00:00+0 1\nvenue 03-19T06:00:00+0 03-19T09:00:00+0 1\n");
}

static void
nothing_in_a_line_names_a_case_or_a_person(void **state)
{
	struct scene *s = *state;
	json_t *report = NULL, *place;
	person_number person;
	struct error e = {0};
	const char *name;
	json_t *value;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_stay(s, person, scene_place(s, "PLACE-CODE-7", "venue"), "2020-03-19T02:00:00Z", "2020-03-19T03:00:00Z");
	scene_case(s, "CASE-NAME", person, "confirmed", "2020-03-19T00:00:00Z", "2020-03-20T00:00:00Z", NULL);
	GOOD(report_cases(s->cascade, NULL, &report, &e));
	place = json_array_get(json_object_get(report, "places"), 0);
	assert_non_null(place);
	json_object_foreach(place, name, value)
	{
		static const char known[] = " name kind division area latitude longitude from to cases ";
		char spaced[32];

		snprintf(spaced, sizeof spaced, " %s ", name);
		if (!strstr(known, spaced))
			fail_msg("a line tells %s", name);
	}
	json_decref(report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_place_is_shown_in_whole_hours_from_confirmation_until_a_fortnight_after, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			homes_and_workplaces_and_who_is_only_suspected_are_not_shown, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			stays_that_touch_are_one_line_that_counts_people_and_not_stays, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_stay_is_cut_to_the_time_in_which_the_case_was_infectious, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(nothing_in_a_line_names_a_case_or_a_person, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
