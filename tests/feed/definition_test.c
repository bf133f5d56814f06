/* A class of cases has dated definitions: Hubei's clinically diagnosed cases are those of 12 to 19 February 2020. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "base/json_check.h"
#include "feed_store.h"

static const char *
case_of(struct feed_store *store, const char *status, const char *at)
{
	char text[512];

	snprintf(text, sizeof text, "case,status,confirmed_at\nd1,%s,%s\n", status, at);
	return feed_store_text(store, "cases", text);
}

static void
a_class_is_one_on_the_days_of_its_definition_alone(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(case_of(store, "clinical", "2020-02-11T23:59:59+08:00"), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes),
		"2:4: by the pack's case_definitions \"clinical\" is a class of cases from 2020-02-12 until 2020-02-20 only\n");
	assert_string_equal(case_of(store, "clinical", "2020-02-12T00:00:00+08:00"), "1 0 0 0");
	assert_string_equal(case_of(store, "clinical", "2020-02-19T23:59:59+08:00"), "0 1 0 0");
	assert_string_equal(case_of(store, "clinical", "2020-02-20"), "0 0 0 1");
	assert_string_equal(case_of(store, "confirmed", "2020-02-21"), "1 0 0 0");
}

static int
count(const char *definitions)
{
	struct json_check check = {.root = "/case_definitions"};
	json_t *json = json_loads(definitions, 0, NULL);

	assert_non_null(json);
	feed_definitions_check(json, &check);
	json_decref(json);
	return (int)check.faults;
}

static void
faults_of_definitions_are_told(void **state)
{
	(void)state;
#define TEXT "\"text\": {\"zh\": \"a\", \"en\": \"b\"}, \"source\": \"c\""
	assert_int_equal(count("{\"x\": [{\"from\": \"2020-02-12\", " TEXT "}]}"), 0);
	assert_int_equal(count("{\"x\": []}"), 1);
	assert_int_equal(count("{\"x\": [{\"from\": \"12 February\", " TEXT "}]}"), 1);
	assert_int_equal(count("{\"x\": [{\"from\": \"2020-02-12\", \"to\": \"2020-02-12\", " TEXT "}]}"), 1);
	assert_int_equal(count("{\"x\": [{\"from\": \"2020-02-12\", \"until\": \"2020-02-13\", " TEXT "}]}"), 1);
	assert_int_equal(count("{\"x\": [{\"from\": \"2020-02-12\", \"text\": {\"zh\": \"a\"}, \"source\": \"\"}]}"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_is_one_on_the_days_of_its_definition_alone),
		cmocka_unit_test(faults_of_definitions_are_told),
	};

	return cmocka_run_group_tests(tests, feed_store_set_up, feed_store_tear_down);
}
