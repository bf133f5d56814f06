#include "engines.h"

struct list {
	struct presence_stay stays[64];
	size_t count;
};

static int
add(const struct presence_stay *stay, void *context, struct error *e)
{
	struct list *list = context;

	(void)e;
	assert_true(list->count < 64);
	list->stays[list->count++] = *stay;
	return 0;
}

static struct list
stays_at(struct fixture *f, place_number place, instant from, instant to, const struct presence_view *view)
{
	struct list list = {0};
	struct error e = {0};

	assert_int_equal(presence_each_stay_at(f->presence, place, from, to, view, add, &list, &e), 0);
	return list;
}

static struct list
stays_of(struct fixture *f, person_number person, instant from, instant to, const struct presence_view *view)
{
	struct list list = {0};
	struct error e = {0};

	assert_int_equal(presence_each_stay_of(f->presence, person, from, to, view, add, &list, &e), 0);
	return list;
}

static void
the_same_stay_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");

	assert_int_equal(put_stay(f, 1, place, 1000, 2000), PRESENCE_NEW);
	assert_int_equal(put_stay(f, 1, place, 1000, 2000), PRESENCE_UNCHANGED);
	assert_int_equal(put_stay_at(f, 1, place, 1000, 2000, 50), PRESENCE_UNCHANGED);
	assert_int_equal(stays_of(f, 1, 0, 5000, &see_all).count, 1);
}

static void
a_correction_counts_from_when_it_was_recorded(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	const struct presence_view before = {INT64_MAX, 99};

	assert_int_equal(put_stay(f, 1, place, 1000, 2000), PRESENCE_NEW);
	assert_int_equal(put_stay_at(f, 1, place, 1000, 1500, 100), PRESENCE_CHANGED);
	assert_int_equal(stays_of(f, 1, 0, 5000, &before).stays[0].end, 2000);
	assert_int_equal(stays_of(f, 1, 0, 5000, &see_all).count, 1);
	assert_int_equal(stays_of(f, 1, 0, 5000, &see_all).stays[0].end, 1500);
	/* What the correction took away is not found any more. */
	assert_int_equal(stays_at(f, place, 1600, 1700, &see_all).count, 0);
	assert_int_equal(stays_at(f, place, 1600, 1700, &before).count, 1);
}

static void
an_undone_import_leaves_what_was_before(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	const struct presence_view before = {INT64_MAX, 150};
	struct error e = {0};

	put_stay(f, 1, place, 1000, 2000);
	put_stay_at(f, 1, place, 1000, 1500, 100);
	put_stay_at(f, 2, place, 1000, 1500, 100);
	assert_int_equal(presence_undo(f->presence, 101, 200, &e), 0);
	assert_int_equal(presence_undo(f->presence, 101, 300, &e), 0);
	assert_int_equal(stays_at(f, place, 0, 5000, &see_all).count, 1);
	assert_int_equal(stays_at(f, place, 0, 5000, &see_all).stays[0].end, 2000);
	assert_int_equal(stays_at(f, place, 0, 5000, &before).count, 2);
}

static void
stays_are_half_open(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");

	put_stay(f, 1, place, 1000, 2000);
	assert_int_equal(stays_at(f, place, 2000, 3000, &see_all).count, 0);
	assert_int_equal(stays_at(f, place, 0, 1000, &see_all).count, 0);
	assert_int_equal(stays_at(f, place, 1999, 2000, &see_all).count, 1);
	assert_int_equal(stays_at(f, place, 1000, 1001, &see_all).count, 1);
	assert_int_equal(stays_of(f, 1, 2000, 3000, &see_all).count, 0);
	assert_int_equal(stays_of(f, 1, 0, 1000, &see_all).count, 0);
}

static void
stays_come_by_start_then_person_then_place(void **state)
{
	struct fixture *f = *state;
	place_number one = put_place(f, "one", "venue"), two = put_place(f, "two", "venue");
	struct list list;

	put_stay(f, 7, one, 300, 400);
	put_stay(f, 9, one, 100, 90000);
	put_stay(f, 8, one, 100, 200);
	put_stay(f, 7, two, 300, 400);
	list = stays_at(f, one, 0, 1000, &see_all);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.stays[0].person, 8);
	assert_int_equal(list.stays[1].person, 9);
	assert_int_equal(list.stays[2].person, 7);
	list = stays_of(f, 7, 0, 1000, &see_all);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.stays[0].place, one);
	assert_int_equal(list.stays[1].place, two);
}

static void
a_long_stay_is_found_long_after_its_start_I3(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "ward", "venue");
	instant length = 1;

	/* A stay on each side of each span's length, each found in its last second. */
	for (person_number person = 1; length < PRESENCE_STAY_MAX_S; person++, length = length * 2 + 1) {
		assert_int_equal(put_stay(f, person, place, 0, length), PRESENCE_NEW);
		assert_int_equal(stays_at(f, place, length - 1, length, &see_all).count, 1);
		assert_int_equal(stays_of(f, person, length - 1, length, &see_all).count, 1);
	}
	assert_int_equal(put_stay(f, 60, place, 0, PRESENCE_STAY_MAX_S), PRESENCE_NEW);
	assert_int_equal(stays_at(f, place, PRESENCE_STAY_MAX_S - 1, INT64_MAX, &see_all).count, 1);
	assert_int_equal(stays_of(f, 60, PRESENCE_STAY_MAX_S - 1, INT64_MAX, &see_all).count, 1);
}

static void
nothing_after_now_is_seen(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	const struct presence_view view = {1500, INT64_MAX};
	struct list list;

	put_stay(f, 1, place, 1000, 2000);
	put_stay(f, 2, place, 1500, 2000);
	list = stays_at(f, place, INT64_MIN, INT64_MAX, &view);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.stays[0].end, 1500);
	assert_int_equal(stays_at(f, place, 1500, 3000, &view).count, 0);
}

static void
a_day_without_hours_is_a_stay_of_its_own(void **state)
{
	struct fixture *f = *state;
	const struct presence_source source = {0, 1};
	const struct presence_view noon = {DAY_S / 2, INT64_MAX};
	place_number place = put_place(f, "shop", "venue");
	struct presence_stay day = {.person = 1, .place = place, .start = 0, .end = DAY_S, .day_only = true};
	struct error e = {0};
	struct list list;

	put_stay(f, 1, place, 0, 3600);
	assert_int_equal(presence_put_stay(f->presence, &day, &source, &e), PRESENCE_NEW);
	assert_int_equal(presence_put_stay(f->presence, &day, &source, &e), PRESENCE_UNCHANGED);
	list = stays_of(f, 1, 0, DAY_S, &noon);
	assert_int_equal(list.count, 2);
	assert_false(list.stays[0].day_only);
	assert_true(list.stays[1].day_only);
	assert_int_equal(list.stays[1].end, DAY_S);
}

static void
what_is_no_stay_is_refused(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");

	assert_int_equal(put_stay(f, 1, place, 1000, 1000), ERROR_BAD_INPUT);
	assert_int_equal(put_stay(f, 1, place, 1000, 999), ERROR_BAD_INPUT);
	assert_int_equal(put_stay(f, 0, place, 1000, 2000), ERROR_BAD_INPUT);
	assert_int_equal(put_stay(f, 1, 0, 1000, 2000), ERROR_BAD_INPUT);
	assert_int_equal(put_stay(f, 1, place, 0, PRESENCE_STAY_MAX_S + 1), ERROR_BAD_INPUT);
	assert_int_equal(put_stay(f, 1, place, INT64_MIN, INT64_MAX), ERROR_BAD_INPUT);
	assert_int_equal(put_stay(f, 1, place + 1, 1000, 2000), ERROR_EXISTS_NOT);
}

static int
stop_at_first(const struct presence_stay *stay, void *context, struct error *e)
{
	(void)e;
	(*(int *)context)++;
	return (int)stay->person;
}

static void
a_walk_ends_when_it_is_told_to(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	struct error e = {0};
	int calls = 0;

	put_stay(f, 5, place, 1000, 2000);
	put_stay(f, 6, place, 1000, 2000);
	assert_int_equal(presence_each_stay_at(f->presence, place, 0, 5000, &see_all, stop_at_first, &calls, &e), 5);
	assert_int_equal(calls, 1);
}

static void
purging_forgets_whole_days(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	struct presence_purged purged;
	struct error e = {0};

	put_stay(f, 1, place, 1000, 2000);
	put_stay(f, 1, place, DAY_S - 10, 2 * DAY_S); /* ends later, but belongs to the day in which it starts */
	put_stay(f, 1, place, DAY_S, DAY_S + 10);
	assert_int_equal(presence_purge(f->presence, 0, &purged, &e), 0);
	assert_int_equal(purged.days, 0);
	assert_int_equal(presence_purge(f->presence, 1, &purged, &e), 0);
	assert_int_equal(purged.days, 1);
	assert_int_equal(purged.first, 0);
	assert_int_equal(purged.last, 0);
	assert_int_equal(stays_at(f, place, 0, 5 * DAY_S, &see_all).count, 1);
	assert_int_equal(put_stay(f, 1, place, 1000, 2000), ERROR_DENIED);
	assert_int_equal(put_stay(f, 2, place, DAY_S, DAY_S + 10), PRESENCE_NEW);
	assert_int_equal(presence_purge(f->presence, 1, &purged, &e), 0);
	assert_int_equal(purged.days, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_stay_again_changes_nothing),
		TEST(a_correction_counts_from_when_it_was_recorded),
		TEST(an_undone_import_leaves_what_was_before),
		TEST(stays_are_half_open),
		TEST(stays_come_by_start_then_person_then_place),
		TEST(a_long_stay_is_found_long_after_its_start_I3),
		TEST(nothing_after_now_is_seen),
		TEST(a_day_without_hours_is_a_stay_of_its_own),
		TEST(what_is_no_stay_is_refused),
		TEST(a_walk_ends_when_it_is_told_to),
		TEST(purging_forgets_whole_days),
	};

	return run_on_engines(tests, sizeof tests / sizeof *tests);
}
