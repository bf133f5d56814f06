/* Flights and trains: passengers' stays, with seats, out of rows and of passenger lists. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "feed/feed.h"
#include "feed_store.h"

static const char *
import_own(struct feed_store *store, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/data/paxlst/%s", getenv("HEALTHCODE_SOURCE"), name);
	return feed_store_file(store, "flights", path);
}

static int
add(const struct presence_stay *stay, void *context, struct error *e)
{
	char seat[PRESENCE_SEAT_SIZE];

	return buffer_add_format(
		context, e, "%lld %s\n", (long long)(stay->end - stay->start), presence_seat_write(stay->seat, seat));
}

/* Length in seconds and seat of the stays at a place, a line each. */
static const char *
stays_at(struct feed_store *store, const char *code)
{
	static struct buffer text;
	struct presence_place place;

	buffer_free(&text);
	text = buffer_make(1 << 16);
	feed_store_stays_at(store, code, add, &place, &text);
	return buffer_text(&text);
}

static void
a_passenger_list_is_stays_on_a_flight_with_seats(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(import_own(store, "01-minimal.edi"), "3 0 0 0");
	assert_string_equal(import_own(store, "01-minimal.edi"), "0 0 3 0");
	assert_non_null(strstr(stays_at(store, "flight/CA932/2020-03-23/FRA-PEK"), "58200 12A\n"));
	assert_non_null(strstr(stays_at(store, "flight/CA932/2020-03-23/FRA-PEK"), "58200 31K\n"));
	assert_string_equal(import_own(store, "02-escapes-newlines.edi"), "3 0 0 0");
	assert_string_equal(import_own(store, "03-crew-no-una.edi"), "1 0 0 0");
}

static void
a_list_that_may_have_lost_somebody_is_not_kept(void **state)
{
	struct feed_store *store = *state;

	assert_non_null(strstr(import_own(store, "bad-cnt42.edi"), "CNT: 42 is not the number of people"));
	assert_non_null(strstr(import_own(store, "bad-unt-count.edi"), "UNT: the count is not what there is"));
	assert_non_null(strstr(import_own(store, "bad-unz-ref.edi"), "UNZ: the reference is not that of the beginning"));
	assert_non_null(strstr(import_own(store, "bad-truncated.edi"), "cut short"));
	assert_non_null(strstr(import_own(store, "bad-not-paxlst.edi"), "UNH: a PAXLST message expected"));
}

static void
whoever_has_no_document_is_refused_alone(void **state)
{
	struct feed_store *store = *state;
	const char *list = "UNB+UNOA:4+A+B+200324:1015+1'UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+XX1+++XX'LOC+125+AMS'"
					   "DTM+189:202003252120:203'LOC+87+CAN'DTM+232:202003261500:203'NAD+FL+++A:B'DOC+P+E1234567'"
					   "NAD+FL+++C:D'NAD+FL+++E:F'DOC+P+-'CNT+42:3'UNT+14+1'UNZ+1+1'";

	assert_string_equal(feed_store_text(store, "flights", list), "1 0 0 2");
	assert_string_equal(buffer_text(&store->notes),
		"1:182: NAD: no travel document (DOC), and no date of birth (DTM+329): nobody can be told\n"
		"1:208: DOC: the number of a passport or an ID card expected\n");
}

/* The rejects hold their passengers' heads and counts, so that they are read again as they are, and mended; of several lists too, each
 * with the signs of its own. */
static void
rejects_are_a_list_that_can_be_mended_and_imported(void **state)
{
	struct feed_store *store = *state;
	const char *list =
		"UNA:+.? '\nUNB+UNOA:4+A+B+200324:1015+1'UNG+PAXLST+A+B+200324:1015+1+UN+D:02B'"
		"UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+XX7+++XX'LOC+125+AMS'DTM+189:202003252120:203'LOC+87+CAN'"
		"DTM+232:202003261500:203'NAD+FL+++A:B'DOC+P+E1234571'NAD+FL+++C:D'DOC+P+-'NAD+FL+++E:F'DOC+P+-'"
		"CNT+42:3'UNT+15+1'UNH+2+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+XX8+++XX'LOC+125+AMS'"
		"DTM+189:202003252120:203'LOC+87+CAN'DTM+232:202003261500:203'NAD+FL+++G:H'DOC+P+-'CNT+42:1'UNT+11+2'"
		"UNE+2+1'UNZ+1+1'\n";
	const char *other =
		"UNA*/.! ;UNB/UNOA*4/A/B/200324*1015/2;UNH/1/PAXLST*D*02B*UN*IATA;BGM/745;TDT/20/XX9///XX;LOC/125/AMS;"
		"DTM/189*202003252120*203;LOC/87/CAN;DTM/232*202003261500*203;NAD/FL///I*J;DOC/P/E1234580;NAD/FL///K*L;DOC/P/!*!*!*!*!*!*!*!*;"
		"CNT/42*2;UNT/13/1;UNZ/1/2;\n";
	struct feed_import_options options = {.kind = "flights", .file = "list.edi", .bytes = list, .length = strlen(list)};
	struct buffer kept = buffer_make(1 << 16);
	struct feed_totals totals = {0};
	struct error e = {0};
	char path[128], *bad;

	snprintf(path, sizeof path, "%s.rejects", store->folder);
	assert_int_equal(feed_rejects_new(path, &options.rejects, &e), 0);
	assert_int_equal(feed_import(store->registry, &options, &totals, &e), 0);
	assert_int_equal(totals.added, 1);
	assert_int_equal(totals.rejected, 3);
	options.bytes = other;
	options.length = strlen(other);
	assert_int_equal(feed_import(store->registry, &options, &totals, &e), 0);
	assert_int_equal(totals.rejected, 1);
	assert_int_equal(feed_rejects_finish(options.rejects, &e), 0);
	feed_rejects_free(options.rejects);
	assert_int_equal(file_read(path, &kept, &e), 0);
	assert_string_equal(feed_store_text(store, "flights", buffer_text(&kept)), "0 0 0 4");
	for (char serial = '2'; (bad = strstr((char *)kept.data, "DOC+P+-'")); serial++) { /* each with a passport */
		struct buffer mended = buffer_make(1 << 16);

		assert_int_equal(buffer_add_format(&mended, &e, "%.*sDOC+P+E123457%c'%s", (int)(bad - (char *)kept.data),
							 (char *)kept.data, serial, bad + strlen("DOC+P+-'")),
			0);
		buffer_free(&kept);
		kept = mended;
		(void)buffer_text(&kept);
	}
	bad = strstr((char *)kept.data, "!*!*!*!*!*!*!*!*"); /* escaped signs are no number */
	assert_non_null(bad);
	memcpy(bad, "E1234590;FTX/ABC", strlen("E1234590;FTX/ABC"));
	bad = strstr(bad, "UNT/11/1");
	assert_non_null(bad);
	memcpy(bad, "UNT/12/1", strlen("UNT/12/1"));
	assert_string_equal(feed_store_text(store, "flights", buffer_text(&kept)), "4 0 0 0");
	buffer_free(&kept);
	unlink(path);
}

/* What is wrong in a later one is told with its place, and nothing of the file is kept. */
static void
a_file_of_several_lists_is_whole_or_refused(void **state)
{
	struct feed_store *store = *state;
	static const char first[] =
		"UNB+UNOA:4+A+B+200324:1015+1'UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+XX7+++XX'LOC+125+AMS'"
		"DTM+189:202003252120:203'LOC+87+CAN'DTM+232:202003261500:203'NAD+FL+++A:B'DOC+P+E1234599'CNT+42:1'UNT+11+1'UNZ+1+1'\n";
	static const char *const wrong[][2] = {{"garbage", "list.edi:2:1: "},
		{"UNB+UNOA:4+A+B+200324:1015+2'\nUNZ+1+2'", "list.edi:3:1: "},
		{"UNA:+.? '\nUNH+1'", "list.edi:3:1: UNB expected"}};
	struct feed_totals totals;
	char text[512], said[ERROR_MESSAGE_MAX + 64];

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error e = {0};
		struct feed_import_options options = {.kind = "flights", .file = "list.edi", .bytes = text};

		options.length = (size_t)snprintf(text, sizeof text, "%s%s", first, wrong[i][0]);
		assert_int_equal(feed_import(store->registry, &options, &totals, &e), ERROR_BAD_INPUT);
		if (strncmp(error_text(&e, said, sizeof said), wrong[i][1], strlen(wrong[i][1])) != 0)
			fail_msg("%s", said);
	}
	assert_string_equal(feed_store_text(store, "flights", first), "1 0 0 0");
}

static void
whoever_is_told_by_name_and_birth_alone_is_somebody_without_a_code(void **state)
{
	struct feed_store *store = *state;
	const char *list = "UNA:+.?*'UNB+UNOA:4+A+B+200324:1015+1'UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+XX2+++XX'"
					   "LOC+92+ATL'DTM+189:2003191540:201'LOC+92+ORD'DTM+232:2003191740:201'TDT+20+XX3+++XX'LOC+92+ORD'"
					   "DTM+189:2003191840:201'LOC+92+JFK'DTM+232:2003191955:201'NAD+FL+++CLARK:CHERYL'DTM+329:730407'"
					   "LOC+178+ORD'LOC+179+JFK'CNT+42:1'UNT+18+1'UNZ+1+1'";

	assert_string_equal(feed_store_text(store, "flights", list), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "flights", list), "0 0 1 0");
	assert_string_equal(stays_at(store, "flight/XX2/2020-03-19/ATL-ORD"), "");
	assert_string_equal(stays_at(store, "flight/XX3/2020-03-19/ORD-JFK"), "4500 \n");
}

static void
rows_are_seats_in_flights_and_carriages(void **state)
{
	struct feed_store *store = *state;
	char text[1024];

	snprintf(text, sizeof text,
		"id_number,number,date,from,to,departs,arrives,carriage,seat\n"
		"%s,G1234,2020-03-20,WHN,HGH,2020-03-20T08:00,2020-03-20T12:30,03,12F\n"
		"%s,G1234,2020-03-20,WHN,HGH,2020-03-20T13:00,2020-03-20T12:30,03,12F\n"
		"%s,G 1234,2020-03-20,WHN,HGH,2020-03-20T08:00,2020-03-20T12:30,03,12F\n",
		feed_id(1), feed_id(1), feed_id(1));
	assert_string_equal(feed_store_text(store, "rail", text), "1 0 0 2");
	assert_string_equal(stays_at(store, "rail/G1234/2020-03-20/03"), "16200 12F\n");
	snprintf(text, sizeof text,
		"id_number,number,date,from,to,departs,arrives,seat\n"
		"%s,CA932,2020-03-23,FRA,PEK,2020-03-23T18:00,2020-03-24T10:10,13C\n",
		feed_id(1));
	assert_string_equal(feed_store_text(store, "flights", text), "1 0 0 0");
	assert_non_null(strstr(stays_at(store, "flight/CA932/2020-03-23/FRA-PEK"), "13C\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passenger_list_is_stays_on_a_flight_with_seats),
		cmocka_unit_test(a_list_that_may_have_lost_somebody_is_not_kept),
		cmocka_unit_test(whoever_has_no_document_is_refused_alone),
		cmocka_unit_test(rejects_are_a_list_that_can_be_mended_and_imported),
		cmocka_unit_test(a_file_of_several_lists_is_whole_or_refused),
		cmocka_unit_test(whoever_is_told_by_name_and_birth_alone_is_somebody_without_a_code),
		cmocka_unit_test(rows_are_seats_in_flights_and_carriages),
	};

	return cmocka_run_group_tests_name("feed/journeys", tests, feed_store_set_up, feed_store_tear_down);
}
