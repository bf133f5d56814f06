/* A batch: who decides, in which order is written, and what is left when writing fails. */

#include "crowd.h"

#include "cascade/inside.h"

/* What was written so far. */
struct written {
	const struct batch *batch;
	size_t count, fail_at;
	enum colour colours[CROWD];
	instant since[CROWD];
};

static int
write_down(size_t i, void *context, struct error *e)
{
	struct written *written = context;
	const struct decision *decision = &written->batch->decisions[i];

	assert_int_equal(i, written->count);
	assert_int_equal(decision->result, 0);
	assert_int_equal(decision->colour.person, written->batch->subjects[i].person);
	if (i == written->fail_at)
		return error_set(e, ERROR_IO, "the disk is full");
	written->colours[i] = decision->colour.colour;
	written->since[i] = decision->colour.since;
	written->count++;
	return 0;
}

static int
add_applied(const struct registry_applied *applied, void *context, struct error *e)
{
	struct batch *batch = ((void **)context)[0];

	return batch_add(batch, *(const person_number *)((void **)context)[1], applied->jurisdiction, e);
}

static void
fill(struct scene *s, struct batch *batch)
{
	person_number people[CROWD];
	struct error e = {0};

	scene_at(s, "2020-03-20T12:00:00Z");
	crowd_fill(s, people);
	for (int i = 0; i < CROWD; i++) {
		void *context[] = {batch, &people[i]};

		GOOD(registry_applications_each(s->registry, people[i], add_applied, context, &e));
	}
	assert_int_equal(batch->count, CROWD);
}

static int
write_all(struct scene *s, struct batch *batch, bool alone, struct written *written)
{
	struct error e = {0};
	int r;

	*written = (struct written){.batch = batch, .fail_at = written->fail_at};
	s->cascade->batch_alone_most = alone ? CROWD : 0;
	GOOD(registry_begin(s->registry, &e));
	r = batch_each(s->cascade, batch, write_down, written, &e);
	registry_rollback(s->registry);
	return r;
}

static void
what_is_written_comes_in_order_and_alike_whoever_decided_B1_B2(void **state)
{
	struct written alone = {.fail_at = SIZE_MAX}, together = {.fail_at = SIZE_MAX};
	struct batch batch = {0};
	struct scene *s = *state;

	fill(s, &batch);
	assert_int_equal(write_all(s, &batch, true, &alone), 0);
	assert_int_equal(alone.count, CROWD);
	for (int round = 0; round < 5; round++) {
		assert_int_equal(write_all(s, &batch, false, &together), 0);
		assert_int_equal(together.count, CROWD);
		assert_memory_equal(alone.colours, together.colours, sizeof alone.colours);
		assert_memory_equal(alone.since, together.since, sizeof alone.since);
	}
	batch_free(&batch);
}

static void
a_write_that_fails_ends_the_batch_and_the_next_one_begins_anew(void **state)
{
	struct written written = {.fail_at = 0};
	struct batch batch = {0};
	struct scene *s = *state;

	fill(s, &batch);
	for (size_t at = 0; at < CROWD; at += 17)
		for (int alone = 0; alone < 2; alone++) {
			written.fail_at = at;
			assert_int_equal(write_all(s, &batch, alone, &written), ERROR_IO);
			assert_int_equal(written.count, at);
		}
	written.fail_at = SIZE_MAX;
	assert_int_equal(write_all(s, &batch, false, &written), 0);
	assert_int_equal(written.count, CROWD);
	batch_free(&batch);
}

static void
a_batch_is_of_so_many_people(void **state)
{
	struct batch batch = {0};
	struct error e = {0};

	(void)state;
	for (person_number i = 1; i <= CASCADE_BATCH; i++)
		GOOD(batch_add(&batch, i, HZ, &e));
	assert_int_equal(batch_add(&batch, CASCADE_BATCH + 1, HZ, &e), ERROR_TOO_LARGE);
	assert_int_equal(batch.count, CASCADE_BATCH);
	batch_clear(&batch);
	GOOD(batch_add(&batch, 1, HZ, &e));
	assert_int_equal(batch.count, 1);
	batch_free(&batch);
}

/* A decider keeps packs and areas as long as its transaction; whom rows and facts are asked about is told the same. */
static void
one_decider_for_all_says_what_one_for_each_does(void **state)
{
	struct scene *s = *state;
	struct decider decider = {.cascade = s->cascade};
	struct registry_colour one, each;
	struct batch batch = {0};
	struct error e = {0};

	fill(s, &batch);
	crowd_count(s, "330100", 18330, 9);
	for (size_t i = 0; i < batch.count; i++) {
		GOOD(decider_subject(&decider, &batch.subjects[i], &one, NULL, &e));
		GOOD(evaluate_subject(s->cascade, &batch.subjects[i], &each, NULL, &e));
		assert_int_equal(one.colour, each.colour);
		assert_int_equal(one.since, each.since);
		assert_int_equal(one.next_at, each.next_at);
		assert_int_equal(one.seen.until, each.seen.until);
		assert_string_equal(one.seen.areas, each.seen.areas);
		assert_string_equal(one.policy, each.policy);
	}
	assert_int_equal(decider.count, 2);
	decider_end(&decider);
	batch_free(&batch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_written_comes_in_order_and_alike_whoever_decided_B1_B2, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_write_that_fails_ends_the_batch_and_the_next_one_begins_anew, scene_set_up, scene_tear_down),
		cmocka_unit_test(a_batch_is_of_so_many_people),
		cmocka_unit_test_setup_teardown(one_decider_for_all_says_what_one_for_each_does, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests_name("cascade batch", tests, NULL, NULL);
}
