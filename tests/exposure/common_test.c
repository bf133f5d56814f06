/* Places at which several cases may have caught it. The cases' onset is on day 40: days 26 to 38 are looked at. */

#include "fixture.h"

static const instant noon = 30 * DAY_S + 12 * HOUR_S;

static struct exposure_parameters
alerting(size_t cases, int32_t days)
{
	struct exposure_parameters parameters = read_parameters();

	parameters.place_alert = (struct exposure_place_alert){cases, days, 2, {"venue", "office"}};
	return parameters;
}

static struct exposure_commons
common(
	struct fixture *f, const struct exposure_parameters *parameters, const struct exposure_grouped *cases, size_t count)
{
	struct exposure_commons commons;
	struct error e = {0};

	assert_int_equal(exposure_common(f->presence, parameters, cases, count, &zone_utc, &see_all, &commons, &e), 0);
	return commons;
}

static size_t
places_of(
	struct fixture *f, const struct exposure_parameters *parameters, const struct exposure_grouped *cases, size_t count)
{
	struct exposure_commons commons = common(f, parameters, cases, count);
	size_t places = commons.count;

	exposure_commons_free(&commons);
	return places;
}

static void
cases_that_were_there_within_the_days_share_a_place_M1(void **state)
{
	struct fixture *f = *state;
	const place_number shop = put_place(f, "shop", "venue"), office = put_place(f, "office", "office");
	const struct exposure_grouped cases[] = {{case_of(1), 0}, {case_of(2), 1}, {case_of(3), 2}};
	struct exposure_parameters parameters = alerting(2, 3);
	struct exposure_commons commons;

	put_stay(f, 1, shop, noon, noon + HOUR_S);
	put_stay(f, 2, shop, noon + 2 * DAY_S, noon + 2 * DAY_S + HOUR_S); /* not at the same time */
	put_stay(f, 3, office, noon, noon + HOUR_S);
	put_stay(f, 1, office, noon + 3 * DAY_S, noon + 3 * DAY_S + HOUR_S); /* three days later is not within three */
	put_stay(f, 9, office, noon, noon + HOUR_S);                         /* no case */
	commons = common(f, &parameters, cases, 3);
	assert_int_equal(commons.count, 1);
	assert_int_equal(commons.items[0].place, shop);
	assert_int_equal(commons.items[0].groups, 2);
	assert_int_equal(commons.items[0].count, 2);
	assert_int_equal(commons.visitors[commons.items[0].first], 0);
	assert_int_equal(commons.visitors[commons.items[0].first + 1], 1);
	assert_int_equal(commons.items[0].from, noon);
	assert_int_equal(commons.items[0].to, noon + 2 * DAY_S + HOUR_S);
	exposure_commons_free(&commons);
	parameters = alerting(3, 3);
	assert_int_equal(places_of(f, &parameters, cases, 3), 0);
	parameters = alerting(2, 4);
	assert_int_equal(places_of(f, &parameters, cases, 3), 2);
	parameters.place_alert.cases = 0;
	assert_int_equal(places_of(f, &parameters, cases, 3), 0);
}

static void
who_is_linked_counts_once(void **state)
{
	struct fixture *f = *state;
	const place_number shop = put_place(f, "shop", "venue");
	struct exposure_grouped cases[] = {{case_of(1), 1}, {case_of(2), 1}, {case_of(3), 0}};
	const struct exposure_parameters parameters = alerting(2, 3);
	struct exposure_commons commons;

	put_stay(f, 1, shop, noon, noon + HOUR_S);
	put_stay(f, 2, shop, noon, noon + HOUR_S);
	assert_int_equal(places_of(f, &parameters, cases, 3), 0);
	put_stay(f, 3, shop, noon, noon + HOUR_S);
	commons = common(f, &parameters, cases, 3);
	assert_int_equal(commons.count, 1);
	assert_int_equal(commons.items[0].groups, 2);
	assert_int_equal(commons.items[0].count, 3);
	exposure_commons_free(&commons);
	cases[2].group = 1;
	assert_int_equal(places_of(f, &parameters, cases, 3), 0);
}

static void
what_lies_outside_of_the_window_or_at_other_kinds_of_places_counts_for_nothing(void **state)
{
	struct fixture *f = *state;
	const place_number shop = put_place(f, "shop", "venue"), home = put_place(f, "home", "household");
	struct exposure_grouped cases[] = {{case_of(1), 0}, {case_of(2), 1}};
	const struct exposure_parameters parameters = alerting(2, 14);

	put_stay(f, 1, home, noon, noon + HOUR_S);
	put_stay(f, 2, home, noon, noon + HOUR_S);
	put_stay(f, 1, shop, 39 * DAY_S - 60, 39 * DAY_S + HOUR_S); /* ends after day 38, and begins on it */
	put_stay(f, 2, shop, 39 * DAY_S, 39 * DAY_S + HOUR_S);      /* the day after: they may be infectious by then */
	assert_int_equal(places_of(f, &parameters, cases, 2), 0);
	cases[1].exposure.onset += DAY_S;
	assert_int_equal(places_of(f, &parameters, cases, 2), 1);
	cases[1].exposure.onset = EXPOSURE_UNKNOWN; /* no time is known */
	assert_int_equal(places_of(f, &parameters, cases, 2), 0);
}

/* Windows that overlap are one exposure; what lies between two that do not is of neither. */
static void
all_windows_of_a_place_are_one_exposure_M1(void **state)
{
	struct fixture *f = *state;
	const place_number shop = put_place(f, "shop", "venue");
	struct exposure_grouped cases[6];
	const struct exposure_parameters parameters = alerting(2, 1);
	struct exposure_commons commons;

	for (size_t i = 0; i < 6; i++)
		cases[i] = (struct exposure_grouped){case_of((person_number)i + 1), i};
	for (size_t i = 0; i < 3; i++) /* each 20 hours after the one before */
		put_stay(f, (person_number)i + 1, shop, noon + (instant)i * 20 * HOUR_S, noon + (instant)i * 20 * HOUR_S + 60);
	put_stay(f, 4, shop, noon + 4 * DAY_S, noon + 4 * DAY_S + 60); /* alone */
	put_stay(f, 5, shop, noon + 6 * DAY_S, noon + 6 * DAY_S + 60);
	put_stay(f, 6, shop, noon + 6 * DAY_S, noon + 6 * DAY_S + 120);
	commons = common(f, &parameters, cases, 6);
	assert_int_equal(commons.count, 1);
	assert_int_equal(commons.items[0].count, 5);
	assert_int_equal(commons.items[0].groups, 5);
	assert_int_equal(commons.items[0].from, noon);
	assert_int_equal(commons.items[0].to, noon + 6 * DAY_S + 120);
	for (size_t i = 0; i < 5; i++)
		assert_int_not_equal(commons.visitors[i], 3);
	exposure_commons_free(&commons);
}

enum { CROWD = 12, ROUNDS = 60 };

static unsigned
any(unsigned below)
{
	static uint64_t state = 2020;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

struct was_there {
	size_t of;
	instant at;
};

/* M1 and M2, said again the long way: of every two stays, everything between them. */
static size_t
groups_in_some_window(const struct was_there *stays, size_t count, const struct exposure_grouped *cases, int32_t days)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen[CROWD] = {false};
		size_t groups = 0;

		for (size_t j = 0; j < count; j++) {
			size_t group = cases[stays[j].of].group;

			if (stays[j].at < stays[i].at || stays[j].at >= stays[i].at + days * DAY_S || seen[group])
				continue;
			seen[group] = true;
			groups++;
		}
		most = groups > most ? groups : most;
	}
	return most;
}

static void
at_random_it_is_what_every_window_says(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < ROUNDS; round++) {
		const struct exposure_parameters parameters = alerting(2 + any(4), 1 + (int32_t)any(5));
		struct was_there stays[3 * CROWD];
		struct exposure_grouped cases[CROWD];
		char code[24];
		place_number place;

		snprintf(code, sizeof code, "shop-%d", round);
		place = put_place(f, code, "venue");
		for (size_t i = 0; i < CROWD; i++)
			cases[i] = (struct exposure_grouped){case_of((person_number)(round * CROWD + (int)i + 1)), any(CROWD)};
		for (size_t i = 0; i < 3 * CROWD; i++) {
			stays[i] = (struct was_there){any(CROWD), 26 * DAY_S + (instant)any(12 * 24) * HOUR_S};
			put_stay(f, cases[stays[i].of].exposure.person, place, stays[i].at, stays[i].at + 60);
		}
		assert_int_equal(places_of(f, &parameters, cases, CROWD),
			groups_in_some_window(stays, 3 * CROWD, cases, parameters.place_alert.days) >=
				parameters.place_alert.cases);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cases_that_were_there_within_the_days_share_a_place_M1),
		TEST(who_is_linked_counts_once),
		TEST(what_lies_outside_of_the_window_or_at_other_kinds_of_places_counts_for_nothing),
		TEST(all_windows_of_a_place_are_one_exposure_M1),
		TEST(at_random_it_is_what_every_window_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
