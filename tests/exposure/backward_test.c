#include "fixture.h"

/* The case's onset is on day 40: days 26 to 38 are looked at. */
static const instant noon = 30 * DAY_S + 12 * HOUR_S;

static struct exposure_origins
trace_back(struct fixture *f, const struct exposure_case *others, size_t count)
{
	const struct exposure_parameters parameters = read_parameters();
	const struct exposure_case subject = case_of(1);
	struct exposure_origins origins;
	struct error e = {0};

	assert_int_equal(
		exposure_backward(f->presence, &parameters, &subject, others, count, &zone_utc, &see_all, &origins, &e), 0);
	return origins;
}

static struct exposure_case
infectious_around(person_number person, instant at)
{
	return (struct exposure_case){person, at, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN, EXPOSURE_UNKNOWN};
}

static void
places_with_sources_come_first_then_those_with_most_cases(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household"), shop = put_place(f, "shop", "venue");
	place_number market = put_place(f, "market", "market"), park = put_place(f, "park", "park");
	const struct exposure_case others[] = {
		infectious_around(1, noon), infectious_around(2, noon), infectious_around(3, noon + 30 * DAY_S)};
	struct exposure_origins origins;

	put_stay(f, 1, home, noon, noon + 9 * HOUR_S);
	put_stay(f, 9, home, noon, noon + 9 * HOUR_S); /* no case */
	put_stay(f, 1, shop, noon, noon + HOUR_S);
	put_stay(f, 2, shop, noon, noon + HOUR_S);
	put_stay(f, 1, market, noon, noon + 2 * HOUR_S);
	put_stay(f, 2, market, noon, noon + HOUR_S);
	put_stay(f, 3, market, noon, noon + 2 * HOUR_S);
	put_stay(f, 1, park, noon, noon + 8 * HOUR_S);
	put_stay(f, 3, park, noon, noon + 8 * HOUR_S);
	origins = trace_back(f, others, 3);
	assert_int_equal(origins.count, 3);
	assert_int_equal(origins.items[0].place, market);
	assert_int_equal(origins.items[0].sources, 1);
	assert_int_equal(origins.items[0].cases, 2);
	assert_int_equal(origins.items[0].minutes, 120);
	assert_int_equal(origins.items[1].place, shop);
	assert_int_equal(origins.items[2].place, park);
	assert_int_equal(origins.items[2].sources, 0);
	exposure_origins_free(&origins);
}

static void
places_with_sources_that_nobody_linked_come_before_all(void **state)
{
	struct fixture *f = *state;
	place_number home = put_place(f, "home", "household"), shop = put_place(f, "shop", "venue");
	struct exposure_case others[] = {
		infectious_around(2, noon), infectious_around(3, noon), infectious_around(4, noon)};
	struct exposure_origins origins;

	others[0].linked = others[1].linked = true;
	put_stay(f, 1, home, noon, noon + 9 * HOUR_S);
	put_stay(f, 2, home, noon, noon + 9 * HOUR_S);
	put_stay(f, 3, home, noon, noon + 9 * HOUR_S);
	put_stay(f, 1, shop, noon, noon + HOUR_S);
	put_stay(f, 4, shop, noon, noon + HOUR_S);
	origins = trace_back(f, others, 3);
	assert_int_equal(origins.count, 2);
	assert_int_equal(origins.items[0].place, shop);
	assert_int_equal(origins.items[0].unlinked, 1);
	assert_int_equal(origins.items[1].place, home);
	assert_int_equal(origins.items[1].sources, 2);
	assert_int_equal(origins.items[1].unlinked, 0);
	exposure_origins_free(&origins);
}

static void
a_case_met_twice_counts_once_and_no_second_twice_B1_B2(void **state)
{
	struct fixture *f = *state;
	place_number shop = put_place(f, "shop", "venue");
	const struct exposure_case others[] = {infectious_around(2, noon), infectious_around(3, noon)};
	struct exposure_origins origins;

	put_stay(f, 1, shop, noon, noon + HOUR_S);
	put_stay(f, 1, shop, noon + DAY_S, noon + DAY_S + HOUR_S);
	put_stay(f, 2, shop, noon, noon + HOUR_S);
	put_stay(f, 3, shop, noon, noon + HOUR_S);
	put_stay(f, 2, shop, noon + DAY_S, noon + DAY_S + HOUR_S);
	origins = trace_back(f, others, 2);
	assert_int_equal(origins.count, 1);
	assert_int_equal(origins.items[0].cases, 2);
	assert_int_equal(origins.items[0].sources, 2);
	assert_int_equal(origins.items[0].minutes, 120);
	assert_int_equal(origins.items[0].from, noon);
	assert_int_equal(origins.items[0].to, noon + DAY_S + HOUR_S);
	exposure_origins_free(&origins);
}

static void
only_the_days_in_which_it_may_have_been_caught_are_looked_at(void **state)
{
	struct fixture *f = *state;
	place_number shop = put_place(f, "shop", "venue");
	const struct exposure_case others[] = {infectious_around(2, noon)};
	struct exposure_origins origins;

	put_stay(f, 1, shop, 0, 90 * DAY_S);
	put_stay(f, 2, shop, 25 * DAY_S, 26 * DAY_S);
	put_stay(f, 2, shop, 39 * DAY_S, 40 * DAY_S);
	origins = trace_back(f, others, 1);
	assert_int_equal(origins.count, 0);
	exposure_origins_free(&origins);
	put_day(f, 2, shop, 26);
	origins = trace_back(f, others, 1);
	assert_int_equal(origins.count, 1);
	assert_int_equal(origins.items[0].minutes, -1);
	exposure_origins_free(&origins);
}

static void
other_cases_must_come_sorted(void **state)
{
	struct fixture *f = *state;
	const struct exposure_parameters parameters = read_parameters();
	const struct exposure_case subject = case_of(1);
	const struct exposure_case others[] = {case_of(3), case_of(2)};
	struct exposure_origins origins;
	struct error e = {0};

	assert_int_equal(
		exposure_backward(f->presence, &parameters, &subject, others, 2, &zone_utc, &see_all, &origins, &e),
		ERROR_USAGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(places_with_sources_come_first_then_those_with_most_cases),
		TEST(places_with_sources_that_nobody_linked_come_before_all),
		TEST(a_case_met_twice_counts_once_and_no_second_twice_B1_B2),
		TEST(only_the_days_in_which_it_may_have_been_caught_are_looked_at),
		TEST(other_cases_must_come_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
