/* What an evaluation leaves in the ledger: whoever changes a colour behind it is found out. */

#include "scene.h"

static int64_t
first_wrong(struct scene *s)
{
	struct error e = {0};
	int64_t seq = 0;

	GOOD(cascade_verify_evaluations(s->cascade, &seq, &e));
	return seq;
}

static void
evaluate_some(struct scene *s)
{
	struct cascade_counts counts;
	struct error e = {0};

	scene_at(s, "2020-03-24T00:00:00Z");
	for (int i = 1; i <= 5; i++)
		scene_person(s, i, "hangzhou-2020", "2020-03-20T00:00:00Z");
	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	assert_int_equal(counts.changed, 5);
}

static void
run(struct scene *s, const char *sql)
{
	struct error e = {0};

	GOOD(db_begin(s->db, &e));
	GOOD(db_do(s->db, sql, NULL, 0, &e));
	GOOD(db_commit(s->db, &e));
}

static void
changes_that_were_committed_to_verify_C1(void **state)
{
	evaluate_some(*state);
	assert_int_equal(first_wrong(*state), -1);
}

static void
a_changed_colour_since_or_person_is_found_out_C1(void **state)
{
	static const char *const lies[][2] = {
		{"UPDATE evaluation_change SET colour = 'red' WHERE position = 2",
			"UPDATE evaluation_change SET colour = 'green' WHERE position = 2"},
		{"UPDATE evaluation_change SET since = since + 1 WHERE position = 4",
			"UPDATE evaluation_change SET since = since - 1 WHERE position = 4"},
		{"UPDATE evaluation_change SET position = 9 WHERE position = 0",
			"UPDATE evaluation_change SET position = 0 WHERE position = 9"},
	};

	evaluate_some(*state);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		run(*state, lies[i][0]);
		assert_true(first_wrong(*state) >= 0);
		run(*state, lies[i][1]);
		assert_int_equal(first_wrong(*state), -1);
	}
	run(*state, "DELETE FROM evaluation_change WHERE position = 4");
	assert_true(first_wrong(*state) >= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes_that_were_committed_to_verify_C1, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_changed_colour_since_or_person_is_found_out_C1, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
