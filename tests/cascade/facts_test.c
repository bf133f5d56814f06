/* A person's stays among their facts: visits to the divisions of the places. */

#include "scene.h"

#define HZ "hangzhou-2020"

static json_t *
visits(struct scene *s, person_number person)
{
	const struct pack *pack;
	json_t *facts = NULL, *list;
	struct error e = {0};

	GOOD(registry_pack(s->registry, HZ, &pack, &e));
	GOOD(cascade_facts(s->cascade, pack, person, &facts, NULL, &e));
	list = json_incref(json_object_get(facts, "visits"));
	json_decref(facts);
	return list;
}

static void
stays_in_one_division_that_follow_are_one_visit(void **state)
{
	struct scene *s = *state;
	person_number person;
	place_number shop, home;
	json_t *list;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	shop = scene_place(s, "shop", "venue");
	home = scene_place(s, "flat", "household");
	scene_stay(s, person, shop, "2020-03-10T01:00:00Z", "2020-03-10T02:00:00Z");
	scene_stay(s, person, home, "2020-03-10T02:00:00Z", "2020-03-10T05:00:00Z");
	scene_stay(s, person, shop, "2020-03-10T06:00:00Z", "2020-03-10T07:00:00Z");
	list = visits(s, person);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(list, 0), "from")), "2020-03-10T09:00:00+08:00");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "to")), "2020-03-10T13:00:00+08:00");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "division")), "330110");
	json_decref(list);
}

static void
a_stay_that_has_not_begun_is_no_fact(void **state)
{
	struct scene *s = *state;
	person_number person;
	json_t *list;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_stay(s, person, scene_place(s, "shop", "venue"), "2020-03-10T01:00:00Z", "2020-03-10T02:00:00Z");
	scene_at(s, "2020-03-10T00:59:59Z");
	list = visits(s, person);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stays_in_one_division_that_follow_are_one_visit, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_stay_that_has_not_begun_is_no_fact, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
