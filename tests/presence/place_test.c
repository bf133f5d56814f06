#include "engines.h"

static void
a_place_keeps_its_number_through_corrections(void **state)
{
	struct fixture *f = *state;
	struct presence_source source = {100, 1};
	const struct presence_view before = {INT64_MAX, 150};
	struct presence_place place = {.code = "v-1", .kind = "venue", .name = "北苑超市", .division = "330110"}, found;
	place_number number, again;
	struct error e = {0};

	assert_int_equal(presence_put_place(f->presence, &place, &source, &number, &e), PRESENCE_NEW);
	assert_int_equal(presence_put_place(f->presence, &place, &source, &again, &e), PRESENCE_UNCHANGED);
	assert_int_equal(again, number);

	source.recorded_at = 200;
	place.positioned = true;
	place.latitude_e7 = 304188000;
	place.longitude_e7 = 1203000000;
	assert_int_equal(presence_put_place(f->presence, &place, &source, &again, &e), PRESENCE_CHANGED);
	assert_int_equal(again, number);
	assert_int_equal(presence_find_place(f->presence, "v-1", &see_all, &found, &e), 0);
	assert_true(found.positioned);
	assert_int_equal(found.longitude_e7, 1203000000);
	assert_string_equal(found.name, "北苑超市");
	assert_int_equal(presence_place(f->presence, number, &before, &found, &e), 0);
	assert_false(found.positioned);
}

static void
an_unknown_place_is_said_to_be(void **state)
{
	struct fixture *f = *state;
	const struct presence_view before = {INT64_MAX, -1};
	struct presence_place found;
	struct error e = {0};

	put_place(f, "shop", "venue");
	assert_int_equal(presence_find_place(f->presence, "shop", &see_all, &found, &e), 0);
	assert_int_equal(presence_find_place(f->presence, "shop", &before, &found, &e), ERROR_EXISTS_NOT);
	assert_int_equal(presence_find_place(f->presence, "Shop", &see_all, &found, &e), ERROR_EXISTS_NOT);
	assert_int_equal(presence_place(f->presence, 999, &see_all, &found, &e), ERROR_EXISTS_NOT);
}

static void
a_place_off_the_earth_or_without_a_kind_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct presence_source source = {0, 1};
	struct presence_place place = {.code = "a", .kind = "venue", .positioned = true, .latitude_e7 = 900000001};
	place_number number;
	struct error e = {0};

	assert_int_equal(presence_put_place(f->presence, &place, &source, &number, &e), ERROR_BAD_INPUT);
	place = (struct presence_place){.code = "a", .kind = "Venue 1"};
	assert_int_equal(presence_put_place(f->presence, &place, &source, &number, &e), ERROR_BAD_INPUT);
	place = (struct presence_place){.code = "", .kind = "venue"};
	assert_int_equal(presence_put_place(f->presence, &place, &source, &number, &e), ERROR_BAD_INPUT);
	place = (struct presence_place){.code = "\xff", .kind = "venue"};
	assert_int_equal(presence_put_place(f->presence, &place, &source, &number, &e), ERROR_BAD_INPUT);
	place = (struct presence_place){.code = "a", .kind = "venue"};
	memset(place.name, 'n', sizeof place.name); /* no end */
	assert_int_equal(presence_put_place(f->presence, &place, &source, &number, &e), ERROR_BAD_INPUT);
	assert_int_equal(presence_put_cell(f->presence, 900000001, 0, 100, &source, &number, &e), ERROR_BAD_INPUT);
	assert_int_equal(presence_put_cell(f->presence, 0, 0, 0, &source, &number, &e), ERROR_BAD_INPUT);
}

static void
near_coordinates_share_a_cell(void **state)
{
	struct fixture *f = *state;
	const struct presence_source source = {0, 1};
	place_number one, two, far;
	struct presence_place found;
	struct error e = {0};

	assert_int_equal(presence_put_cell(f->presence, 302741000, 1201551000, 100, &source, &one, &e), PRESENCE_NEW);
	assert_int_equal(presence_put_cell(f->presence, 302741010, 1201551010, 100, &source, &two, &e), PRESENCE_UNCHANGED);
	assert_int_equal(presence_put_cell(f->presence, 302841000, 1201551000, 100, &source, &far, &e), PRESENCE_NEW);
	assert_int_equal(one, two);
	assert_int_not_equal(one, far);
	assert_int_equal(presence_place(f->presence, one, &see_all, &found, &e), 0);
	assert_string_equal(found.kind, "cell");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_place_keeps_its_number_through_corrections),
		TEST(an_unknown_place_is_said_to_be),
		TEST(a_place_off_the_earth_or_without_a_kind_is_refused),
		TEST(near_coordinates_share_a_cell),
	};

	return run_on_engines(tests, sizeof tests / sizeof *tests);
}
