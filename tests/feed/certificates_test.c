/* Certificates that Austria published for tests (tests/data/dcc), as evidence of people who do not exist. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "credential/credential.h"
#include "feed_store.h"

#define BORN_THEN "420802199802260011" /* on the day that the certificates say */

/* As published: the text, and the certificate of its key. */
static void
vector(int number, char text[2048], struct trust *trust)
{
	char path[4096];
	json_t *root = NULL;
	const char *key;
	struct error e = {0};

	snprintf(path, sizeof path, "%s/tests/data/dcc/testdata/AT/%d.json", getenv("HEALTHCODE_SOURCE"), number);
	if (json_read_file(path, 1 << 20, &root, NULL, &e) < 0)
		fail_msg("%s", e.message);
	snprintf(text, 2048, "%s", json_string_value(json_object_get(root, "PREFIX")));
	key = json_string_value(json_object_get(json_object_get(root, "TESTCTX"), "CERTIFICATE"));
	if (trust && trust_add(trust, (const uint8_t *)key, strlen(key), &e) < 0)
		fail_msg("%s", e.message);
	json_decref(root);
}

static void
note(const struct error *e, void *context)
{
	struct feed_store *store = context;

	buffer_add_format(&store->notes, NULL, "%zu:%zu: %s\n", e->line, e->column, e->message);
}

/* Import that certificate of ${id} at ${now} and return "new changed unchanged rejected", or the failure. */
static const char *
import(struct feed_store *store, int number, const char *id, const char *now, bool trusted)
{
	static char said[ERROR_MESSAGE_MAX];
	char rows[4096], text[2048];
	struct feed_totals t = {0};
	struct trust *trust = NULL;
	struct error e = {0};
	instant at;

	assert_int_equal(trust_new(NULL, 0, &trust, &e), 0);
	vector(number, text, trusted ? trust : NULL);
	snprintf(rows, sizeof rows, "id_number,certificate\n%s,%s\n", id, text);
	assert_int_equal(time_read(now, strlen(now), &zone_utc, &at, &e), 0);
	registry_set_times(store->registry, &at, NULL);

	const struct feed_import_options options = {.kind = "certificates",
		.file = "test",
		.bytes = rows,
		.length = strlen(rows),
		.trust = trust,
		.refused = note,
		.noticed = note,
		.context = store};

	buffer_clear(&store->notes);
	if (feed_import(store->registry, &options, &t, &e) < 0)
		snprintf(said, sizeof said, "%s", e.message);
	else
		snprintf(said, sizeof said, "%d %d %d %d", (int)t.added, (int)t.changed, (int)t.unchanged, (int)t.rejected);
	trust_free(trust);
	return said;
}

#define IN_MAY "2021-05-06T18:00:00Z"

static void
what_counts_is_evidence_of_whose_it_is(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(import(store, 1, BORN_THEN, IN_MAY, true), "1 0 0 0");
	assert_string_equal(import(store, 1, BORN_THEN, IN_MAY, true), "0 0 1 0");
	assert_string_equal(import(store, 2, BORN_THEN, IN_MAY, true), "1 0 0 0");
	assert_string_equal(import(store, 3, "E5550001", IN_MAY, true), "1 0 0 0");
	assert_string_equal(import(store, 4, "E5550001", IN_MAY, true), "1 0 0 0");
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CERTIFICATE),
		"{\"at\":\"2021-02-17T16:00:00+00:00\",\"dose\":1,\"doses\":2,\"kind\":\"vaccination\",\"vaccine\":\"EU/1/20/1528\","
		"\"withdrawn\":false}\n"));
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_CERTIFICATE),
		"{\"at\":\"2021-02-19T16:00:00+00:00\",\"from\":\"2021-04-03T16:00:00+00:00\",\"kind\":\"recovery\","
		"\"to\":\"2021-10-03T16:00:00+00:00\"}\n"));
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_TEST),
		"{\"at\":\"2021-02-20T12:34:56+00:00\",\"kind\":\"pcr\",\"reported\":\"2021-02-20T12:34:56+00:00\","
		"\"result\":\"negative\"}\n"));
	assert_non_null(strstr(feed_store_evidence(store, EVIDENCE_TEST), "\"kind\":\"antigen\""));
}

static void
facts_have_the_dose_and_the_recovery(void **state)
{
	struct feed_store *store = *state;
	struct buffer text = buffer_make(1 << 16);
	const struct pack *pack;
	person_number person;
	json_t *facts = NULL;
	struct error e = {0};

	import(store, 1, BORN_THEN, IN_MAY, true);
	import(store, 2, BORN_THEN, IN_MAY, true);
	assert_true(registry_person_by_id_number(store->registry, BORN_THEN, 18, false, 0, &person, &e) >= 0);
	assert_int_equal(registry_pack(store->registry, NULL, &pack, &e), 0);
	if (registry_facts(store->registry, pack, person, 0, registry_now(store->registry), INT64_MAX, &facts, NULL, &e) <
			0 ||
		json_write(facts, &text, &e) < 0)
		fail_msg("%s", e.message);
	assert_non_null(strstr(buffer_text(&text),
		"\"recoveries\":[{\"at\":\"2021-02-20T00:00:00+08:00\",\"from\":\"2021-04-04T00:00:00+08:00\",\"to\":"
		"\"2021-10-04T00:00:00+08:00\"}]"));
	assert_non_null(strstr(buffer_text(&text),
		"\"vaccinations\":[{\"at\":\"2021-02-18T00:00:00+08:00\",\"dose\":1,\"doses\":2,\"vaccine\":\"EU/1/20/1528\"}]"));
	json_decref(facts);
	buffer_free(&text);
}

static void
what_does_not_count_is_refused_with_the_cause(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(import(store, 1, "E5550002", IN_MAY, false), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "2:10: the certificate does not count: unknown_key\n");
	assert_string_equal(import(store, 1, "E5550002", "2021-05-01T00:00:00Z", true), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "2:10: the certificate does not count: not_yet_valid\n");
	assert_string_equal(import(store, 1, "E5550002", "2031-05-01T00:00:00Z", true), "0 0 0 1");
	assert_non_null(strstr(buffer_text(&store->notes), "2:10: the certificate does not count: "));
}

static void
somebody_elses_is_refused(void **state)
{
	struct feed_store *store = *state;
	struct error e = {0};
	person_number person;

	assert_string_equal(import(store, 1, feed_id(1), IN_MAY, true), "0 0 0 1");
	assert_string_equal(buffer_text(&store->notes), "2:1: the certificate is of somebody born on another day\n");
	assert_int_equal(
		registry_person_by_id_number(store->registry, feed_id(1), 18, false, 0, &person, &e), ERROR_EXISTS_NOT);
}

static void
without_keys_none_is_taken(void **state)
{
	struct feed_store *store = *state;

	assert_string_equal(feed_store_text(store, "certificates", "id_number,certificate\nE5550001,HC1:X\n"),
		"certificates are checked against the keys of --trust, and there are none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_counts_is_evidence_of_whose_it_is),
		cmocka_unit_test(facts_have_the_dose_and_the_recovery),
		cmocka_unit_test(what_does_not_count_is_refused_with_the_cause),
		cmocka_unit_test(somebody_elses_is_refused),
		cmocka_unit_test(without_keys_none_is_taken),
	};

	return cmocka_run_group_tests_name("feed/certificates", tests, feed_store_set_up, feed_store_tear_down);
}
