/* Each allocation fails once while somebody's word is taken and whom it worsens is counted: the failure is told, nothing leaks, and with the rollback
 * nothing of it is there. */

#include "crowd.h"

#include "../failing_allocation.h"

#define HZ "hangzhou-2020"

static person_number met;
static const struct pack *rules;

static int
say_and_count(void *context)
{
	struct scene *s = context;
	int64_t count = 0, all = 0;
	struct error e = {0};
	int r = registry_begin(s->registry, &e);

	if (r < 0)
		return r;
	if ((r = cascade_case_word(s->cascade, "S1", "li", true, &e)) == 0 &&
		(r = cascade_case_word(s->cascade, "S1", "sun", true, &e)) == 0 &&
		(r = cascade_case_worsened(s->cascade, "S1", 0, &count, &e)) == 0 &&
		(r = cascade_message_worsened(s->cascade, 0, &all, &e)) == 0 && (r = cascade_trace_cases(s->cascade, &e)) == 0)
		assert_true(count == 1 && all == 0); /* no import is under way */
	registry_rollback(s->registry);
	return r;
}

static int
show_grounds(void *context)
{
	struct scene *s = context;
	json_t *grounds = NULL;
	struct error e = {0};
	int r = cascade_case_grounds(s->cascade, "S1", &zone_utc, &grounds, &e);

	assert_true((r == 0) == (grounds != NULL));
	json_decref(grounds);
	return r;
}

static void
no_failure_of_memory_is_hidden_while_words_are_weighed(void **state)
{
	struct scene_met m = scene_meet(*state);
	person_number contact = m.contact;

	scene_at(m.s, "2020-03-11T12:00:00+08:00");
	scene_case(m.s, "C1", m.subject, "discarded", NULL, "2020-03-11T10:30:00+08:00", NULL);
	scene_case(m.s, "S1", m.subject, "suspected", "2020-03-07T00:00:00+08:00", "2020-03-11T10:40:00+08:00", NULL);
	scene_trace(m.s);
	assert_string_equal(scene_colour(m.s, contact, HZ), "green");
	assert_true(failing_allocation_sweep(say_and_count, m.s) > 20);
	assert_true(failing_allocation_sweep(show_grounds, m.s) > 5);
	assert_string_equal(scene_colour(m.s, contact, HZ), "green");
}

static int
retrace(void *context)
{
	struct scene *s = context;
	struct cascade_retraced *retraced = NULL;
	json_t *facts = NULL;
	struct error e = {0};
	int r;

	if ((r = db_begin_read(s->db, &e)) < 0)
		return r;
	r = cascade_retrace(s->cascade, rules, &retraced, &e);
	assert_true((r == 0) == (retraced != NULL));
	if (r == 0 && (r = cascade_facts(s->cascade, rules, met, &facts, NULL, &e)) == 0)
		r = cascade_retraced_facts(s->cascade, retraced, rules, met, facts, &e);
	json_decref(facts);
	cascade_retraced_free(retraced);
	db_rollback(s->db);
	return r;
}

static void
no_failure_of_memory_is_hidden_while_cases_are_traced_by_other_rules(void **state)
{
	struct scene_met m = scene_meet(*state);
	struct error e = {0};

	met = m.contact;
	GOOD(registry_pack(m.s->registry, HZ, &rules, &e));
	scene_case(m.s, "C1", m.subject, "confirmed", "2020-03-13T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	assert_true(failing_allocation_sweep(retrace, m.s) > 20);
}

/* Some have no row, so that the evidence must say. */
static int
count_all_worsened(void *context)
{
	struct scene *s = context;
	int64_t count = -1;
	struct error e = {0};
	int r = registry_begin(s->registry, &e);

	if (r < 0)
		return r;
	if ((r = db_do(s->db, "DELETE FROM packed WHERE person % 9 = 0{of nobody}", NULL, 0, &e)) == 0)
		r = cascade_worsened(s->cascade, 0, &count, &e);
	registry_rollback(s->registry);
	assert_true(r < 0 || count >= 0);
	return r;
}

static void
no_failure_of_memory_is_hidden_while_a_sweep_is_counted(void **state)
{
	struct scene *s = *state;
	person_number people[CROWD];

	scene_at(s, "2020-03-06T12:00:00Z");
	crowd_fill(s, people);
	crowd_evaluate_due(s);
	crowd_put_another_in_force(s);
	crowd_count(s, "330100", 18320, 60);
	assert_true(failing_allocation_sweep(count_all_worsened, s) > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_failure_of_memory_is_hidden_while_words_are_weighed, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			no_failure_of_memory_is_hidden_while_cases_are_traced_by_other_rules, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			no_failure_of_memory_is_hidden_while_a_sweep_is_counted, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
