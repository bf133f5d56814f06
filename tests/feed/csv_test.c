#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "feed/csv.h"
#include "scratch.h"

/* What a file reads as: fields with '|' between, records with '\n' after, refusals as "!LINE:COLUMN". */
static char *
reading_of(const char *path)
{
	struct window window = {0};
	struct csv_reader *reader = NULL;
	struct buffer out = buffer_make(1 << 24);
	struct record record;
	struct error e = {0};
	int r;

	assert_int_equal(window_open(&window, path, &e), 0);
	assert_int_equal(csv_open(&window, &reader, &e), 0);
	while ((r = csv_next(reader, &record, &e)) != 0) {
		if (r < 0) {
			assert_true(record_refused(r));
			assert_string_equal(e.file, path);
			buffer_add_format(&out, &e, "!%zu:%zu\n", e.line, e.column);
			continue;
		}
		for (size_t i = 0; i < record.field_count; i++) {
			assert_int_equal(strlen(record.fields[i].text), record.fields[i].length);
			buffer_add_format(&out, &e, "%s%s", i ? "|" : "", record.fields[i].text);
		}
		buffer_add_byte(&out, '\n', &e);
	}
	csv_close(reader);
	window_close(&window);
	scratch_remove();
	return out.data ? buffer_take(&out) : calloc(1, 1);
}

static void
reads_as(const char *text, const char *wanted)
{
	char *got = reading_of(scratch_text(text));

	assert_string_equal(got, wanted);
	free(got);
}

/* Read at once where no field is quoted, and byte by byte where the first is: wherever its commas are, a line says the same. */
static void
a_quote_around_the_first_field_changes_nothing(void **state)
{
	char line[128], quoted[128];

	(void)state;
	for (unsigned length = 1; length <= 40; length++)
		for (unsigned turn = 0; turn < 48; turn++) {
			const char bytes[] = {',', 'x', turn % 3 ? '-' : ',', turn % 5 ? '\x01' : '+', turn % 2 ? 'y' : '~', '.'};
			const char *next;
			size_t first;
			char *got, *wanted;

			for (unsigned i = 0; i < length; i++)
				line[i] = bytes[(i * 7 + turn * (i + 3) + i / 3) % sizeof bytes];
			line[length] = '\0';
			first = strcspn(line, ",");
			/* The file's last line, and one that others follow. */
			next = turn % 2 ? "" : "another,\xE5\xB1\x85,\"that follows\"\n";
			snprintf(quoted, sizeof quoted, "\"%.*s\"%s\n%s", (int)first, line, line + first, next);
			strcat(line, "\n");
			strcat(line, next);
			got = reading_of(scratch_text(line));
			wanted = reading_of(scratch_text(quoted));
			assert_string_equal(got, wanted);
			free(got);
			free(wanted);
		}
}

static void
fields_records_and_quotes_are_those_of_rfc_4180(void **state)
{
	(void)state;
	reads_as("a,b\n1,2\n", "a|b\n1|2\n");
	reads_as("a,b\r\n1,2", "a|b\n1|2\n");
	reads_as("\xEF\xBB\xBF\"a\",b\n", "a|b\n");
	reads_as("\"x, \"\"y\"\"\",\"\"\n", "x, \"y\"|\n");
	reads_as("\"two\nlines\",\"and\r\nmore\"\n", "two\nlines|and\r\nmore\n");
	reads_as(",\n,,\n", "|\n||\n");
	reads_as("a\n\n\r\nb\n", "a\nb\n");
	reads_as("\"a\"", "a\n");
	reads_as("a,", "a|\n");
	reads_as("", "");
	reads_as("\n\n", "");
	reads_as("\"\"\"\"", "\"\n");
	reads_as("37'37.8\"N,b\n", "37'37.8\"N|b\n");
}

static void
what_is_wrong_costs_its_line_and_names_its_place(void **state)
{
	(void)state;
	reads_as("a,b\n1,\"x\"y\n3,4\n", "a|b\n!2:6\n3|4\n");
	reads_as("\"a\"b,c\n3,4\n", "!1:4\n3|4\n");
	reads_as("a\rb\n3,4\n", "!1:2\n3|4\n");
	reads_as("1,\"ab\n\"c,3\n4,5\n", "!2:2\n4|5\n");
	reads_as("1,\"never closed\n3,4\n5,6\n", "!1:3\n3|4\n5|6\n");
	reads_as("1,\xFF\n3,4\n", "!1:3\n3|4\n");
	reads_as("1,\xED\xA0\x80\n3,4\n", "!1:3\n3|4\n");

	char *got = reading_of(scratch_file("1,a\0b\n3,4\n", 10));

	assert_string_equal(got, "!1:3\n3|4\n");
	free(got);
}

static void
too_many_fields_are_refused(void **state)
{
	char text[RECORD_FIELDS_MAX + 8];

	(void)state;
	memset(text, ',', RECORD_FIELDS_MAX);
	strcpy(text + RECORD_FIELDS_MAX, "\nx\n");
	reads_as(text, "!1:1025\nx\n");
}

static void
a_record_across_reads_is_whole(void **state)
{
	(void)state;
	for (size_t before = WINDOW_READ_BYTES - 12; before < WINDOW_READ_BYTES + 4; before++) {
		char *text = malloc(before + 64), *got, *wanted = malloc(before + 64);

		memset(text, 'x', before);
		strcpy(text + before, ",\"q\"\"r\"\r\n\"s\",t\r\n");
		got = reading_of(scratch_text(text));
		memset(wanted, 'x', before);
		strcpy(wanted + before, "|q\"r\ns|t\n");
		assert_string_equal(got, wanted);
		free(text);
		free(got);
		free(wanted);
	}
}

static int
count_bytes(const void *bytes, size_t length, void *context, struct error *e)
{
	(void)bytes;
	(void)e;
	*(size_t *)context += length;
	return 0;
}

/* A line of ${length} bytes that starts with ${first}; then "3,4". */
static void
a_long_line(char first, size_t length)
{
	struct window window = {0};
	struct csv_reader *reader = NULL;
	struct record record;
	struct error e = {0};
	size_t copied = 0;
	char *text = malloc(length + 5);

	memset(text, 'x', length);
	text[0] = first;
	strcpy(text + length, "\n3,4");
	assert_int_equal(window_open(&window, scratch_text(text), &e), 0);
	assert_int_equal(csv_open(&window, &reader, &e), 0);
	assert_true(record_refused(csv_next(reader, &record, &e)));
	assert_int_equal(e.line, 1);
	assert_int_equal(window_finish(&window, count_bytes, &copied, &e), 0);
	assert_int_equal(copied, length + 1);
	assert_int_equal(csv_next(reader, &record, &e), 1);
	assert_int_equal(record.line, 2);
	assert_string_equal(record.fields[1].text, "4");
	assert_int_equal(csv_next(reader, &record, &e), 0);
	assert_true(window.bytes.capacity <= 4 * WINDOW_RECORD_MAX);
	csv_close(reader);
	window_close(&window);
	scratch_remove();
	free(text);
}

static void
a_line_past_the_limit_is_refused_copied_whole_and_passed(void **state)
{
	(void)state;
	a_long_line('x', WINDOW_RECORD_MAX + 1);
	a_long_line('"', WINDOW_RECORD_MAX + 1);
	a_long_line('x', 5 * WINDOW_RECORD_MAX + 77);
	a_long_line('"', 5 * WINDOW_RECORD_MAX + 77);
}

/* The suite's files named _crlf have lost their carriage returns in its repository; its JSON has them. */
static char *
reading_of_with_crlf(const char *path)
{
	struct buffer text = buffer_make(1 << 16), crlf = buffer_make(1 << 17);
	struct error e = {0};
	char *got;

	assert_int_equal(file_read(path, &text, &e), 0);
	for (size_t i = 0; i < text.length; i++)
		buffer_add_format(&crlf, &e, "%s%c", text.data[i] == '\n' ? "\r" : "", text.data[i]);
	got = reading_of(scratch_text(buffer_text(&crlf)));
	buffer_free(&text);
	buffer_free(&crlf);
	return got;
}

static void
the_csv_spectrum_reads_as_its_json_says(void **state)
{
	struct file_names names = {0};
	struct error e = {0};
	char folder[4096];

	(void)state;
	snprintf(folder, sizeof folder, "%s/tests/data/csv-spectrum/csvs", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(file_list(folder, ".csv", &names, &e), 0);
	assert_int_equal(names.count, 12);
	for (size_t n = 0; n < names.count; n++) {
		struct buffer wanted = buffer_make(1 << 16), heading = buffer_make(1 << 12);
		char path[8192];
		json_t *root;
		const json_t *object, *value;
		const char *name;
		size_t i;

		snprintf(path, sizeof path, "%s/../json/%.*s.json", folder, (int)strlen(names.names[n]) - 4, names.names[n]);
		assert_int_equal(json_read_file(path, 1 << 16, &root, NULL, &e), 0);
		if (json_is_object(root))
			root = json_pack("[o]", root);
		json_array_foreach(root, i, object)
		{
			size_t column = 0;

			json_object_foreach((json_t *)object, name, value)
			{
				if (i == 0)
					buffer_add_format(&heading, &e, "%s%s", column ? "|" : "", name);
				/* The suite's own slip: location_coordinates has one telephone number in the CSV, another in the JSON. */
				if (strcmp(json_string_value(value), "1234567890") == 0)
					json_string_set((json_t *)value, "2095257564");
				buffer_add_format(&wanted, &e, "%s%s", column++ ? "|" : "", json_string_value(value));
			}
			buffer_add_byte(&wanted, '\n', &e);
		}
		buffer_add_format(&heading, &e, "\n%s", buffer_text(&wanted));
		snprintf(path, sizeof path, "%s/%s", folder, names.names[n]);

		char *got = strstr(names.names[n], "_crlf") ? reading_of_with_crlf(path) : reading_of(path);

		assert_string_equal(got, buffer_text(&heading));
		free(got);
		json_decref(root);
		buffer_free(&wanted);
		buffer_free(&heading);
	}
	file_names_free(&names);
}

static void
a_file_that_is_not_there_or_a_folder_is_a_failure(void **state)
{
	struct window window = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(window_open(&window, "/nonexistent/file", &e), ERROR_EXISTS_NOT);
	assert_string_equal(e.file, "/nonexistent/file");
	assert_int_equal(window_open(&window, "/tmp", &e), ERROR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_records_and_quotes_are_those_of_rfc_4180),
		cmocka_unit_test(a_quote_around_the_first_field_changes_nothing),
		cmocka_unit_test(what_is_wrong_costs_its_line_and_names_its_place),
		cmocka_unit_test(too_many_fields_are_refused),
		cmocka_unit_test(a_record_across_reads_is_whole),
		cmocka_unit_test(a_line_past_the_limit_is_refused_copied_whole_and_passed),
		cmocka_unit_test(the_csv_spectrum_reads_as_its_json_says),
		cmocka_unit_test(a_file_that_is_not_there_or_a_folder_is_a_failure),
	};

	return cmocka_run_group_tests_name("feed/csv", tests, NULL, NULL);
}
