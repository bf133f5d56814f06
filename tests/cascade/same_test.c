/* Who is one person, remembered: what a transaction that was rolled back said of it is not. */

#include "scene.h"

#include "cascade/inside.h"

#define HZ "hangzhou-2020"

static void
join(struct scene *s, person_number alias, person_number person)
{
	struct error e = {0};
	int64_t link;

	GOOD(evidence_same_put(s->db, alias, person, false, registry_recording_time(s->registry), &link, &e));
}

static person_number
person_of(struct scene *s, person_number number)
{
	person_number person = 0;
	struct error e = {0};

	GOOD(same_person(s->cascade, INT64_MAX, number, &person, &e));
	return person;
}

/* The link that is recorded next has the number of the one that was rolled back. */
static void
what_was_rolled_back_is_forgotten_whoever_rolls_it_back(void **state)
{
	struct scene *s = *state;
	person_number alias, first, second;
	struct error e = {0};

	scene_at(s, "2020-03-11T12:00:00+08:00");
	alias = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	first = scene_person(s, 2, HZ, "2020-03-01T12:00:00+08:00");
	second = scene_person(s, 3, HZ, "2020-03-01T12:00:00+08:00");
	GOOD(registry_begin(s->registry, &e));
	join(s, alias, first);
	assert_int_equal(person_of(s, alias), first);
	registry_rollback(s->registry);
	assert_int_equal(person_of(s, alias), alias);
	GOOD(registry_begin(s->registry, &e));
	join(s, alias, first);
	assert_int_equal(person_of(s, alias), first);
	registry_rollback(s->registry);
	GOOD(registry_begin(s->registry, &e));
	join(s, alias, second);
	assert_int_equal(person_of(s, alias), second);
	GOOD(registry_commit(s->registry, &e));
	assert_int_equal(person_of(s, alias), second);
}

/* A deferred constraint that does not hold fails the commit itself. */
static void
what_could_not_be_committed_is_forgotten_too(void **state)
{
	struct scene *s = *state;
	person_number alias, first, second;
	struct error e = {0};

	scene_at(s, "2020-03-11T12:00:00+08:00");
	alias = scene_person(s, 1, HZ, "2020-03-01T12:00:00+08:00");
	first = scene_person(s, 2, HZ, "2020-03-01T12:00:00+08:00");
	second = scene_person(s, 3, HZ, "2020-03-01T12:00:00+08:00");
	GOOD(db_run(s->db,
		"CREATE TABLE owner(id BIGINT PRIMARY KEY);"
		"CREATE TABLE owned(owner BIGINT REFERENCES owner(id) DEFERRABLE INITIALLY DEFERRED)",
		&e));
	GOOD(registry_begin(s->registry, &e));
	join(s, alias, first);
	assert_int_equal(person_of(s, alias), first);
	GOOD(db_do(s->db, "INSERT INTO owned(owner) VALUES(1){of nobody}", NULL, 0, &e));
	assert_true(registry_commit(s->registry, &e) < 0);
	GOOD(registry_begin(s->registry, &e));
	join(s, alias, second);
	assert_int_equal(person_of(s, alias), second);
	GOOD(registry_commit(s->registry, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_rolled_back_is_forgotten_whoever_rolls_it_back, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(what_could_not_be_committed_is_forgotten_too, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
