#include "../test.h"

#include <string.h>

#include "place/place.h"

static void
wuhan_is_as_far_from_hangzhou_as_the_map_says(void **state)
{
	double metres = place_distance_m(305928000, 1143055000, 302741000, 1201551000);

	(void)state;
	assert_true(metres > 560000 && metres < 563000);
	assert_true(place_distance_m(0, 0, 0, 0) == 0);
	assert_true(place_distance_m(0, 1799999999, 0, -1799999999) < 1);
	assert_true(place_distance_m(900000000, 0, -900000000, 0) > 20015000);
}

static void
neighbours_share_a_cell_and_strangers_do_not(void **state)
{
	char one[CELL_CODE_SIZE], two[CELL_CODE_SIZE];

	(void)state;
	assert_non_null(place_cell(302741000, 1201551000, 100, one));
	assert_non_null(place_cell(302741010, 1201551010, 100, two));
	assert_string_equal(one, two);
	assert_non_null(place_cell(302761000, 1201551000, 100, two));
	assert_string_not_equal(one, two);
	assert_null(place_cell(900000001, 0, 100, one));
	assert_null(place_cell(0, 0, 1, one));
}

static void
the_middle_of_a_cell_lies_in_it_and_near_every_point_of_it(void **state)
{
	(void)state;
	for (int32_t latitude = -899900000; latitude <= 899900000; latitude += 17345678) {
		for (int64_t longitude = -1800000000; longitude <= 1800000000; longitude += 98765432) {
			char code[CELL_CODE_SIZE], again[CELL_CODE_SIZE];
			int32_t middle_latitude, middle_longitude;

			assert_non_null(place_cell(latitude, (int32_t)longitude, 500, code));
			assert_true(place_cell_centre(code, &middle_latitude, &middle_longitude));
			assert_non_null(place_cell(middle_latitude, middle_longitude, 500, again));
			assert_string_equal(code, again);
			assert_true(place_distance_m(latitude, (int32_t)longitude, middle_latitude, middle_longitude) < 1000);
		}
	}
}

static void
the_poles_and_the_date_line_have_cells(void **state)
{
	char one[CELL_CODE_SIZE], two[CELL_CODE_SIZE];
	int32_t latitude, longitude;

	(void)state;
	for (uint32_t size_m = CELL_SIZE_LEAST_M; size_m <= CELL_SIZE_MOST_M; size_m = size_m * 3 + 1) {
		assert_non_null(place_cell(900000000, 5, size_m, one));
		assert_non_null(place_cell(-900000000, 5, size_m, one));
		assert_non_null(place_cell(0, 1800000000, size_m, one));
		assert_non_null(place_cell(0, -1800000000, size_m, two));
		assert_string_equal(one, two);
		assert_true(place_cell_centre(one, &latitude, &longitude));
	}
}

static void
text_that_names_no_cell_is_refused(void **state)
{
	static const char *const texts[] = {"", "cell", "cell-100-1", "cell-100-1-1x", "cell-0100-1-1", "cell-1-1-1",
		"cell-100-99999999-1", "cell-100-100000-9999999", "cell-100--1-1", "cell-100- 1-1"};
	int32_t latitude, longitude;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(place_cell_centre(texts[i], &latitude, &longitude));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wuhan_is_as_far_from_hangzhou_as_the_map_says),
		cmocka_unit_test(neighbours_share_a_cell_and_strangers_do_not),
		cmocka_unit_test(the_middle_of_a_cell_lies_in_it_and_near_every_point_of_it),
		cmocka_unit_test(the_poles_and_the_date_line_have_cells),
		cmocka_unit_test(text_that_names_no_cell_is_refused),
	};

	return cmocka_run_group_tests_name("place/cell", tests, NULL, NULL);
}
