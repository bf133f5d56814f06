/* Sweeps: everyone whom a version concerns comes out as their evidence says, and what does not change is not written. */

#include "crowd.h"

#include "cascade/inside.h"

enum { ROUNDS = 10 };

/* Days go by, areas are counted, evidence comes, rows get lost. */
static void
sweeping_packed_rows_gives_what_reading_the_evidence_gives_W3(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	struct cascade_counts counts;
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	int64_t swept = 0, rows;

	scene_at(s, "2020-03-06T12:00:00Z");
	crowd_fill(s, people);
	crowd_evaluate_due(s);
	for (int round = 0; round < ROUNDS; round++) {
		scene_at(s, crowd_day(6 + 3 * round, at));
		crowd_evaluate_due(s);
		for (unsigned i = crowd_any(3) + 1; i > 0; i--) {
			char area[8];

			snprintf(area, sizeof area, "%.4s00", crowd_divisions[crowd_any(6)]);
			crowd_count(s, area, 18300 + 3 * round + (day_number)crowd_any(20), 1 + crowd_any(60));
		}
		s->cascade->alone_most = round % 2 ? 0 : CROWD; /* by several threads, and by one */
		if (round % 3 == 1) {
			crowd_visit(s, people[crowd_any(CROWD)], 3 * round);
			scene_checkin(s, people[crowd_any(CROWD)], crowd_day(3 * round, at), 375);
		}
		if (round % 4 == 2)
			GOOD(db_do(s->db, "DELETE FROM packed WHERE person % 3 = 0", NULL, 0, &e));
		counts = crowd_evaluate_due(s);
		swept += counts.evaluated;
		crowd_is_as_the_evidence_says(s, people);
		assert_int_equal(crowd_evaluate_due(s).evaluated, 0);
	}
	assert_true(swept > 100);
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM packed", NULL, 0, &rows, &e));
	assert_true(rows >= CROWD);
}

static void
another_pack_concerns_everyone_and_only_what_differs_is_written_S1(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	struct cascade_counts counts;
	struct error e = {0};
	int64_t written, of_pack;

	scene_at(s, "2020-03-20T12:00:00Z");
	crowd_fill(s, people);
	crowd_evaluate_due(s);
	crowd_is_as_the_evidence_says(s, people);
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM colour WHERE jurisdiction = '" HZ "'", NULL, 0, &of_pack, &e));
	scene_at(s, "2020-03-20T12:00:01Z");
	crowd_put_another_in_force(s);
	assert_int_equal(registry_is_stale(s->registry, people[0], HZ, registry_now(s->registry), &e), 1);
	counts = crowd_evaluate_due(s);
	assert_int_equal(counts.evaluated, of_pack);
	crowd_is_as_the_evidence_says(s, people);
	GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM colour WHERE evaluated_at = $1",
		(struct db_value[]){db_int(registry_now(s->registry))}, 1, &written, &e));
	assert_true(written < of_pack / 2);
}

/* Days go by, and rules come that concern who has a contact or a case, or everyone; areas are counted meanwhile, evidence comes, rows get
 * lost. */
static void
whom_new_rules_do_not_concern_keeps_what_evaluating_would_give_W6(void **state)
{
	static const char *const edits[] = {
		"s/\"contact_days\": 14/\"contact_days\": 7/",
		"s/\"contact_days\": 14/\"contact_days\": 7/; s/\"en\": \"/&A /",
		"s/\"contact_days\": 14/\"contact_days\": 7/; s/\"confirmed\", \"clinical\"/\"clinical\"/",
		"s/\"yellow_days\": 7/\"yellow_days\": 3/; s/\"contact_days\": 14/\"contact_days\": 5/",
		"s/\"contact_days\": 14/\"contact_days\": 30/",
		"s/\"horizon_days\": [0-9]*/\"horizon_days\": 20/",
		"s/\"horizon_days\": [0-9]*/\"horizon_days\": 20/; s/\"contact_days\": 14/\"contact_days\": 3/",
	};
	struct scene *s = *state;
	person_number people[CROWD];
	char at[TIME_TEXT_SIZE];
	struct error e = {0};
	int64_t of_pack, evaluated, fewest = CROWD;

	scene_at(s, "2020-03-06T12:00:00Z");
	crowd_fill(s, people);
	for (int i = 0; i < CROWD; i += 6)
		crowd_contact(s, people[i], 3 + (int)crowd_any(8));
	for (unsigned round = 0; round < 2 * sizeof edits / sizeof *edits; round++) {
		scene_at(s, crowd_day(6 + 2 * (int)round, at));
		crowd_evaluate_due(s);
		GOOD(db_one_int(s->db, "SELECT COUNT(*) FROM colour WHERE jurisdiction = '" HZ "'", NULL, 0, &of_pack, &e));
		if (round % 3 == 1) {
			crowd_count(s, "330100", 18320 + (day_number)round, 1 + crowd_any(60));
			crowd_visit(s, people[crowd_any(CROWD)], 2 * (int)round);
		}
		if (round % 4 == 2)
			GOOD(db_do(s->db, "DELETE FROM packed WHERE person % 3 = 0", NULL, 0, &e));
		s->cascade->alone_most = round % 2 ? 0 : CROWD;
		scene_at(s, crowd_day(7 + 2 * (int)round, at));
		crowd_evaluate_due(s);
		crowd_put_in_force(s, edits[round % (sizeof edits / sizeof *edits)]);
		evaluated = crowd_evaluate_due(s).evaluated;
		fewest = evaluated < fewest ? evaluated : fewest;
		crowd_is_as_the_evidence_says(s, people);
		assert_int_equal(crowd_evaluate_due(s).evaluated, 0);
	}
	if (fewest >= of_pack / 2)
		fail_msg("%d of %d", (int)fewest, (int)of_pack);
}

/* Hubei's rules look at no place: what is counted there changes no colour, and is taken as seen. */
static void
counts_concern_nobody_where_no_rule_reads_places_W6(void **state)
{
	const char *const packs[] = {pack_folder("hubei-2020")};
	struct registry_colour before, after;
	struct error e = {0};
	person_number person;
	struct scene *s;

	(void)state;
	s = scene_open_with(packs, 1);
	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, "hubei-2020", "2020-03-10T00:00:00Z");
	crowd_count(s, "420800", 18330, 9);
	assert_int_equal(crowd_evaluate_due(s).evaluated, 1);
	GOOD(registry_colour(s->registry, person, "hubei-2020", &before, &e));
	crowd_count(s, "420800", 18331, 90);
	assert_int_equal(crowd_evaluate_due(s).evaluated, 0);
	GOOD(registry_colour(s->registry, person, "hubei-2020", &after, &e));
	assert_true(after.seen.area_version > before.seen.area_version);
	assert_int_equal(registry_is_stale(s->registry, person, "hubei-2020", registry_now(s->registry), &e), 0);
	scene_close(s);
}

/* Rules that read residences and no visits: areas are those that the pack in force counts by, not those of the pack before. */
static void
a_pack_with_finer_areas_has_them_looked_at(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	char at[TIME_TEXT_SIZE];

	scene_at(s, "2020-03-06T12:00:00Z");
	crowd_fill(s, people);
	crowd_put_in_force(s, "s/\"each\": \"places\"/\"each\": \"residences\"/");
	crowd_evaluate_due(s);
	scene_at(s, crowd_day(8, at));
	crowd_put_in_force(
		s, "s/\"each\": \"places\"/\"each\": \"residences\"/; s/\"unit\": \"city\"/\"unit\": \"county\"/");
	crowd_evaluate_due(s);
	crowd_count(s, "330106", 18329, 90);
	crowd_count(s, "420802", 18329, 90);
	assert_true(crowd_evaluate_due(s).evaluated > 0);
	crowd_is_as_the_evidence_says(s, people);
}

/* B1: whoever is due is evaluated by several threads, or by one. */
static void
many_threads_decide_what_one_does(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	char at[TIME_TEXT_SIZE];
	int64_t evaluated = 0;

	scene_at(s, "2020-03-06T12:00:00Z");
	crowd_fill(s, people);
	for (int round = 0; round < ROUNDS; round++) {
		scene_at(s, crowd_day(6 + 3 * round, at));
		s->cascade->batch_alone_most = round % 2 ? CASCADE_BATCH : 0;
		for (int i = 0; i < 20; i++) {
			crowd_visit(s, people[crowd_any(CROWD)], 3 * round);
			scene_checkin(s, people[crowd_any(CROWD)], crowd_day(3 * round, at), 375);
		}
		evaluated += crowd_evaluate_due(s).evaluated;
		crowd_is_as_the_evidence_says(s, people);
		assert_int_equal(crowd_evaluate_due(s).evaluated, 0);
	}
	assert_true(evaluated > 2 * CROWD);
}

/* A sweep that was broken off: some parts are done, and the rest is found again. */
static void
a_sweep_goes_on_where_it_was_broken_off(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];
	bool behind[SWEEP_PARTS];
	const struct pack *pack;
	struct error e = {0};
	int64_t version;

	scene_at(s, "2020-03-20T12:00:00Z");
	crowd_fill(s, people);
	crowd_count(s, "330100", 18310, 5);
	crowd_evaluate_due(s);
	GOOD(registry_pack(s->registry, HZ, &pack, &e));
	assert_int_equal(registry_sweep_behind(s->registry, pack, behind, &version, &e), 0);
	GOOD(db_do(s->db, "UPDATE sweep SET area_version = 0 WHERE part >= 100", NULL, 0, &e));
	assert_int_equal(registry_sweep_behind(s->registry, pack, behind, &version, &e), SWEEP_PARTS - 100);
	assert_false(behind[99]);
	assert_true(behind[100]);
	crowd_evaluate_due(s);
	assert_int_equal(registry_sweep_behind(s->registry, pack, behind, &version, &e), 0);
	crowd_is_as_the_evidence_says(s, people);
}

/* Looking back: who was evaluated for a later moment than the sweep's keeps that, and is evaluated before they are shown anything. */
static void
who_was_evaluated_for_a_later_moment_is_apart_from_the_mark(void **state)
{
	struct scene *s = *state;
	struct registry_colour before, after;
	struct cascade_counts counts;
	person_number person;
	struct error e = {0};

	scene_at(s, "2020-03-24T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-10T00:00:00Z");
	scene_person(s, 2, HZ, "2020-03-10T00:00:00Z");
	GOOD(cascade_evaluate_people(s->cascade, HZ, &person, 1, NULL, &counts, &e));
	GOOD(registry_colour(s->registry, person, HZ, &before, &e));
	crowd_count(s, "330100", 18330, 9);
	scene_at(s, "2020-03-20T00:00:00Z");
	crowd_evaluate_due(s);
	GOOD(registry_colour(s->registry, person, HZ, &after, &e));
	assert_int_equal(after.evaluated_at, before.evaluated_at);
	assert_int_equal(after.seen.area_version, before.seen.area_version);
	assert_int_equal(registry_is_stale(s->registry, person, HZ, registry_now(s->registry), &e), 1);
	scene_at(s, "2020-03-25T00:00:00Z");
	assert_int_equal(registry_is_stale(s->registry, person, HZ, registry_now(s->registry), &e), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(sweeping_packed_rows_gives_what_reading_the_evidence_gives_W3),
		TEST(another_pack_concerns_everyone_and_only_what_differs_is_written_S1),
		TEST(whom_new_rules_do_not_concern_keeps_what_evaluating_would_give_W6),
		cmocka_unit_test(counts_concern_nobody_where_no_rule_reads_places_W6),
		TEST(a_pack_with_finer_areas_has_them_looked_at),
		TEST(many_threads_decide_what_one_does),
		TEST(a_sweep_goes_on_where_it_was_broken_off),
		TEST(who_was_evaluated_for_a_later_moment_is_apart_from_the_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
