/* Check-ins at venues are stays: as long as told, else as long as the pack says. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "feed_store.h"

static int
add(const struct presence_stay *stay, void *context, struct error *e)
{
	char seat[PRESENCE_SEAT_SIZE], at[TIME_TEXT_SIZE];

	return buffer_add_format(context, e, "%.16s %lld min %s\n", time_write(stay->start, &zone_utc, at),
		(long long)(stay->end - stay->start) / 60, presence_seat_write(stay->seat, seat));
}

/* The kind of a place, and the stays there, a line each. */
static const char *
at(struct feed_store *store, const char *code)
{
	static char text[1 << 12];
	struct buffer stays = buffer_make(1 << 11);
	struct presence_place place;

	feed_store_stays_at(store, code, add, &place, &stays);
	snprintf(text, sizeof text, "%s%s%s", place.kind, *place.kind ? ": " : "", stays.length ? buffer_text(&stays) : "");
	buffer_free(&stays);
	return text;
}

static const char *
rows(const char *rest)
{
	static char text[4096];

	snprintf(text, sizeof text, "id_number,place,at,left_at,seat\n%s,%s\n", feed_id(1), rest);
	return text;
}

static void
a_checkin_alone_lasts_as_the_pack_says_and_a_leaving_that_comes_later_corrects_it(void **state)
{
	struct feed_store *store = *state;
	const char *scan = "CAFE,2020-03-20T12:00,,", *left = "CAFE,2020-03-20T12:00,2020-03-20T12:35,4";

	assert_string_equal(feed_store_text(store, "venue-checkins", rows(scan)), "1 0 0 0");
	assert_string_equal(at(store, "CAFE"), "venue: 2020-03-20T04:00 120 min \n");
	assert_string_equal(feed_store_text(store, "venue-checkins", rows(scan)), "0 0 1 0");
	assert_string_equal(feed_store_text(store, "venue-checkins", rows(left)), "0 1 0 0");
	assert_string_equal(at(store, "CAFE"), "venue: 2020-03-20T04:00 35 min 4\n");
}

static void
a_venue_that_was_told_of_keeps_its_kind(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(feed_store_text(store, "places", "place,kind,name\nCANTEEN,meal,食堂\n"), "1 0 0 0");
	assert_string_equal(
		feed_store_text(store, "venue-checkins", rows("CANTEEN,2020-03-20T12:00,2020-03-20T12:40,")), "1 0 0 0");
	assert_string_equal(at(store, "CANTEEN"), "meal: 2020-03-20T04:00 40 min \n");
}

static void
a_row_in_fault_is_told_where_and_why(void **state)
{
	struct feed_store *store = *state;
	static const struct {
		const char *rest, *note;
	} bad[] = {
		{"CAFE,2020-03-20T12:00,2020-03-20T11:00,", "2:42: the end is not after the beginning\n"},
		{"CAFE,2020-03-20T12:00,2022-03-20T11:00,", "2:42: longer than a year is a mistake\n"},
		{"CAFE,12 o'clock,,", "2:25: "},
		{",2020-03-20T12:00,,", "2:1: place is missing\n"},
		{"CAFE,2020-03-20T12:00,,window", "2:43: a seat is a row and a letter, such as 12A\n"},
		{"01234567890123456789012345678901234567890123456789012345678901234,2020-03-20T12:00,,",
			"2:20: a place's code has at most 64 bytes\n"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_string_equal(feed_store_text(store, "venue-checkins", rows(bad[i].rest)), "0 0 0 1");
		if (strncmp(buffer_text(&store->notes), bad[i].note, strlen(bad[i].note)) != 0)
			fail_msg("%s: %s", bad[i].rest, buffer_text(&store->notes));
	}
	assert_string_equal(
		feed_store_text(store, "venue-checkins", "id_number,person,place,at\n,,CAFE,2020-03-20T12:00\n"), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "2:1: one of id_number and person is needed\n");
	assert_string_equal(
		feed_store_text(store, "venue-checkins", "person,place,at\n4000000000,CAFE,2020-03-20T12:00\n"), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "2:1: no person has this number\n");
}

static void
what_was_looked_up_for_one_row_holds_for_the_next(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(feed_store_text(store, "stays",
							"person,place,from,to\n4000000000,TWICE,2020-03-20T12:00,2020-03-20T13:00\n"
							"4000000000,TWICE,2020-03-20T12:00,2020-03-20T13:00\n"),
		"0 0 0 2");
	assert_string_equal(
		feed_store_text(store, "venue-checkins", rows("TWICE,2020-03-20T12:00,2020-03-20T13:00,\n\n")), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "places", "place,kind,name\nTWICE,meal,食堂\n"), "0 1 0 0");
	assert_string_equal(at(store, "TWICE"), "meal: 2020-03-20T04:00 60 min \n");
}

static void
an_undone_import_of_checkins_counts_no_more(void **state)
{
	struct feed_store *store = *state;
	struct error e = {0};
	int64_t last;

	assert_string_equal(feed_store_text(store, "venue-checkins", rows("PUB,2020-03-20T20:00,,")), "1 0 0 0");
	assert_int_equal(
		db_one_int(registry_db(store->registry), "SELECT max(id) FROM evidence_import", NULL, 0, &last, &e), 0);
	assert_int_equal(feed_import_undo(store->registry, last, NULL, NULL, NULL, &e), 0);
	assert_string_equal(at(store, "PUB"), "venue: ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkin_alone_lasts_as_the_pack_says_and_a_leaving_that_comes_later_corrects_it),
		cmocka_unit_test(a_venue_that_was_told_of_keeps_its_kind),
		cmocka_unit_test(a_row_in_fault_is_told_where_and_why),
		cmocka_unit_test(what_was_looked_up_for_one_row_holds_for_the_next),
		cmocka_unit_test(an_undone_import_of_checkins_counts_no_more),
	};

	return cmocka_run_group_tests(tests, feed_store_set_up, feed_store_tear_down);
}
