/* Each allocation of an answer fails once: the failure is told, nothing leaks or is half given. */

#include "../test.h"

#include "../failing_allocation.h"
#include "scene.h"

struct asked {
	const struct pack *pack;
	const json_t *facts;
};

static int
ask(void *context)
{
	const struct asked *asked = context;
	json_t *result = NULL, *changes = NULL;
	struct error e = {0};
	int r = evaluate(asked->pack, asked->facts, at("2020-03-24"), &result, &changes, &e);

	assert_true((r == 0) == (result != NULL) && (r == 0) == (changes != NULL));
	json_decref(result);
	json_decref(changes);
	return r;
}

static void
an_answer_survives_each_failed_allocation(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-21", "420802");
	struct asked asked = {pack, facts};

	(void)state;
	scene_checkins(facts, "2020-03-21", 2, -1);
	scene_add(facts, "visits",
		"{'country':'KR','division':null,'from':'2020-03-20T00:00:00+08:00','to':'2020-03-21T00:00:00+08:00'}");
	assert_true(failing_allocation_sweep(ask, &asked) > 100);
	json_decref(facts);
	pack_free(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_survives_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
