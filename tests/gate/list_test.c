/* The signed list with what the packs in force recognise. */

#include "scene.h"

#include "gate/gate.h"

#define HZ "hangzhou-2020"
#define NB "ningbo-2020"

static struct issuer *issuer;

static int
set_up(void **state)
{
	struct scene *s;
	struct error e = {0};

	scene_set_up(state);
	s = *state;
	scene_at(s, "2020-03-24T08:00:00+08:00");
	GOOD(issuer_open(s->db, registry_keys(s->registry), &issuer, &e));
	GOOD(issuer_ensure(issuer, HZ, START, START, &e));
	return 0;
}

static int
tear_down(void **state)
{
	issuer_close(issuer);
	return scene_tear_down(state);
}

/* The list of now, read as a gate reads it; freed with trust_free. */
static struct trust *
published(struct scene *s, int64_t *ret_changes)
{
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct trust *trust = NULL;
	struct error e = {0};

	GOOD(gate_trust_list(s->registry, issuer, registry_now(s->registry), &list, ret_changes, &e));
	GOOD(trust_new(NULL, 0, &trust, &e));
	GOOD(trust_add(trust, list.data, list.length, &e));
	buffer_free(&list);
	return trust;
}

static void
each_jurisdiction_takes_what_its_own_pack_says(void **state)
{
	struct scene *s = *state;
	struct trust *trust = published(s, NULL);
	const instant now = registry_now(s->registry);

	assert_true(trust_speaks_of(trust, HZ) && trust_speaks_of(trust, NB));
	assert_false(trust_speaks_of(trust, "hubei-2020"));
	assert_true(trust_recognises(trust, HZ, NB, CODE_GREEN, now, now));
	assert_true(trust_recognises(trust, HZ, "hubei-2020", CODE_GREEN, now, now));
	assert_false(trust_recognises(trust, HZ, "beijing-2020", CODE_GREEN, now, now));
	/* What another pack of the same store recognises is not this one's. */
	assert_true(trust_recognises(trust, NB, HZ, CODE_GREEN, now, now));
	assert_false(trust_recognises(trust, NB, "anhui-2020", CODE_GREEN, now, now));
	trust_free(trust);
}

static void
a_pack_that_goes_into_force_makes_a_later_list(void **state)
{
	struct scene *s = *state;
	const instant now = registry_now(s->registry);
	int64_t before, still, after, told;
	struct trust *first = published(s, &before), *second;
	const struct pack *pack;
	char path[96];
	struct error e = {0};

	GOOD(gate_list_changes(s->registry, issuer, &still, &e));
	assert_int_equal(still, before);
	assert_true(trust_recognises(first, HZ, NB, CODE_YELLOW, now, now));

	pack_with(s->folder, HZ, "recognises",
		json_pack("[{s:s, s:[s], s:i}]", "jurisdiction", NB, "colours", "green", "fresh_s", 60), path);
	GOOD(registry_pack_keep(s->registry, path, NULL, &pack, &e));
	GOOD(registry_pack_put_in_force(s->registry, pack, now, "first", "second", &e));
	GOOD(gate_list_changes(s->registry, issuer, &after, &e));
	assert_true(after > before);
	second = published(s, &told);
	assert_int_equal(told, after);
	assert_true(trust_list_facts(second)->version > trust_list_facts(first)->version);
	assert_true(trust_recognises(second, HZ, NB, CODE_GREEN, now, now + 59));
	assert_false(trust_recognises(second, HZ, NB, CODE_GREEN, now, now + 60));
	assert_false(trust_recognises(second, HZ, NB, CODE_YELLOW, now, now));
	assert_false(trust_recognises(second, HZ, "hubei-2020", CODE_GREEN, now, now));
	trust_free(first);
	trust_free(second);
}

/* How many keys it has for codes of a day that begins after ${now}. */
static size_t
days_ahead(const struct trust *trust, instant now)
{
	size_t count = 0;

	for (size_t i = 0; i < trust_count(trust); i++)
		count += trust_at(trust, i)->from > now;
	return count;
}

static void
who_cannot_write_publishes_what_there_is(void **state)
{
	struct scene *s = *state;
	struct trust *trust;
	struct error e = {0};

	GOOD(db_run(s->db,
		"CREATE TRIGGER full BEFORE INSERT ON issuer_key BEGIN SELECT RAISE(ABORT, 'the disk is full'); END", &e));
	trust = published(s, NULL);
	assert_true(trust_count(trust) == 1 && days_ahead(trust, START) == 0);
	trust_free(trust);
	GOOD(db_run(s->db, "DROP TRIGGER full", &e));
	trust = published(s, NULL);
	assert_true(days_ahead(trust, START) >= 7);
	trust_free(trust);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_jurisdiction_takes_what_its_own_pack_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pack_that_goes_into_force_makes_a_later_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_cannot_write_publishes_what_there_is, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
