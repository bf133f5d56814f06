#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "presence/presence.h"

enum {
	MINUTE = 60,
	METRE_E7 = 90, /* of latitude, about */
	STAYS_MAX = 2000,
	POSITIONS = 2000,
};

static const struct detect_parameters usual = {.radius_m = 200,
	.minimum_s = 10 * MINUTE,
	.gap_s = 60 * MINUTE,
	.window_s = 0,
	.accuracy_most_m = 100,
	.neighbour_m = 2000,
	.return_s = 30 * MINUTE,
	.keep_open = true};

struct stays {
	struct detect_stay items[STAYS_MAX];
	size_t count;
};

static int
keep(const struct detect_stay *stay, void *context, struct error *e)
{
	struct stays *stays = context;

	(void)e;
	assert_true(stays->count < STAYS_MAX);
	stays->items[stays->count++] = *stay;
	return 0;
}

static void
detect(const struct detect_parameters *parameters, const struct detect_position *positions, size_t count,
	struct stays *ret_stays)
{
	struct detector *detector = NULL;
	struct error e = {0};

	ret_stays->count = 0;
	assert_int_equal(detect_check(parameters, &e), 0);
	assert_int_equal(detect_new(parameters, &detector, &e), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(detect_push(detector, &positions[i], keep, ret_stays, &e), DETECT_TAKEN);
	assert_int_equal(detect_finish(detector, keep, ret_stays, &e), 0);
	detect_free(detector);
}

/* At ${minute}, ${north} metres from a point in Hangzhou. */
static struct detect_position
at(int minute, int north)
{
	return (struct detect_position){
		.at = 1583000000 + minute * MINUTE, .latitude_e7 = 302741000 + north * METRE_E7, .longitude_e7 = 1201551000};
}

static void
is_stay(const struct detect_stay *stay, int from_minute, int to_minute, uint64_t positions)
{
	assert_int_equal((stay->start - 1583000000) / MINUTE, from_minute);
	assert_int_equal((stay->end - 1583000000) / MINUTE, to_minute);
	assert_int_equal(stay->positions, positions);
}

static void
a_stay_lasts_until_the_first_position_outside(void **state)
{
	const struct detect_position positions[] = {
		at(0, 0), at(5, 50), at(10, -50), at(15, 20), at(20, 1000), at(25, 2000)};
	struct stays stays;

	(void)state;
	detect(&usual, positions, 6, &stays);
	assert_int_equal(stays.count, 1);
	is_stay(&stays.items[0], 0, 20, 4);
	assert_int_equal(stays.items[0].latitude_e7, 302741000 + 5 * METRE_E7);
	assert_int_equal(stays.items[0].longitude_e7, 1201551000);
}

static void
a_short_stop_is_no_stay(void **state)
{
	const struct detect_position positions[] = {at(0, 0), at(5, 0), at(9, 1000), at(12, 2000)};
	struct stays stays;

	(void)state;
	detect(&usual, positions, 4, &stays);
	assert_int_equal(stays.count, 0);
}

static void
silence_ends_a_stay_with_its_last_position(void **state)
{
	const struct detect_position positions[] = {at(0, 0), at(15, 0), at(76, 0), at(100, 0)};
	struct detect_parameters as_published = usual;
	struct stays stays;

	(void)state;
	detect(&usual, positions, 4, &stays);
	assert_int_equal(stays.count, 2);
	is_stay(&stays.items[0], 0, 15, 2);
	is_stay(&stays.items[1], 76, 100, 2);
	as_published.keep_open = false;
	detect(&as_published, positions, 4, &stays);
	assert_int_equal(stays.count, 0);
}

static void
vague_positions_are_left_out(void **state)
{
	struct detect_position positions[] = {at(0, 0), at(5, 3000), at(12, 0)};
	struct stays stays;

	(void)state;
	positions[1].accuracy_m = 101;
	detect(&usual, positions, 3, &stays);
	assert_int_equal(stays.count, 1);
	is_stay(&stays.items[0], 0, 12, 2);
}

static void
the_other_side_of_the_date_line_is_near(void **state)
{
	struct detect_position positions[] = {at(0, 0), at(10, 0), at(20, 0)};
	struct stays stays;

	(void)state;
	positions[0].longitude_e7 = 1799999900;
	positions[1].longitude_e7 = positions[2].longitude_e7 = -1799999900;
	detect(&usual, positions, 3, &stays);
	assert_int_equal(stays.count, 1);
	assert_true(llabs(stays.items[0].longitude_e7) > 1799999000);
}

static void
what_comes_later_than_the_window_is_told(void **state)
{
	const struct detect_position first = at(10, 0), in_time = at(5, 0), late = at(4, 0);
	struct detect_parameters parameters = usual;
	struct detector *detector = NULL;
	struct stays stays = {.count = 0};
	struct error e = {0};

	(void)state;
	parameters.window_s = 5 * MINUTE;
	assert_int_equal(detect_new(&parameters, &detector, &e), 0);
	assert_int_equal(detect_push(detector, &first, keep, &stays, &e), DETECT_TAKEN);
	assert_int_equal(detect_push(detector, &late, keep, &stays, &e), DETECT_LATE);
	assert_int_equal(detect_push(detector, &in_time, keep, &stays, &e), DETECT_TAKEN);
	detect_free(detector);
	detect_free(NULL);
}

/* Cells 1 and 2 are neighbours, 3 is far; 9 has no position. */
static struct detect_position
seen(int minute, uint32_t cell)
{
	struct detect_position position = at(minute, cell == 2 ? 900 : cell == 3 ? 9000 : 0);

	position.cell = cell;
	position.positioned = cell != 9;
	return position;
}

static void
ping_pong_between_neighbours_is_one_stay_in_the_cell_with_most_time(void **state)
{
	const struct detect_position positions[] = {seen(0, 2), seen(5, 1), seen(25, 2), seen(30, 1), seen(50, 2),
		seen(55, 1), seen(80, 2), seen(85, 3), seen(120, 3)};
	struct stays stays;

	(void)state;
	detect(&usual, positions, 9, &stays);
	assert_int_equal(stays.count, 2);
	is_stay(&stays.items[0], 0, 85, 7);
	assert_int_equal(stays.items[0].cell, 1);
	is_stay(&stays.items[1], 85, 120, 2);
	assert_int_equal(stays.items[1].cell, 3);
}

static void
who_does_not_come_back_has_left_as_they_were_first_seen_away(void **state)
{
	const struct detect_position positions[] = {seen(0, 1), seen(20, 1), seen(25, 2), seen(40, 2), seen(60, 2)};
	struct stays stays;

	(void)state;
	detect(&usual, positions, 5, &stays);
	assert_int_equal(stays.count, 2);
	is_stay(&stays.items[0], 0, 25, 2);
	is_stay(&stays.items[1], 25, 60, 3);
}

static void
a_way_to_a_far_or_unknown_cell_and_back_is_no_noise(void **state)
{
	struct detect_position positions[] = {seen(0, 1), seen(20, 1), seen(25, 3), seen(30, 1), seen(50, 1)};
	struct stays stays;

	(void)state;
	detect(&usual, positions, 5, &stays);
	assert_int_equal(stays.count, 2);
	is_stay(&stays.items[0], 0, 25, 2);
	is_stay(&stays.items[1], 30, 50, 2);
	positions[2] = seen(25, 9);
	detect(&usual, positions, 5, &stays);
	assert_int_equal(stays.count, 2);
}

/* Numbers of our own, so that a failure can be had again. */
static uint64_t
next_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Walks with stops, silences, several positions in one second, and cells between. */
static void
walk(uint64_t *seed, struct detect_position *positions, bool cells)
{
	int north = 0;
	instant now = 1583000000;

	for (size_t i = 0; i < POSITIONS; i++) {
		uint64_t n = next_number(seed) % 100;

		now += n < 5 ? 0 : n < 97 ? (instant)(next_number(seed) % 300) : (instant)(next_number(seed) % 8000);
		if (n % 10 == 0)
			north += (int)(next_number(seed) % 1600) - 800;
		positions[i] = at(0, north + (int)(next_number(seed) % 100));
		positions[i].at = now;
		if (cells && n % 2) {
			positions[i].cell = (uint32_t)(next_number(seed) % 4) + 1;
			positions[i].latitude_e7 = 302741000 + (int32_t)positions[i].cell * 1200 * METRE_E7;
			positions[i].positioned = positions[i].cell != 4;
		}
	}
}

static void
are_the_same(const struct stays *a, const struct stays *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->items[i].start, b->items[i].start);
		assert_int_equal(a->items[i].end, b->items[i].end);
		assert_int_equal(a->items[i].cell, b->items[i].cell);
		assert_int_equal(a->items[i].latitude_e7, b->items[i].latitude_e7);
		assert_int_equal(a->items[i].longitude_e7, b->items[i].longitude_e7);
		assert_int_equal(a->items[i].positions, b->items[i].positions);
	}
}

/* Move each position back or forth as far as the window lets it. */
static void
shuffle_within(instant window_s, uint64_t *seed, struct detect_position *positions)
{
	for (int round = 0; round < 20000; round++) {
		size_t i = next_number(seed) % (POSITIONS - 1);
		struct detect_position swap = positions[i];
		instant newest = positions[0].at;

		positions[i] = positions[i + 1];
		positions[i + 1] = swap;
		for (size_t k = 0; k <= i + 1; k++) {
			if (positions[k].at > newest)
				newest = positions[k].at;
			if (k >= i && positions[k].at < newest - window_s) {
				positions[i + 1] = positions[i];
				positions[i] = swap;
				break;
			}
		}
	}
}

static void
order_within_the_window_and_duplicates_change_nothing(void **state)
{
	static struct detect_position positions[POSITIONS], twice[2 * POSITIONS];
	static struct stays wanted, got;
	struct detect_parameters parameters = usual;
	uint64_t seed = 20200325;

	(void)state;
	parameters.window_s = 20 * MINUTE;
	for (int round = 0; round < 20; round++) {
		walk(&seed, positions, round % 2);
		detect(&parameters, positions, POSITIONS, &wanted);
		assert_true(wanted.count > 10);
		shuffle_within(parameters.window_s, &seed, positions);
		detect(&parameters, positions, POSITIONS, &got);
		are_the_same(&wanted, &got);
		for (size_t i = 0; i < POSITIONS; i++)
			twice[2 * i] = twice[2 * i + 1] = positions[i];
		detect(&parameters, twice, (size_t)2 * POSITIONS, &got);
		are_the_same(&wanted, &got);
	}
}

static void
stays_of_a_kind_follow_each_other_and_last_the_minimum(void **state)
{
	static struct detect_position positions[POSITIONS];
	static struct stays stays;
	uint64_t seed = 8;

	(void)state;
	for (int round = 0; round < 50; round++) {
		instant until[2] = {0, 0};

		walk(&seed, positions, round % 2);
		detect(&usual, positions, POSITIONS, &stays);
		for (size_t i = 0; i < stays.count; i++) {
			const struct detect_stay *stay = &stays.items[i];

			assert_true(stay->end - stay->start >= usual.minimum_s);
			assert_true(stay->start >= until[stay->cell != 0]);
			assert_true(stay->positions >= 1 && stay->positions <= POSITIONS);
			until[stay->cell != 0] = stay->end;
		}
	}
}

/* More in the window than are held: the oldest go on early, and nothing grows. */
static void
a_flood_within_the_window_stays_bounded(void **state)
{
	struct detect_parameters parameters = usual;
	struct detector *detector = NULL;
	struct stays stays = {.count = 0};
	struct error e = {0};

	(void)state;
	parameters.window_s = DAY_S;
	assert_int_equal(detect_new(&parameters, &detector, &e), 0);
	for (int i = 0; i < 10 * DETECT_WINDOW_MAX; i++) {
		struct detect_position position = at(0, 0);

		position.at += i;
		assert_int_equal(detect_push(detector, &position, keep, &stays, &e), DETECT_TAKEN);
	}
	assert_int_equal(detect_finish(detector, keep, &stays, &e), 0);
	assert_int_equal(stays.count, 1);
	assert_int_equal(stays.items[0].positions, 10 * DETECT_WINDOW_MAX);
	detect_free(detector);
}

static int
refuse(const struct detect_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)context;
	return error_set(e, ERROR_IO, "no room");
}

static void
what_the_callback_says_is_handed_back(void **state)
{
	const struct detect_position positions[] = {at(0, 0), at(15, 0), at(20, 1000)};
	struct detector *detector = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(detect_new(&usual, &detector, &e), 0);
	assert_int_equal(detect_push(detector, &positions[0], refuse, NULL, &e), DETECT_TAKEN);
	assert_int_equal(detect_push(detector, &positions[1], refuse, NULL, &e), DETECT_TAKEN);
	assert_int_equal(detect_push(detector, &positions[2], refuse, NULL, &e), DETECT_TAKEN);
	assert_int_equal(detect_finish(detector, refuse, NULL, &e), ERROR_IO);
	detect_free(detector);
}

static void
parameters_out_of_range_are_named(void **state)
{
	struct detect_parameters parameters = usual;
	struct error e = {0};

	(void)state;
	parameters.radius_m = 0;
	assert_int_equal(detect_check(&parameters, &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "radius_m"));
	parameters = usual;
	parameters.gap_s = 0;
	assert_int_equal(detect_check(&parameters, &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "gap_s"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stay_lasts_until_the_first_position_outside),
		cmocka_unit_test(a_short_stop_is_no_stay),
		cmocka_unit_test(silence_ends_a_stay_with_its_last_position),
		cmocka_unit_test(vague_positions_are_left_out),
		cmocka_unit_test(the_other_side_of_the_date_line_is_near),
		cmocka_unit_test(what_comes_later_than_the_window_is_told),
		cmocka_unit_test(ping_pong_between_neighbours_is_one_stay_in_the_cell_with_most_time),
		cmocka_unit_test(who_does_not_come_back_has_left_as_they_were_first_seen_away),
		cmocka_unit_test(a_way_to_a_far_or_unknown_cell_and_back_is_no_noise),
		cmocka_unit_test(order_within_the_window_and_duplicates_change_nothing),
		cmocka_unit_test(stays_of_a_kind_follow_each_other_and_last_the_minimum),
		cmocka_unit_test(a_flood_within_the_window_stays_bounded),
		cmocka_unit_test(what_the_callback_says_is_handed_back),
		cmocka_unit_test(parameters_out_of_range_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
