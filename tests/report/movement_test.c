/* Numbers of people who move and who stay at home. */

#include "scene.h"

#include "report/report.h"

enum { PEOPLE = 200, FIRST = 5000, NOISE = 40 }; /* e^-17 that noise of 1/0.44 is larger */

static const char *const kinds[] = {"venue", "shop", "school", "workplace", "restaurant", "museum"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct presence_place
place_of(const char *code, const char *kind, const char *division)
{
	struct presence_place place = {.country = "CN"};

	snprintf(place.code, sizeof place.code, "%s", code);
	snprintf(place.kind, sizeof place.kind, "%s", kind);
	snprintf(place.division, sizeof place.division, "%s", division);
	return place;
}

/* Stays of ${people} at a new place on the day, from that hour (UTC) on for so many. */
static void
everybody(struct scene *s, int people, const struct presence_place *place, const char *day, int hour, int hours)
{
	static const struct presence_source imported = {.import = 1};
	struct presence_stay stay = {0};
	struct error e = {0};
	char from[32];

	snprintf(from, sizeof from, "%sT%02d:00:00Z", day, hour);
	stay.start = moment(from);
	stay.end = stay.start + hours * 3600;
	GOOD(registry_begin(s->registry, &e));
	GOOD(presence_put_place(s->presence, place, &imported, &stay.place, &e));
	for (int i = 0; i < people; i++) {
		stay.person = (person_number)(FIRST + i);
		GOOD(presence_put_stay(s->presence, &stay, &imported, &e));
	}
	GOOD(registry_commit(s->registry, &e));
}

static struct report_span
span(const char *from, const char *to, const char *baseline_from, const char *baseline_to)
{
	struct report_span span = {.level = DIVISION_CITY};
	struct error e = {0};

	GOOD(day_read(from, 10, &span.from, &e));
	GOOD(day_read(to, 10, &span.to, &e));
	GOOD(day_read(baseline_from, 10, &span.baseline_from, &e));
	GOOD(day_read(baseline_to, 10, &span.baseline_to, &e));
	return span;
}

static int
number(const json_t *line, const char *name)
{
	assert_true(json_is_integer(json_object_get(line, name)));
	return (int)json_integer_value(json_object_get(line, name));
}

static void
a_person_counts_in_four_kinds_of_place_a_day_at_most(void **state)
{
	struct scene *s = *state;
	struct report_span day = span("2020-03-16", "2020-03-16", "2020-03-09", "2020-03-09");
	json_t *report = NULL;
	const json_t *line;
	struct error e = {0};
	int sum = 0, lines = 0;
	size_t i;

	for (int k = 0; k < KINDS; k++) {
		struct presence_place place = place_of(kinds[k], kinds[k], "330110");

		everybody(s, PEOPLE, &place, "2020-03-16", 1 + k, 1);
		everybody(s, PEOPLE, &place, "2020-03-16", 8 + k, 1); /* twice there counts once */
	}
	scene_at(s, "2020-03-20T00:00:00Z");
	GOOD(report_mobility(s->cascade, &day, &report, &e));
	json_array_foreach(json_object_get(report, "days"), i, line)
	{
		lines++;
		sum += number(line, "people");
		assert_string_equal(json_string_value(json_object_get(line, "division")), "330100");
		assert_true(json_is_null(json_object_get(line, "change_percent"))); /* nobody was there before */
	}
	assert_int_equal(lines, KINDS);
	assert_in_range(sum, 4 * PEOPLE - 2 * NOISE, 4 * PEOPLE + 2 * NOISE);
	json_decref(report);
}

static void
what_rests_on_few_is_withheld_and_what_does_not_is_compared(void **state)
{
	struct scene *s = *state;
	struct report_span day = span("2020-03-16", "2020-03-16", "2020-03-02", "2020-03-15");
	struct presence_place venue = place_of("V", "venue", "330110"), shop = place_of("S", "shop", "330110"),
						  home = place_of("H", "household", "330110");
	json_t *report = NULL, *again = NULL;
	const json_t *line;
	struct error e = {0};

	everybody(s, 2 * PEOPLE, &venue, "2020-03-02", 2, 1); /* Mondays */
	everybody(s, 2 * PEOPLE, &venue, "2020-03-09", 2, 1);
	everybody(s, PEOPLE / 2, &venue, "2020-03-10", 2, 1); /* a Tuesday counts for no Monday */
	everybody(s, PEOPLE, &venue, "2020-03-16", 2, 1);
	everybody(s, 30, &shop, "2020-03-16", 2, 1);
	everybody(s, PEOPLE, &home, "2020-03-16", 4, 9);
	scene_at(s, "2020-03-20T00:00:00Z");
	GOOD(report_mobility(s->cascade, &day, &report, &e));
	assert_int_equal(json_array_size(json_object_get(report, "days")), 1);
	assert_int_equal(number(report, "withheld"), 1); /* the shop; homes are no mobility */
	line = json_array_get(json_object_get(report, "days"), 0);
	assert_string_equal(json_string_value(json_object_get(line, "kind")), "venue");
	assert_in_range(number(line, "people"), PEOPLE - NOISE, PEOPLE + NOISE);
	assert_in_range(-number(line, "change_percent"), 35, 65);
	GOOD(report_mobility(s->cascade, &day, &again, &e));
	assert_true(json_equal(report, again));
	json_decref(report);
	json_decref(again);
}

static void
who_is_nowhere_but_at_home_and_hours_away(void **state)
{
	struct scene *s = *state;
	struct report_span day = span("2020-03-16", "2020-03-16", "2020-03-09", "2020-03-09");
	struct presence_place home = place_of("H", "household", "330110"), work = place_of("W", "workplace", "330206");
	json_t *report = NULL;
	const json_t *line;
	struct error e = {0};

	everybody(s, 900, &home, "2020-03-09", 0, 8);
	everybody(s, 900, &work, "2020-03-09", 8, 8);
	everybody(s, 900, &home, "2020-03-16", 0, 8);
	everybody(
		s, 450, &work, "2020-03-16", 8, 8); /* till midnight there: hours of 16 March are those before 16:00 UTC */
	scene_at(s, "2020-03-20T00:00:00Z");
	GOOD(report_distancing(s->cascade, &day, &report, &e));
	assert_int_equal(json_array_size(json_object_get(report, "days")), 1); /* all live in one city */
	line = json_array_get(json_object_get(report, "days"), 0);
	assert_string_equal(json_string_value(json_object_get(line, "division")), "330100");
	assert_in_range(number(line, "people"), 900 - NOISE, 900 + NOISE);
	assert_in_range(number(line, "home_percent"), 44, 56);
	assert_true(json_real_value(json_object_get(line, "away_hours")) > 3);
	assert_true(json_real_value(json_object_get(line, "away_hours")) < 5);
	assert_in_range(-number(line, "change_percent"), 35, 65);
	json_decref(report);
}

static void
a_span_that_cannot_be_is_refused(void **state)
{
	struct scene *s = *state;
	struct report_span backwards = span("2020-03-16", "2020-03-15", "2020-03-09", "2020-03-09");
	struct report_span endless = span("2020-03-16", "2022-03-15", "2020-03-09", "2020-03-09");
	struct error e = {0};
	json_t *report = NULL;

	assert_int_equal(report_mobility(s->cascade, &backwards, &report, &e), ERROR_BAD_INPUT);
	assert_int_equal(report_distancing(s->cascade, &endless, &report, &e), ERROR_TOO_LARGE);
	assert_string_equal(e.message, "a report has at most 366 days");
	assert_null(report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_person_counts_in_four_kinds_of_place_a_day_at_most, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			what_rests_on_few_is_withheld_and_what_does_not_is_compared, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(who_is_nowhere_but_at_home_and_hours_away, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_span_that_cannot_be_is_refused, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
