#include "../test.h"

#include <string.h>

#include "http/routes.h"

static const struct route *
find(struct exchange *x, const char *method, const char *path)
{
	memset(x, 0, sizeof *x);
	x->method = method;
	x->path = path;
	return route_find(x);
}

static void
finds(const char *method, const char *path, const char *name)
{
	struct exchange x;
	const struct route *route = find(&x, method, path);

	assert_non_null(route);
	assert_string_equal(route->name, name);
	exchange_clear(&x);
}

static void
misses(const char *method, const char *path, unsigned status, const char *allowed)
{
	struct exchange x;

	assert_null(find(&x, method, path));
	assert_int_equal(x.status, status);
	assert_int_equal(x.header_count, allowed ? 1 : 0);
	if (allowed)
		assert_string_equal(x.headers[0].value, allowed);
	exchange_clear(&x);
}

static void
a_path_and_a_method_have_one_answer(void **state)
{
	(void)state;
	finds("GET", "/v1/me", "getMe");
	finds("GET", "/v1/me/code", "getCode");
	finds("HEAD", "/v1/me/code", "getCode");
	finds("DELETE", "/v1/sessions/current", "signOut");
}

static void
what_stands_for_a_name_is_one_part_of_the_path(void **state)
{
	struct exchange x;

	(void)state;
	assert_non_null(find(&x, "POST", "/v1/checks/abc/refusals"));
	assert_string_equal(x.parameters[0], "abc");
	misses("POST", "/v1/checks//refusals", 404, NULL);
	misses("POST", "/v1/checks/a/b/refusals", 404, NULL);
	misses("POST", "/v1/checks/abc/refusals/", 404, NULL);
}

static void
another_method_is_told_which_are_allowed(void **state)
{
	(void)state;
	misses("PUT", "/v1/sessions/current", 405, "GET, DELETE");
	misses("GET", "/v1/checks", 405, "POST");
	misses("GET", "/v1/checks/", 404, NULL);
	misses("GET", "", 404, NULL);
	misses("GET", "/v1/../etc/passwd", 404, NULL);
}

static void
a_part_that_is_too_long_is_not_found(void **state)
{
	char path[512] = "/v1/checks/";

	(void)state;
	memset(path + strlen(path), 'a', 300);
	strcat(path, "/refusals");
	misses("POST", path, 404, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_and_a_method_have_one_answer),
		cmocka_unit_test(what_stands_for_a_name_is_one_part_of_the_path),
		cmocka_unit_test(another_method_is_told_which_are_allowed),
		cmocka_unit_test(a_part_that_is_too_long_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
