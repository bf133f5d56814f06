/* Orders: who may leave or enter where, from when, on which conditions. */

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "feed_store.h"

#define HEADING "order,direction,division,from,to,except,for,needs,transport,text_zh,text_en,source\n"

/* The order's fields from its direction to its transport. */
static const char *
order(const char *name, const char *fields)
{
	static char text[1024];

	snprintf(text, sizeof text, HEADING "%s,%s,文,Text,a notice\n", name, fields);
	return text;
}

static void
an_order_is_kept_with_what_it_asks_for(void **state)
{
	struct feed_store *store = *state;
	const char *workers =
		order("W1", "leave,420100,2020-03-25,2020-04-08,,migrant_workers,green_at_origin;negative_test,point_to_point");
	const char *kept;

	assert_string_equal(feed_store_text(store, "orders", workers), "1 0 0 0");
	kept = feed_store_evidence(store, EVIDENCE_TRAVEL_ORDER);
	assert_non_null(strstr(kept, "\"needs\":[\"green_at_origin\",\"negative_test\"]"));
	assert_non_null(strstr(kept, "\"from\":\"2020-03-24T16:00:00+00:00\"")); /* local midnight */
	assert_non_null(strstr(kept, "\"to\":\"2020-04-07T16:00:00+00:00\""));
	assert_non_null(strstr(kept, "\"for\":\"migrant_workers\""));
	assert_non_null(strstr(kept, "\"transport\":\"point_to_point\""));
	assert_string_equal(feed_store_text(store, "orders", workers), "0 0 1 0");
	assert_string_equal(
		feed_store_text(store, "orders", order("W1", "leave,420100,2020-03-26,2020-04-08,,migrant_workers,,")),
		"0 1 0 0");
}

static void
an_order_for_nobody_in_particular_is_for_everyone_and_without_end(void **state)
{
	struct feed_store *store = *state;
	const char *kept;

	assert_string_equal(
		feed_store_text(store, "orders", order("E1", "leave,420000,2020-03-25,,420100;420200,,,")), "1 0 0 0");
	kept = strstr(feed_store_evidence(store, EVIDENCE_TRAVEL_ORDER), "\"except\":[\"420100\",\"420200\"]");
	assert_non_null(kept);
	assert_non_null(strstr(kept, "\"for\":\"everyone\""));
	assert_non_null(strstr(kept, "\"needs\":[]"));
	assert_non_null(strstr(kept, "\"to\":null"));
	assert_non_null(strstr(kept, "\"transport\":null"));
}

static void
a_row_in_fault_is_told_where_and_why(void **state)
{
	struct feed_store *store = *state;
	static const struct {
		const char *fields, *note;
	} bad[] = {
		{"stay,420000,2020-03-25,,,,,", "2:3: leave or enter\n"},
		{"leave,429999,2020-03-25,,,,,", "2:9: "},
		{"leave,420000,soon,,,,,", "2:16: "},
		{"leave,420000,2020-03-25,2020-03-25,,,,", "2:27: the end is not after the beginning\n"},
		{"leave,420000,2020-03-25,,4201,,,", "2:28: divisions with ';' between expected\n"},
		{"leave,420000,2020-03-25,,420100;,Everyone Else,,", "2:36: for whom is a word, such as migrant_workers\n"},
		{"leave,420000,2020-03-25,,,,a_red_hat,",
			"2:30: green_at_origin, green_at_destination and negative_test are known, with ';' between\n"},
		{"leave,420000,2020-03-25,,,,negative_test;;green_at_origin,",
			"2:30: green_at_origin, green_at_destination and negative_test are known, with ';' between\n"},
		{"leave,420000,2020-03-25,,,,,by bus", "2:31: transport is a word, such as point_to_point\n"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_string_equal(feed_store_text(store, "orders", order("B", bad[i].fields)), "0 0 0 1");
		if (strncmp(buffer_text(&store->notes), bad[i].note, strlen(bad[i].note)) != 0)
			fail_msg("%s: %s", bad[i].fields, buffer_text(&store->notes));
	}
}

static void
a_name_as_long_as_a_key_may_be_is_taken_and_a_longer_one_not(void **state)
{
	struct feed_store *store = *state;
	char name[EVIDENCE_KEY_MAX + 1];

	memset(name, 'n', sizeof name);
	name[EVIDENCE_KEY_MAX] = '\0';
	assert_string_equal(feed_store_text(store, "orders", order(name, "enter,330200,2020-03-25,,,,,")), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "2:1: an order's name has at most 255 bytes\n");
	name[EVIDENCE_KEY_MAX - 1] = '\0';
	assert_string_equal(feed_store_text(store, "orders", order(name, "enter,330200,2020-03-25,,,,,")), "1 0 0 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_kept_with_what_it_asks_for),
		cmocka_unit_test(an_order_for_nobody_in_particular_is_for_everyone_and_without_end),
		cmocka_unit_test(a_row_in_fault_is_told_where_and_why),
		cmocka_unit_test(a_name_as_long_as_a_key_may_be_is_taken_and_a_longer_one_not),
	};

	return cmocka_run_group_tests(tests, feed_store_set_up, feed_store_tear_down);
}
