#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simulate/random.h"

/* Worked by hand from the published text of xoshiro256**. */
static void
the_generator_is_the_published_one(void **state)
{
	struct random random = {{1, 2, 3, 4}};

	(void)state;
	assert_true(random_next(&random) == UINT64_C(11520));
	assert_true(random_next(&random) == 0);
	assert_true(random_next(&random) == UINT64_C(1509978240));
	assert_true(random_next(&random) == UINT64_C(1215971899390074240));
}

static void
draws_stay_in_their_range_and_reach_its_ends(void **state)
{
	struct random random = random_make(7);
	int seen[5] = {0}, yes = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t n = random_between(&random, -2, 2);

		assert_in_range(n + 2, 0, 4);
		seen[n + 2]++;
		yes += random_chance(&random, 250000);
	}
	for (int i = 0; i < 5; i++)
		assert_in_range(seen[i], 1800, 2200);
	assert_in_range(yes, 2300, 2700);
	assert_int_equal(random_between(&random, 5, 5), 5);
	assert_false(random_chance(&random, 0));
	assert_true(random_chance(&random, 1000000));
}

static void
the_first_shop_is_twice_as_popular_as_the_second(void **state)
{
	struct random random = random_make(7);
	uint64_t sums[10];
	int seen[10] = {0};

	(void)state;
	random_zipf_sums(sums, 10);
	for (int i = 0; i < 30000; i++)
		seen[random_zipf(&random, sums, 10)]++;
	assert_in_range(seen[0], seen[1] * 18 / 10, seen[1] * 22 / 10);
	assert_true(seen[9] > 0);
}

static void
shares_are_kept(void **state)
{
	static const uint32_t shares[] = {0, 3, 1};
	struct random random = random_make(7);
	int seen[3] = {0};

	(void)state;
	for (int i = 0; i < 8000; i++)
		seen[random_share(&random, shares, 3)]++;
	assert_int_equal(seen[0], 0);
	assert_in_range(seen[1], 5700, 6300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generator_is_the_published_one),
		cmocka_unit_test(draws_stay_in_their_range_and_reach_its_ends),
		cmocka_unit_test(the_first_shop_is_twice_as_popular_as_the_second),
		cmocka_unit_test(shares_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
