#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "base/json_check.h"

struct told {
	char text[2048];
};

static void
note(void *context, const char *pointer, const char *reason)
{
	struct told *told = context;
	size_t length = strlen(told->text);

	snprintf(told->text + length, sizeof told->text - length, "%s: %s\n", pointer, reason);
}

static const char *const required[] = {"days", "minutes", NULL}, *const optional[] = {"rows", NULL};

static void
every_fault_is_told_and_the_first_is_kept(void **state)
{
	json_t *object = json_pack("{s:i, s:i, s:s}", "dasy", 3, "row", 1, "minutes", "ten");
	struct told told = {0};
	struct json_check check = {.root = "/contact", .on_fault = note, .context = &told};
	struct error e = {0};
	int64_t minutes = -7;

	(void)state;
	assert_true(json_check_object(&check, "/places/a~1b", object, required, optional));
	assert_false(json_check_integer(&check, "/places/a~1b", object, "minutes", 0, 60, &minutes));
	assert_false(json_check_integer(&check, "/places/a~1b", object, "days", 0, 60, &minutes));
	assert_int_equal(minutes, -7);
	assert_string_equal(told.text,
		"/contact/places/a~1b/dasy: unknown field \"dasy\"; did you mean \"days\"?\n"
		"/contact/places/a~1b/row: unknown field \"row\"; did you mean \"rows\"?\n"
		"/contact/places/a~1b: \"days\" is missing\n"
		"/contact/places/a~1b/minutes: a whole number from 0 to 60 expected\n");
	assert_int_equal(check.faults, 4);
	assert_int_equal(json_check_result(&check, &e), ERROR_BAD_INPUT);
	assert_string_equal(e.message, "/contact/places/a~1b/dasy: unknown field \"dasy\"; did you mean \"days\"?");
	json_decref(object);
}

static void
what_is_right_is_read_and_told_nothing(void **state)
{
	json_t *object = json_pack("{s:i, s:i}", "days", 0, "minutes", 60);
	struct json_check check = {0};
	struct error e = {0};
	int64_t value = 0;

	(void)state;
	assert_true(json_check_object(&check, "", object, required, optional));
	assert_true(json_check_integer(&check, "", object, "minutes", 0, 60, &value));
	assert_int_equal(value, 60);
	assert_int_equal(json_check_result(&check, &e), 0);
	assert_false(json_check_object(&check, "/x", NULL, required, optional));
	assert_int_equal(json_check_result(&check, &e), ERROR_BAD_INPUT);
	assert_string_equal(e.message, "/x: an object expected");
	json_decref(object);
}

static void
a_pointer_is_escaped_and_never_too_long(void **state)
{
	char text[JSON_POINTER_SIZE], name[2 * JSON_POINTER_SIZE];

	(void)state;
	assert_string_equal(json_pointer(text, "/a", "b/c~d"), "/a/b~1c~0d");
	memset(name, '/', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_true(strlen(json_pointer(text, "/a", name)) < JSON_POINTER_SIZE);
	assert_true(strlen(json_pointer(text, name, "b")) < JSON_POINTER_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_is_told_and_the_first_is_kept),
		cmocka_unit_test(what_is_right_is_read_and_told_nothing),
		cmocka_unit_test(a_pointer_is_escaped_and_never_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
