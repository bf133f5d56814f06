#include "../test.h"

#include <string.h>

#include "base/time.h"

/* China's offset, and Berlin's change of the 29th of March 2020 as a zone with a step each way. */
static const struct zone china = {.first_offset_s = 8 * 3600};
static const struct zone_step berlin_steps[] = {{1585443600, 7200}, {1603587600, 3600}};
static const struct zone berlin = {.first_offset_s = 3600, .step_count = 2, .steps = berlin_steps};

static instant
read_in(const char *text, const struct zone *zone)
{
	struct error e = {0};
	instant at = -1;

	if (time_read(text, strlen(text), zone, &at, &e) < 0)
		fail_msg("%s: %s", text, e.message);
	return at;
}

static void
refused_at(const char *text, size_t column)
{
	struct error e = {0};
	instant at = 42;

	assert_int_equal(time_read(text, strlen(text), &zone_utc, &at, &e), ERROR_BAD_INPUT);
	assert_int_equal(e.column, column);
	assert_int_equal(at, 42);
}

static void
times_with_an_offset_mean_the_same_everywhere(void **state)
{
	(void)state;
	assert_int_equal(read_in("2020-03-24T08:00:00+08:00", &zone_utc), 1585008000);
	assert_int_equal(read_in("2020-03-24T00:00:00Z", &china), 1585008000);
	assert_int_equal(read_in("2020-03-23t19:00:00.999-05:00", &china), 1585008000);
	assert_int_equal(read_in("2020-03-24 08:00+08:00", &zone_utc), 1585008000);
}

static void
times_without_an_offset_are_local(void **state)
{
	(void)state;
	assert_int_equal(read_in("2020-03-24T08:00:00", &china), 1585008000);
	assert_int_equal(read_in("2020-03-24", &china), 1584979200);
}

static void
what_is_no_time_is_refused_with_its_column(void **state)
{
	(void)state;
	refused_at("", 1);
	refused_at("2020-02-30", 9);
	refused_at("2020-13-01", 6);
	refused_at("2020-3-01", 7);
	refused_at("0000-01-01", 1);
	refused_at("2020-03-24T24:00:00", 12);
	refused_at("2020-03-24T08:00:00+8", 22);
	refused_at("2020-03-24T08:00:00+08:00 ", 26);
	refused_at("2020-03-24T08:00:00.", 21);
	refused_at("24.03.2020", 3);
}

static void
times_are_written_with_their_offset(void **state)
{
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_string_equal(time_write(1585008000, &china, text), "2020-03-24T08:00:00+08:00");
	assert_string_equal(time_write(-1, &zone_utc, text), "1969-12-31T23:59:59+00:00");
	assert_string_equal(time_write(1585443600, &berlin, text), "2020-03-29T03:00:00+02:00");
}

static void
a_day_begins_when_the_clocks_say_so(void **state)
{
	day_number day = day_from_civil(2020, 3, 29);
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_int_equal(zone_day(&china, 1585008000 - 8 * 3600), day_from_civil(2020, 3, 24));
	assert_int_equal(zone_day(&china, 1585008000 - 8 * 3600 - 1), day_from_civil(2020, 3, 23));
	assert_string_equal(time_write(zone_day_start(&berlin, day), &berlin, text), "2020-03-29T00:00:00+01:00");
	assert_int_equal(zone_day_start(&berlin, day + 1) - zone_day_start(&berlin, day), 23 * 3600);
	assert_int_equal(zone_day(&zone_utc, -1), -1);
}

static void
a_wall_time_that_is_skipped_means_the_change_and_one_that_repeats_the_first(void **state)
{
	(void)state;
	assert_int_equal(read_in("2020-03-29T02:30:00", &berlin), 1585443600);
	assert_int_equal(read_in("2020-03-29T03:00:00", &berlin), 1585443600);
	assert_int_equal(read_in("2020-10-25T02:30:00", &berlin), 1603585800);
}

static void
every_day_of_eight_centuries_is_read_as_it_was_written(void **state)
{
	char text[TIME_TEXT_SIZE];
	struct error e = {0};

	(void)state;
	for (day_number day = day_from_civil(1600, 1, 1); day < day_from_civil(2400, 1, 1); day++) {
		day_number again = 0;

		day_write(day, text);
		assert_int_equal(day_read(text, strlen(text), &again, &e), 0);
		assert_int_equal(again, day);
	}
}

/* Read at once where it is written as most are, and piece by piece where a space stands for the T: both say the same of
 * whatever stands in any place. */
static void
a_space_for_the_T_changes_nothing_wherever_a_fault_is(void **state)
{
	static const char *const texts[] = {
		"2020-03-01T08:00:00+08:00", "2020-02-29T23:59:59-11:30", "1999-12-31T00:00:00+00:00"};
	static const char others[] = "0123456789:-+TtZz. /";

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t at = 0; at < strlen(texts[i]); at++)
			for (const char *other = others; *other; other++) {
				char text[32], spaced[32];
				struct error e = {0}, spaced_e = {0};
				instant moment = 7, spaced_moment = 7;
				int r;

				strcpy(text, texts[i]);
				text[at] = *other;
				strcpy(spaced, text);
				if (spaced[10] == 'T')
					spaced[10] = ' ';
				r = time_read(text, strlen(text), &china, &moment, &e);
				assert_int_equal(r, time_read(spaced, strlen(spaced), &china, &spaced_moment, &spaced_e));
				assert_int_equal(moment, spaced_moment);
				assert_int_equal(e.column, spaced_e.column);
			}
	assert_int_equal(read_in("2020-03-01T08:00:00+08:00", &berlin), 1583020800);
	refused_at("2021-02-29T08:00:00+08:00", 9);
	refused_at("0000-02-20T08:00:00+08:00", 1);
}

/* Whatever was read before: days and offsets that differ in each character, seconds that are none, other ways of writing. */
static void
a_time_says_the_same_whatever_was_read_before_it(void **state)
{
	static const char base[] = "2020-03-01T08:00:00+08:00";
	struct time_before before = {.day_start = 0};

	(void)state;
	for (size_t at = 0; at < sizeof base - 1; at++)
		for (const char *other = "0123456789:+-TZ. x"; *other; other++) {
			char texts[3][sizeof base];

			memcpy(texts[0], base, sizeof base);
			memcpy(texts[1], base, sizeof base);
			memcpy(texts[2], base, sizeof base);
			texts[0][at] = *other;
			texts[2][15] = '7';
			for (size_t i = 0; i < 6; i++) {
				const char *text = texts[i % 3];
				const size_t length = i == 5 ? at : sizeof base - 1;
				instant alone = -1, after = -1;
				struct error e = {0}, after_e = {0};
				int r = time_read(text, length, &zone_utc, &alone, &e);

				assert_int_equal(time_read_after(text, length, &zone_utc, &before, &after, &after_e), r);
				assert_int_equal(after, alone);
				assert_int_equal(after_e.column, e.column);
			}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_with_an_offset_mean_the_same_everywhere),
		cmocka_unit_test(times_without_an_offset_are_local),
		cmocka_unit_test(what_is_no_time_is_refused_with_its_column),
		cmocka_unit_test(times_are_written_with_their_offset),
		cmocka_unit_test(a_day_begins_when_the_clocks_say_so),
		cmocka_unit_test(a_wall_time_that_is_skipped_means_the_change_and_one_that_repeats_the_first),
		cmocka_unit_test(a_space_for_the_T_changes_nothing_wherever_a_fault_is),
		cmocka_unit_test(a_time_says_the_same_whatever_was_read_before_it),
		cmocka_unit_test(every_day_of_eight_centuries_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
