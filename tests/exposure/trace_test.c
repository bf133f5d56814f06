#include "fixture.h"

static const instant noon = INFECTIOUS_FROM + 12 * HOUR_S;

static struct exposure_contacts
trace_with(struct fixture *f, const struct exposure_case *subject, exposure_quarantine *quarantine)
{
	const struct exposure_parameters parameters = read_parameters();
	struct exposure_contacts contacts;
	struct error e = {0};

	assert_int_equal(
		exposure_trace(f->presence, &parameters, subject, &zone_utc, &see_all, quarantine, NULL, &contacts, &e), 0);
	return contacts;
}

static struct exposure_contacts
trace(struct fixture *f)
{
	const struct exposure_case subject = case_of(1);

	return trace_with(f, &subject, NULL);
}

static void
a_stay_that_ends_as_the_case_arrives_is_no_contact_E1(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household");
	struct exposure_contacts contacts;

	put_stay(f, 1, home, noon, noon + HOUR_S);
	put_stay(f, 2, home, noon - HOUR_S, noon);
	put_stay(f, 3, home, noon + HOUR_S, noon + 2 * HOUR_S);
	put_stay(f, 4, home, noon - HOUR_S, noon + 1);
	contacts = trace(f);
	assert_int_equal(contacts.count, 1);
	assert_int_equal(contacts.items[0].person, 4);
	assert_int_equal(contacts.items[0].minutes, 0);
	exposure_contacts_free(&contacts);
}

static void
what_is_shared_outside_the_infectious_window_does_not_count_E2(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household");
	struct exposure_contacts contacts;

	put_stay(f, 1, home, INFECTIOUS_FROM - 30 * DAY_S, INFECTIOUS_TO + 30 * DAY_S);
	put_stay(f, 2, home, INFECTIOUS_FROM - 2 * HOUR_S, INFECTIOUS_FROM);
	put_stay(f, 3, home, INFECTIOUS_TO, INFECTIOUS_TO + HOUR_S);
	put_stay(f, 4, home, INFECTIOUS_FROM - HOUR_S, INFECTIOUS_FROM + HOUR_S);
	contacts = trace(f);
	assert_int_equal(contacts.count, 1);
	assert_int_equal(contacts.items[0].person, 4);
	assert_int_equal(contacts.items[0].from, INFECTIOUS_FROM);
	assert_int_equal(contacts.items[0].minutes, 60);
	exposure_contacts_free(&contacts);
}

static void
time_shared_without_a_break_is_one_row_and_counts_once_E3(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household");
	struct exposure_contacts contacts;

	put_stay(f, 1, home, noon, noon + 2 * HOUR_S);
	put_stay(f, 1, home, noon + HOUR_S, noon + 3 * HOUR_S); /* overlaps its own first stay */
	put_stay(f, 2, home, noon, noon + HOUR_S);
	put_stay(f, 2, home, noon + HOUR_S, noon + 2 * HOUR_S);
	put_stay(f, 2, home, noon + 2 * HOUR_S + 1, noon + 3 * HOUR_S);
	contacts = trace(f);
	assert_int_equal(contacts.count, 2);
	assert_int_equal(contacts.items[0].from, noon);
	assert_int_equal(contacts.items[0].to, noon + 2 * HOUR_S);
	assert_int_equal(contacts.items[0].minutes, 120);
	assert_int_equal(contacts.items[1].minutes, 59);
	exposure_contacts_free(&contacts);
}

static void
the_first_rule_satisfied_gives_the_kind_E4(void **state)
{
	struct fixture *f = *state;
	place_number shop = put_place(f, "shop", "venue"), park = put_place(f, "park", "park");
	place_number cell = put_place(f, "cell", "cell");
	struct exposure_contacts contacts;

	put_stay(f, 1, shop, noon, noon + 3 * HOUR_S);
	put_stay(f, 1, park, noon, noon + 3 * HOUR_S);
	put_stay(f, 1, cell, noon, noon + 3 * HOUR_S);
	put_stay(f, 2, shop, noon, noon + 2 * HOUR_S);     /* 120 minutes */
	put_stay(f, 3, shop, noon, noon + 2 * HOUR_S - 1); /* a second short of them */
	put_stay(f, 4, shop, noon, noon + 10 * MINUTE_S - 1);
	put_stay(f, 5, park, noon, noon + 3 * HOUR_S); /* a kind that only "*" covers, without rules */
	put_stay(f, 6, cell, noon, noon + 10 * MINUTE_S);
	contacts = trace(f);
	assert_int_equal(contacts.count, 3);
	assert_int_equal(contacts.items[0].person, 2);
	assert_int_equal(contacts.items[0].kind, EXPOSURE_CLOSE);
	assert_int_equal(contacts.items[1].person, 3);
	assert_int_equal(contacts.items[1].kind, EXPOSURE_CO_EXPOSED);
	assert_int_equal(contacts.items[2].person, 6);
	assert_int_equal(contacts.items[2].kind, EXPOSURE_COMPANION);
	exposure_contacts_free(&contacts);
}

static void
in_an_aircraft_three_rows_either_way_are_close_E4(void **state)
{
	struct fixture *f = *state;
	place_number flight = put_place(f, "CA1", "aircraft");
	struct exposure_contacts contacts;

	put_seat(f, 1, flight, noon, noon + HOUR_S, "12A");
	put_seat(f, 2, flight, noon, noon + HOUR_S, "9F");
	put_seat(f, 3, flight, noon, noon + HOUR_S, "15F");
	put_seat(f, 4, flight, noon, noon + HOUR_S, "16A");
	put_stay(f, 5, flight, noon, noon + HOUR_S); /* the seat is not known */
	contacts = trace(f);
	assert_int_equal(contacts.count, 4);
	assert_int_equal(contacts.items[0].kind, EXPOSURE_CLOSE);
	assert_int_equal(contacts.items[1].kind, EXPOSURE_CLOSE);
	assert_int_equal(contacts.items[2].kind, EXPOSURE_CO_EXPOSED);
	assert_int_equal(contacts.items[3].kind, EXPOSURE_CO_EXPOSED);
	exposure_contacts_free(&contacts);
}

static void
where_only_the_day_is_known_minutes_are_not_E4(void **state)
{
	struct fixture *f = *state;
	const day_number day = INFECTIOUS_FROM / DAY_S;
	place_number home = put_place(f, "home", "household"), shop = put_place(f, "shop", "venue");
	place_number market = put_place(f, "market", "market");
	struct exposure_contacts contacts;

	put_day(f, 1, home, day);
	put_day(f, 1, shop, day);
	put_day(f, 1, market, day);
	put_day(f, 2, home, day);
	put_stay(f, 3, shop, noon, noon + 5 * HOUR_S); /* asks for minutes */
	put_stay(f, 4, market, noon, noon + HOUR_S);
	put_day(f, 5, market, day + 1);
	contacts = trace(f);
	assert_int_equal(contacts.count, 2);
	assert_int_equal(contacts.items[0].person, 2);
	assert_int_equal(contacts.items[0].minutes, -1);
	assert_int_equal(contacts.items[1].person, 4);
	assert_int_equal(contacts.items[1].minutes, -1);
	assert_int_equal(contacts.items[1].from, noon);
	exposure_contacts_free(&contacts);
}

static void
close_contacts_hand_on_from_their_first_exposure_in_the_places_named_E5(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household"), other_home = put_place(f, "other home", "household");
	place_number third_home = put_place(f, "third home", "household"), shop = put_place(f, "shop", "venue");
	struct exposure_contacts contacts;

	put_stay(f, 1, home, noon, noon + HOUR_S);
	put_stay(f, 2, home, noon, noon + HOUR_S);                    /* the close contact */
	put_stay(f, 2, other_home, noon - 2 * HOUR_S, noon - HOUR_S); /* before they met the case */
	put_stay(f, 3, other_home, noon - 2 * HOUR_S, noon - HOUR_S);
	put_stay(f, 2, other_home, noon + 2 * HOUR_S, noon + 3 * HOUR_S);
	put_stay(f, 4, other_home, noon + 2 * HOUR_S, noon + 3 * HOUR_S);
	put_stay(f, 2, shop, noon + 4 * HOUR_S, noon + 8 * HOUR_S); /* no place of the second degree */
	put_stay(f, 5, shop, noon + 4 * HOUR_S, noon + 8 * HOUR_S);
	put_stay(f, 4, third_home, noon + 4 * HOUR_S, noon + 5 * HOUR_S); /* the third degree */
	put_stay(f, 6, third_home, noon + 4 * HOUR_S, noon + 5 * HOUR_S);
	contacts = trace(f);
	assert_int_equal(contacts.count, 2);
	assert_int_equal(contacts.items[0].person, 2);
	assert_int_equal(contacts.items[0].degree, 1);
	assert_int_equal(contacts.items[1].person, 4);
	assert_int_equal(contacts.items[1].degree, 2);
	assert_int_equal(contacts.items[1].kind, EXPOSURE_SECONDARY);
	assert_int_equal(contacts.items[1].through, 2);
	exposure_contacts_free(&contacts);
}

static instant
quarantined_two_hours_later(person_number person, void *context)
{
	(void)context;
	return person == 2 ? noon + 2 * HOUR_S : EXPOSURE_UNKNOWN;
}

static void
who_is_quarantined_hands_nothing_on_E5(void **state)
{
	struct fixture *f = *state;
	const struct exposure_case subject = case_of(1);
	place_number home = put_place(f, "home", "household"), other_home = put_place(f, "other home", "household");
	struct exposure_contacts contacts;

	put_stay(f, 1, home, noon, noon + HOUR_S);
	put_stay(f, 2, home, noon, noon + HOUR_S);
	put_stay(f, 2, other_home, noon + 2 * HOUR_S, noon + 3 * HOUR_S);
	put_stay(f, 4, other_home, noon + 2 * HOUR_S, noon + 3 * HOUR_S);
	contacts = trace_with(f, &subject, quarantined_two_hours_later);
	assert_int_equal(contacts.count, 1);
	exposure_contacts_free(&contacts);
}

static void
a_family_is_close_and_not_secondary_too_E6(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household");
	struct exposure_contacts contacts;

	for (person_number person = 1; person <= 4; person++)
		put_stay(f, person, home, noon, noon + DAY_S);
	contacts = trace(f);
	assert_int_equal(contacts.count, 3);
	for (size_t i = 0; i < contacts.count; i++) {
		assert_int_equal(contacts.items[i].person, i + 2);
		assert_int_equal(contacts.items[i].degree, 1);
	}
	exposure_contacts_free(&contacts);
}

static void
the_order_of_recording_changes_nothing_E7(void **state)
{
	struct fixture *f = *state;
	struct exposure_contacts forth, back;
	place_number home[2], shop[2];

	/* The same twenty people and stays, recorded forwards as persons 1.., backwards as 101... */
	for (int round = 0; round < 2; round++) {
		home[round] = put_place(f, round ? "home b" : "home a", "household");
		shop[round] = put_place(f, round ? "shop b" : "shop a", "venue");
		for (int i = 0; i < 20; i++) {
			int n = round ? 19 - i : i;
			person_number person = (person_number)(n + 1 + round * 100);

			put_stay(f, person, n % 3 ? shop[round] : home[round], noon + n * 7 * MINUTE_S, noon + n * HOUR_S + HOUR_S);
			put_stay(f, person, shop[round], noon + DAY_S + n, noon + DAY_S + 5 * HOUR_S - n * 10 * MINUTE_S);
		}
	}
	forth = trace(f);
	back = trace_with(
		f, &(struct exposure_case){101, case_of(1).onset, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN}, NULL);
	assert_true(forth.count > 20);
	assert_int_equal(forth.count, back.count);
	for (size_t i = 0; i < forth.count; i++) {
		assert_int_equal(forth.items[i].person + 100, back.items[i].person);
		assert_int_equal(forth.items[i].kind, back.items[i].kind);
		assert_int_equal(forth.items[i].from, back.items[i].from);
		assert_int_equal(forth.items[i].to, back.items[i].to);
		assert_int_equal(forth.items[i].minutes, back.items[i].minutes);
	}
	exposure_contacts_free(&forth);
	exposure_contacts_free(&back);
}

static void
a_case_of_which_no_time_is_known_has_no_contacts(void **state)
{
	struct fixture *f = *state;
	const struct exposure_case subject = {1, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN};
	place_number home = put_place(f, "home", "household");
	struct exposure_contacts contacts;

	put_stay(f, 1, home, noon, noon + HOUR_S);
	put_stay(f, 2, home, noon, noon + HOUR_S);
	contacts = trace_with(f, &subject, NULL);
	assert_int_equal(contacts.count, 0);
	exposure_contacts_free(&contacts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

static struct exposure_contacts
trace_by_rule(struct fixture *f, const char *kind, struct exposure_rule rule)
{
	struct exposure_parameters parameters = {
		.before_onset_days = 2, .infectious_after_onset_days = 10, .place_count = 1};
	const struct exposure_case subject = case_of(1);
	struct exposure_contacts contacts;
	struct error e = {0};

	snprintf(parameters.places[0].kind, sizeof parameters.places[0].kind, "%s", kind);
	parameters.places[0].count = 1;
	parameters.places[0].rules[0] = rule;
	assert_int_equal(
		exposure_trace(f->presence, &parameters, &subject, &zone_utc, &see_all, NULL, NULL, &contacts, &e), 0);
	return contacts;
}

static void
a_crew_is_near_everybody_it_served(void **state)
{
	struct fixture *f = *state;
	place_number flight = put_place(f, "flight", "aircraft");
	struct exposure_rule rule = {.kind = EXPOSURE_CLOSE, .rows = 3, .crew = true};
	struct exposure_contacts contacts;

	put_seat(f, 1, flight, noon, noon + HOUR_S, "12A");
	put_seat(f, 2, flight, noon, noon + HOUR_S, "15C");
	put_seat(f, 3, flight, noon, noon + HOUR_S, "16C");
	put_seat(f, 4, flight, noon, noon + HOUR_S, "crew");
	contacts = trace_by_rule(f, "aircraft", rule);
	assert_int_equal(contacts.count, 2);
	assert_int_equal(contacts.items[0].person, 2);
	assert_int_equal(contacts.items[1].person, 4);
	exposure_contacts_free(&contacts);
	rule.crew = false;
	contacts = trace_by_rule(f, "aircraft", rule);
	assert_int_equal(contacts.count, 1);
	exposure_contacts_free(&contacts);
}

static void
a_compartment_is_a_row_of_its_own(void **state)
{
	struct fixture *f = *state;
	place_number carriage = put_place(f, "carriage", "sleeper");
	struct exposure_contacts contacts;

	put_seat(f, 1, carriage, noon, noon + HOUR_S, "5");
	put_seat(f, 2, carriage, noon, noon + HOUR_S, "5B");
	put_seat(f, 3, carriage, noon, noon + HOUR_S, "6");
	put_stay(f, 4, carriage, noon, noon + HOUR_S); /* no seat known */
	contacts = trace_by_rule(f, "sleeper", (struct exposure_rule){.kind = EXPOSURE_CLOSE, .rows = 0});
	assert_int_equal(contacts.count, 1);
	assert_int_equal(contacts.items[0].person, 2);
	exposure_contacts_free(&contacts);
}

/* Over 30 hours in 14 days, the case's or the other's. */
static void
a_companion_is_at_home_in_the_cell_or_met_somebody_who_is(void **state)
{
	const struct exposure_rule rule = {
		.kind = EXPOSURE_COMPANION, .minutes = 10, .rows = EXPOSURE_ANY_ROW, .hours = 30, .within_days = 14};
	struct fixture *f = *state;
	place_number cell = put_place(f, "cell", "cell");
	struct exposure_contacts contacts;

	put_stay(f, 1, cell, noon, noon + HOUR_S);
	put_stay(f, 2, cell, noon, noon + HOUR_S);                  /* passes through */
	put_stay(f, 3, cell, noon - 30 * HOUR_S, noon + HOUR_S);    /* lives there */
	put_stay(f, 4, cell, noon - 29 * HOUR_S, noon + HOUR_S);    /* 30 hours, not over them */
	put_stay(f, 5, cell, noon - 30 * DAY_S, noon - 15 * DAY_S); /* lived there long ago */
	put_stay(f, 5, cell, noon, noon + HOUR_S);
	contacts = trace_by_rule(f, "cell", rule);
	assert_int_equal(contacts.count, 1);
	assert_int_equal(contacts.items[0].person, 3);
	assert_int_equal(contacts.items[0].kind, EXPOSURE_COMPANION);
	exposure_contacts_free(&contacts);

	put_stay(f, 1, cell, noon - 40 * HOUR_S, noon - 5 * HOUR_S); /* the case lives there */
	contacts = trace_by_rule(f, "cell", rule);
	assert_int_equal(contacts.items[0].person, 2);
	assert_true(contacts.count >= 4);
	exposure_contacts_free(&contacts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stay_that_ends_as_the_case_arrives_is_no_contact_E1),
		TEST(what_is_shared_outside_the_infectious_window_does_not_count_E2),
		TEST(time_shared_without_a_break_is_one_row_and_counts_once_E3),
		TEST(the_first_rule_satisfied_gives_the_kind_E4),
		TEST(in_an_aircraft_three_rows_either_way_are_close_E4),
		TEST(where_only_the_day_is_known_minutes_are_not_E4),
		TEST(close_contacts_hand_on_from_their_first_exposure_in_the_places_named_E5),
		TEST(who_is_quarantined_hands_nothing_on_E5),
		TEST(a_family_is_close_and_not_secondary_too_E6),
		TEST(the_order_of_recording_changes_nothing_E7),
		TEST(a_case_of_which_no_time_is_known_has_no_contacts),
		TEST(a_crew_is_near_everybody_it_served),
		TEST(a_compartment_is_a_row_of_its_own),
		TEST(a_companion_is_at_home_in_the_cell_or_met_somebody_who_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
