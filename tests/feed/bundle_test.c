/* FHIR bundles over HTTP. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed_store.h"

static const struct feed_message_options options = {.from = "laboratory", .by = "laboratory"};

/* A bundle of one result of ${number}, pretty-printed so that its first line ends in a brace. */
static const char *
bundle(const char *number, const char *result)
{
	static char text[2048];

	snprintf(text, sizeof text,
		"{\"meta\":{}\n,\"resourceType\":\"Bundle\",\"type\":\"batch\",\"id\":\"b1\",\n\"entry\":["
		"{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[{\"type\":{\"coding\":[{\"code\":\"NNCHN\"}]},"
		"\"value\":\"%s\"}]}},\n"
		"{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/p\"},"
		"\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"94500-6\"}]},\"effectiveDateTime\":\"2020-03-23\","
		"\"issued\":\"2020-03-23T20:00:00+08:00\",\"valueCodeableConcept\":{\"coding\":[{\"code\":\"%s\"}]}}}]}\n",
		number, result);
	return text;
}

static struct feed_bundle
send(struct feed_store *store, const char *text, struct error *e)
{
	struct feed_bundle bundle = {0};

	*e = (struct error){0};
	assert_int_equal(feed_bundle(store->registry, &options, text, strlen(text), &bundle, e), 0);
	return bundle;
}

static int
count_letter(const struct feed_letter *letter, void *context, struct error *e)
{
	(void)e;
	*(int64_t *)context += letter->times;
	return 0;
}

static int64_t
letters(struct feed_store *store)
{
	struct error e = {0};
	int64_t count = 0;

	assert_int_equal(feed_letters_each(store->registry, count_letter, &count, &e), 0);
	return count;
}

static int
keep_last(const struct evidence_import *import, void *context, struct error *e)
{
	(void)e;
	*(int64_t *)context = import->id;
	return 0;
}

static int64_t
last_import(struct feed_store *store)
{
	struct error e = {0};
	int64_t last = 0;

	assert_int_equal(evidence_import_each(registry_db(store->registry), EVIDENCE_NOW, keep_last, &last, &e), 0);
	return last;
}

static void
the_same_bundle_is_known_until_its_import_is_undone(void **state)
{
	struct feed_store *store = *state;
	struct error e;
	int64_t import;

	assert_int_equal(send(store, bundle(feed_id(1), "260373001"), &e).answer, FEED_TAKEN);
	import = last_import(store);
	assert_int_equal(send(store, bundle(feed_id(1), "260373001"), &e).answer, FEED_KNOWN);
	assert_int_equal(last_import(store), import);
	assert_int_equal(feed_import_undo(store->registry, import, NULL, NULL, NULL, &e), 0);
	assert_int_equal(send(store, bundle(feed_id(1), "260373001"), &e).answer, FEED_TAKEN);
	assert_true(last_import(store) > import);
}

static void
another_users_same_bundle_is_read_and_changes_nothing(void **state)
{
	const struct feed_message_options other = {.from = "hospital", .by = "hospital"};
	struct feed_store *store = *state;
	struct feed_bundle answer = {0};
	const char *text = bundle(feed_id(2), "260373001");
	struct error e;

	assert_string_equal(send(store, text, &e).outcome, "new");
	assert_int_equal(feed_bundle(store->registry, &other, text, strlen(text), &answer, &e), 0);
	assert_int_equal(answer.answer, FEED_TAKEN);
	assert_string_equal(answer.outcome, "unchanged");
	assert_string_equal(answer.type, "batch");
	assert_int_equal(answer.entries, 2);
}

static void
what_is_at_fault_is_kept_and_changes_nothing(void **state)
{
	struct feed_store *store = *state;
	int64_t before = last_import(store), kept = letters(store);
	struct error e;

	assert_int_equal(send(store, bundle("1", "260373001"), &e).answer, FEED_AT_FAULT);
	assert_string_equal(e.message, "Patient.identifier: a national ID number that is none");
	assert_int_equal(e.line, 0);
	assert_int_equal(send(store, "{\"resourceType\":\"Patient\"}", &e).answer, FEED_REFUSED);
	assert_int_equal(e.line, 0);
	assert_int_equal(send(store, "{\"resourceType\":\n\"Bundle\"", &e).answer, FEED_REFUSED);
	assert_int_equal(e.line, 2);
	assert_int_equal(send(store, "id_number,test\n", &e).answer, FEED_REFUSED);
	assert_int_equal(last_import(store), before);
	assert_int_equal(letters(store), kept + 4);
}

static void
a_line_end_within_a_text_is_no_json_here_either(void **state)
{
	struct feed_store *store = *state;
	struct error e;

	assert_int_equal(
		send(store, "{\"resourceType\":\"Bundle\",\"id\":\"a\nb\",\"entry\":[]}", &e).answer, FEED_REFUSED);
}

static void
a_bundle_has_a_maximum(void **state)
{
	struct feed_store *store = *state;
	char *text = malloc(FEED_MESSAGE_MAX + 1);
	struct feed_bundle answer;
	struct error e = {0};

	assert_non_null(text);
	memset(text, ' ', FEED_MESSAGE_MAX + 1);
	assert_int_equal(feed_bundle(store->registry, &options, text, FEED_MESSAGE_MAX + 1, &answer, &e), ERROR_TOO_LARGE);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bundle_is_known_until_its_import_is_undone),
		cmocka_unit_test(another_users_same_bundle_is_read_and_changes_nothing),
		cmocka_unit_test(what_is_at_fault_is_kept_and_changes_nothing),
		cmocka_unit_test(a_line_end_within_a_text_is_no_json_here_either),
		cmocka_unit_test(a_bundle_has_a_maximum),
	};

	return cmocka_run_group_tests_name("feed/bundle", tests, feed_store_set_up, feed_store_tear_down);
}
