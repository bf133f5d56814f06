/* Each kind of contact by the national pack's own definition. */

#include "fixture.h"

#include "base/json.h"

static struct exposure_parameters
national(void)
{
	struct exposure_parameters parameters;
	char path[4096];
	struct error e = {0};
	json_t *root;

	snprintf(path, sizeof path, "%s/packs/national-2020/pack.json", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(json_read_file(path, 1 << 20, &root, NULL, &e), 0);
	assert_int_equal(exposure_parameters_read(json_object_get(root, "contact"), &parameters, &e), 0);
	json_decref(root);
	return parameters;
}

static const instant noon = 41 * DAY_S + 12 * HOUR_S;

/* What the pack makes of somebody who was at such a place with the case for so long: a kind's name, or "none". */
static const char *
met(const char *place_kind, const char *own_seat, const char *seat, int64_t minutes, bool protected, bool outdoor)
{
	const struct exposure_parameters parameters = national();
	const struct exposure_case subject = case_of(1);
	const struct presence_source source = {0, 1};
	struct presence_stay stay = {.start = noon, .end = noon + minutes * MINUTE_S, .outdoor = outdoor};
	struct exposure_contacts contacts;
	const char *kind = "none";
	struct fixture *f;
	struct error e = {0};
	void *state;

	fixture_open(&state);
	f = state;
	stay.place = put_place(f, "there", place_kind);
	for (stay.person = 1; stay.person <= 2; stay.person++) {
		const char *text = stay.person == 1 ? own_seat : seat;

		stay.seat = 0;
		assert_true(!*text || presence_seat_read(text, &stay.seat));
		stay.protected = protected && stay.person == 2;
		assert_int_equal(presence_put_stay(f->presence, &stay, &source, &e), PRESENCE_NEW);
	}
	assert_int_equal(
		exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e), 0);
	assert_true(contacts.count <= 1);
	if (contacts.count) {
		assert_int_equal(contacts.items[0].person, 2);
		assert_int_equal(contacts.items[0].minutes, minutes);
		kind = exposure_kind_name(contacts.items[0].kind);
	}
	exposure_contacts_free(&contacts);
	fixture_close(&state);
	return kind;
}

static void
a_household_a_meal_and_an_interviews_word_are_close(void **state)
{
	(void)state;
	assert_string_equal(met("household", "", "", 1, false, false), "close");
	assert_string_equal(met("meal", "", "", 1, false, false), "close");
	assert_string_equal(met("interview", "", "", 1, false, false), "close");
}

static void
a_divided_venue_is_close_in_the_same_zone_for_the_minutes(void **state)
{
	(void)state;
	assert_string_equal(met("venue", "7", "7", 60, false, false), "close");
	assert_string_equal(met("venue", "7", "7", 59, false, false), "co-exposed");
	assert_string_equal(met("venue", "7", "8", 600, false, false), "co-exposed");
}

static void
an_undivided_venue_or_cell_alone_is_co_exposure(void **state)
{
	(void)state;
	assert_string_equal(met("venue", "", "", 600, false, false), "co-exposed");
	assert_string_equal(met("cell", "", "", 600, false, false), "co-exposed");
	assert_string_equal(met("cell", "", "", 9, false, false), "none");
	assert_string_equal(met("base_station", "", "", 600, false, false), "none");
}

static void
an_aircraft_is_close_three_rows_either_way_and_for_its_crew(void **state)
{
	(void)state;
	assert_string_equal(met("aircraft", "12A", "15F", 90, false, false), "close");
	assert_string_equal(met("aircraft", "12A", "9C", 90, false, false), "close");
	assert_string_equal(met("aircraft", "12A", "16A", 90, false, false), "co-exposed");
	assert_string_equal(met("aircraft", "12A", "crew", 90, false, false), "close");
	assert_string_equal(met("aircraft", "12A", "", 90, false, false), "co-exposed");
}

static void
a_train_is_close_in_the_carriage_the_compartment_or_the_bays_around(void **state)
{
	(void)state;
	assert_string_equal(met("carriage", "1A", "17F", 90, false, false), "close");
	assert_string_equal(met("sleeper", "3", "3", 90, false, false), "close");
	assert_string_equal(met("sleeper", "3", "4", 90, false, false), "co-exposed");
	assert_string_equal(met("open_carriage", "3", "4", 90, false, false), "close");
	assert_string_equal(met("open_carriage", "3", "5", 90, false, false), "co-exposed");
}

static void
a_coach_is_close_and_a_ventilated_one_three_rows_either_way(void **state)
{
	(void)state;
	assert_string_equal(met("coach", "1A", "12C", 90, false, false), "close");
	assert_string_equal(met("ventilated_coach", "5A", "8C", 90, false, false), "close");
	assert_string_equal(met("ventilated_coach", "5A", "9C", 90, false, false), "co-exposed");
	assert_string_equal(met("ventilated_coach", "9A", "crew", 90, false, false), "close");
}

static void
who_was_protected_or_in_the_open_is_co_exposed_where_the_pack_says_so(void **state)
{
	(void)state;
	assert_string_equal(met("workplace", "", "", 480, false, false), "close");
	assert_string_equal(met("workplace", "", "", 480, true, false), "co-exposed");
	assert_string_equal(met("workplace", "", "", 480, false, true), "close");
	assert_string_equal(met("aircraft", "12A", "12B", 90, true, false), "co-exposed");
	assert_string_equal(met("venue", "7", "7", 60, true, false), "co-exposed");
	assert_string_equal(met("venue", "7", "7", 60, false, true), "co-exposed");
	assert_string_equal(met("household", "", "", 60, true, true), "close");
}

/* Half an hour with a mask and 40 minutes without are 40 minutes: too few. */
static void
time_that_a_rule_does_not_take_counts_for_nothing(void **state)
{
	const struct exposure_parameters parameters = national();
	const struct exposure_case subject = case_of(1);
	const struct presence_source source = {0, 1};
	struct fixture *f = *state;
	const place_number office = put_place(f, "office", "workplace");
	struct exposure_contacts contacts;
	struct error e = {0};

	put_stay(f, 1, office, noon, noon + 3 * HOUR_S);
	for (person_number person = 2; person <= 3; person++) {
		struct presence_stay stay = {
			.person = person, .place = office, .start = noon, .end = noon + 30 * MINUTE_S, .protected = true};

		assert_int_equal(presence_put_stay(f->presence, &stay, &source, &e), PRESENCE_NEW);
		put_stay(f, person, office, noon + 30 * MINUTE_S, noon + (person == 2 ? 70 : 90) * MINUTE_S);
	}
	assert_int_equal(
		exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e), 0);
	assert_int_equal(contacts.count, 2);
	assert_int_equal(contacts.items[0].kind, EXPOSURE_CO_EXPOSED);
	assert_int_equal(contacts.items[0].minutes, 70);
	assert_int_equal(contacts.items[1].kind, EXPOSURE_CLOSE);
	assert_int_equal(contacts.items[1].minutes, 90);
	exposure_contacts_free(&contacts);
}

/* A ward, as WHO assesses the risk of health workers (19 March 2020): who wore what protects is another contact than who did not. */
static struct exposure_parameters
ward(void)
{
	static const char text[] =
		"{\"before_onset_days\": 2, \"before_confirmed_days\": 2, \"infectious_after_onset_days\": 10, \"secondary_days\": 14,"
		" \"backward\": {\"from_days\": 14, \"to_days\": 2}, \"places\": {\"hospital\": {\"rules\": ["
		"{\"kind\": \"close\", \"staff\": true, \"protected\": false, \"setting\": \"health-worker\"},"
		"{\"kind\": \"close\", \"staff\": true, \"setting\": \"protected-worker\"},"
		"{\"kind\": \"close\", \"rows\": 0}]}}}";
	struct exposure_parameters parameters;
	struct error e = {0};
	json_t *root = json_loads(text, 0, NULL);

	assert_non_null(root);
	if (exposure_parameters_read(root, &parameters, &e) < 0)
		fail_msg("%s", e.message);
	json_decref(root);
	return parameters;
}

static void
who_serves_a_ward_is_met_in_a_setting_of_their_own(void **state)
{
	const struct exposure_parameters parameters = ward();
	const struct presence_source source = {0, 1};
	struct fixture *f = *state;
	const place_number place = put_place(f, "ward", "hospital");
	struct exposure_case subject = case_of(1);
	struct exposure_contacts contacts;
	struct error e = {0};

	put_seat(f, 1, place, noon, noon + HOUR_S, "3");
	put_seat(f, 2, place, noon, noon + HOUR_S, "crew");
	put_seat(f, 4, place, noon, noon + HOUR_S, "3");
	for (person_number person = 3; person <= 5; person += 2) {
		struct presence_stay stay = {.person = person,
			.place = place,
			.start = noon,
			.end = noon + HOUR_S,
			.seat = PRESENCE_SEAT_CREW,
			.protected = true};

		assert_int_equal(presence_put_stay(f->presence, &stay, &source, &e), PRESENCE_NEW);
	}
	assert_int_equal(
		exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e), 0);
	assert_int_equal(contacts.count, 4);
	assert_string_equal(parameters.settings[contacts.items[0].setting - 1], "health-worker");
	assert_string_equal(parameters.settings[contacts.items[1].setting - 1], "protected-worker");
	assert_int_equal(contacts.items[2].setting, 0);
	assert_int_equal(contacts.items[3].setting, contacts.items[1].setting);
	exposure_contacts_free(&contacts);

	subject.person = 2; /* a nurse is the case: patients are no staff */
	assert_int_equal(
		exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e), 0);
	assert_int_equal(contacts.count, 2);
	assert_int_equal(contacts.items[0].person, 3);
	assert_int_equal(contacts.items[1].person, 5);
	exposure_contacts_free(&contacts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_household_a_meal_and_an_interviews_word_are_close),
		cmocka_unit_test(a_divided_venue_is_close_in_the_same_zone_for_the_minutes),
		cmocka_unit_test(an_undivided_venue_or_cell_alone_is_co_exposure),
		cmocka_unit_test(an_aircraft_is_close_three_rows_either_way_and_for_its_crew),
		cmocka_unit_test(a_train_is_close_in_the_carriage_the_compartment_or_the_bays_around),
		cmocka_unit_test(a_coach_is_close_and_a_ventilated_one_three_rows_either_way),
		cmocka_unit_test(who_was_protected_or_in_the_open_is_co_exposed_where_the_pack_says_so),
		cmocka_unit_test_setup_teardown(time_that_a_rule_does_not_take_counts_for_nothing, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			who_serves_a_ward_is_met_in_a_setting_of_their_own, fixture_open, fixture_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
