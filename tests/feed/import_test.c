/* Files through feed_import into a store of the real packs. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "feed/feed.h"
#include "ledger/ledger.h"
#include "presence/presence.h"
#include "registry/registry.h"
#include "scratch.h"

struct store {
	char folder[64];
	struct registry *registry;
	struct buffer notes; /* what was said, a line each, without the file's name */
};

static int
set_up(void **state)
{
	static struct store store;
	char hubei[4096], ningbo[4096];
	const char *const packs[] = {hubei, ningbo};
	const instant clock = 1582502400; /* 2020-02-24T08:00:00+08:00 */
	struct error e = {0};

	store = (struct store){.folder = "/tmp/healthcode-import-XXXXXX", .notes = buffer_make(1 << 20)};
	assert_non_null(mkdtemp(store.folder));
	snprintf(hubei, sizeof hubei, "%s/packs/hubei-2020", getenv("HEALTHCODE_SOURCE"));
	snprintf(ningbo, sizeof ningbo, "%s/packs/ningbo-2020", getenv("HEALTHCODE_SOURCE"));
	strcat(store.folder, "/data");

	const struct registry_where where = {.data = store.folder};

	if (registry_create(&where, packs, 2, &clock, &e) < 0 || registry_open(&where, &store.registry, &e) < 0)
		fail_msg("%s", e.message);
	*state = &store;
	return 0;
}

static int
tear_down(void **state)
{
	struct store *store = *state;
	char command[128];

	registry_close(store->registry);
	buffer_free(&store->notes);
	scratch_remove();
	*strrchr(store->folder, '/') = '\0';
	snprintf(command, sizeof command, "rm -rf '%s'", store->folder);
	return system(command);
}

static void
note(const struct error *e, void *context)
{
	struct store *store = context;

	buffer_add_format(&store->notes, NULL, "%zu:%zu: %s\n", e->line, e->column, e->message);
}

/* Import a file and return "new changed unchanged rejected", or the failure. */
static const char *
import_file(struct store *store, const char *kind, const char *path, bool strict, struct feed_rejects *rejects)
{
	static char said[ERROR_MESSAGE_MAX];
	const struct feed_import_options options = {.kind = kind,
		.file = path,
		.strict = strict,
		.rejects = rejects,
		.refused = note,
		.noticed = note,
		.context = store};
	struct feed_totals t = {0};
	struct error e = {0};

	buffer_clear(&store->notes);
	if (feed_import(store->registry, &options, &t, &e) < 0) {
		snprintf(said, sizeof said, "%s", e.message);
		return said;
	}
	assert_int_equal(t.read, t.added + t.changed + t.unchanged + t.rejected);
	snprintf(said, sizeof said, "%d %d %d %d", (int)t.added, (int)t.changed, (int)t.unchanged, (int)t.rejected);
	return said;
}

static const char *
import(struct store *store, const char *kind, const char *text)
{
	return import_file(store, kind, scratch_text(text), false, NULL);
}

/* 18 digits with a right check digit, of somebody who does not exist. */
static const char *
id_of(unsigned serial)
{
	static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	static char ids[4][19];
	char *id = ids[serial % 4];
	int sum = 0;

	snprintf(id, 19, "42080219800229%03u", serial);
	for (int i = 0; i < 17; i++)
		sum += (id[i] - '0') * weights[i];
	id[17] = "10X98765432"[sum % 11];
	id[18] = '\0';
	return id;
}

static const char *
text_of(const char *format, const char *id)
{
	static char text[4096];
	size_t length = 0;

	for (const char *c = format; *c; c++) {
		if (*c == '@')
			length += (size_t)snprintf(text + length, sizeof text - length, "%s", id);
		else
			text[length++] = *c;
	}
	text[length] = '\0';
	return text;
}

static void
the_same_file_again_changes_nothing_and_another_value_is_a_correction(void **state)
{
	struct store *store = *state;
	const char *checkins = "id_number,at,temperature_c,symptoms,contact\n@,2020-02-20T08:00,36.6,,no\n"
						   "@,2020-02-21T08:00,,cough;fatigue,yes\n";

	assert_string_equal(import(store, "checkins", text_of(checkins, id_of(1))), "2 0 0 0");
	assert_string_equal(import(store, "checkins", text_of(checkins, id_of(1))), "0 0 2 0");
	assert_string_equal(import(store, "checkins",
							text_of("contact,at,id_number,temperature_c\nno,2020-02-20T00:00:00Z,@,36.8\n", id_of(1))),
		"0 1 0 0");
	assert_string_equal(
		import(store, "checkins",
			text_of(
				"{\"id_number\":\"@\",\"at\":\"2020-02-20T08:00:00+08:00\",\"temperature_c\":36.8,\"contact\":false}",
				id_of(1))),
		"0 0 1 0");
}

static void
residents_apply_and_every_fault_has_its_place(void **state)
{
	struct store *store = *state;
	const char *good = "id_number,name,phone,division,address,applied_at,jurisdiction,guardian_id_number\n"
					   "@,冯某,13800000001,420802,某路1号,2020-02-20T09:00,ningbo-2020,\n"
					   "@,冯某,13800000001,420802,某路1号,2020-02-24T09:00,,\n";

	assert_string_equal(import(store, "residents", text_of(good, id_of(2))), "2 0 0 0");
	assert_string_equal(import(store, "residents", text_of(good, id_of(2))), "0 0 2 0");
	assert_string_equal(import(store, "residents",
							text_of("id_number,name,phone,division,applied_at,jurisdiction\n"
									"420802198002290012,A,13800000002,420802,2020-02-20,\n"
									"@,A,13800000002,999999,2020-02-20,\n"
									"@,A,13800000002,420802,2020-02-30,\n"
									"@,A,1380x,420802,2020-02-20,\n"
									"@,A,13800000002,420802,2020-02-20,atlantis\n",
								id_of(3))),
		"0 0 0 5");
	assert_non_null(strstr(buffer_text(&store->notes), "3:34: no division of GB/T 2260 has this code\n"));
	assert_non_null(strstr(buffer_text(&store->notes), "4:41: "));
	assert_non_null(strstr(buffer_text(&store->notes), "5:22: "));
	assert_non_null(strstr(buffer_text(&store->notes), "6:52: "));
	assert_null(strstr(buffer_text(&store->notes), id_of(3)));
}

static void
rejected_rows_are_copied_under_their_heading_and_can_be_imported_once_mended(void **state)
{
	struct store *store = *state;
	const char *heading = "at,id_number,temperature_c\r\n", *mended;
	struct feed_rejects *rejects = NULL;
	struct buffer copy = buffer_make(1 << 20);
	struct error e = {0};
	char path[128], text[1024], wanted[1024];

	snprintf(path, sizeof path, "%s/rejects.csv", store->folder);
	snprintf(
		wanted, sizeof wanted, "%s2020-02-20T08:00,%s,\"99\"\r\n2020-02-21T08:00,%s\r\n", heading, id_of(4), id_of(4));
	snprintf(text, sizeof text, "%s2020-02-20T08:00,%s,\"99\"\r\n2020-02-22T08:00,%s,36.5\r\n2020-02-21T08:00,%s\r\n",
		heading, id_of(4), id_of(4), id_of(4));
	assert_int_equal(feed_rejects_new(path, &rejects, &e), 0);
	assert_string_equal(import_file(store, "checkins", scratch_text(text), false, rejects), "1 0 0 2");
	assert_int_equal(feed_rejects_finish(rejects, &e), 0);
	feed_rejects_free(rejects);
	assert_int_equal(file_read(path, &copy, &e), 0);
	assert_string_equal(buffer_text(&copy), wanted);
	mended = text_of("at,id_number,temperature_c\n2020-02-20T08:00,@,36.6\n2020-02-21T08:00,@,36.6\n", id_of(4));
	assert_string_equal(import(store, "checkins", mended), "2 0 0 0");
	buffer_free(&copy);
}

static void
strict_keeps_nothing_of_a_file_with_a_fault(void **state)
{
	struct store *store = *state;
	const char *text =
		text_of("at,id_number,temperature_c\n2020-02-23T08:00,@,36.6\n2020-02-24T08:00,@,99\n", id_of(5));

	assert_string_equal(
		import_file(store, "checkins", scratch_text(text), true, NULL), "1 rows rejected: nothing of the file is kept");
	assert_string_equal(import(store, "checkins", text), "1 0 0 1");
}

static void
stays_may_come_before_their_places_and_cases_before_their_people(void **state)
{
	struct store *store = *state;
	const char *stays = "id_number,place,from,to,date,seat\n@,G1234/5,2020-02-20T08:00,2020-02-20T10:00,,12A\n"
						"@,market,,,2020-02-21,\n";

	assert_string_equal(import(store, "stays", text_of(stays, id_of(6))), "2 0 0 0");
	assert_string_equal(import(store, "stays", text_of(stays, id_of(6))), "0 0 2 0");
	assert_string_equal(
		import(store, "places", "place,kind,name,division\nG1234/5,carriage,G1234 5,\nhome,household,Home,420802\n"),
		"1 1 0 0");
	assert_string_equal(import(store, "cases",
							text_of("case,id_number,status,onset,confirmed_at,infected_by\n17,@,confirmed,2020-02-19,"
									"2020-02-22T12:00,9\n18,,suspected,,2020-02-22,\n",
								id_of(7))),
		"2 0 0 0");
	assert_string_equal(import(store, "visits",
							text_of("id_number,country,division,from,to\n@,CN,420100,2020-01-10,2020-01-20\n"
									"@,韩国,,2020-02-01T08:00,2020-02-03T08:00\n@,KR,,2020-02-03,2020-02-01\n",
								id_of(7))),
		"2 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "4:35: the end is not after the beginning\n");
	assert_string_equal(import(store, "stays",
							text_of("id_number,place,from,to,date,seat\n@,market,2020-02-20,,,\n,market,,,2020-02-20,\n"
									"@,market,2020-02-20,2020-02-20,,\n@,market,,,2020-02-20,ZZ\n@,,,,2020-02-20,\n",
								id_of(7))),
		"0 0 0 5");
}

static void
an_unknown_kind_and_a_wrong_heading_are_refused(void **state)
{
	struct store *store = *state;

	assert_non_null(strstr(import(store, "cats", "a\n"), "cats"));
	assert_non_null(strstr(import(store, "checkins", "id_number,at,mood\n"), "mood"));
	assert_non_null(strstr(import_file(store, "checkins", "/nonexistent/x.csv", false, NULL), "cannot open"));
}

struct series {
	int count;
	int64_t last;
};

static int
add(const struct evidence_area_count *count, void *context, struct error *e)
{
	struct series *series = context;

	(void)e;
	series->count++;
	series->last = count->confirmed;
	return 0;
}

static struct series
series_of(struct store *store, const char *area)
{
	struct series series = {0};
	struct error e = {0};

	assert_int_equal(
		evidence_area_series(registry_db(store->registry), area, INT32_MAX, EVIDENCE_NOW, add, &series, &e), 0);
	return series;
}

static void
the_real_series_is_imported_whole_and_its_falls_are_told(void **state)
{
	struct store *store = *state;
	char path[4096];

	snprintf(path, sizeof path, "%s/share/areas/china-2020.csv", getenv("HEALTHCODE_SOURCE"));
	assert_string_equal(import_file(store, "areas", path, false, NULL), "50172 0 0 0");
	assert_non_null(strstr(buffer_text(&store->notes),
		"0:0: 420800, 2020-02-20: the count falls from 901 to 794, a correction of the series\n"));
	assert_int_equal(series_of(store, "420800").count, 99);
	assert_int_equal(series_of(store, "420800").last, 928);
	assert_int_equal(series_of(store, "CN").count, 121);
	assert_true(series_of(store, "420000:监狱系统").count > 0);
	assert_string_equal(import_file(store, "areas", path, false, NULL), "0 0 50172 0");
	assert_string_equal(buffer_text(&store->notes), "");
}

static void
a_daily_report_is_added_up_by_country(void **state)
{
	struct store *store = *state;
	const char *report =
		"Province_State,Country_Region,Last_Update,Confirmed,Deaths,Recovered,Combined_Key\n"
		"Iowa,US,2020-05-24 23:37:31,7,1,0,\"Iowa, US\"\nOhio,US,2020-05-24 23:37:31,5,0,0,\"Ohio, US\"\n"
		",\"Korea, South\",2020-05-24 23:37:31,9037,120,3507,\"Korea, South\"\n";

	assert_string_equal(import(store, "areas", report), "3 0 0 0");
	assert_int_equal(series_of(store, "US").last, 12);
	assert_int_equal(series_of(store, "KR").last, 9037);
	assert_string_equal(import(store, "areas", report), "0 0 3 0");
	assert_non_null(strstr(import(store, "areas",
							   "Province_State,Country_Region,Last_Update,Confirmed\nIowa,US,2020-05-25 1:00,x\n"
							   "Ohio,US,2020-05-25 1:00,6\n"),
		"nothing of it is kept"));
	assert_int_equal(series_of(store, "US").last, 12);
}

static void
an_undone_import_does_not_count(void **state)
{
	struct store *store = *state;
	const char *areas = "date,country,confirmed\n2020-03-01,FR,100\n2020-03-02,FR,130\n";
	struct error e = {0};
	int64_t last = 0;

	assert_string_equal(import(store, "areas", areas), "2 0 0 0");
	assert_int_equal(
		db_one_int(registry_db(store->registry), "SELECT MAX(id) FROM evidence_import", NULL, 0, &last, &e), 0);
	assert_int_equal(feed_import_undo(store->registry, last, NULL, NULL, NULL, &e), 0);
	assert_int_equal(feed_import_undo(store->registry, last, NULL, NULL, NULL, &e), ERROR_EXISTS);
	assert_int_equal(feed_import_undo(store->registry, last + 1000, NULL, NULL, NULL, &e), ERROR_EXISTS_NOT);
	assert_int_equal(series_of(store, "FR").count, 0);
}

static int64_t
last_import(struct store *store)
{
	struct error e = {0};
	int64_t last = 0;

	assert_int_equal(
		db_one_int(registry_db(store->registry), "SELECT MAX(id) FROM evidence_import", NULL, 0, &last, &e), 0);
	return last;
}

static const char *
undo(struct store *store, int64_t import)
{
	static char said[ERROR_MESSAGE_MAX];
	struct error e = {0};

	snprintf(said, sizeof said, "%s",
		feed_import_undo(store->registry, import, NULL, NULL, NULL, &e) < 0 ? e.message : "undone");
	return said;
}

static void
an_import_on_which_another_rests_is_not_undone_before_that_one(void **state)
{
	struct store *store = *state;
	const char *stays = "id_number,place,from,to\n"
						"E5550001,tea-1,2020-02-20T10:00:00+08:00,2020-02-20T11:00:00+08:00\n";
	const char *longer = "id_number,place,from,to\n"
						 "E5550001,tea-1,2020-02-20T10:00:00+08:00,2020-02-20T12:00:00+08:00\n";
	const char *checkin = "id_number,at,temperature_c\nE5550001,2020-02-20T10:00:00+08:00,36.5\n";
	int64_t first, checkins;

	assert_string_equal(import(store, "stays", stays), "1 0 0 0");
	first = last_import(store);
	assert_string_equal(import(store, "stays", stays), "0 0 1 0");
	assert_string_equal(import(store, "stays", longer), "0 1 0 0");
	assert_non_null(strstr(undo(store, first), "1 of its records found unchanged, 0 corrected"));
	assert_string_equal(undo(store, first + 1), "undone");
	assert_non_null(strstr(undo(store, first), "0 of its records found unchanged, 1 corrected"));
	assert_string_equal(undo(store, first + 2), "undone");
	assert_string_equal(undo(store, first), "undone");
	assert_string_equal(import(store, "stays", longer), "1 0 0 0");

	assert_string_equal(import(store, "checkins", checkin), "1 0 0 0");
	checkins = last_import(store);
	assert_string_equal(import(store, "checkins", checkin), "0 0 1 0");
	assert_non_null(strstr(undo(store, checkins), "undo that one first"));
	assert_string_equal(undo(store, checkins + 1), "undone");
	assert_string_equal(undo(store, checkins), "undone");
}

static void
stays_of_a_device_rest_on_whose_it_is(void **state)
{
	struct store *store = *state;
	int64_t devices;

	assert_string_equal(
		import(store, "devices", "device,id_number,since\nd-77,E5550077,2020-02-01T00:00:00+08:00\n"), "1 0 0 0");
	devices = last_import(store);
	import(store, "pings",
		"device,at,latitude,longitude\nd-77,2020-02-20T10:00:00+08:00,30.5,114.3\n"
		"d-77,2020-02-20T11:00:00+08:00,30.5,114.3\n");
	assert_non_null(strstr(undo(store, devices), "1 used"));
	assert_string_equal(undo(store, devices + 1), "undone");
	assert_string_equal(undo(store, devices), "undone");
}

static void
a_place_where_somebody_stayed_is_not_taken_away(void **state)
{
	struct store *store = *state;
	int64_t places;

	assert_string_equal(import(store, "places", "place,kind,name\nbar-9,restaurant,Bar\n"), "1 0 0 0");
	places = last_import(store);
	assert_string_equal(import(store, "stays",
							"id_number,place,from,to\n"
							"E5550002,bar-9,2020-02-20T10:00:00+08:00,2020-02-20T11:00:00+08:00\n"),
		"1 0 0 0");
	assert_string_equal(undo(store, places), "there are stays at bar-9, and only this import says what that is");
	assert_string_equal(undo(store, places + 1), "undone");
	assert_string_equal(undo(store, places), "undone");
}

/* What the ledger's last entry of an import says. */
static int
keep_last(const struct ledger_entry *entry, void *context, struct error *e)
{
	(void)e;
	if (strncmp(entry->kind, "import.", 7) == 0)
		snprintf(context, 512, "%lld %s %s", (long long)entry->seq, entry->kind, entry->body);
	return 0;
}

static const char *
last_entry(struct store *store)
{
	static char entry[512];
	struct error e = {0};

	entry[0] = '\0';
	assert_int_equal(ledger_each(registry_db(store->registry), 0, keep_last, entry, &e), 0);
	return entry;
}

static int64_t
wrong_entry(struct store *store)
{
	struct error e = {0};
	int64_t seq = 77;

	assert_int_equal(feed_verify_imports(store->registry, &seq, &e), 0);
	return seq;
}

static void
each_import_and_each_undo_is_in_the_ledger(void **state)
{
	struct store *store = *state;
	struct db *db = registry_db(store->registry);
	char wanted[512];
	struct error e = {0};
	int64_t import_number, seq;

	import(store, "areas", "date,country,confirmed\n2020-03-01,IT,100\nwhen,IT,1\n");
	import_number = last_import(store);
	seq = strtoll(last_entry(store), NULL, 10);
	snprintf(wanted, sizeof wanted,
		" import.taken {\"by\":null,\"changed\":0,\"import\":%lld,\"kind\":\"areas\",\"new\":1,\"read\":2,\"rejected\":1,"
		"\"sha256\":\"",
		(long long)import_number);
	assert_non_null(strstr(last_entry(store), wanted));
	assert_int_equal(wrong_entry(store), -1);

	/* Who makes the record tell another story is found. */
	assert_int_equal(db_do(db, "UPDATE evidence_import_end SET rejected_rows = 0 WHERE import_id = $1",
						 (struct db_value[]){db_int(import_number)}, 1, &e),
		0);
	assert_int_equal(wrong_entry(store), seq);
	assert_int_equal(db_do(db, "UPDATE evidence_import_end SET rejected_rows = 1 WHERE import_id = $1",
						 (struct db_value[]){db_int(import_number)}, 1, &e),
		0);
	assert_int_equal(wrong_entry(store), -1);

	assert_int_equal(feed_import_undo(store->registry, import_number, "liu", NULL, NULL, &e), 0);
	snprintf(wanted, sizeof wanted, " import.undone {\"by\":\"liu\",\"import\":%lld}", (long long)import_number);
	assert_non_null(strstr(last_entry(store), wanted));
	assert_int_equal(wrong_entry(store), -1);
	seq = strtoll(last_entry(store), NULL, 10);
	assert_int_equal(
		db_do(db, "DELETE FROM evidence_undo WHERE import_id = $1", (struct db_value[]){db_int(import_number)}, 1, &e),
		0);
	assert_int_equal(wrong_entry(store), seq);
	assert_int_equal(
		db_do(db, "INSERT INTO evidence_undo VALUES($1, 0)", (struct db_value[]){db_int(import_number)}, 1, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_file_again_changes_nothing_and_another_value_is_a_correction),
		cmocka_unit_test(residents_apply_and_every_fault_has_its_place),
		cmocka_unit_test(rejected_rows_are_copied_under_their_heading_and_can_be_imported_once_mended),
		cmocka_unit_test(strict_keeps_nothing_of_a_file_with_a_fault),
		cmocka_unit_test(stays_may_come_before_their_places_and_cases_before_their_people),
		cmocka_unit_test(an_unknown_kind_and_a_wrong_heading_are_refused),
		cmocka_unit_test(the_real_series_is_imported_whole_and_its_falls_are_told),
		cmocka_unit_test(a_daily_report_is_added_up_by_country),
		cmocka_unit_test(an_undone_import_does_not_count),
		cmocka_unit_test(an_import_on_which_another_rests_is_not_undone_before_that_one),
		cmocka_unit_test(stays_of_a_device_rest_on_whose_it_is),
		cmocka_unit_test(a_place_where_somebody_stayed_is_not_taken_away),
		cmocka_unit_test(each_import_and_each_undo_is_in_the_ledger),
	};

	return cmocka_run_group_tests_name("feed/import", tests, set_up, tear_down);
}
