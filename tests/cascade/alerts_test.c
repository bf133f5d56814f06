/* Place alerts: raised as cases are traced, withdrawn with them, and nobody's colour. */

#include "scene.h"

#include <inttypes.h>

#define HZ "hangzhou-2020"

enum { ALL_MOST = 100 };

/* "NUMBER STATE PLACE GROUPS case,case;" for each alert, the oldest first. */
static const char *
alerts(struct scene *s, bool all)
{
	static char text[2048];
	json_t *items = NULL;
	struct error e = {0};

	text[0] = '\0';
	GOOD(cascade_place_alerts(s->cascade, all, ALL_MOST, &items, &e));
	for (size_t i = json_array_size(items); i > 0; i--) {
		const json_t *item = json_array_get(items, i - 1), *cases = json_object_get(item, "cases");

		sprintf(text + strlen(text), "%" JSON_INTEGER_FORMAT " %s %s %" JSON_INTEGER_FORMAT " ",
			json_integer_value(json_object_get(item, "number")), json_string_value(json_object_get(item, "state")),
			json_string_value(json_object_get(item, "place")), json_integer_value(json_object_get(item, "groups")));
		for (size_t j = 0; j < json_array_size(cases); j++)
			sprintf(text + strlen(text), "%s%s", j ? "," : "", json_string_value(json_array_get(cases, j)));
		strcat(text, ";");
	}
	json_decref(items);
	return text;
}

/* A case that somebody infected. */
static void
put_case(struct scene *s, const char *name, person_number person, const char *status, const char *infected_by)
{
	struct evidence_row row = {
		.kind = EVIDENCE_CASE_STATUS, .person = person, .recorded_at = registry_recording_time(s->registry)};
	enum evidence_outcome outcome;
	struct error e = {0};
	char key[96], body[512];

	snprintf(key, sizeof key, "%s/%s", name, status);
	snprintf(body, sizeof body,
		"{\"case\":\"%s\",\"status\":\"%s\",\"at\":\"2020-03-20T00:00:00Z\",\"onset\":\"2020-03-18T00:00:00Z\","
		"\"infected_by\":\"%s\"}",
		name, status, infected_by);
	row.key = key;
	row.body = body;
	row.at = moment("2020-03-20T00:00:00Z");
	GOOD(registry_evidence_put(s->registry, &row, &outcome, &e));
}

/* Three people who were at the market on three days in March, and never together. */
static place_number
market_of(struct scene *s, person_number people[3])
{
	static const char *const from[] = {"2020-03-08T01:00:00Z", "2020-03-10T01:00:00Z", "2020-03-12T01:00:00Z"};
	static const char *const to[] = {"2020-03-08T02:00:00Z", "2020-03-10T02:00:00Z", "2020-03-12T02:00:00Z"};
	place_number market;

	scene_at(s, "2020-03-21T00:00:00Z");
	market = scene_place(s, "market", "venue");
	for (int i = 0; i < 3; i++) {
		people[i] = scene_person(s, i + 1, HZ, "2020-03-01T00:00:00Z");
		scene_stay(s, people[i], market, from[i], to[i]);
	}
	return market;
}

static void
an_alert_follows_from_the_cases_and_who_is_linked_A1_A2(void **state)
{
	struct scene *s = *state;
	person_number people[3];

	market_of(s, people);
	put_case(s, "A", people[0], "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, true), "");
	put_case(s, "B", people[1], "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, true), "1 open market 2 A,B;");
	put_case(s, "C", people[2], "confirmed", "");
	scene_trace(s);
	scene_trace(s);
	assert_string_equal(alerts(s, true), "1 open market 3 A,B,C;");
	put_case(s, "C", people[2], "confirmed", "A"); /* a correction: somebody asked */
	scene_trace(s);
	assert_string_equal(alerts(s, true), "1 open market 2 A,B,C;");
	put_case(s, "B", people[1], "confirmed", "X"); /* by one who was never here */
	put_case(s, "A", people[0], "confirmed", "X");
	scene_trace(s);
	assert_string_equal(alerts(s, true), "1 open market 2 A,B,C;"); /* X is no case that is known: nothing links them */
	put_case(s, "X", 0, "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, false), "");
	assert_string_equal(alerts(s, true), "1 withdrawn market 2 A,B,C;");
	put_case(s, "B", people[1], "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, false), "2 open market 2 A,B,C;");
}

static void
a_discarded_case_withdraws_its_alert(void **state)
{
	struct scene *s = *state;
	person_number people[3];

	market_of(s, people);
	for (int i = 0; i < 3; i++)
		put_case(s, (const char *[]){"A", "B", "C"}[i], people[i], "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, false), "1 open market 3 A,B,C;");
	scene_case(s, "A", people[0], "discarded", NULL, "2020-03-21T00:00:00Z", NULL);
	scene_trace(s);
	assert_string_equal(alerts(s, false), "1 open market 2 B,C;");
	scene_case(s, "B", people[1], "discarded", NULL, "2020-03-21T00:00:00Z", NULL);
	scene_trace(s);
	assert_string_equal(alerts(s, true), "1 withdrawn market 2 B,C;");
}

static void
stays_that_come_later_raise_one_too_and_nobody_is_coloured(void **state)
{
	struct scene *s = *state;
	person_number people[3], other;
	place_number market = market_of(s, people);

	other = scene_person(s, 4, HZ, "2020-03-01T00:00:00Z");
	put_case(s, "A", people[0], "confirmed", "");
	put_case(s, "D", other, "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, true), "");
	scene_stay(s, other, market, "2020-03-11T01:00:00Z", "2020-03-11T02:00:00Z");
	scene_trace(s);
	assert_string_equal(alerts(s, false), "1 open market 2 A,D;");
	assert_string_equal(scene_colour(s, people[2], HZ), "green"); /* who was there, too */
}

static void
what_the_office_closed_a_case_more_opens_again_A4(void **state)
{
	struct scene *s = *state;
	person_number people[3];
	struct error e = {0};

	market_of(s, people);
	put_case(s, "A", people[0], "confirmed", "");
	put_case(s, "B", people[1], "confirmed", "");
	scene_trace(s);
	assert_int_equal(cascade_place_alert_close(s->cascade, 1, "wang", "", &e), ERROR_BAD_INPUT);
	assert_int_equal(cascade_place_alert_close(s->cascade, 2, "wang", "looked", &e), ERROR_EXISTS_NOT);
	GOOD(cascade_place_alert_close(s->cascade, 1, "wang", "looked", &e));
	assert_int_equal(cascade_place_alert_close(s->cascade, 1, "wang", "looked", &e), ERROR_EXISTS);
	scene_trace(s);
	assert_string_equal(alerts(s, false), "");
	assert_string_equal(alerts(s, true), "1 closed market 2 A,B;");
	put_case(s, "C", people[2], "confirmed", "");
	scene_trace(s);
	assert_string_equal(alerts(s, false), "1 open market 3 A,B,C;");
}

static void
purge(struct scene *s, const char *day)
{
	struct presence_purged purged;
	struct error e = {0};
	day_number before;

	GOOD(day_read(day, strlen(day), &before, &e));
	GOOD(registry_begin(s->registry, &e));
	GOOD(presence_purge(s->presence, before, &purged, &e));
	GOOD(cascade_place_alerts_forget(s->cascade, &e));
	GOOD(registry_commit(s->registry, &e));
}

static void
what_was_destroyed_is_not_withdrawn_but_goes_with_its_last_day_A3_A5(void **state)
{
	struct scene *s = *state;
	person_number people[3];
	struct error e = {0};
	int64_t rows;

	market_of(s, people);
	for (int i = 0; i < 3; i++)
		put_case(s, (const char *[]){"A", "B", "C"}[i], people[i], "confirmed", "");
	scene_trace(s);
	purge(s, "2020-03-11");
	scene_trace(s);
	assert_string_equal(alerts(s, false), "1 open market 3 A,B,C;");
	scene_case(s, "A", people[0], "discarded", NULL, "2020-03-21T00:00:00Z", NULL);
	scene_trace(s);
	assert_string_equal(alerts(s, false), "1 open market 2 B,C;");
	scene_case(s, "B", people[1], "discarded", NULL, "2020-03-21T00:00:00Z", NULL);
	scene_trace(s);
	assert_string_equal(alerts(s, false), "");
	purge(s, "2020-03-13");
	assert_string_equal(alerts(s, true), "");
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM place_alert_case", NULL, 0, &rows, &e));
	assert_int_equal(rows, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_alert_follows_from_the_cases_and_who_is_linked_A1_A2),
		TEST(a_discarded_case_withdraws_its_alert),
		TEST(stays_that_come_later_raise_one_too_and_nobody_is_coloured),
		TEST(what_the_office_closed_a_case_more_opens_again_A4),
		TEST(what_was_destroyed_is_not_withdrawn_but_goes_with_its_last_day_A3_A5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
