#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "http/memory.h"

static struct memory *memory;

static int
set_up(void **state)
{
	struct error e = {0};

	(void)state;
	return memory_new(sizeof(int64_t), &memory, &e);
}

static int
tear_down(void **state)
{
	(void)state;
	memory_free(memory);
	memory_free(NULL);
	return 0;
}

/* Keys of which those with the same ${start} want the same place. */
static const uint8_t *
key(uint64_t start, uint64_t number)
{
	static uint8_t bytes[MEMORY_KEY_SIZE];

	memcpy(bytes, &start, sizeof start);
	memcpy(bytes + sizeof start, &number, sizeof number);
	return bytes;
}

static void
put(const uint8_t *under, int64_t version, instant from, instant until, int64_t value)
{
	memory_put(memory, under, version, from, until, &value);
}

static int64_t
found(const uint8_t *under, int64_t version, instant now)
{
	int64_t value = -1;

	return memory_find(memory, under, version, now, &value) ? value : -1;
}

static void
what_is_put_is_found_from_its_beginning_until_its_end(void **state)
{
	(void)state;
	assert_int_equal(found(key(1, 1), 7, 100), -1);
	put(key(1, 1), 7, 100, 200, 42);
	assert_int_equal(found(key(1, 1), 7, 100), 42);
	assert_int_equal(found(key(1, 1), 7, 199), 42);
	assert_int_equal(found(key(1, 1), 7, 200), -1);
	assert_int_equal(found(key(1, 1), 7, 99), -1);
	assert_int_equal(found(key(1, 2), 7, 100), -1);
}

static void
after_a_commit_nothing_of_before_is_found(void **state)
{
	(void)state;
	put(key(1, 1), 7, 100, 200, 42);
	assert_int_equal(found(key(1, 1), 8, 100), -1);
	put(key(1, 1), 8, 100, 200, 43);
	assert_int_equal(found(key(1, 1), 8, 100), 43);
	assert_int_equal(found(key(1, 1), 7, 100), -1);
}

static void
what_holds_for_no_moment_is_not_kept(void **state)
{
	(void)state;
	put(key(1, 1), 7, 100, 100, 42);
	put(key(1, 1), 7, 100, 90, 42);
	assert_int_equal(found(key(1, 1), 7, 100), -1);
}

static void
what_holds_no_more_gives_way_first_and_then_the_oldest(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 16; i++)
		put(key(5, i), 7, i == 3 ? 200 : 100 + (instant)i, i == 9 ? 150 : 1000, (int64_t)i);
	put(key(5, 16), 7, 300, 1000, 16); /* in the place of the one that ended */
	assert_int_equal(found(key(5, 9), 7, 110), -1);
	assert_int_equal(found(key(5, 0), 7, 300), 0);
	put(key(5, 17), 7, 300, 1000, 17); /* and then of the oldest */
	assert_int_equal(found(key(5, 0), 7, 300), -1);
	for (uint64_t i = 1; i <= 17; i++)
		if (i != 9)
			assert_int_equal(found(key(5, i), 7, 300), i);
}

static void
a_hundred_thousand_are_kept_but_for_a_few(void **state)
{
	int64_t kept = 0;

	(void)state;
	srandom(1);
	for (uint64_t i = 0; i < 100000; i++)
		put(key((uint64_t)random(), i), 7, 100, 200, (int64_t)i);
	srandom(1);
	for (uint64_t i = 0; i < 100000; i++)
		kept += found(key((uint64_t)random(), i), 7, 100) == (int64_t)i;
	assert_in_range(kept, 97000, 100000);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_is_found_from_its_beginning_until_its_end),
		TEST(after_a_commit_nothing_of_before_is_found),
		TEST(what_holds_for_no_moment_is_not_kept),
		TEST(what_holds_no_more_gives_way_first_and_then_the_oldest),
		TEST(a_hundred_thousand_are_kept_but_for_a_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
