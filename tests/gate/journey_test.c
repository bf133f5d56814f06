/* What awaits somebody on the way, by the orders and the packs of a store. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "../feed/feed_store.h"
#include "base/json_memory.h"
#include "gate/journey.h"

enum { MARCH_24 = 1585008000, MARCH_25 = 1585065600, APRIL_8 = 1586275200 }; /* 08:00, 00:00, 00:00 at +08:00 */

static const char residents[] = "id_number,name,phone,division,applied_at,jurisdiction\n"
								"%s,冯丽,13800000001,420802,2020-03-01T10:00:00+08:00,hubei-2020\n";
static const char orders[] = "order,direction,division,except,from,for,needs,text_zh,text_en,source\n"
							 "all,leave,420000,420100,2020-03-25,,green_at_origin,文,Text,a notice\n"
							 "workers,leave,420100,,2020-03-25,migrant_workers,negative_test,文,Text,a notice\n"
							 "wuhan,leave,420100,,2020-04-08,,green_at_origin,文,Text,a notice\n"
							 "ends,enter,310000,,2020-03-01,,,文,Text,a notice\n";

static int
begin(void **state)
{
	char text[512];

	if (feed_store_set_up(state) != 0)
		return -1;
	snprintf(text, sizeof text, residents, feed_id(1));
	assert_string_equal(feed_store_text(*state, "residents", text), "1 0 0 0");
	assert_string_equal(feed_store_text(*state, "orders", orders), "4 0 0 0");
	return 0;
}

/* The answer, which the caller frees; ${ret_prevented} may be NULL. */
static json_t *
ask(struct feed_store *store, const char *from, const char *to, instant at, person_number person, bool *ret_prevented)
{
	const struct journey journey = {division_find_text(from, 6), division_find_text(to, 6), at, person};
	struct cascade *cascade = NULL;
	json_t *answer = NULL;
	bool prevented = false;
	struct error e = {0};

	assert_int_equal(cascade_open(store->registry, &cascade, &e), 0);
	if (gate_journey(cascade, &journey, &answer, &prevented, &e) < 0)
		fail_msg("%s", e.message);
	cascade_close(cascade);
	if (ret_prevented)
		*ret_prevented = prevented;
	return answer;
}

/* "permitted from orders", of leaving or entering. */
static const char *
permit(struct feed_store *store, const char *direction, const char *from, const char *to, instant at)
{
	static char text[256];
	json_t *answer = ask(store, from, to, at, 0, NULL), *part = json_object_get(answer, direction);
	const json_t *permitted = json_object_get(part, "permitted");
	const char *since = json_string_value(json_object_get(part, "from"));

	snprintf(text, sizeof text, "%s %s %zu",
		json_is_null(permitted)       ? "null"
			: json_is_true(permitted) ? "yes"
									  : "no",
		since ? since : "-", json_array_size(json_object_get(part, "orders")));
	json_decref(answer);
	return text;
}

static void
leaving_is_permitted_to_everybody_from_the_first_second_of_the_order(void **state)
{
	assert_string_equal(permit(*state, "leave", "420802", "330203", MARCH_25 - 1), "no 2020-03-25T00:00:00+08:00 1");
	assert_string_equal(permit(*state, "leave", "420802", "330203", MARCH_25), "yes - 1");
	assert_string_equal(permit(*state, "enter", "420802", "330203", MARCH_25), "null - 0");
}

static void
what_an_order_excepts_waits_for_its_own(void **state)
{
	assert_string_equal(permit(*state, "leave", "420106", "330203", MARCH_25), "no 2020-04-08T00:00:00+08:00 2");
	assert_string_equal(permit(*state, "leave", "420106", "330203", APRIL_8), "yes - 2");
}

static void
who_stays_inside_an_area_neither_leaves_nor_enters_it(void **state)
{
	assert_string_equal(permit(*state, "leave", "420802", "420500", MARCH_24), "null - 0");
	assert_string_equal(permit(*state, "enter", "310101", "310104", MARCH_24), "null - 0");
	assert_string_equal(permit(*state, "enter", "330203", "310101", MARCH_24), "yes - 1");
	assert_string_equal(permit(*state, "leave", "420106", "420802", MARCH_25), "no 2020-04-08T00:00:00+08:00 2");
}

static void
only_a_destination_with_a_code_names_one_and_whose_colours_pass_there(void **state)
{
	bool prevented;
	json_t *answer = ask(*state, "330203", "420802", MARCH_24, 0, &prevented), *code = json_object_get(answer, "code");

	assert_false(prevented);
	assert_string_equal(json_string_value(json_object_get(code, "jurisdiction")), "hubei-2020");
	assert_string_equal(json_string_value(json_object_get(json_object_get(code, "verdicts"), "green")), "pass");
	assert_int_equal(json_array_size(json_object_get(answer, "colours")), 0);
	json_decref(answer);
	answer = ask(*state, "420802", "330203", MARCH_25, 0, &prevented);
	assert_true(json_is_null(json_object_get(answer, "code")));
	assert_false(prevented);
	json_decref(answer);
}

static void
a_traveller_is_told_the_colour_of_then_and_who_has_none_is_kept_out(void **state)
{
	struct feed_store *store = *state;
	person_number person = 0;
	struct error e = {0};
	const json_t *shown;
	bool prevented;
	json_t *answer;

	assert_int_equal(registry_person_by_text(store->registry, feed_id(1), &person, &e), 0);
	answer = ask(store, "330203", "420802", MARCH_24, person, &prevented);
	shown = json_array_get(json_object_get(answer, "colours"), 0);
	assert_string_equal(json_string_value(json_object_get(shown, "jurisdiction")), "hubei-2020");
	assert_non_null(json_string_value(json_object_get(shown, "verdict")));
	json_decref(answer);
	answer = ask(store, "330203", "420802", MARCH_24, person + 1000, &prevented);
	assert_int_equal(json_array_size(json_object_get(answer, "colours")), 0);
	assert_true(prevented);
	json_decref(answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaving_is_permitted_to_everybody_from_the_first_second_of_the_order),
		cmocka_unit_test(what_an_order_excepts_waits_for_its_own),
		cmocka_unit_test(who_stays_inside_an_area_neither_leaves_nor_enters_it),
		cmocka_unit_test(only_a_destination_with_a_code_names_one_and_whose_colours_pass_there),
		cmocka_unit_test(a_traveller_is_told_the_colour_of_then_and_who_has_none_is_kept_out),
	};

	return cmocka_run_group_tests(tests, begin, feed_store_tear_down);
}
