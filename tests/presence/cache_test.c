/* What the cache keeps. Blocks are numbers here, and hold nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "presence/bits.h"
#include "presence/cache.h"

enum { LENGTH = 1000, HELD = 100, BLOCKS = 1000 };

static struct cache *cache;
static struct cached *homes[BLOCKS];

static int
open_cache(void **state)
{
	struct error e = {0};

	(void)state;
	return cache_new(HELD * (sizeof(struct cached) + LENGTH + BITS_SLACK), &cache, &e);
}

static int
close_cache(void **state)
{
	(void)state;
	cache_free(cache);
	for (int i = 0; i < BLOCKS; i++)
		assert_null(homes[i]); /* each home is told */
	return 0;
}

static size_t
held(void)
{
	size_t count = 0;

	for (int i = 0; i < BLOCKS; i++)
		count += homes[i] != NULL;
	return count;
}

/* Use the block, as a segment does. Return whether it was there. */
static bool
use(size_t block)
{
	struct cached *cached = homes[block];
	struct error e = {0};

	if (cached) {
		cached->recent = true;
		return true;
	}
	assert_int_equal(cache_make(cache, LENGTH, &homes[block], &cached, &e), 0);
	assert_ptr_equal(homes[block], cached);
	assert_in_range(held(), 1, HELD);
	return false;
}

static void
it_holds_what_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < HELD; i++)
		use(i);
	for (size_t i = 0; i < HELD; i++)
		assert_true(use(i));
	use(HELD);
	assert_int_equal(held(), HELD);
}

/* Tracers ask about one outbreak for days, and a check or a report walks over everything once. */
static void
what_is_used_again_outlives_a_walk_over_everything(void **state)
{
	size_t found = 0, asked = 0;

	(void)state;
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < HELD / 2; i++)
			use(i);
	for (size_t i = HELD; i < BLOCKS; i++) {
		use(i);
		found += use(i % (HELD / 2));
		asked++;
	}
	assert_true(found * 10 >= asked * 9);
}

/* A walk over a third more than fits, again and again, would find nothing if the oldest went first. */
static void
a_walk_over_a_third_more_than_fits_finds_a_third(void **state)
{
	size_t found = 0, asked = 0;

	(void)state;
	for (int turn = 0; turn < 50; turn++)
		for (size_t i = 0; i < HELD * 4 / 3; i++) {
			found += use(i);
			asked++;
		}
	assert_true(found * 3 >= asked);
}

/* What was used much, and is not any more, goes in the end. */
static void
what_is_not_used_any_more_goes(void **state)
{
	(void)state;
	for (int turn = 0; turn < 9; turn++)
		for (size_t i = 0; i < HELD; i++)
			use(i);
	for (int turn = 0; turn < 9; turn++)
		for (size_t i = HELD; i < 2 * HELD; i++)
			use(i);
	for (size_t i = HELD; i < 2 * HELD; i++)
		assert_true(use(i));
}

static void
what_is_dropped_makes_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < HELD; i++)
		use(i);
	cache_drop(cache, homes[7]);
	cache_drop(cache, NULL);
	assert_null(homes[7]);
	use(HELD);
	assert_int_equal(held(), HELD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_cache, close_cache)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_holds_what_fits),
		TEST(what_is_used_again_outlives_a_walk_over_everything),
		TEST(a_walk_over_a_third_more_than_fits_finds_a_third),
		TEST(what_is_not_used_any_more_goes),
		TEST(what_is_dropped_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
