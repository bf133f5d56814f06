#include "../test.h"

#include <stdio.h>

#include "http/limit.h"

static void
a_burst_passes_and_then_a_rate(void **state)
{
	struct limit *limit = NULL;
	struct error e = {0};
	unsigned retry_s = 0, passed = 0;

	(void)state;
	assert_int_equal(limit_new(3, 60, &limit, &e), 0);
	for (int i = 0; i < 10; i++)
		passed += limit_take(limit, "ip:192.0.2.1", 1000, &retry_s);
	assert_int_equal(passed, 3);
	assert_in_range(retry_s, 1, 2);
	assert_true(limit_take(limit, "ip:192.0.2.2", 1000, &retry_s));
	assert_true(limit_take(limit, "ip:192.0.2.1", 2000, &retry_s));
	assert_false(limit_take(limit, "ip:192.0.2.1", 2000, &retry_s));
	for (int i = 0; i < 3; i++)
		assert_true(limit_take(limit, "ip:192.0.2.1", 1000000, &retry_s));
	assert_false(limit_take(limit, "ip:192.0.2.1", 1000000, &retry_s));
	limit_free(limit);
}

static void
any_number_of_keys_takes_the_same_memory(void **state)
{
	struct limit *limit = NULL;
	struct error e = {0};
	unsigned retry_s, refused = 0;
	char key[32];

	(void)state;
	assert_int_equal(limit_new(100, 60, &limit, &e), 0);
	for (int i = 0; i < 100000; i++) {
		snprintf(key, sizeof key, "ip:%d", i);
		refused += !limit_take(limit, key, 1, &retry_s);
	}
	assert_int_equal(refused, 0);
	limit_free(limit);
}

static void
a_thread_that_looked_at_the_clock_earlier_gets_no_new_allowance(void **state)
{
	struct limit *limit = NULL;
	struct error e = {0};
	unsigned retry_s = 0;

	(void)state;
	assert_int_equal(limit_new(2, 60, &limit, &e), 0);
	assert_true(limit_take(limit, "a", 1001, &retry_s));
	assert_true(limit_take(limit, "a", 1000, &retry_s));
	assert_false(limit_take(limit, "a", 1001, &retry_s));
	assert_false(limit_take(limit, "a", 1000, &retry_s));
	limit_free(limit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_looked_at_the_clock_earlier_gets_no_new_allowance),
		cmocka_unit_test(a_burst_passes_and_then_a_rate),
		cmocka_unit_test(any_number_of_keys_takes_the_same_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
