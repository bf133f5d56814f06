/* How isolation and quarantine end by rules that no pack here has: WHO's of May 2020, and test to release. */

#include "stores.h"

#include "console/console.h"
#include "ledger/ledger.h"

/* The day 2020-03-12 here ends at 16:00 in UTC. */
#define DAYS_RULE                                                                                                        \
	"{\"kinds\": {\"close\": {\"quarantine_days\": 14, \"call_hours\": 24, \"release\": {\"day\": 7, \"negatives\": 2}," \
	"   \"settings\": {\"household\": {\"quarantine_days\": 10, \"call_hours\": 24, \"monitoring_days\": 14,"            \
	"                                \"checkins\": true, \"release\": {\"day\": 5, \"negatives\": 1}},"                  \
	"                \"protected-worker\": {\"quarantine_days\": 0, \"monitoring_days\": 7, \"call_hours\": 0,"          \
	"                                       \"checkins\": true, \"test_days\": [5]}}},"                                  \
	" \"co-exposed\": {\"quarantine_days\": 5, \"call_hours\": 24}},"                                                    \
	" \"isolation\": {\"days_after_onset\": 10, \"days_free_of_symptoms\": 3, \"ended_by\": [\"recovered\"]},"           \
	" \"source\": \"WHO, Criteria for releasing COVID-19 patients from isolation, 17 June 2020\"}"

static person_number feng;

static int
make_store(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	char path[96], data[96];
	const char *packs[] = {path};
	const struct registry_where where = {.data = data};
	instant start = START;
	struct error e = {0};

	(void)state;
	strcpy(folder, "/tmp/healthcode-follow-XXXXXX");
	assert_non_null(mkdtemp(folder));
	pack_with(folder, "hubei-2020", "follow_up", json_loads(DAYS_RULE, 0, NULL), path);
	snprintf(data, sizeof data, "%s/store", folder);
	GOOD(registry_create(&where, packs, 1, &start, &e));
	GOOD(registry_open(&where, &registry, &e));
	GOOD(ledger_migrate(registry_db(registry), &e));
	feng = apply(registry, &a);
	return 0;
}

static int
forget_store(void **state)
{
	(void)state;
	store_discard(registry, folder);
	registry = NULL;
	return 0;
}

static void
put(enum evidence_kind kind, const char *key, const char *at, const char *body)
{
	const struct evidence_row row = {
		.kind = kind, .person = feng, .key = key, .at = moment(at), .body = body, .recorded_at = START};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_evidence_put(registry, &row, &outcome, &e));
}

static void
put_case(const char *more)
{
	char body[512];

	snprintf(body, sizeof body, "{\"at\":\"2020-03-12T00:00:00Z\",\"case\":\"c1\",\"status\":\"confirmed\"%s}", more);
	put(EVIDENCE_CASE_STATUS, "c1/confirmed", "2020-03-12T00:00:00Z", body);
}

static void
put_contact(const char *kind)
{
	char body[512];

	snprintf(body, sizeof body,
		"{\"degree\":1,\"first\":\"2020-03-12T04:00:00Z\",\"kind\":\"%s\",\"known_at\":\"2020-03-12T04:00:00Z\","
		"\"last\":\"2020-03-12T04:00:00Z\",\"withdrawn_at\":null}",
		kind);
	put(EVIDENCE_CONTACT, "c9/1", "2020-03-12T04:00:00Z", body);
}

/* A contact with what ${settings} says, a JSON object. */
static void
put_settings(const char *name, const char *settings)
{
	char body[1024], key[32];

	snprintf(key, sizeof key, "%s/1", name);
	snprintf(body, sizeof body,
		"{\"degree\":1,\"first\":\"2020-03-12T04:00:00Z\",\"kind\":\"close\",\"known_at\":\"2020-03-12T04:00:00Z\","
		"\"last\":\"2020-03-12T04:00:00Z\",\"settings\":%s,\"withdrawn_at\":null}",
		settings);
	put(EVIDENCE_CONTACT, key, "2020-03-12T04:00:00Z", body);
}

static void
put_test(const char *at, const char *result)
{
	char key[64], body[256];

	snprintf(key, sizeof key, "test/%s", at);
	snprintf(body, sizeof body, "{\"at\":\"%s\",\"kind\":\"pcr\",\"result\":\"%s\"}", at, result);
	put(EVIDENCE_TEST, key, at, body);
}

/* "UNTIL BECAUSE" of the record as of the 31st, to the hour; "-" where there is none. */
static const char *
end_of(const char *record)
{
	static char text[64];
	const instant now = moment("2020-03-31T00:00:00Z");
	const char *ended, *because;
	json_t *item = NULL;
	struct error e = {0};

	registry_set_times(registry, &now, NULL);
	GOOD(console_follow_up(registry, feng, &item, &e));
	ended = json_string_value(json_object_get(json_object_get(item, record), "ended_at"));
	because = json_string_value(json_object_get(json_object_get(item, record), "because"));
	snprintf(text, sizeof text, "%.13s %s", ended ? ended : "-", because ? because : "-");
	json_decref(item);
	return text;
}

static void
an_isolation_ends_ten_days_after_onset_and_three_without_symptoms(void **state)
{
	(void)state;
	put_case(",\"onset\":\"2020-03-10T00:00:00Z\"");
	assert_string_equal(end_of("isolation"), "- -"); /* nobody knows that the symptoms ended */
	put_case(",\"onset\":\"2020-03-10T00:00:00Z\",\"symptoms_ended\":\"2020-03-14T00:00:00Z\"");
	assert_string_equal(end_of("isolation"), "2020-03-20T16 days");
	put_case(",\"onset\":\"2020-03-10T00:00:00Z\",\"symptoms_ended\":\"2020-03-19T00:00:00Z\"");
	assert_string_equal(end_of("isolation"), "2020-03-22T16 days");
	put_test("2020-03-13T00:00:00Z", "negative"); /* by this rule tests end nothing */
	put_test("2020-03-15T00:00:00Z", "negative");
	assert_string_equal(end_of("isolation"), "2020-03-22T16 days");
}

static void
without_symptoms_the_sampling_counts(void **state)
{
	(void)state;
	put_case(",\"sampled\":\"2020-03-11T00:00:00Z\"");
	assert_string_equal(end_of("isolation"), "2020-03-21T16 days");
}

static void
so_many_negatives_from_a_day_on_release_a_contact(void **state)
{
	(void)state;
	put_contact("close");
	assert_string_equal(end_of("quarantine"), "2020-03-26T16 days");
	put_test("2020-03-18T02:00:00Z", "negative"); /* the sixth day */
	put_test("2020-03-19T02:00:00Z", "negative");
	assert_string_equal(end_of("quarantine"), "2020-03-26T16 days");
	put_test("2020-03-21T02:00:00Z", "negative");
	assert_string_equal(end_of("quarantine"), "2020-03-21T02 tests");
	put_test("2020-03-20T02:00:00Z", "positive");
	assert_string_equal(end_of("quarantine"), "2020-03-26T16 days");
}

static void
contacts_of_another_kind_have_another_rule(void **state)
{
	(void)state;
	put_contact("co-exposed");
	put_test("2020-03-13T02:00:00Z", "negative");
	put_test("2020-03-14T02:00:00Z", "negative");
	assert_string_equal(end_of("quarantine"), "2020-03-17T16 days");
}

/* How many tasks of that name there are as of that moment. */
static size_t
tasks_of(const char *task, const char *now)
{
	const instant at = moment(now);
	json_t *item = NULL, *found;
	struct error e = {0};
	size_t count = 0, i;

	registry_set_times(registry, &at, NULL);
	GOOD(console_follow_up(registry, feng, &item, &e));
	json_array_foreach(json_object_get(item, "tasks"), i, found)
	{
		count += strcmp(json_string_value(json_object_get(found, "task")), task) == 0;
	}
	json_decref(item);
	return count;
}

#define SETTING(name, last) "\"" name "\":{\"degree\":1,\"kind\":\"close\",\"last\":\"" last "\"}"

static void
a_household_has_its_own_days_and_is_monitored_after_it_is_free(void **state)
{
	(void)state;
	put_settings("c9", "{" SETTING("household", "2020-03-12T04:00:00Z") "}");
	assert_string_equal(end_of("quarantine"), "2020-03-22T16 days");
	assert_string_equal(end_of("monitoring"), "2020-03-26T16 days");
	assert_int_equal(tasks_of("checkin", "2020-03-15T00:00:00Z"), 15);
	put_test("2020-03-17T02:00:00Z", "negative");
	assert_string_equal(end_of("quarantine"), "2020-03-17T02 tests");
	assert_string_equal(end_of("monitoring"), "2020-03-26T16 days");
	put(EVIDENCE_CASE_STATUS, "c1/confirmed", "2020-03-20T00:00:00Z",
		"{\"at\":\"2020-03-20T00:00:00Z\",\"case\":\"c1\",\"status\":\"confirmed\"}");
	assert_string_equal(end_of("monitoring"), "2020-03-20T00 case");
	assert_string_equal(end_of("quarantine"), "2020-03-17T02 tests");
}

static void
a_case_at_home_that_is_isolated_later_ends_the_exposure_later(void **state)
{
	(void)state;
	put_settings("c9", "{" SETTING("household", "2020-03-12T04:00:00Z") "}");
	put_settings("c9", "{" SETTING("household", "2020-03-15T04:00:00Z") "}"); /* traced again, isolated on the 15th */
	assert_string_equal(end_of("quarantine"), "2020-03-25T16 days");
}

static void
who_wore_what_protects_is_monitored_and_goes_to_work(void **state)
{
	json_t *item = NULL;
	struct error e = {0};

	(void)state;
	put_settings("c9", "{" SETTING("protected-worker", "2020-03-12T04:00:00Z") "}");
	assert_string_equal(end_of("quarantine"), "- -");
	assert_string_equal(end_of("monitoring"), "2020-03-19T16 days");
	assert_int_equal(tasks_of("checkin", "2020-03-15T00:00:00Z"), 8);
	assert_int_equal(tasks_of("test", "2020-03-15T00:00:00Z"), 1);
	assert_int_equal(tasks_of("call", "2020-03-15T00:00:00Z"), 0);
	GOOD(console_follow_up(registry, feng, &item, &e));
	assert_true(json_is_null(json_object_get(item, "quarantine")));
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(json_object_get(item, "monitoring"), "contacts"), 0), "setting")),
		"protected-worker");
	json_decref(item);
}

/* Both count, each from its own last moment: the ward would have let them free on the 19th. */
static void
several_settings_of_one_case_count_each_by_its_own_rule(void **state)
{
	(void)state;
	put_settings("c9",
		"{" SETTING("household", "2020-03-09T04:00:00Z") "," SETTING("protected-worker", "2020-03-18T04:00:00Z") "}");
	assert_string_equal(end_of("quarantine"), "2020-03-19T16 days");
	assert_string_equal(end_of("monitoring"), "2020-03-25T16 days");
	assert_int_equal(tasks_of("checkin", "2020-03-15T00:00:00Z"), 14);
}

/* What tests ended earlier than monitoring goes on is not what the tasks are of, although it was to end later. */
static void
monitoring_goes_on_with_its_tasks_where_tests_end_a_longer_quarantine(void **state)
{
	(void)state;
	put_settings("c9",
		"{" SETTING("school", "2020-03-12T04:00:00Z") "," SETTING("protected-worker", "2020-03-18T04:00:00Z") "}");
	put_test("2020-03-19T02:00:00Z", "negative");
	put_test("2020-03-21T02:00:00Z", "negative");
	assert_string_equal(end_of("quarantine"), "2020-03-21T02 tests");
	assert_string_equal(end_of("monitoring"), "2020-03-25T16 days");
	assert_int_equal(tasks_of("checkin", "2020-03-23T00:00:00Z"), 14);
}

static void
a_setting_without_a_rule_has_the_kinds(void **state)
{
	(void)state;
	put_settings("c9", "{" SETTING("school", "2020-03-12T04:00:00Z") "}");
	assert_string_equal(end_of("quarantine"), "2020-03-26T16 days");
	put_settings(
		"c9", "{" SETTING("other", "2020-03-13T04:00:00Z") "," SETTING("household", "2020-03-01T04:00:00Z") "}");
	assert_string_equal(end_of("quarantine"), "2020-03-27T16 days");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_store, forget_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_isolation_ends_ten_days_after_onset_and_three_without_symptoms),
		TEST(without_symptoms_the_sampling_counts),
		TEST(so_many_negatives_from_a_day_on_release_a_contact),
		TEST(contacts_of_another_kind_have_another_rule),
		TEST(a_household_has_its_own_days_and_is_monitored_after_it_is_free),
		TEST(a_case_at_home_that_is_isolated_later_ends_the_exposure_later),
		TEST(who_wore_what_protects_is_monitored_and_goes_to_work),
		TEST(several_settings_of_one_case_count_each_by_its_own_rule),
		TEST(monitoring_goes_on_with_its_tasks_where_tests_end_a_longer_quarantine),
		TEST(a_setting_without_a_rule_has_the_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
