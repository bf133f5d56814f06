/* A pack's own tests: which answers pass, what is told of those that don't, and which rules nobody saw. */

#include "../test.h"

#include "../failing_allocation.h"
#include "base/json.h"
#include "policy/pack_suite.h"

static const char head[] =
	"{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\"},"
	"\"valid\":{\"from\":\"2020-02-01\",\"to\":null},\"first_colour\":\"green\","
	"\"severity\":[\"gray\",\"green\",\"yellow\",\"red\"],\"parameters\":{\"days\":7},\"horizon_days\":30,"
	"\"area\":[\"33\"],\"sources\":[\"a test\"]}";
static const char red[] =
	"{\"id\":\"A-RED\",\"colour\":\"red\",\"each\":\"tests\",\"when\":{\"===\":[{\"var\":\"item.result\"},"
	"\"positive\"]},\"reason\":\"positive\",\"source\":\"a test\"}";
static const char yellow[] =
	"{\"id\":\"A-YELLOW\",\"colour\":\"yellow\",\"each\":\"contacts\",\"when\":{\"before\":[{\"plusTime\":[{\"var\":"
	"\"external.validationClock\"},0,\"day\"]},{\"plusTime\":[{\"var\":\"item.last\"},{\"param\":\"days\"},\"day\"]}]},"
	"\"reason\":\"met\",\"source\":\"a test\"}";
static const char green[] =
	"{\"id\":\"A-GREEN\",\"colour\":\"green\",\"when\":true,\"reason\":\"ok\",\"source\":\"a test\"}";
/* Whoever never checked in makes it fail. */
static const char careless[] =
	"{\"id\":\"A-CARELESS\",\"colour\":\"yellow\",\"when\":{\"before\":[{\"plusTime\":[{\"var\":\"payload.latest.checkins.at\"},"
	"0,\"day\"]},{\"plusTime\":[{\"var\":\"payload.since\"},0,\"day\"]}]},\"reason\":\"ok\",\"source\":\"a test\"}";
static const char texts[] =
	"{\"first\":\"F\",\"override\":\"O\",\"ok\":\"fine\",\"met\":\"met\",\"positive\":\"P {date}\"}";

static struct pack *
pack_with(const char *third)
{
	const struct pack_file files[] = {{"pack.json", head, sizeof head - 1}, {"rules/a.json", red, sizeof red - 1},
		{"rules/b.json", yellow, sizeof yellow - 1}, {"rules/c.json", third, strlen(third)},
		{"texts/en.json", texts, sizeof texts - 1}, {"texts/zh.json", texts, sizeof texts - 1}};
	struct pack *pack = NULL;
	struct error e = {0};

	if (pack_read("a", files, sizeof files / sizeof *files, NULL, NULL, &pack, &e) < 0)
		fail_msg("%s", e.message);
	return pack;
}

#define FACTS                                                                                                          \
	"{'applied_at':'2020-03-01','tests':[{'kind':'pcr','result':'positive','at':'2020-03-20'}],"                       \
	"'contacts':[{'kind':'close','degree':1,'first':'2020-03-05','last':'2020-03-05','known_at':'2020-03-06'}]}"

static json_t *
test_of(const char *facts, const char *expected)
{
	json_t *test;
	char *text = NULL;

	assert_true(asprintf(&text, "{'name':'somebody','facts':%s,'expected':%s}", facts, expected) > 0);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	test = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(test);
	return test;
}

static char told[2048];

static void
note(void *context, const char *pointer, const char *message)
{
	size_t length = strlen(told);

	(void)context;
	snprintf(told + length, sizeof told - length, "%s: %s\n", pointer ? pointer : "-", message);
}

/* Run one test; what is told stands in ${told}. */
static int
run(struct pack_suite *suite, const char *facts, const char *expected)
{
	struct json_check check = {.on_fault = note};
	json_t *test = test_of(facts, expected);
	struct error e = {0};
	int r;

	told[0] = '\0';
	suite->on_failure = note;
	r = pack_suite_run(suite, test, &check, &e);
	json_decref(test);
	return r;
}

static void
right_answers_pass_and_tell_nothing(void **state)
{
	struct pack *pack = pack_with(green);
	struct pack_suite suite = {.pack = pack};
	size_t number = 0;

	(void)state;
	assert_int_equal(run(&suite, FACTS,
						 "[{'at':'2020-03-05','colour':'green','rules':['A-GREEN'],'next':null},"
						 "{'at':'2020-03-06','colour':'yellow','rules':['A-YELLOW'],"
						 "'next':{'at':'2020-03-11T16:00:00Z','colour':'green'}},"
						 "{'at':'2020-03-20T08:00:00+08:00','colour':'red','reason':{'en':'P 2020-03-20'}}]"),
		0);
	assert_string_equal(told, "");
	assert_int_equal(suite.passed, 3);
	assert_int_equal(suite.failed, 0);
	assert_null(pack_suite_unseen(&suite, &number));
	pack_free(pack);
}

static void
wrong(const char *expected, const char *wanted)
{
	struct pack *pack = pack_with(green);
	struct pack_suite suite = {.pack = pack};

	assert_int_equal(run(&suite, FACTS, expected), 0);
	assert_string_equal(told, wanted);
	assert_int_equal(suite.failed, 1);
	assert_int_equal(suite.passed, 0);
	pack_free(pack);
}

static void
a_wrong_answer_is_told_with_its_place_and_both_sides(void **state)
{
	(void)state;
	wrong("[{'at':'2020-03-06','colour':'green'}]", "/expected/0: wanted green, got yellow (A-YELLOW)\n");
	wrong("[{'at':'2020-03-06','colour':'yellow','rules':['A-RED','A-YELLOW']}]",
		"/expected/0: wanted yellow by A-RED, A-YELLOW, got it by A-YELLOW\n");
	wrong("[{'at':'2020-03-06','colour':'yellow','rules':['first']}]",
		"/expected/0: wanted yellow by first, got it by A-YELLOW\n");
	wrong("[{'at':'2020-03-06','colour':'yellow','next':null}]",
		"/expected/0: wanted as next change none, got green at 2020-03-12T00:00:00+08:00\n");
	wrong("[{'at':'2020-03-06','colour':'yellow','next':{'at':'2020-03-12T00:00:01+08:00','colour':'green'}}]",
		"/expected/0: wanted as next change green at 2020-03-12T00:00:01+08:00, got green at 2020-03-12T00:00:00+08:00\n");
	wrong("[{'at':'2020-03-21','colour':'red','next':{'at':'2020-03-22','colour':'green'}}]",
		"/expected/0: wanted as next change green at 2020-03-22, got none\n");
	wrong("[{'at':'2020-03-21','colour':'red','reason':{'zh':'P'}}]",
		"/expected/0: wanted in zh \"P\", got \"P 2020-03-20\"\n");
	wrong(
		"[{'at':'2020-02-21','colour':'green'}]", "/expected/0: no answer: there is no application yet at that time\n");
}

static void
shape(const char *facts, const char *expected, const char *wanted)
{
	struct pack *pack = pack_with(green);
	struct pack_suite suite = {.pack = pack};

	assert_int_equal(run(&suite, facts, expected), ERROR_BAD_INPUT);
	if (!strstr(told, wanted))
		fail_msg("wanted %s in %s", wanted, told);
	assert_int_equal(suite.passed + suite.failed, 0);
	pack_free(pack);
}

static void
a_test_of_a_wrong_shape_is_a_fault_and_asks_nothing(void **state)
{
	(void)state;
	shape(FACTS, "[]", "/expected: a list of 1 to");
	shape(FACTS, "{}", "/expected: a list of 1 to");
	shape(FACTS, "[{'at':'2020-03-06'}]", "\"colour\" is missing");
	shape(FACTS, "[{'at':'6 March','colour':'green'}]", "/expected/0/at: a time expected");
	shape(FACTS, "[{'at':'2020-03-06','colour':'grey'}]", "/expected/0/colour: a colour expected");
	shape(FACTS, "[{'at':'2020-03-06','colour':'red','rule':['A-RED']}]", "did you mean \"rules\"?");
	shape(FACTS, "[{'at':'2020-03-06','colour':'red','rules':'A-RED'}]", "/expected/0/rules: a list");
	shape(FACTS, "[{'at':'2020-03-06','colour':'red','rules':['A-REDD']}]",
		"/expected/0/rules/0: the pack has no rule \"A-REDD\": did you mean \"A-RED\"?");
	shape(FACTS, "[{'at':'2020-03-06','colour':'red','next':{'at':'2020-03-06','color':'red'}}]", "/expected/0/next");
	shape(FACTS, "[{'at':'2020-03-06','colour':'red','reason':{'fr':'P'}}]", "the pack has no texts/fr.json");
	shape("{'applied_at':'2020-03-01','tests':[{'kind':'pcr','result':'positive','on':'2020-03-20'}]}",
		"[{'at':'2020-03-06','colour':'red'}]", "/facts/tests/0");
}

static void
rules_that_no_test_sees_are_named(void **state)
{
	struct pack *pack = pack_with(green);
	struct pack_suite suite = {.pack = pack};
	struct error e = {0};
	size_t number = 0;

	(void)state;
	suite.on_failure = note;
	/* What nobody expected anything of shows nothing. */
	assert_int_equal(pack_suite_run_newcomer(&suite, &e), 0);
	assert_int_equal(run(&suite, FACTS, "[{'at':'2020-03-06','colour':'yellow'}]"), 0);
	assert_string_equal(pack_suite_unseen(&suite, &number), "A-GREEN");
	assert_string_equal(pack_suite_unseen(&suite, &number), "A-RED");
	assert_null(pack_suite_unseen(&suite, &number));
	pack_free(pack);
}

static void
a_rule_that_fails_on_who_has_nothing_is_found_without_a_test(void **state)
{
	struct pack *pack = pack_with(careless);
	struct pack_suite suite = {.pack = pack, .on_failure = note};
	struct error e = {0};

	(void)state;
	told[0] = '\0';
	assert_int_equal(pack_suite_run_newcomer(&suite, &e), 0);
	assert_non_null(strstr(told, "-: no answer: rule A-CARELESS"));
	assert_int_equal(suite.failed, 2);
	pack_free(pack);
}

struct sweep {
	const struct pack *pack;
	const json_t *test;
};

static int
run_once(void *context)
{
	const struct sweep *sweep = context;
	struct pack_suite suite = {.pack = sweep->pack, .on_failure = note};
	struct json_check check = {.on_fault = note};
	struct error e = {0};
	int r = pack_suite_run_newcomer(&suite, &e);

	told[0] = '\0';
	return r < 0 ? r : pack_suite_run(&suite, sweep->test, &check, &e);
}

static void
a_test_survives_each_failed_allocation(void **state)
{
	struct pack *pack = pack_with(green);
	json_t *test = test_of(FACTS, "[{'at':'2020-03-06','colour':'yellow','rules':['A-YELLOW']}]");
	struct sweep sweep = {pack, test};

	(void)state;
	assert_true(failing_allocation_sweep(run_once, &sweep) > 50);
	json_decref(test);
	pack_free(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_answers_pass_and_tell_nothing),
		cmocka_unit_test(a_wrong_answer_is_told_with_its_place_and_both_sides),
		cmocka_unit_test(a_test_of_a_wrong_shape_is_a_fault_and_asks_nothing),
		cmocka_unit_test(rules_that_no_test_sees_are_named),
		cmocka_unit_test(a_rule_that_fails_on_who_has_nothing_is_found_without_a_test),
		cmocka_unit_test(a_test_survives_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
