#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "feed/json_lines.h"
#include "scratch.h"

/* Fields as name=text with '|' between, records with '\n' after, refusals as "!LINE:COLUMN". */
static void
reads_as(const char *text, const char *wanted)
{
	const char *path = scratch_text(text);
	struct window window = {0};
	struct json_lines *reader = NULL;
	struct buffer out = buffer_make(1 << 20);
	struct record record;
	struct error e = {0};
	int r;

	assert_int_equal(window_open(&window, path, &e), 0);
	assert_int_equal(json_lines_open(&window, &reader, &e), 0);
	while ((r = json_lines_next(reader, &record, &e)) != 0) {
		if (r < 0) {
			assert_true(record_refused(r));
			assert_string_equal(e.file, path);
			buffer_add_format(&out, &e, "!%zu:%zu\n", e.line, e.column);
			continue;
		}
		for (size_t i = 0; i < record.field_count; i++)
			buffer_add_format(&out, &e, "%s%s=%s", i ? "|" : "", record.fields[i].name, record.fields[i].text);
		buffer_add_byte(&out, '\n', &e);
	}
	assert_string_equal(buffer_text(&out), wanted);
	buffer_free(&out);
	json_lines_close(reader);
	window_close(&window);
	scratch_remove();
}

static void
members_are_fields(void **state)
{
	(void)state;
	reads_as("{\"a\":\"x\",\"b\":36.65}\n\n{\"c\":true,\"d\":null,\"e\":[\"f\",\"g\"],\"h\":-12}",
		"a=x|b=36.65\nc=yes|e=f;g|h=-12\n");
	reads_as("  {\"a/b~c\" : 1e3 }\r\n", "a/b~c=1e3\n");
	reads_as("{}\n", "\n");
}

static void
what_is_wrong_costs_its_line_and_names_its_place(void **state)
{
	(void)state;
	reads_as("{\"a\":1}\n{\"a\":}\n{\"a\":2}\n", "a=1\n!2:6\na=2\n");
	reads_as("[1]\n{\"a\":2}\n", "!1:1\na=2\n");
	reads_as("{\"a\":1,\"b\":{\"c\":2}}\n{\"a\":2}\n", "!1:12\na=2\n");
	reads_as("{\"a\":[1]}\n", "!1:6\n");
	reads_as("{\"a\":1,\"a\":2}\n{\"a\":2}\n", "!1:10\na=2\n");
}

static void
a_nested_bomb_is_refused(void **state)
{
	char *text = malloc(200000);

	(void)state;
	strcpy(text, "{\"a\":");
	memset(text + 5, '[', 100000);
	strcpy(text + 100005, "\n{\"a\":2}\n");

	struct window window = {0};
	struct json_lines *reader = NULL;
	struct record record;
	struct error e = {0};

	assert_int_equal(window_open(&window, scratch_text(text), &e), 0);
	assert_int_equal(json_lines_open(&window, &reader, &e), 0);
	assert_true(record_refused(json_lines_next(reader, &record, &e)));
	assert_int_equal(json_lines_next(reader, &record, &e), 1);
	json_lines_close(reader);
	window_close(&window);
	scratch_remove();
	free(text);
}

static void
a_line_past_the_limit_is_refused_and_passed(void **state)
{
	struct window window = {0};
	struct json_lines *reader = NULL;
	struct record record;
	struct error e = {0};
	size_t length = 3 * WINDOW_RECORD_MAX;
	char *text = malloc(length + 16);

	(void)state;
	memset(text, '1', length);
	memcpy(text, "{\"a\":", 5);
	strcpy(text + length, "\n{\"a\":2}");
	assert_int_equal(window_open(&window, scratch_text(text), &e), 0);
	assert_int_equal(json_lines_open(&window, &reader, &e), 0);
	assert_int_equal(json_lines_next(reader, &record, &e), ERROR_TOO_LARGE);
	assert_int_equal(json_lines_next(reader, &record, &e), 1);
	assert_int_equal(record.line, 2);
	assert_int_equal(json_lines_next(reader, &record, &e), 0);
	json_lines_close(reader);
	window_close(&window);
	scratch_remove();
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_fields),
		cmocka_unit_test(what_is_wrong_costs_its_line_and_names_its_place),
		cmocka_unit_test(a_nested_bomb_is_refused),
		cmocka_unit_test(a_line_past_the_limit_is_refused_and_passed),
	};

	return cmocka_run_group_tests_name("feed/json_lines", tests, NULL, NULL);
}
