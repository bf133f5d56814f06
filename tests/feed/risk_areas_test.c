/* Lists of areas by risk, as they are published, and which of lists and counts an area's level is made of. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "feed_store.h"
#include "registry/facts.h"

/* The changes of an area's level as a resident's facts have them: "DAY LEVEL, " each. */
static const char *
steps(struct feed_store *store, const char *area)
{
	static char text[1024];
	const struct pack *pack;
	person_number person;
	struct error e = {0};
	json_t *facts = NULL;
	const json_t *list, *step;
	size_t i, length = 0;

	assert_int_equal(registry_pack(store->registry, NULL, &pack, &e), 0);
	assert_int_equal(registry_person_by_id_number(store->registry, feed_id(1), 18, false, 0, &person, &e), 0);
	assert_int_equal(registry_facts(store->registry, pack, person, REGISTRY_NEVER, registry_now(store->registry),
						 EVIDENCE_NOW, &facts, NULL, &e),
		0);
	list = json_object_get(json_object_get(json_object_get(facts, "areas"), area), "steps");
	text[0] = '\0';
	json_array_foreach((json_t *)list, i, step)
	{
		length += (size_t)snprintf(text + length, sizeof text - length, "%.13s %s, ",
			json_string_value(json_object_get(step, "at")), json_string_value(json_object_get(step, "level")));
	}
	json_decref(facts);
	return list ? text : "none";
}

static const char *
list(struct feed_store *store, const char *rows)
{
	static char text[4096];

	snprintf(text, sizeof text, "from,country,division,province,city,level,source\n%s", rows);
	return feed_store_text(store, "risk-areas", text);
}

static void
undo_last(struct feed_store *store)
{
	struct error e = {0};
	int64_t last;

	assert_int_equal(
		db_one_int(registry_db(store->registry), "SELECT max(id) FROM evidence_import", NULL, 0, &last, &e), 0);
	if (feed_import_undo(store->registry, last, NULL, NULL, NULL, &e) < 0)
		fail_msg("%s", e.message);
}

static void
a_list_is_whole_who_is_not_in_it_any_more_is_low(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(steps(store, "420800"), "");
	assert_string_equal(list(store, "2020-03-01,CN,420800,,,high,\n2020-03-01,CN,420500,,,medium,\n"), "2 0 0 0");
	assert_string_equal(steps(store, "420800"), "2020-03-01T00 high, ");
	assert_string_equal(list(store, "2020-03-08T18:00,CN,420500,,,medium,\n"), "1 0 0 0");
	assert_string_equal(steps(store, "420800"), "2020-03-01T00 high, 2020-03-08T18 low, ");
	assert_string_equal(list(store, "2020-03-08T18:00,CN,420500,,,medium,\n"), "0 0 1 0");
	assert_string_equal(
		list(store, "2020-03-12,CN,,湖北省,襄阳市,medium,\n2020-03-12,CN,420800,,,medium,\n"), "2 0 0 0");
	assert_string_equal(steps(store, "420800"), "2020-03-01T00 high, 2020-03-08T18 low, 2020-03-12T00 medium, ");
	undo_last(store);
	assert_string_equal(steps(store, "420800"), "2020-03-01T00 high, 2020-03-08T18 low, ");
	assert_string_equal(list(store, "2020-03-01,CN,420800,,,medium,\n"), "0 1 0 0");
	assert_string_equal(steps(store, "420800"), "2020-03-01T00 medium, 2020-03-08T18 low, ");
	undo_last(store);
}

static void
another_publishers_list_says_nothing_of_who_is_not_in_it(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(list(store, "2020-03-10,CN,330203,,,high,zhejiang\n"), "1 0 0 0");
	assert_string_equal(steps(store, "420800"), "2020-03-01T00 high, 2020-03-08T18 low, ");
	undo_last(store);
}

static void
counts_go_before_a_list_by_the_packs_order_of_sources(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(feed_store_text(store, "areas",
							"date,country,division,confirmed,source\n2020-02-20,CN,420800,100,\n"
							"2020-02-21,CN,420800,100,\n2020-03-12,CN,420800,100,\n"),
		"3 0 0 0");
	/* Of two sources that the pack does not name the first by name counts: "counts" before "list" ... */
	assert_string_equal(steps(store, "420800"), "2020-02-21T00 high, 2020-03-06T00 low, ");
	undo_last(store);
	/* ... and "list" before "other-counts", but for the time before its first list. */
	assert_string_equal(feed_store_text(store, "areas",
							"date,country,division,confirmed,source\n2020-02-20,CN,420800,1,other-counts\n"
							"2020-03-20,CN,420800,1,other-counts\n"),
		"2 0 0 0");
	assert_string_equal(steps(store, "420800"), "2020-02-21T00 medium, 2020-03-01T00 high, 2020-03-08T18 low, ");
	undo_last(store);
}

static void
a_row_in_fault_is_told_where_and_why(void **state)
{
	struct feed_store *store = *state;
	static const struct {
		const char *row, *note;
	} bad[] = {
		{"soon,CN,420800,,,high,\n", "2:1: "},
		{"2020-03-01,Nowhere,,,,high,\n", "2:12: no country has this name or code"},
		{"2020-03-01,CN,429999,,,high,\n", "2:15: no division of GB/T 2260 has this code"},
		{"2020-03-01,KR,420800,,,high,\n", "2:12: divisions are known of CN only"},
		{"2020-03-01,CN,420800,,,severe,\n", "2:24: low, medium or high expected"},
		{"2020-03-01,CN,420800,,,high,The State Council\n", "2:29: a source's name is of"},
		{"2020-03-01,CN,,,荆门市,high,\n", "2:17: a city's name needs its province's"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_string_equal(list(store, bad[i].row), "0 0 0 1");
		if (strncmp(buffer_text(&store->notes), bad[i].note, strlen(bad[i].note)) != 0)
			fail_msg("%s: %s", bad[i].row, buffer_text(&store->notes));
	}
}

static int
set_up(void **state)
{
	struct feed_store *store;
	char text[512];

	if (feed_store_set_up(state) != 0)
		return 1;
	store = *state;
	snprintf(text, sizeof text,
		"id_number,name,phone,division,applied_at\n%s,冯丽,13800000001,420802,2020-02-01T09:00\n", feed_id(1));
	return strcmp(feed_store_text(store, "residents", text), "1 0 0 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_whole_who_is_not_in_it_any_more_is_low),
		cmocka_unit_test(another_publishers_list_says_nothing_of_who_is_not_in_it),
		cmocka_unit_test(counts_go_before_a_list_by_the_packs_order_of_sources),
		cmocka_unit_test(a_row_in_fault_is_told_where_and_why),
	};

	return cmocka_run_group_tests(tests, set_up, feed_store_tear_down);
}
