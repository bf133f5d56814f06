/* Doses that were given are evidence, whoever tells of them, and stand in the facts. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "feed_store.h"
#include "registry/facts.h"

static const char *
rows(const char *rest)
{
	static char text[4096];

	snprintf(text, sizeof text, "id_number,date,vaccine,dose,doses,withdrawn\n%s,%s\n", feed_id(1), rest);
	return text;
}

/* What rules see of them. */
static const char *
facts(struct feed_store *store)
{
	static struct buffer text;
	const struct pack *pack;
	struct error e = {0};
	json_t *all = NULL;
	person_number person;

	buffer_free(&text);
	text = buffer_make(1 << 16);
	assert_int_equal(registry_pack(store->registry, NULL, &pack, &e), 0);
	assert_int_equal(registry_person_by_id_number(store->registry, feed_id(1), 18, false, 0, &person, &e), 0);
	assert_int_equal(
		registry_facts(store->registry, pack, person, 0, registry_now(store->registry), EVIDENCE_NOW, &all, NULL, &e),
		0);
	assert_int_equal(json_write(json_object_get(all, "vaccinations"), &text, &e), 0);
	json_decref(all);
	return buffer_text(&text);
}

static void
doses_stand_in_the_facts_but_those_withdrawn(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-03-01,EU/1/20/1528,1,2,")), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-03-22,EU/1/20/1528,2,2,no")), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-03-22,EU/1/20/1528,2,2,no")), "0 0 1 0");
	assert_string_equal(facts(store),
		"[{\"at\":\"2020-03-01T00:00:00+08:00\",\"dose\":1,\"doses\":2,\"vaccine\":\"EU/1/20/1528\"},"
		"{\"at\":\"2020-03-22T00:00:00+08:00\",\"dose\":2,\"doses\":2,\"vaccine\":\"EU/1/20/1528\"}]");
	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-03-22,EU/1/20/1528,2,2,yes")), "0 1 0 0");
	assert_string_equal(
		facts(store), "[{\"at\":\"2020-03-01T00:00:00+08:00\",\"dose\":1,\"doses\":2,\"vaccine\":\"EU/1/20/1528\"}]");
}

static void
what_is_not_told_is_null_and_a_dose_to_come_is_none_yet(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-03-02,克尔来福,,,")), "1 0 0 0");
	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-04-02,克尔来福,,,")), "1 0 0 0");
	assert_non_null(strstr(facts(store), "{\"at\":\"2020-03-02T00:00:00+08:00\",\"dose\":null,\"doses\":null,"));
	assert_null(strstr(facts(store), "2020-04-02"));
}

static void
a_row_in_fault_is_told_where_and_why(void **state)
{
	struct feed_store *store = *state;
	static const struct {
		const char *rest, *note;
	} bad[] = {
		{"2020-02-30,X,1,2,", "2:20: "},
		{"2020-03-01,,1,2,", "2:1: vaccine is missing\n"},
		{"2020-03-01,X,0,2,", "2:33: a number of doses from 1 to 99 expected\n"},
		{"2020-03-01,X,1,two,", "2:35: a number of doses from 1 to 99 expected\n"},
		{"2020-03-01,X,1,2,maybe", "2:37: yes or no expected\n"},
		{"2020-03-01,01234567890123456789012345678901234567890123456789"
		 "012345678901234567890123456789012345678901234567890,1,2,",
			"2:31: the code or name of a vaccine has at most 100 bytes\n"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_string_equal(feed_store_text(store, "vaccinations", rows(bad[i].rest)), "0 0 0 1");
		if (strncmp(buffer_text(&store->notes), bad[i].note, strlen(bad[i].note)) != 0)
			fail_msg("%s: %s", bad[i].rest, buffer_text(&store->notes));
	}
}

static void
an_undone_import_of_doses_counts_no_more(void **state)
{
	struct feed_store *store = *state;
	struct error e = {0};
	int64_t last;

	assert_string_equal(feed_store_text(store, "vaccinations", rows("2020-03-05,UNDONE,1,1,")), "1 0 0 0");
	assert_non_null(strstr(facts(store), "UNDONE"));
	assert_int_equal(
		db_one_int(registry_db(store->registry), "SELECT max(id) FROM evidence_import", NULL, 0, &last, &e), 0);
	assert_int_equal(feed_import_undo(store->registry, last, NULL, NULL, NULL, &e), 0);
	assert_null(strstr(facts(store), "UNDONE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doses_stand_in_the_facts_but_those_withdrawn),
		cmocka_unit_test(what_is_not_told_is_null_and_a_dose_to_come_is_none_yet),
		cmocka_unit_test(a_row_in_fault_is_told_where_and_why),
		cmocka_unit_test(an_undone_import_of_doses_counts_no_more),
	};

	return cmocka_run_group_tests(tests, feed_store_set_up, feed_store_tear_down);
}
