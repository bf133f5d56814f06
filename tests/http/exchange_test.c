#include "../test.h"

#include "headers.h"

#include "http/exchange.h"

static const char *const names[] = {"name", "phone", NULL};

/* What ${body} of ${type} is answered with: 0 if it is an object of the known names. */
static unsigned
status_of(const char *type, const char *body)
{
	struct exchange x = {.body = buffer_make(1024)};
	struct error e = {0};
	const json_t *json;
	unsigned status;

	send_only(MHD_HEADER_KIND, "Content-Type", type);
	assert_int_equal(buffer_add_text(&x.body, body, &e), 0);
	json = exchange_json(&x, names);
	status = x.status;
	assert_true((json != NULL) == (status == 0));
	exchange_clear(&x);
	return status;
}

static void
a_body_is_json_of_that_type_alone(void **state)
{
	(void)state;
	assert_int_equal(status_of("application/json", "{\"name\":\"a\"}"), 0);
	assert_int_equal(status_of("application/json; charset=utf-8", "{}"), 0);
	assert_int_equal(status_of("APPLICATION/JSON", "{}"), 0);
	assert_int_equal(status_of(NULL, "{}"), 415);
	assert_int_equal(status_of("", "{}"), 415);
	assert_int_equal(status_of("text/json", "{}"), 415);
	assert_int_equal(status_of("application/jsonx", "{}"), 415);
	assert_int_equal(status_of("application/json-patch+json", "{}"), 415);
	assert_int_equal(status_of("application/x-www-form-urlencoded", "name=a"), 415);
}

static void
a_body_that_cannot_be_read_is_refused(void **state)
{
	(void)state;
	assert_int_equal(status_of("application/json", ""), 400);
	assert_int_equal(status_of("application/json", "{\"name\":"), 400);
	assert_int_equal(status_of("application/json", "{} {}"), 400);
	assert_int_equal(status_of("application/json", "[]"), 400);
	assert_int_equal(status_of("application/json", "null"), 400);
	assert_int_equal(status_of("application/json", "{\"name\":1,\"name\":2}"), 400);
	assert_int_equal(status_of("application/json", "{\"name\":\"\xff\"}"), 400);
}

static void
each_unknown_member_is_named_by_its_place(void **state)
{
	struct exchange x = {.body = buffer_make(1024)};
	struct error e = {0};
	json_t *errors;

	(void)state;
	send_only(MHD_HEADER_KIND, "Content-Type", "application/json");
	assert_int_equal(buffer_add_text(&x.body, "{\"name\":\"a\",\"a/b\":1,\"a~b\":2}", &e), 0);
	assert_null(exchange_json(&x, names));
	assert_int_equal(x.status, 422);
	assert_string_equal(x.content_type, "application/problem+json");
	errors = json_object_get(x.answer, "errors");
	assert_int_equal(json_array_size(errors), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(errors, 0), "pointer")), "/a~1b");
	assert_string_equal(json_string_value(json_object_get(json_array_get(errors, 1), "pointer")), "/a~0b");
	exchange_clear(&x);
}

static void
a_name_of_any_length_has_a_place(void **state)
{
	char body[600] = "{\"";
	struct exchange x = {.body = buffer_make(1024)};
	struct error e = {0};

	(void)state;
	memset(body + 2, '/', 500);
	strcpy(body + 502, "\":1}");
	send_only(MHD_HEADER_KIND, "Content-Type", "application/json");
	assert_int_equal(buffer_add_text(&x.body, body, &e), 0);
	assert_null(exchange_json(&x, names));
	assert_int_equal(x.status, 422);
	exchange_clear(&x);
}

/* Whether the query's limit is taken, and as what; else it was answered with 400. */
static bool
takes_limit(const char *text, int64_t *value)
{
	struct exchange x = {0};
	bool taken;

	send_only(MHD_GET_ARGUMENT_KIND, "limit", text);
	taken = exchange_number(&x, "limit", 1, 200, value);
	assert_int_equal(x.status, taken ? 0 : 400);
	exchange_clear(&x);
	return taken;
}

static void
a_number_in_the_query_is_whole_and_within_its_range(void **state)
{
	static const char *const wrong[] = {"0", "201", "-1", "1.0", "1 ", " 1", "x", "", "+1", "99999999999999999999"};
	int64_t value = 50;

	(void)state;
	assert_true(takes_limit(NULL, &value));
	assert_int_equal(value, 50);
	assert_true(takes_limit("200", &value));
	assert_int_equal(value, 200);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(takes_limit(wrong[i], &value));
	assert_int_equal(value, 200);
}

static void
a_texts_length_is_counted_in_characters(void **state)
{
	json_t *body = json_pack("{s:s, s:i}", "name", "冯安冯", "phone", 1);
	struct exchange x = {0};

	(void)state;
	assert_non_null(exchange_text(&x, body, "name", 3, 3));
	assert_string_equal(exchange_text(&x, body, "address", 0, 10), "");
	assert_int_equal(x.status, 0);
	assert_null(exchange_text(&x, body, "name", 1, 2));
	assert_null(exchange_text(&x, body, "name", 4, 9));
	assert_null(exchange_text(&x, body, "phone", 1, 9));
	assert_null(exchange_text(&x, body, "address", 1, 9));
	assert_int_equal(x.status, 422);
	assert_int_equal(json_array_size(json_object_get(x.answer, "errors")), 4);
	exchange_clear(&x);
	json_decref(body);
}

static void
the_first_problem_stands(void **state)
{
	struct exchange x = {0};

	(void)state;
	exchange_problem(&x, 404, "not-found", "There is no such thing");
	exchange_invalid(&x, "/name", "too late");
	assert_int_equal(x.status, 404);
	assert_null(json_object_get(x.answer, "errors"));
	exchange_clear(&x);
}

static void
bytes_that_are_no_text_do_not_come_back(void **state)
{
	struct exchange x = {0};

	(void)state;
	exchange_problem(&x, 400, "bad-request", "not \xff this");
	assert_string_equal(json_string_value(json_object_get(x.answer, "title")), "Bad Request");
	exchange_clear(&x);
	x = (struct exchange){0};
	exchange_invalid(&x, "/\xff", "nor \xff this");
	assert_int_equal(json_array_size(json_object_get(x.answer, "errors")), 1);
	exchange_clear(&x);
}

static void
a_cookie_that_is_too_long_is_none(void **state)
{
	struct exchange x = {0};
	char value[8] = "";

	(void)state;
	send_only(MHD_COOKIE_KIND, "__Host-session", "1234567");
	assert_true(exchange_cookie(&x, "__Host-session", value, sizeof value));
	assert_string_equal(value, "1234567");
	send_only(MHD_COOKIE_KIND, "__Host-session", "12345678");
	assert_false(exchange_cookie(&x, "__Host-session", value, sizeof value));
	assert_string_equal(value, "1234567");
}

static void
failures_below_are_problems_and_faults_of_ours_say_nothing_else(void **state)
{
	static const struct {
		int code;
		unsigned status;
	} expected[] = {{ERROR_BAD_INPUT, 422}, {ERROR_USAGE, 422}, {ERROR_TOO_LARGE, 413}, {ERROR_EXISTS_NOT, 404},
		{ERROR_EXISTS, 409}, {ERROR_DENIED, 403}, {ERROR_NO_MEMORY, 503}, {ERROR_IO, 503}, {ERROR_CORRUPT, 503}};

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		struct exchange x = {0};
		struct error e = {0};
		char *text;

		error_set(&e, expected[i].code, "in /var/lib/secret");
		exchange_failure(&x, &e);
		assert_int_equal(x.status, expected[i].status);
		text = json_dumps(x.answer, 0);
		if (x.status == 503) {
			assert_null(strstr(text, "secret"));
			assert_string_equal(x.headers[0].name, "Retry-After");
		}
		free(text);
		exchange_clear(&x);
	}
}

static void
headers_have_a_maximum(void **state)
{
	struct exchange x = {0};
	char value[1024];

	(void)state;
	memset(value, 'a', sizeof value - 1);
	value[sizeof value - 1] = 0;
	for (int i = 0; i < 2 * EXCHANGE_HEADERS_MAX; i++)
		exchange_set_header(&x, "X-Test", "%s", value);
	assert_int_equal(x.header_count, EXCHANGE_HEADERS_MAX);
	assert_int_equal(strlen(x.headers[0].value), sizeof x.headers[0].value - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_is_json_of_that_type_alone),
		cmocka_unit_test(a_body_that_cannot_be_read_is_refused),
		cmocka_unit_test(each_unknown_member_is_named_by_its_place),
		cmocka_unit_test(a_name_of_any_length_has_a_place),
		cmocka_unit_test(a_number_in_the_query_is_whole_and_within_its_range),
		cmocka_unit_test(a_texts_length_is_counted_in_characters),
		cmocka_unit_test(the_first_problem_stands),
		cmocka_unit_test(bytes_that_are_no_text_do_not_come_back),
		cmocka_unit_test(a_cookie_that_is_too_long_is_none),
		cmocka_unit_test(failures_below_are_problems_and_faults_of_ours_say_nothing_else),
		cmocka_unit_test(headers_have_a_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
