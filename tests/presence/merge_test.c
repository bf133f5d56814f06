/* Which segments of a day become one. Rows are in thousands. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "presence/internal.h"

static void
one_alone_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(runs_to_merge((struct run_size[]){{100, 1}}, 1), 1);
	assert_int_equal(runs_to_merge(NULL, 0), 0);
}

static void
larger_ones_stay_as_they_are(void **state)
{
	(void)state;
	assert_int_equal(runs_to_merge((struct run_size[]){{1000, 1}, {201, 1}, {100, 1}}, 3), 3);
	assert_int_equal(runs_to_merge((struct run_size[]){{1000, 1}, {200, 1}, {100, 1}}, 3), 1);
	assert_int_equal(runs_to_merge((struct run_size[]){{600, 1}, {200, 1}, {100, 1}}, 3), 0);
}

/* A load that is larger than its memory leaves such runs. */
static void
runs_of_like_size_merge_behind_a_small_one(void **state)
{
	(void)state;
	assert_int_equal(runs_to_merge((struct run_size[]){{1300, 1}, {1300, 1}, {1300, 1}, {1300, 1}, {400, 1}}, 5), 0);
	assert_int_equal(runs_to_merge((struct run_size[]){{9000, 1}, {1300, 1}, {1300, 1}, {400, 1}}, 4), 1);
}

static void
what_is_left_is_as_promised(void **state)
{
	uint64_t random = 7;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		struct run_size runs[RUNS_MAX];
		size_t count = 1 + i % RUNS_MAX, first;

		for (size_t j = 0; j < count; j++) {
			random = random * 6364136223846793005U + 1442695040888963407U;
			runs[j] = (struct run_size){1 + (random >> 33) % (1U << (random >> 59)), 1};
		}
		first = runs_to_merge(runs, count);
		for (; count > first + 1; count--)
			runs[count - 2].rows += runs[count - 1].rows;
		for (size_t j = 0; j + 1 < count; j++) {
			uint64_t younger = 0;

			for (size_t k = j + 1; k < count; k++)
				younger += runs[k].rows;
			assert_true(runs[j].rows > 2 * younger);
		}
	}
}

static void
too_many_become_one(void **state)
{
	struct run_size runs[RUNS_MAX + 1];

	(void)state;
	for (size_t i = 0; i <= RUNS_MAX; i++)
		runs[i] = (struct run_size){(uint64_t)1 << 2 * (RUNS_MAX - i), 1};
	assert_int_equal(runs_to_merge(runs + 1, RUNS_MAX), RUNS_MAX);
	assert_int_equal(runs_to_merge(runs, RUNS_MAX + 1), 0);
}

static void
a_segment_has_no_more_sources_than_it_can(void **state)
{
	(void)state;
	assert_int_equal(runs_to_merge((struct run_size[]){{100, SEGMENT_SOURCES_MAX}, {100, 1}, {100, 1}}, 3), 1);
	assert_int_equal(runs_to_merge((struct run_size[]){{100, SEGMENT_SOURCES_MAX}, {100, 1}}, 2), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_alone_is_left_alone),
		cmocka_unit_test(larger_ones_stay_as_they_are),
		cmocka_unit_test(runs_of_like_size_merge_behind_a_small_one),
		cmocka_unit_test(what_is_left_is_as_promised),
		cmocka_unit_test(too_many_become_one),
		cmocka_unit_test(a_segment_has_no_more_sources_than_it_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
