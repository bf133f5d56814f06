/* Noise that asking again does not take away. */

#include "../test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/keys.h"
#include "report/inside.h"

static char folder[64];

static int
begin(void **state)
{
	struct keys *keys = NULL;
	struct error e = {0};

	snprintf(folder, sizeof folder, "/tmp/healthcode-noise-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	if (keys_open(folder, true, &keys, &e) < 0)
		return -1;
	*state = keys;
	return 0;
}

static int
end(void **state)
{
	char command[128];

	keys_close(*state);
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	return system(command);
}

static void
the_same_count_has_the_same_noise_and_another_count_another(void **state)
{
	double one = with_noise(*state, "mobility|18344|330100|venue|people", 1000, 1);

	assert_true(one == with_noise(*state, "mobility|18344|330100|venue|people", 1000, 1));
	assert_true(one - 1000 != with_noise(*state, "mobility|18344|330100|venue|people", 1001, 1) - 1001);
	assert_true(one != with_noise(*state, "mobility|18345|330100|venue|people", 1000, 1));
}

/* Laplace's: the middle is the count, the mean distance from it the scale, and one in e^2 is two scales and more away. */
static void
noise_has_the_distribution_that_is_told(void **state)
{
	enum { DRAWS = 20000 };
	double sum = 0, distance = 0;
	int far = 0;
	char about[32];

	for (int i = 0; i < DRAWS; i++) {
		snprintf(about, sizeof about, "%d", i);
		double noise = with_noise(*state, about, 500, 3) - 500;

		sum += noise;
		distance += fabs(noise);
		far += fabs(noise) > 6;
	}
	assert_true(fabs(sum / DRAWS) < 0.15);
	assert_true(fabs(distance / DRAWS - 3) < 0.1);
	assert_true(fabs((double)far / DRAWS - 0.1353) < 0.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_count_has_the_same_noise_and_another_count_another),
		cmocka_unit_test(noise_has_the_distribution_that_is_told),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
