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

/* What the walk over person 7's stays finds said of their place. */
static int
note_kind(const struct presence_stay *stay, void *context, struct error *e)
{
	struct fixture *f = ((void **)context)[0];
	struct presence_place *place = ((void **)context)[1];

	return presence_place(f->presence, stay->place, &see_all, place, e);
}

static const char *
kind_in_a_walk(struct fixture *f, struct presence_place *place)
{
	void *context[] = {f, place};
	struct error e = {0};

	place->kind[0] = '\0';
	assert_int_equal(presence_each_stay_of(f->presence, 7, 0, 10000, &see_all, note_kind, context, &e), 0);
	return place->kind;
}

/* I9 */
static void
a_walk_reads_what_is_said_of_a_place_now(void **state)
{
	struct fixture *f = *state;
	const struct presence_source second = {20, 2}, third = {30, 3};
	struct presence_place place = {.code = "x", .kind = "school"}, found;
	place_number number;
	struct error e = {0};

	number = put_place(f, "x", "venue");
	assert_int_equal(put_stay_at(f, 7, number, 1000, 2000, 10), PRESENCE_NEW);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_string_equal(kind_in_a_walk(f, &found), "venue");
	assert_string_equal(kind_in_a_walk(f, &found), "venue");

	assert_int_equal(db_begin(f->db, &e), 0);
	assert_int_equal(presence_put_place(f->presence, &place, &second, &number, &e), PRESENCE_CHANGED);
	assert_string_equal(kind_in_a_walk(f, &found), "school");
	db_rollback(f->db);
	assert_string_equal(kind_in_a_walk(f, &found), "venue");

	assert_int_equal(db_begin(f->db, &e), 0);
	strcpy(place.kind, "station");
	assert_int_equal(presence_put_place(f->presence, &place, &third, &number, &e), PRESENCE_CHANGED);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_string_equal(kind_in_a_walk(f, &found), "station");
	assert_int_equal(presence_undo(f->presence, 3, 40, &e), 0);
	assert_string_equal(kind_in_a_walk(f, &found), "venue");
}

/* Who holds reads from one transaction; after it, another's word counts. */
static void
who_holds_reads_what_the_transaction_saw_and_no_longer(void **state)
{
	struct fixture *f = *state;
	const struct presence_source first = {10, 1}, second = {20, 2};
	struct presence_place place = {.code = "v-1", .kind = "venue"}, found;
	place_number number;
	struct error e = {0};

	assert_int_equal(presence_put_place(f->presence, &place, &first, &number, &e), PRESENCE_NEW);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(presence_hold(f->presence, &e), 0);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(presence_place(f->presence, number, &see_all, &found, &e), 0);
			assert_string_equal(found.kind, round ? "station" : "venue");
		}
		presence_release(f->presence);
		assert_int_equal(db_commit(f->db, &e), 0);
		assert_int_equal(db_begin(f->db, &e), 0);
		strcpy(place.kind, "station");
		assert_int_equal(presence_put_place(f->presence, &place, &second, &number, &e),
			round ? PRESENCE_UNCHANGED : PRESENCE_CHANGED);
	}
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
		TEST(a_walk_reads_what_is_said_of_a_place_now),
		TEST(who_holds_reads_what_the_transaction_saw_and_no_longer),
	};

	return run_on_engines(tests, sizeof tests / sizeof *tests);
}
