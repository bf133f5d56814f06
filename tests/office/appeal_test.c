/* Appeals as an office takes and answers them. The journeys have the way from a wrong stay to the colour given back. */

#include "desk.h"

#include <sys/stat.h>

#include "../failing_allocation.h"
#include "base/json_check.h"

/* As office_appeal_open, against the colour of now. */
static int
open_appeal(const char *words, const char *by, int64_t *ret_number, struct error *e)
{
	struct office_colour colour;
	const struct pack *pack;
	int r;

	if ((r = registry_pack(registry, "hubei-2020", &pack, e)) < 0 ||
		(r = office_colour(&office, pack, feng, &colour, e)) < 0)
		return r;
	r = office_appeal_open(&office, &colour, words, by, ret_number, e);
	office_colour_clear(&colour);
	return r;
}

static int
count_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	(void)e;
	*(int *)context += strncmp(entry->kind, "appeal.", strlen("appeal.")) == 0;
	return 0;
}

static int
entries(void)
{
	struct error e = {0};
	int count = 0;

	GOOD(ledger_each(registry_db(registry), 0, count_entry, &count, &e));
	return count;
}

static void
a_colour_says_whose_it_is_and_what_gave_it(void **state)
{
	struct office_colour colour;
	const struct pack *pack;
	struct error e = {0};

	(void)state;
	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	GOOD(office_colour(&office, pack, feng, &colour, &e));
	assert_int_equal(colour.colour, COLOUR_GRAY);
	assert_true(colour.stops);
	assert_true(colour.ours);
	assert_string_equal(colour.office, "hubei-2020");
	assert_string_equal(colour.url, "");
	assert_string_equal(colour.rules, "[\"first\"]");
	assert_string_equal(colour.lists, "[]");
	assert_string_equal(colour.policy, pack_hash(pack));
	office_colour_clear(&colour);
	GOOD(registry_pack(registry, "ningbo-2020", &pack, &e));
	assert_int_equal(office_colour(&office, pack, feng, &colour, &e), ERROR_EXISTS_NOT);
}

static void
each_step_is_in_the_ledger_once(void **state)
{
	const struct office_answer no = {.zh = "否"};
	int64_t number, again, other;
	struct error e = {0};

	(void)state;
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	assert_int_equal(entries(), 1);
	assert_int_equal(open_appeal("为什么", NULL, &again, &e), 0);
	assert_int_equal(again, number);
	assert_int_equal(entries(), 1);
	assert_int_equal(office_appeal_withdraw(&office, number, feng + 1, NULL, &e), ERROR_EXISTS_NOT);
	GOOD(office_appeal_withdraw(&office, number, feng, NULL, &e));
	assert_int_equal(office_appeal_withdraw(&office, number, feng, NULL, &e), ERROR_EXISTS);
	assert_int_equal(entries(), 2);
	assert_int_equal(office_appeal_decide(&office, number, &no, &first, &e), ERROR_EXISTS);
	assert_int_equal(open_appeal("为什么", NULL, &other, &e), 1);
	GOOD(office_appeal_decide(&office, other, &no, &first, &e));
	assert_int_equal(entries(), 4);
}

static void
who_wrote_it_down_does_not_decide_it(void **state)
{
	const struct office_answer no = {.en = "no"}, silent = {.zh = ""}, corrects = {.en = "no", .correction.import = 1},
							   bare = {.upheld = true, .en = "yes"},
							   none = {.upheld = true, .en = "yes", .correction.override = 7};
	struct error e = {0};
	int64_t number;

	(void)state;
	assert_int_equal(open_appeal("为什么", "first", &number, &e), 1);
	assert_int_equal(office_appeal_decide(&office, number, &no, &first, &e), ERROR_DENIED);
	assert_int_equal(office_appeal_decide(&office, number, &no, &clerk, &e), ERROR_DENIED);
	assert_int_equal(office_appeal_decide(&office, number, &silent, &second, &e), ERROR_BAD_INPUT);
	assert_int_equal(office_appeal_decide(&office, number, &corrects, &second, &e), ERROR_BAD_INPUT);
	assert_int_equal(office_appeal_decide(&office, number, &bare, &second, &e), ERROR_BAD_INPUT);
	assert_int_equal(office_appeal_decide(&office, number, &none, &second, &e), ERROR_BAD_INPUT);
	assert_int_equal(entries(), 1);
	GOOD(office_appeal_decide(&office, number, &no, &second, &e));
}

static void
staff_take_back_what_staff_wrote_down_alone(void **state)
{
	struct error e = {0};
	int64_t number;

	(void)state;
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	assert_int_equal(office_appeal_withdraw(&office, number, 0, "second", &e), ERROR_DENIED);
	assert_int_equal(entries(), 1);
	GOOD(office_appeal_withdraw(&office, number, feng, NULL, &e));
	assert_int_equal(open_appeal("为什么", "first", &number, &e), 1);
	GOOD(office_appeal_withdraw(&office, number, 0, "second", &e));
	assert_int_equal(office_appeal_withdraw(&office, number, 0, "second", &e), ERROR_EXISTS);
	assert_int_equal(entries(), 4);
}

static void
put(enum evidence_kind kind, const char *key, person_number person, const char *at, const char *body)
{
	struct evidence_row row = {.kind = kind,
		.person = person,
		.key = key,
		.at = moment(at),
		.body = body,
		.recorded_at = registry_recording_time(registry)};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_evidence_put(registry, &row, &outcome, &e));
}

static void
put_case(const char *name, const char *status, const char *at)
{
	char key[64], body[256];

	snprintf(key, sizeof key, "%s/%s", name, status);
	snprintf(body, sizeof body, "{\"at\":\"%s\",\"case\":\"%s\",\"confirmed_at\":\"%s\",\"status\":\"%s\"}", at, name,
		at, status);
	put(EVIDENCE_CASE_STATUS, key, 0, at, body);
}

/* Feng met the case; ${withdrawn} is NULL or since when that is not so. */
static void
put_contact(const char *name, const char *at, const char *withdrawn)
{
	char key[64], body[256];

	snprintf(key, sizeof key, "%s/%u", name, feng);
	snprintf(body, sizeof body,
		"{\"degree\":1,\"first\":\"%s\",\"kind\":\"close\",\"known_at\":\"%s\",\"last\":\"%s\",\"withdrawn_at\":%s%s%s}",
		at, at, at, withdrawn ? "\"" : "null", withdrawn ? withdrawn : "", withdrawn ? "\"" : "");
	put(EVIDENCE_CONTACT, key, feng, at, body);
}

static int
uphold(int64_t number, const char *case_name, struct error *e)
{
	const struct office_answer yes = {.upheld = true, .en = "yes", .correction.case_name = case_name};

	return office_appeal_decide(&office, number, &yes, &first, e);
}

/* C0 was discarded before the appeal, C1 gave the colour, C2 is another's, C3 gave it as well and stands. */
static void
a_case_is_a_correction_where_the_colour_rested_on_it(void **state)
{
	const instant later = START + 3600;
	struct error e = {0};
	int64_t number;

	(void)state;
	put_case("C0", "confirmed", "2020-03-20T00:00:00Z");
	put_case("C0", "discarded", "2020-03-21T00:00:00Z");
	put_contact("C0", "2020-03-20T00:00:00Z", "2020-03-21T00:00:00Z");
	put_case("C1", "confirmed", "2020-03-22T00:00:00Z");
	put_contact("C1", "2020-03-22T00:00:00Z", NULL);
	put_case("C2", "confirmed", "2020-03-22T00:00:00Z");
	put_case("C3", "confirmed", "2020-03-22T00:00:00Z");
	put_contact("C3", "2020-03-22T00:00:00Z", NULL);
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	registry_set_times(registry, &later, NULL);
	assert_int_equal(uphold(number, "C1", &e), ERROR_BAD_INPUT);
	put_case("C1", "discarded", "2020-03-24T01:00:00Z");
	put_contact("C1", "2020-03-22T00:00:00Z", "2020-03-24T01:00:00Z");
	put_case("C2", "discarded", "2020-03-24T01:00:00Z");
	put_contact("C3", "2020-03-22T00:00:00Z", "2020-03-24T01:00:00Z");
	assert_int_equal(uphold(number, "C0", &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "is what it was"));
	assert_int_equal(uphold(number, "C2", &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "did not rest"));
	assert_int_equal(uphold(number, "C3", &e), ERROR_BAD_INPUT);
	assert_int_equal(uphold(number, "C4", &e), ERROR_BAD_INPUT);
	GOOD(uphold(number, "C1", &e));
}

/* A case with which Feng was in contact, but by no rule that gave the colour: it is grey for having applied lately. */
static void
a_case_that_gave_no_colour_is_none(void **state)
{
	const instant later = START + 3600;
	struct error e = {0};
	int64_t number;

	(void)state;
	put_case("C1", "confirmed", "2020-02-22T00:00:00Z");
	put_contact("C1", "2020-02-22T00:00:00Z", NULL);
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	registry_set_times(registry, &later, NULL);
	put_case("C1", "discarded", "2020-03-24T01:00:00Z");
	assert_int_equal(uphold(number, "C1", &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "did not rest"));
}

/* C1 is withdrawn before the appeal, S2 waits for grounds: neither gave the colour, C3 did. All three are discarded after. */
static void
a_contact_that_was_none_when_appealed_is_no_ground(void **state)
{
	const instant later = START + 3600;
	char key[64];
	struct error e = {0};
	int64_t number;

	(void)state;
	put_case("C1", "confirmed", "2020-03-20T00:00:00Z");
	put_contact("C1", "2020-03-20T00:00:00Z", "2020-03-21T00:00:00Z");
	put_case("S2", "suspected", "2020-03-22T00:00:00Z");
	snprintf(key, sizeof key, "S2/%u", feng);
	put(EVIDENCE_CONTACT, key, feng, "2020-03-22T00:00:00Z",
		"{\"degree\":1,\"first\":\"2020-03-22T00:00:00Z\",\"kind\":\"close\",\"known_at\":\"2020-03-22T00:00:00Z\","
		"\"last\":\"2020-03-22T00:00:00Z\",\"waiting\":true,\"withdrawn_at\":\"2020-03-22T00:00:00Z\"}");
	put_case("C3", "confirmed", "2020-03-22T00:00:00Z");
	put_contact("C3", "2020-03-22T00:00:00Z", NULL);
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	registry_set_times(registry, &later, NULL);
	put_case("C1", "discarded", "2020-03-24T01:00:00Z");
	put_case("S2", "discarded", "2020-03-24T01:00:00Z");
	put_case("C3", "discarded", "2020-03-24T01:00:00Z");
	assert_int_equal(uphold(number, "C1", &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "did not rest"));
	assert_int_equal(uphold(number, "S2", &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "did not rest"));
	GOOD(uphold(number, "C3", &e));
}

static void
put_in_force(const char *into, const char *class, instant from)
{
	const struct pack *pack;
	char path[96];
	struct error e = {0};

	assert_int_equal(mkdir(into, 0700), 0);
	pack_with(into, "hubei-2020", "grounds", json_pack("{s:[s], s:s}", "classes", class, "source", "a test"), path);
	GOOD(registry_pack_keep(registry, path, "hubei-2020", &pack, &e));
	GOOD(registry_pack_put_in_force(registry, pack, from, NULL, NULL, &e));
}

/* What rules took for a case, and later rules do not, was one when it gave the colour. */
static void
a_case_without_grounds_by_later_rules_is_a_correction(void **state)
{
	const instant later = START + 3600;
	char before[80], after[80];
	struct error e = {0};
	int64_t number;

	(void)state;
	snprintf(before, sizeof before, "%s/before", folder);
	snprintf(after, sizeof after, "%s/after", folder);
	put_in_force(before, "suspected", START - 86400);
	put_case("S1", "suspected", "2020-03-22T00:00:00Z");
	put_contact("S1", "2020-03-22T00:00:00Z", NULL);
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	registry_set_times(registry, &later, NULL);
	assert_int_equal(uphold(number, "S1", &e), ERROR_BAD_INPUT);
	put_in_force(after, "confirmed", later);
	GOOD(uphold(number, "S1", &e));
}

static void
a_pack_says_how_long_and_whose(void **state)
{
	static const struct {
		const char *section;
		size_t faults;
	} tried[] = {{"{\"source\":\"a\"}", 0}, {"{\"source\":\"a\",\"days\":90,\"kept_days\":366,\"office\":\"o\"}", 0},
		{"{}", 2}, {"{\"source\":\"a\",\"days\":0}", 1}, {"{\"source\":\"a\",\"days\":91}", 1},
		{"{\"source\":\"a\",\"kept_days\":367}", 1}, {"{\"source\":\"a\",\"office\":\"\"}", 1},
		{"{\"source\":\"a\",\"office\":7}", 1}, {"{\"source\":\"a\",\"more\":1}", 1}, {"[]", 1}};
	struct office_appeals rule;
	const struct pack *pack;
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
		struct json_check check = {0};
		json_t *section = json_loads(tried[i].section, 0, NULL);

		office_appeals_check(section, &check);
		assert_int_equal(check.faults, tried[i].faults);
		json_decref(section);
	}
	GOOD(registry_pack(registry, "hubei-2020", &pack, &e));
	office_appeals_rule(pack, &rule);
	assert_int_equal(rule.days, APPEAL_DAYS);
	assert_int_equal(rule.kept_days, APPEAL_KEPT_DAYS);
	assert_string_equal(rule.office, "");
}

/* Whichever of the two steps fails is not half done: the next time goes on from there. */
static int
open_and_withdraw(void *context)
{
	struct error e = {0};
	int64_t number;
	int r = open_appeal("为什么", NULL, &number, &e);

	(void)context;
	return r < 0 ? r : office_appeal_withdraw(&office, number, feng, NULL, &e);
}

static int
keep_json(const struct registry_appeal *appeal, void *context, struct error *e)
{
	json_t **kept = context;

	json_decref(*kept);
	*kept = office_appeal_json(appeal, START, &zone_utc, true, true);
	return *kept ? 0 : error_no_memory(e);
}

static int
show_once(void *context)
{
	struct error e = {0};
	json_t *shown = NULL;
	int r = office_appeal_show(&office, *(int64_t *)context, "first", keep_json, &shown, &e);

	assert_true(r < 0 || strcmp(json_string_value(json_object_get(shown, "words")), "为什么") == 0);
	json_decref(shown);
	return r;
}

static void
each_allocation_may_fail(void **state)
{
	struct error e = {0};
	int64_t number;

	(void)state;
	assert_int_equal(open_and_withdraw(NULL), 0); /* statements are prepared and kept */
	assert_true(failing_allocation_sweep(open_and_withdraw, NULL) > 50);
	assert_int_equal(entries() % 2, 0);
	assert_int_equal(open_appeal("为什么", NULL, &number, &e), 1);
	assert_int_equal(show_once(&number), 0);
	assert_true(failing_allocation_sweep(show_once, &number) > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_colour_says_whose_it_is_and_what_gave_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_step_is_in_the_ledger_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_wrote_it_down_does_not_decide_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(staff_take_back_what_staff_wrote_down_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_case_is_a_correction_where_the_colour_rested_on_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_case_that_gave_no_colour_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_contact_that_was_none_when_appealed_is_no_ground, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_case_without_grounds_by_later_rules_is_a_correction, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pack_says_how_long_and_whose, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_allocation_may_fail, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("office appeal", tests, NULL, NULL);
}
