#include "../test.h"

#include <string.h>

#include "gate/gate.h"

#define LETTERS_63 "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-abcdefghi"

/* The first fault of a list, or "". */
static const char *
fault_of(const char *list)
{
	static struct json_check check;
	json_t *recognises = json_loads(list, 0, NULL);

	assert_non_null(recognises);
	memset(&check, 0, sizeof check);
	check.root = "/recognises";
	gate_recognises_check(recognises, &check);
	json_decref(recognises);
	return check.first;
}

static void
a_name_alone_recognises_every_colour_at_any_time(void **state)
{
	json_t *name = json_string("neighbour");
	struct trust_recognition found;

	(void)state;
	assert_true(gate_recognition_read(name, &found));
	assert_string_equal(found.issuer, "neighbour");
	assert_true(
		found.colours[CODE_GREEN] && found.colours[CODE_YELLOW] && found.colours[CODE_RED] && found.colours[CODE_GRAY]);
	assert_int_equal(found.fresh_s, 0);
	assert_true(found.from == INT64_MIN && found.to == INT64_MAX);
	json_decref(name);
}

static void
conditions_are_read(void **state)
{
	json_t *item = json_loads("{\"jurisdiction\": \"neighbour\", \"colours\": [\"green\"], \"fresh_s\": 3600,"
							  " \"from\": \"2020-03-25T00:00:00+08:00\"}",
		0, NULL);
	struct trust_recognition found;

	(void)state;
	assert_true(gate_recognition_read(item, &found));
	assert_true(found.colours[CODE_GREEN] && !found.colours[CODE_YELLOW] && !found.colours[CODE_GRAY]);
	assert_int_equal(found.fresh_s, 3600);
	assert_int_equal(found.from, 1585065600);
	assert_true(found.to == INT64_MAX);
	json_decref(item);
}

static void
faults_are_named_and_what_is_faulty_recognises_nobody(void **state)
{
	struct trust_recognition found;
	json_t *item = json_loads("{\"jurisdiction\": \"neighbour\", \"colours\": [\"purple\"]}", 0, NULL);

	(void)state;
	assert_false(gate_recognition_read(item, &found));
	json_decref(item);
	assert_string_equal(fault_of("[\"a\", {\"jurisdiction\": \"b\"}]"), "");
	assert_string_equal(fault_of("[\"a\", \"" LETTERS_63 "a\"]"), "/recognises/1: no jurisdiction's name is as long");
	assert_string_equal(fault_of("[\"" LETTERS_63 "\"]"), "");
	item = json_string(LETTERS_63 "a");
	assert_false(gate_recognition_read(item, &found));
	json_decref(item);
	assert_string_equal(fault_of("[\"a\", {\"colours\": [\"green\"]}]"), "/recognises/1: \"jurisdiction\" is missing");
	assert_string_equal(fault_of("[{\"jurisdiction\": \"b\", \"colors\": []}]"),
		"/recognises/0/colors: unknown field \"colors\"; did you mean \"colours\"?");
	assert_string_equal(
		fault_of("[{\"jurisdiction\": \"b\", \"colours\": []}]"), "/recognises/0/colours: a list of colours expected");
	assert_string_equal(fault_of("[{\"jurisdiction\": \"b\", \"fresh_s\": 0}]"),
		"/recognises/0/fresh_s: a whole number from 1 to 604800 expected");
	assert_string_equal(fault_of("[{\"jurisdiction\": \"b\", \"from\": \"soon\"}]"),
		"/recognises/0/from: a time expected, such as 2020-03-25T00:00:00+08:00");
	assert_string_equal(
		fault_of("[{\"jurisdiction\": \"b\", \"from\": \"2020-03-25T00:00:00Z\", \"to\": \"2020-03-25T00:00:00Z\"}]"),
		"/recognises/0: from is before to");
}

static const char head[] =
	"{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\"},"
	"\"valid\":{\"from\":\"2020-02-01\",\"to\":null},\"first_colour\":\"gray\",\"severity\":[\"gray\",\"green\",\"yellow\",\"red\"],"
	"\"parameters\":{},\"horizon_days\":90,\"area\":[\"33\"],\"sources\":[\"a test\"],\"recognises\":["
	"{\"jurisdiction\":\"b\",\"colours\":[\"green\"],\"fresh_s\":100},"
	"{\"jurisdiction\":\"b\",\"colours\":[\"green\"],\"fresh_s\":40},"
	"{\"jurisdiction\":\"c\",\"fresh_s\":1000,\"to\":\"1970-01-01T00:10:00Z\"},\"d\"]}";

static void
a_recognition_ends_with_freshness_or_its_own_end(void **state)
{
	static const char rule[] =
		"{\"id\":\"G\",\"colour\":\"green\",\"when\":true,\"reason\":\"ok\",\"source\":\"a test\"}";
	static const char texts[] = "{\"first\":\"F\",\"override\":\"{cause} {until}\",\"ok\":\"O\"}";
	const struct pack_file files[] = {{"pack.json", head, strlen(head)}, {"rules/a.json", rule, strlen(rule)},
		{"texts/zh.json", texts, strlen(texts)}, {"texts/en.json", texts, strlen(texts)}};
	struct pack *pack = NULL;
	struct error e = {0};

	(void)state;
	if (pack_read("a", files, 4, NULL, NULL, &pack, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(gate_recognised_until(pack, "b", CODE_GREEN, 500, 510), 600); /* the longer of two */
	assert_true(gate_recognised_until(pack, "b", CODE_GREEN, 500, 600) == INT64_MIN);
	assert_true(gate_recognised_until(pack, "b", CODE_RED, 500, 510) == INT64_MIN);
	assert_int_equal(gate_recognised_until(pack, "c", CODE_RED, 500, 510), 600);
	assert_true(gate_recognised_until(pack, "c", CODE_RED, 500, 600) == INT64_MIN);
	assert_true(gate_recognised_until(pack, "d", CODE_RED, 500, 510) == INT64_MAX);
	assert_true(gate_recognised_until(pack, "e", CODE_GREEN, 500, 510) == INT64_MIN);
	assert_true(gate_recognises(pack, "a", CODE_RED, 500, 510));
	assert_false(gate_recognises(pack, "b", CODE_GREEN, 500, 600));
	pack_free(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_alone_recognises_every_colour_at_any_time),
		cmocka_unit_test(conditions_are_read),
		cmocka_unit_test(faults_are_named_and_what_is_faulty_recognises_nobody),
		cmocka_unit_test(a_recognition_ends_with_freshness_or_its_own_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
