/* The parsing suite that JSON readers are held to (tests/data/json): its names begin with y_ where a reader must accept,
 * n_ where it must refuse, i_ where it may do either but must not crash. */

#include "../test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

/* Valid JSON that json_read refuses on purpose: one key twice means two things, and text with a NUL in it ends early
 * wherever it is handed on as a C string. */
static const char *const refused_on_purpose[] = {
	"y_object_duplicated_key.json",
	"y_object_duplicated_key_and_value.json",
	"y_object_escaped_null_in_key.json",
	"y_string_null_escape.json",
};

static bool
is_refused_on_purpose(const char *name)
{
	for (size_t i = 0; i < sizeof refused_on_purpose / sizeof *refused_on_purpose; i++)
		if (strcmp(name, refused_on_purpose[i]) == 0)
			return true;
	return false;
}

/* 0 or the failure, which says where. */
static int
read_code(const char *text, size_t length)
{
	json_t *root = NULL;
	struct error e = {0};
	int r = json_read(text, length, "suite", &root, &e);

	assert_true((r == 0) == (root != NULL));
	if (r < 0)
		assert_true(e.code == r && e.line > 0 && e.column > 0 && e.message[0]);
	json_decref(root);
	return r;
}

static int
read_file(const char *folder, const char *name)
{
	struct buffer text = buffer_make(65536);
	struct error e = {0};
	char *path = file_join(folder, name, &e), *exact;
	int r;

	assert_non_null(path);
	assert_int_equal(file_read(path, &text, &e), 0);
	exact = malloc(text.length ? text.length : 1); /* no byte behind the end, so that a read of one is seen */
	assert_non_null(exact);
	if (text.length)
		memcpy(exact, text.data, text.length);
	r = read_code(exact, text.length);
	free(exact);
	free(path);
	buffer_free(&text);
	return r;
}

static void
each_document_is_accepted_or_refused_as_its_name_says(void **state)
{
	char folder[4096];
	struct file_names files = {0};
	size_t accepted = 0, refused = 0, either = 0;
	struct error e = {0};

	(void)state;
	snprintf(folder, sizeof folder, "%s/tests/data/json/test_parsing", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(file_list(folder, ".json", &files, &e), 0);
	for (size_t i = 0; i < files.count; i++) {
		const char *name = files.names[i];
		bool accept = read_file(folder, name) == 0;

		switch (name[0]) {
		case 'y':
			if (accept == is_refused_on_purpose(name))
				fail_msg("%s: %s", name, accept ? "accepted" : "refused");
			accepted++;
			break;
		case 'n':
			if (accept)
				fail_msg("%s: accepted", name);
			refused++;
			break;
		default:
			either++;
		}
	}
	file_names_free(&files);
	assert_int_equal(accepted, 95);
	assert_int_equal(refused, 186); /* and the two below */
	assert_int_equal(either, 35);
}

static void
documents_without_end_are_refused_by_depth(void **state)
{
	static const char object[] = "[{\"\":";
	enum { ARRAYS = 100000, OBJECTS = 50000 };
	size_t length = OBJECTS * (sizeof object - 1);
	char *text = malloc(length);

	(void)state;
	assert_non_null(text);
	memset(text, '[', ARRAYS);
	assert_int_equal(read_code(text, ARRAYS), ERROR_TOO_LARGE);
	for (size_t i = 0; i < OBJECTS; i++)
		memcpy(text + i * (sizeof object - 1), object, sizeof object - 1);
	assert_int_equal(read_code(text, length), ERROR_TOO_LARGE);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_document_is_accepted_or_refused_as_its_name_says),
		cmocka_unit_test(documents_without_end_are_refused_by_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
