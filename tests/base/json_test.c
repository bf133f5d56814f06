#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const char document[] = "{\n"
							   "  \"id\": \"a\\\"b\", \"when\": {\"and\": [true,\n"
							   "    {\"a/b\": [1, [2, 3], \"x]\"] }\n"
							   "  ]}, \"s~t\" : null\n"
							   "}\n";

static void
placed(const char *pointer, size_t line, size_t column)
{
	size_t found_line, found_column;

	json_place(document, strlen(document), pointer, &found_line, &found_column);
	if (found_line != line || found_column != column)
		fail_msg("%s: found %zu:%zu, not %zu:%zu", pointer, found_line, found_column, line, column);
}

static void
a_value_has_its_place(void **state)
{
	json_t *root = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(json_read(document, strlen(document), "d", &root, &e), 0);
	json_decref(root);
	placed("", 1, 1);
	placed("/id", 2, 9);
	placed("/when", 2, 25);
	placed("/when/and/0", 2, 34);
	placed("/when/and/1", 3, 5);
	placed("/when/and/1/a~1b/0", 3, 14);
	placed("/when/and/1/a~1b/1/1", 3, 21);
	placed("/when/and/1/a~1b/2", 3, 25);
	placed("/s~0t", 4, 15);
	placed("/when/and/7", 2, 33);
	placed("/nothing", 1, 1);
}

static void
a_key_that_is_escaped_is_found_by_what_it_says(void **state)
{
	static const char text[] =
		"{\"\\u5065\\u5eb7\": 1, \"\\ud83d\\ude37\": 2, \"q\\\"\\\\\\n\": 3, \"\\u00e9~\\/\": 4, \"ab\": 5}";
	static const struct {
		const char *pointer;
		size_t column;
	} keys[] = {{"/健康", 18}, {"/😷", 37}, {"/q\"\\\n", 51}, {"/é~0~1", 67}, {"/ab", 76}, {"/a", 1}, {"/abc", 1}};
	json_t *root = NULL;
	struct error e = {0};
	size_t line, column;

	(void)state;
	assert_int_equal(json_read(text, strlen(text), "d", &root, &e), 0);
	json_decref(root);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		json_place(text, strlen(text), keys[i].pointer, &line, &column);
		if (column != keys[i].column)
			fail_msg("%s: column %zu, not %zu", keys[i].pointer, column, keys[i].column);
	}
}

static void
refused(const char *text, int code, size_t line, size_t column)
{
	json_t *root = NULL;
	struct error e = {0};

	assert_int_equal(json_read(text, strlen(text), "f.json", &root, &e), code);
	assert_null(root);
	assert_string_equal(e.file, "f.json");
	assert_int_equal(e.line, line);
	if (column)
		assert_int_equal(e.column, column);
}

static void
what_is_not_strict_json_is_refused_with_its_place(void **state)
{
	char deep[3 * JSON_DEPTH_MAX];

	(void)state;
	refused("", ERROR_BAD_INPUT, 1, 0);
	refused("{\"a\":1,\n\"a\":2}", ERROR_BAD_INPUT, 2, 0);
	refused("[1,]", ERROR_BAD_INPUT, 1, 0);
	refused("[NaN]", ERROR_BAD_INPUT, 1, 0);
	refused("'a'", ERROR_BAD_INPUT, 1, 0);
	refused("[1] 2", ERROR_BAD_INPUT, 1, 0);
	refused("[\"\\u0000\"]", ERROR_BAD_INPUT, 1, 0);
	refused("\xef\xbb\xbf[]", ERROR_BAD_INPUT, 1, 0);
	memset(deep, '[', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	refused(deep, ERROR_TOO_LARGE, 1, JSON_DEPTH_MAX + 1);
}

static void
the_canonical_form_is_one(void **state)
{
	struct buffer b = buffer_make(1000);
	json_t *root = NULL;
	struct error e = {0};
	const char *text =
		"{ \"b\" : [1, 9007199254740993, -0.5, \"荆\\u8346\\n\\u0001\\/\"], \"a\" : {\"z\":true,\"y\":null} }";

	(void)state;
	assert_int_equal(json_read(text, strlen(text), "t", &root, &e), 0);
	assert_int_equal(json_write(root, &b, &e), 0);
	assert_string_equal(
		buffer_text(&b), "{\"a\":{\"y\":null,\"z\":true},\"b\":[1,9007199254740993,-0.5,\"荆荆\\n\\u0001/\"]}");
	json_decref(root);
	buffer_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_has_its_place),
		cmocka_unit_test(a_key_that_is_escaped_is_found_by_what_it_says),
		cmocka_unit_test(what_is_not_strict_json_is_refused_with_its_place),
		cmocka_unit_test(the_canonical_form_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
