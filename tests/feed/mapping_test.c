/* Other programs' files by a mapping: headings, values, dates, encodings; and what a mapping may not say. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed_store.h"

/* Write a file beside the store. */
static const char *
put(struct feed_store *store, const char *name, const void *bytes, size_t length)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];
	FILE *file;

	snprintf(path, sizeof paths[0], "%s-%s", store->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void
note(const struct error *e, void *context)
{
	buffer_add_format(&((struct feed_store *)context)->notes, NULL, "%zu:%zu: %s\n", e->line, e->column, e->message);
}

/* Import cases by the mapping's text and return "new changed unchanged rejected", or the failure. */
static const char *
import(struct feed_store *store, const char *mapping_text, const void *bytes, size_t length, const char *rejects)
{
	static char said[ERROR_MESSAGE_MAX];
	const char *mapping_path = put(store, "mapping.json", mapping_text, strlen(mapping_text));
	const char *path = put(store, "file.csv", bytes, length);
	struct feed_mapping *mapping = NULL;
	struct feed_import_options options = {
		.kind = "cases", .file = path, .refused = note, .noticed = note, .context = store};
	struct feed_totals t = {0};
	struct error e = {0};
	int code;

	buffer_clear(&store->notes);
	if (rejects)
		assert_int_equal(feed_rejects_new(rejects, &options.rejects, &e), 0);
	if ((code = feed_mapping_read(mapping_path, &mapping, &e)) == 0) {
		options.mapping = mapping;
		code = feed_import(store->registry, &options, &t, &e);
	}
	if (code < 0)
		snprintf(said, sizeof said, "%s", e.message);
	else
		snprintf(said, sizeof said, "%d %d %d %d", (int)t.added, (int)t.changed, (int)t.unchanged, (int)t.rejected);
	if (rejects)
		assert_int_equal(feed_rejects_finish(options.rejects, &e), 0);
	feed_rejects_free(options.rejects);
	feed_mapping_free(mapping);
	remove(mapping_path);
	remove(path);
	return said;
}

static const char *
import_text(struct feed_store *store, const char *mapping, const char *text)
{
	return import(store, mapping, text, strlen(text), NULL);
}

#define COLUMNS                                                                                                        \
	"\"columns\": {\"No\": \"case\", \"Class\": {\"column\": \"status\", \"values\": {\"C\": \"confirmed\"}},"         \
	" \"Seen\": {\"column\": \"confirmed_at\", \"dates\": [\"DD.MM.YYYY\", \"D/M/YYYY hh:mm\"]},"                      \
	" \"Onset\": {\"column\": \"onset\", \"dates\": [\"DD.MM.YYYY\"], \"otherwise\": \"\"}}"

static void
headings_values_and_dates_are_read_as_the_mapping_says(void **state)
{
	struct feed_store *store = *state;
	const char *mapping = "{\"kind\": \"cases\", " COLUMNS ", \"ignore\": [\"Age\"]}";

	assert_string_equal(import_text(store, mapping,
							"No,Class,Seen,Onset,Age\nm1,C,22.01.2020,18.01.2020,30\nm2, C ,3/2/2020 18:05,pre 3,40\n"
							"m3,D,22.01.2020,,50\nm4,C,2020-01-22,,50\nm5,C,,,50\n"),
		"2 0 0 3");
	assert_string_equal(buffer_text(&store->notes),
		"4:4: \"D\" is none of the mapping's values\n5:6: a date such as DD.MM.YYYY expected\n"
		"6:1: confirmed_at is missing\n"
		"0:0: 1 values of \"Onset\" are none that the mapping knows, and count as what it says of others\n");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"at\":\"2020-02-03T10:05:00+00:00\""));
	assert_non_null(
		strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"onset\":\"2020-01-17T16:00:00+00:00\""));
	assert_string_equal(
		import_text(store, mapping, "No,Class,Seen,Sex\nm1,C,22.01.2020,m\n"), "column \"Sex\" is not known here");
	assert_string_equal(
		import_text(store, mapping, "{\"No\": \"m9\", \"Class\": \"C\", \"Seen\": \"22.01.2020\", \"Age\": \"7\"}\n"),
		"1 0 0 0");
}

static void
constants_stand_for_columns_that_a_file_lacks(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(import_text(store,
							"{\"kind\": \"cases\", \"constants\": {\"status\": \"suspected\"}, \"ignore\": true,"
							" \"columns\": {\"case\": \"case\", \"confirmed_at\": \"confirmed_at\"}}",
							"case,confirmed_at,what\nk1,2020-02-03,x\n"),
		"1 0 0 0");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"case\":\"k1\",\"confirmed_at\""));
}

static void
gb18030_is_read_and_what_is_none_is_refused_in_its_place(void **state)
{
	struct feed_store *store = *state;
	const char *mapping = "{\"kind\": \"cases\", \"encoding\": \"GB18030\", \"columns\": {\"编号\": \"case\","
						  " \"分类\": {\"column\": \"status\", \"values\": {\"确诊\": \"confirmed\"}},"
						  " \"日期\": \"confirmed_at\"}}";
	/* 编号,分类,日期 / 甲1,确诊,2020-02-03 / a byte that begins no character / 乙,确诊 */
	static const char file[] = "\xB1\xE0\xBA\xC5,\xB7\xD6\xC0\xE0,\xC8\xD5\xC6\xDA\n"
							   "\xBC\xD7"
							   "1,\xC8\xB7\xD5\xEF,2020-02-03\n"
							   "x\xFF,\xC8\xB7\xD5\xEF,2020-02-03\n"
							   "\xD2\xD2"
							   "1,\xC8\xB7\xD5\xEF,2020-02-31\n";
	char rejects[256];
	FILE *kept;
	char first[8] = "";

	snprintf(rejects, sizeof rejects, "%s-rejects.csv", store->folder);
	assert_string_equal(import(store, mapping, file, sizeof file - 1, rejects), "1 0 0 2");
	assert_non_null(
		strstr(buffer_text(&store->notes), "3:1: the field is not in the encoding that the mapping names\n"));
	assert_non_null(strstr(buffer_text(&store->notes), "4:13: "));
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CASE_STATUS), "\"case\":\"甲1\""));

	/* The rejects are UTF-8 and say so: mended, they are read by the same mapping. */
	kept = fopen(rejects, "r");
	assert_non_null(kept);
	assert_non_null(fgets(first, sizeof first, kept));
	assert_memory_equal(first, "\xEF\xBB\xBF编", 6);
	fclose(kept);
	remove(rejects);
	assert_string_equal(import_text(store, mapping, "\xEF\xBB\xBF编号,分类,日期\n乙1,确诊,2020-02-21\n"), "1 0 0 0");
}

static void
characters_may_be_cut_anywhere_by_the_reading(void **state)
{
	struct feed_store *store = *state;
	const char *mapping = "{\"kind\": \"cases\", \"encoding\": \"GB18030\", \"ignore\": [\"\xE6\xB3\xA8\"]}";
	struct buffer file = buffer_make(1 << 20);

	for (size_t shift = 0; shift < 4; shift++) {
		char wanted[32];

		buffer_clear(&file);
		assert_int_equal(buffer_add_text(&file, "case,status,confirmed_at,\xD7\xA2\n", NULL), 0);
		for (int i = 0; i < 300; i++) {
			buffer_add_format(&file, NULL, "s%zu-%d,confirmed,2020-02-03,%.*s", shift, i, (int)shift, "xxxx");
			for (int j = 0; j < 60; j++)
				buffer_add_text(&file, "\x81\x30\x81\x30\xD6\xD0", NULL); /* four bytes, two bytes */
			buffer_add_byte(&file, '\n', NULL);
		}
		snprintf(wanted, sizeof wanted, "300 0 0 0");
		assert_string_equal(import(store, mapping, file.data, file.length, NULL), wanted);
	}
	buffer_free(&file);
}

static void
a_mapping_with_a_fault_is_refused_by_its_place(void **state)
{
	struct feed_store *store = *state;
	static const struct {
		const char *mapping, *said;
	} faults[] = {{"{\"kind\": \"labs\"}", "the mapping is not for cases"},
		{"{\"columns\": {}}", "\"kind\" is missing"}, {"{\"kind\": \"cases\", \"encoding\": \"klingon\"}", "/encoding"},
		{"{\"kind\": \"cases\", \"columns\": {\"a\": 1}}", "/columns/a"},
		{"{\"kind\": \"cases\", \"columns\": {\"a\": {\"column\": \"onset\", \"dates\": [\"YY-MM\"]}}}",
			"/columns/a/dates"},
		{"{\"kind\": \"cases\", \"columns\": {\"a\": {\"colum\": \"onset\"}}}", "colum"},
		{"{\"kind\": \"cases\", \"ignore\": \"x\"}", "/ignore"}};

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		const char *said = import_text(store, faults[i].mapping, "case,status,confirmed_at\n");

		if (!strstr(said, faults[i].said) && !(i == 1 && strstr(said, "kind")))
			fail_msg("%s: %s", faults[i].mapping, said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_values_and_dates_are_read_as_the_mapping_says),
		cmocka_unit_test(constants_stand_for_columns_that_a_file_lacks),
		cmocka_unit_test(gb18030_is_read_and_what_is_none_is_refused_in_its_place),
		cmocka_unit_test(characters_may_be_cut_anywhere_by_the_reading),
		cmocka_unit_test(a_mapping_with_a_fault_is_refused_by_its_place),
	};

	return cmocka_run_group_tests_name("feed/mapping", tests, feed_store_set_up, feed_store_tear_down);
}
