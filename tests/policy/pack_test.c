/* Reading a pack: what is refused, and where the fault is said to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "policy/evaluate.h"
#include "policy/pack.h"
#include "scene.h"

static const char head[] = "{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\n"
						   "\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\"},\n"
						   "\"valid\":{\"from\":\"2020-02-01\",\"to\":null},\n"
						   "\"first_colour\":\"gray\",\n"
						   "\"severity\":[\"gray\",\"green\",\"yellow\",\"red\"],\n"
						   "\"parameters\":{\"days\":7,\"fever_tenths_c\":373},\n"
						   "\"horizon_days\":90,\n"
						   "\"area\":[\"33\"],\n"
						   "\"sources\":[\"a test\"]}\n";
static const char rule[] =
	"{\"id\":\"A-GREEN\",\n\"colour\":\"green\",\n\"when\":true,\n\"reason\":\"ok\",\n\"source\":\"a test\"}\n";
static const char texts[] =
	"{\"first\":\"F\",\n\"override\":\"{cause} {until}\",\n\"ok\":\"O {days} {fever_tenths_c}\"}\n";

/* All faults, a line each. */
static char faults[8192];

static void
note(void *context, const struct error *fault)
{
	char text[1024];

	(void)context;
	error_text(fault, text, sizeof text);
	strncat(faults, text, sizeof faults - strlen(faults) - 2);
	strcat(faults, "\n");
}

/* Read a pack of these texts, any of which may be NULL; a second rule if ${second} is not NULL. */
static int
read_pack(const char *head_text, const char *rule_text, const char *second, const char *zh, const char *en,
	struct pack **ret_pack)
{
	struct pack_file files[5];
	const char *const paths[] = {"rules/b.json", "texts/zh.json", "rules/a.json", "pack.json", "texts/en.json"};
	const char *const given[] = {second, zh, rule_text, head_text, en};
	struct error e = {0};
	size_t count = 0;

	for (size_t i = 0; i < 5; i++)
		if (given[i])
			files[count++] = (struct pack_file){paths[i], given[i], strlen(given[i])};
	faults[0] = '\0';
	return pack_read("packs/a", files, count, note, NULL, ret_pack, &e);
}

/* ${text} with the first ${old} replaced, in a buffer of its own. */
static const char *
with(const char *text, const char *old, const char *new)
{
	static char changed[4][4096];
	static int turn;
	const char *place = strstr(text, old);
	char *result = changed[turn = (turn + 1) % 4];

	assert_non_null(place);
	snprintf(result, sizeof changed[0], "%.*s%s%s", (int)(place - text), text, new, place + strlen(old));
	return result;
}

static void
expect_fault(const char *head_text, const char *rule_text, const char *second, const char *text, const char *wanted)
{
	struct pack *pack = NULL;

	assert_int_equal(read_pack(head_text, rule_text, second, text, text, &pack), ERROR_BAD_INPUT);
	assert_null(pack);
	if (!strstr(faults, wanted))
		fail_msg("wanted \"%s\" in:\n%s", wanted, faults);
}

static void
a_small_pack_is_read_and_named_after_its_folder(void **state)
{
	struct pack *pack = NULL;

	(void)state;
	assert_int_equal(read_pack(head, rule, NULL, texts, texts, &pack), 0);
	assert_string_equal(faults, "");
	assert_string_equal(pack_jurisdiction(pack), "a");
	assert_int_equal(strlen(pack_hash(pack)), 64);
	assert_int_equal(pack_first_colour(pack), COLOUR_GRAY);
	assert_string_equal(pack_text(pack, "en", "first"), "F");
	pack_free(pack);
}

static void
the_hash_is_of_the_files_in_any_order(void **state)
{
	const struct pack_file one[] = {{"pack.json", head, sizeof head - 1}, {"rules/a.json", rule, sizeof rule - 1},
		{"texts/en.json", texts, sizeof texts - 1}, {"texts/zh.json", texts, sizeof texts - 1}};
	const struct pack_file other[] = {one[3], one[1], one[0], one[2]};
	struct pack *a = NULL, *b = NULL, *c = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(pack_read("a", one, 4, NULL, NULL, &a, &e), 0);
	assert_int_equal(pack_read("elsewhere/b/", other, 4, NULL, NULL, &b, &e), 0);
	assert_string_equal(pack_hash(a), pack_hash(b));
	assert_string_equal(pack_jurisdiction(b), "b");
	assert_int_equal(read_pack(with(head, ":7,", ":8,"), rule, NULL, texts, texts, &c), 0);
	assert_string_not_equal(pack_hash(a), pack_hash(c));
	pack_free(a);
	pack_free(b);
	pack_free(c);
}

static void
each_fault_is_told_with_file_line_and_column(void **state)
{
	(void)state;
	expect_fault(with(head, "\"gray\",\n", "\"blue\",\n"), rule, NULL, texts, "packs/a/pack.json:4:16: unknown colour");
	expect_fault(
		with(head, "\"area\"", "\"aera\""), rule, NULL, texts, "packs/a/pack.json:8:8: unknown field \"aera\"");
	expect_fault(with(head, "\"area\"", "\"aera\""), rule, NULL, texts, "packs/a/pack.json:1:1: \"area\" is missing");
	expect_fault(with(head, "+08:00", "8"), rule, NULL, texts, "packs/a/pack.json:2:46: an offset");
	expect_fault(with(head, "90", "900"), rule, NULL, texts, "packs/a/pack.json:7:16: a whole number from 1 to 366");
	expect_fault(with(head, "\"yellow\",", ""), rule, NULL, texts, "packs/a/pack.json:5:12: all four colours");
	expect_fault(with(head, "{\"name\"", "{\"name"), rule, NULL, texts, "packs/a/pack.json:1:");
	expect_fault(head, with(rule, "A-GREEN", "a green"), NULL, texts, "packs/a/rules/a.json:1:7: an id such as");
	expect_fault(head, with(rule, "\"green\"", "\"purple\""), NULL, texts, "packs/a/rules/a.json:2:10: unknown colour");
	expect_fault(head, with(rule, "true", "{\"frobnicate\":[1]}"), NULL, texts, "packs/a/rules/a.json:3:");
	expect_fault(head, with(rule, "true", "{\"<\":[{\"param\":\"hours\"},3]}"), NULL, texts,
		"packs/a/rules/a.json:3:14: unknown parameter \"hours\"");
	expect_fault(head, with(rule, "true", "{\"var\":\"payload.colur\"}"), NULL, texts,
		"packs/a/rules/a.json:3:8: the payload has no \"colur\"");
	expect_fault(head, with(rule, "true", "{\"var\":\"item.level\"}"), NULL, texts, "only in a rule with \"each\"");
	expect_fault(head, with(rule, "\"when\"", "\"each\":\"cats\",\"when\""), NULL, texts,
		"packs/a/rules/a.json:3:8: \"cats\" is not a list");
	expect_fault(
		head, with(rule, "\"source\":\"a test\"", "\"source\":\"\""), NULL, texts, "where this rule comes from");
	expect_fault(head, with(rule, "\"reason\":\"ok\"", "\"reason\":\"no\""), NULL, texts,
		"packs/a/rules/a.json:4:10: texts/zh.json has no \"no\"");
	expect_fault(head, rule, rule, texts, "packs/a/rules/b.json:1:7: the id A-GREEN is that of rules/a.json too");
	expect_fault(
		head, rule, NULL, with(texts, "{days}", "{dyas}"), "packs/a/texts/en.json:3:6: unknown placeholder {dyas}");
	expect_fault(head, rule, NULL, with(texts, "\"first\"", "\"frist\""), "texts/zh.json has no \"first\"");
	expect_fault(head, rule, NULL, with(texts, "\"first\"", "\"frist\""), "packs/a/texts/zh.json:1:10: nothing uses");
	expect_fault(head, NULL, NULL, texts, "packs/a/pack.json:1:1: the pack has no rule");
}

static void
the_clock_may_stand_only_where_its_next_flip_can_be_found(void **state)
{
	(void)state;
	expect_fault(head, with(rule, "true", "{\"===\":[{\"var\":\"external.validationClock\"},\"x\"]}"), NULL, texts,
		"packs/a/rules/a.json:3:");
	/* The end of a stay that goes on is the clock too. */
	expect_fault(head,
		with(with(rule, "true",
				 "{\"===\":[{\"plusTime\":[{\"var\":\"item.to\"},0,\"day\"]},"
				 "{\"plusTime\":[{\"var\":\"payload.since\"},0,\"day\"]}]}"),
			"\"reason\"", "\"each\":\"places\",\"reason\""),
		NULL, texts, "packs/a/rules/a.json:3:16: a date made of data may stand only in after");
}

static void
expect_kind_fault(const char *each, const char *when, const char *wanted)
{
	static const char derived[] =
		"\"derived\":{\"normal\":{\"kind\":\"daily\",\"of\":\"checkins\",\"normal\":{\"!\":[{\"var\":\"item.symptoms\"}]}},"
		"\"recent\":{\"kind\":\"stays\",\"of\":\"visits\",\"days\":14,\"today\":false,\"over_minutes\":240,\"unit\":\"city\"}},"
		"\n\"horizon_days\"";
	const char *rule_text = with(rule, "true", when);

	if (each)
		rule_text = with(rule_text, "\"reason\"", each);
	expect_fault(with(head, "\"horizon_days\"", derived), rule_text, NULL, texts, wanted);
}

static void
what_no_fact_has_and_kinds_that_never_meet_are_told_with_their_place(void **state)
{
	static const char checkins[] = "\"each\":\"checkins\",\"reason\"", recent[] = "\"each\":\"recent\",\"reason\"";

	(void)state;
	expect_kind_fault(checkins, "{\"<\":[{\"var\":\"item.temperature_tenth_c\"},373]}",
		"packs/a/rules/a.json:3:14: an item of checkins has no \"temperature_tenth_c\": did you mean "
		"\"temperature_tenths_c\"?");
	expect_kind_fault(checkins, "{\"!\":[{\"var\":\"item.nromal\"}]}", "did you mean \"normal\"?");
	expect_kind_fault(recent, "{\">\":[{\"var\":\"item.hour\"},4]}", "an item of recent has no \"hour\"");
	expect_kind_fault(NULL, "{\"!\":[{\"var\":\"payload.latest.contacts\"}]}", "payload.latest has checkins");
	expect_kind_fault(NULL, "{\"!\":[{\"var\":\"payload.cases.status\"}]}", "payload.cases is a list");
	expect_kind_fault(
		NULL, "{\"!\":[{\"var\":\"payload.latest.tests.at.day\"}]}", "\"at\" is a time as text: there is nothing");
	expect_kind_fault(NULL, "{\">=\":[{\"var\":\"payload.normal.first\"},7]}",
		"packs/a/rules/a.json:3:15: a time as text is compared, and must be a number");
	expect_kind_fault(NULL,
		"{\"after\":[{\"var\":\"payload.since\"},{\"plusTime\":[{\"var\":\"payload.since\"},1,\"day\"]}]}",
		"must be a date-time: put it into plusTime");
	expect_kind_fault(NULL, "{\"===\":[{\"var\":\"payload.colour\"},1]}", "never equal: a text and a number");
	expect_kind_fault(NULL, "{\"in\":[\"red\",{\"var\":\"payload.colour\"}]}", "must be a list");
	expect_kind_fault(checkins,
		"{\"after\":[{\"plusTime\":[{\"var\":\"item.contact\"},0,\"day\"]},{\"plusTime\":[{\"var\":\"item.at\"},0,\"day\"]}]}",
		"\"plusTime\" is given true or false");
	expect_kind_fault(NULL, "{\"+\":[1,2]}", "packs/a/rules/a.json:3:8: gives a number: true or false is wanted");
}

static void
texts_that_the_facts_never_hold_are_told_with_what_was_meant(void **state)
{
	static const char places[] = "\"each\":\"places\",\"reason\"";

	(void)state;
	expect_kind_fault(places, "{\"===\":[{\"var\":\"item.level\"},\"hihg\"]}",
		"packs/a/rules/a.json:3:37: never equal: \"hihg\" is not a level: did you mean \"high\"?");
	expect_kind_fault(places, "{\"in\":[{\"var\":\"item.city\"},[\"330100\",\"330000\"]]}",
		"never equal: \"330000\" is not a city's code, four digits and 00");
	expect_kind_fault(places, "{\"===\":[\"cn\",{\"var\":\"item.country\"}]}", "\"cn\" is not a country's code");
	expect_kind_fault(NULL, "{\"===\":[{\"var\":\"payload.colour\"},\"grey\"]}", "did you mean \"gray\"?");
	expect_kind_fault(NULL, "{\"===\":[{\"var\":\"payload.places.0.kind\"},\"visits\"]}", "did you mean \"visit\"?");
}

static void
what_is_true_for_nobody_is_told_with_what_excludes_it(void **state)
{
	static const char checkins[] = "\"each\":\"checkins\",\"reason\"";

	(void)state;
	expect_kind_fault(NULL,
		"{\"and\":[{\"===\":[{\"var\":\"payload.colour\"},\"red\"]},{\"!\":[{\"var\":\"payload.cases\"}]},"
		"{\"===\":[\"green\",{\"var\":\"payload.colour\"}]}]}",
		"never true: \"payload.colour\" cannot fit this and what stands at /and/0 too");
	expect_kind_fault(checkins,
		"{\"and\":[{\">\":[{\"var\":\"item.temperature_tenths_c\"},380]},{\"and\":[{\"var\":\"item.contact\"},"
		"{\">\":[373,{\"var\":\"item.temperature_tenths_c\"}]}]}]}",
		"never true: \"item.temperature_tenths_c\" cannot fit this and what stands at /and/0 too");
	expect_kind_fault(checkins,
		"{\"and\":[{\">\":[{\"var\":\"item.temperature_tenths_c\"},372]},"
		"{\"<\":[{\"var\":\"item.temperature_tenths_c\"},373]}]}",
		"never true");
	expect_kind_fault(checkins, "{\"and\":[{\"var\":\"item.contact\"},{\"!\":[{\"var\":\"item.contact\"}]}]}",
		"never true: \"item.contact\" cannot fit this");
}

static void
expect_sound(const char *when)
{
	struct pack *pack = NULL;

	if (read_pack(head, with(rule, "true", when), NULL, texts, texts, &pack) < 0)
		fail_msg("refused: %s", faults);
	pack_free(pack);
}

static void
what_may_be_true_together_is_let_through(void **state)
{
	(void)state;
	expect_sound("{\"and\":[{\">=\":[{\"var\":\"payload.latest.checkins.temperature_tenths_c\"},373]},"
				 "{\"<=\":[{\"var\":\"payload.latest.checkins.temperature_tenths_c\"},373]},"
				 "{\"===\":[{\"var\":\"payload.latest.checkins.temperature_tenths_c\"},373]}]}");
	expect_sound("{\"and\":[{\"===\":[{\"var\":\"payload.colour\"},\"red\"]},"
				 "{\"===\":[{\"var\":\"payload.colour\"},\"red\"]},"
				 "{\"!\":[{\"===\":[{\"var\":\"payload.colour\"},\"green\"]}]}]}");
}

#define NEGATIVE_SINCE(since)                                                                                          \
	"{\"reduce\":[{\"var\":\"payload.tests\"},{\"if\":[{\"var\":\"accumulator\"},true,{\"and\":["                      \
	"{\"===\":[{\"var\":\"current.result\"},\"negative\"]},"                                                           \
	"{\"not-before\":[{\"plusTime\":[{\"var\":\"current.at\"},0,\"day\"]},{\"plusTime\":[{\"var\":\"" since            \
	"\"},0,\"day\"]}]}]}]},false]}"

static void
what_stands_in_a_reduce_is_looked_at_too(void **state)
{
	struct pack *pack = NULL;
	char nested[1024];

	snprintf(nested, sizeof nested,
		"{\"reduce\":[{\"var\":\"payload.cases\"},{\"if\":[{\"var\":\"accumulator\"},true,%s]},false]}",
		with(NEGATIVE_SINCE("data.current.at"), "payload.tests", "data.payload.tests"));
	(void)state;
	assert_int_equal(
		read_pack(head, with(rule, "true", NEGATIVE_SINCE("data.payload.since")), NULL, texts, texts, &pack), 0);
	pack_free(pack);
	assert_int_equal(read_pack(head, with(rule, "true", nested), NULL, texts, texts, &pack), 0);
	pack_free(pack);
	expect_kind_fault(NULL, NEGATIVE_SINCE("payload.since"),
		"within a reduce a variable begins with current., accumulator or data. (what is around it), not \"payload\"");
	expect_kind_fault(
		NULL, with(NEGATIVE_SINCE("data.payload.since"), "current.at", "current.on"), "an item of tests has no \"on\"");
	expect_kind_fault(NULL, with(NEGATIVE_SINCE("data.payload.since"), "negative", "negativ"),
		"\"negativ\" is not a result: did you mean \"negative\"?");
	expect_kind_fault(NULL, NEGATIVE_SINCE("data.payload.sinse"), "the payload has no \"sinse\"");
	expect_kind_fault(NULL, with(nested, "data.current.at", "data.current.on"), "an item of cases has no \"on\"");
	expect_kind_fault(NULL, with(NEGATIVE_SINCE("data.payload.since"), "data.payload.since", "data.external.clock"),
		"external has only validationClock");
}

static void
a_time_of_the_rules_own_needs_its_offset(void **state)
{
	static const char *const wrong[] = {"2020-03-24", "2020-03-24T00:00:00", "2020-03-24 00:00:00+08:00", "24.03.2020",
		"2020-02-30T00:00:00+08:00", "2020-03"};
	static const char since[] = "{\"after\":[{\"plusTime\":[{\"var\":\"payload.since\"},0,\"day\"]},"
								"{\"plusTime\":[\"TIME\",0,\"day\"]}]}";
	struct pack *pack = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		expect_kind_fault(NULL, with(since, "TIME", wrong[i]), "is no time with its offset");
	assert_int_equal(read_pack(head, with(rule, "true", with(since, "TIME", "2020-03-24T00:00:00+08:00")), NULL, texts,
						 texts, &pack),
		0);
	pack_free(pack);
	assert_int_equal(
		read_pack(head, with(rule, "true", with(since, "TIME", "2020-03-23T16:00:00Z")), NULL, texts, texts, &pack), 0);
	pack_free(pack);
}

static void
what_beginners_write_is_told_with_what_to_write_instead(void **state)
{
	static const char tests[] = "\"each\":\"tests\",\"reason\"";

	(void)state;
	expect_fault(head, with(rule, "true", "{\"or\":[true,false]}"), NULL, texts, "write {\"if\": [A, true, B]}");
	expect_fault(head, with(rule, "true", "{\"==\":[1,1]}"), NULL, texts, "\"==\": write \"===\"");
	expect_fault(head, with(rule, "true", "{\">\":[37.5,1]}"), NULL, texts, "tenths of a degree");
	expect_fault(head, with(rule, "\"when\"", "\"each\":\"test\",\"when\""), NULL, texts,
		"\"test\" is not a list of the payload: did you mean \"tests\"?");
	expect_fault(head, with(rule, "true", "{\"!\":[{\"var\":\"payload.chekins\"}]}"), NULL, texts,
		"the payload has no \"chekins\": did you mean \"checkins\"?");
	expect_fault(head, with(rule, "\"green\"", "\"grey\""), NULL, texts, "unknown colour \"grey\": green");
	expect_fault(head, with(rule, "\"green\"", "7"), NULL, texts, "a colour expected");
	expect_fault(with(head, "\"33\"", "\"Zhejiang\""), rule, NULL, texts, "pack.json:8:9: \"Zhejiang\" is neither");
	expect_kind_fault(tests, "{\"===\":[{\"var\":\"item.kind\"},\"PCR\"]}", "did you mean \"pcr\"?");
	expect_kind_fault("\"each\":\"contacts\",\"reason\"", "{\"===\":[{\"var\":\"item.kind\"},\"closed\"]}",
		"\"closed\" is not a kind of contact: did you mean \"close\"?");
	expect_kind_fault(NULL, "{\"===\":[{\"var\":\"payload.latest.cases.status\"},\"Confirmed\"]}", "is not a status");
}

/* A rule that cannot be read is one fault, and not one for each text that it alone uses as well. */
static void
a_broken_rule_is_no_reason_to_call_its_texts_unused(void **state)
{
	struct pack *pack = NULL;

	(void)state;
	expect_fault(
		head, with(rule, "\"id\"", "id"), with(rule, "\"ok\"", "\"first\""), texts, "packs/a/rules/a.json:1:3");
	assert_null(strstr(faults, "nothing uses"));
	assert_int_equal(read_pack(head, with(rule, "\"ok\"", "\"first\""), NULL, texts, texts, &pack), ERROR_BAD_INPUT);
	assert_non_null(strstr(faults, "nothing uses"));
}

static void
a_folder_named_by_a_dot_names_no_jurisdiction(void **state)
{
	const struct pack_file files[] = {{"pack.json", head, sizeof head - 1}, {"rules/a.json", rule, sizeof rule - 1},
		{"texts/en.json", texts, sizeof texts - 1}, {"texts/zh.json", texts, sizeof texts - 1}};
	struct pack *pack = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(pack_read(".", files, 4, NULL, NULL, &pack, &e), ERROR_BAD_INPUT);
	assert_int_equal(pack_read("packs/..", files, 4, NULL, NULL, &pack, &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "the folder's name is the jurisdiction's"));
	assert_null(pack);
}

static void
a_rule_that_is_never_asked_is_told(void **state)
{
	static const char grave[] =
		"{\"id\":\"A-RED\",\"colour\":\"red\",\"when\":true,\"reason\":\"ok\",\"source\":\"a test\"}";

	(void)state;
	expect_fault(head, rule,
		with(with(rule, "A-GREEN", "A-BACK"), "\"colour\"", "\"from\":[\"gray\",\"red\"],\"colour\""), texts,
		"packs/a/rules/b.json:2:8: no rule gives red");
	expect_fault(head, rule, grave, texts, "packs/a/rules/a.json:3:8: never told: A-RED always fires");
	expect_fault(head, rule, with(with(rule, "A-GREEN", "A-BACK"), "\"colour\"", "\"from\":[\"red\"],\"colour\""),
		texts, "packs/a/rules/b.json:2:8: never asked");
}

static void
all_faults_are_told_not_only_the_first(void **state)
{
	size_t lines = 0;

	(void)state;
	expect_fault(with(head, "\"gray\",\n", "\"blue\",\n"), with(rule, "\"green\"", "\"purple\""), NULL,
		with(texts, "{days}", "{dyas}"), "unknown colour");
	for (const char *c = faults; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 4);
}

static void
a_language_that_people_need_must_be_there(void **state)
{
	struct pack *pack = NULL;

	(void)state;
	assert_int_equal(read_pack(head, rule, NULL, texts, NULL, &pack), ERROR_BAD_INPUT);
	assert_non_null(strstr(faults, "texts/en.json is missing"));
}

static void
rules_that_undo_each_other_are_refused(void **state)
{
	static const char up[] = "{\"id\":\"A-UP\",\"from\":[\"green\"],\"colour\":\"red\",\"when\":true,\"reason\":\"ok\","
							 "\"source\":\"a test\"}";
	static const char down[] = "{\"id\":\"A-DOWN\",\"from\":[\"red\"],\"colour\":\"green\",\"when\":true,"
							   "\"reason\":\"ok\",\"source\":\"a test\"}";

	(void)state;
	expect_fault(head, up, down, texts, "A-UP and A-DOWN could undo each other");
}

static void
a_pack_without_pack_json_is_none(void **state)
{
	struct pack *pack = NULL;

	(void)state;
	assert_int_equal(read_pack(NULL, rule, NULL, texts, texts, &pack), ERROR_EXISTS_NOT);
	assert_null(pack);
}

/* Read a pack of these texts as one that a store keeps. */
static int
read_kept(const char *head_text, const char *rule_text, struct pack **ret_pack, struct error *e)
{
	const struct pack_file files[] = {{"pack.json", head_text, strlen(head_text)},
		{"rules/a.json", rule_text, strlen(rule_text)}, {"texts/en.json", texts, sizeof texts - 1},
		{"texts/zh.json", texts, sizeof texts - 1}};

	return pack_read_kept("packs/a", files, 4, ret_pack, e);
}

/* An older program took it: refused when it comes in, and read and evaluated where it is in force. */
static void
expect_kept(const char *head_text, const char *rule_text, const char *colour)
{
	json_t *facts = json_pack("{s:s}", "applied_at", "2020-03-01T00:00:00+08:00"), *result = NULL;
	struct pack *pack = NULL;
	struct error e = {0};

	assert_int_equal(read_pack(head_text, rule_text, NULL, texts, texts, &pack), ERROR_BAD_INPUT);
	if (read_kept(head_text, rule_text, &pack, &e) < 0)
		fail_msg("%s", e.message);
	if (evaluate(pack, facts, 1585008000, &result, NULL, &e) < 0)
		fail_msg("%s", e.message);
	assert_string_equal(json_string_value(json_object_get(result, "colour")), colour);
	json_decref(result);
	json_decref(facts);
	pack_free(pack);
}

static void
a_pack_that_is_kept_is_read_although_it_would_be_refused_today(void **state)
{
	struct pack *pack = NULL;
	struct error e = {0};

	(void)state;
	expect_kept(head, with(rule, "true", "{\"===\":[{\"var\":\"payload.latest.tests.kind\"},\"PCR\"]}"), "gray");
	expect_kept(head, with(rule, "true", "{\"!\":[{\"var\":\"payload.chekins\"}]}"), "green");
	expect_kept(head,
		with(rule, "true",
			"{\"before\":[{\"plusTime\":[\"2020-02-01\",0,\"day\"]},{\"plusTime\":[{\"var\":\"payload.since\"},0,\"day\"]}]}"),
		"green");
	expect_kept(head, with(rule, "true", NEGATIVE_SINCE("payload.since")), "gray");
	expect_kept(head,
		with(rule, "true",
			"{\"!\":[{\"===\":[{\"plusTime\":[{\"var\":\"payload.since\"},0,\"day\"]},{\"var\":\"payload.since\"}]}]}"),
		"green");
	expect_kept(with(head, "\"33\"", "\"Zhejiang\""), rule, "green");
	expect_kept(head, with(rule, "\"colour\"", "\"from\":[\"gray\",\"red\"],\"colour\""), "green");

	/* What cannot be evaluated is a fault whenever it is read. */
	assert_int_equal(read_kept(head, with(rule, "true", "{\"frobnicate\":[1]}"), &pack, &e), ERROR_BAD_INPUT);
	assert_int_equal(
		read_kept(head, with(rule, "true", "{\"!\":[{\"var\":\"item.level\"}]}"), &pack, &e), ERROR_BAD_INPUT);
	assert_int_equal(read_kept(head, with(rule, "\"green\"", "\"purple\""), &pack, &e), ERROR_BAD_INPUT);
	assert_int_equal(read_kept(head, with(rule, "\"id\"", "id"), &pack, &e), ERROR_BAD_INPUT);
	assert_null(pack);
}

static void
every_pack_of_2020_is_sound(void **state)
{
	static const char *const names[] = {
		"hangzhou-2020", "hubei-2020", "ningbo-2020", "national-2020", "travel-card-2020"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct pack *pack = scene_pack(names[i]);

		assert_string_equal(pack_jurisdiction(pack), names[i]);
		assert_non_null(pack_section(pack, "gate"));
		assert_non_null(pack_section(pack, "risk"));
		pack_free(pack);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_pack_is_read_and_named_after_its_folder),
		cmocka_unit_test(the_hash_is_of_the_files_in_any_order),
		cmocka_unit_test(each_fault_is_told_with_file_line_and_column),
		cmocka_unit_test(the_clock_may_stand_only_where_its_next_flip_can_be_found),
		cmocka_unit_test(what_no_fact_has_and_kinds_that_never_meet_are_told_with_their_place),
		cmocka_unit_test(texts_that_the_facts_never_hold_are_told_with_what_was_meant),
		cmocka_unit_test(what_stands_in_a_reduce_is_looked_at_too),
		cmocka_unit_test(a_time_of_the_rules_own_needs_its_offset),
		cmocka_unit_test(what_beginners_write_is_told_with_what_to_write_instead),
		cmocka_unit_test(a_broken_rule_is_no_reason_to_call_its_texts_unused),
		cmocka_unit_test(a_folder_named_by_a_dot_names_no_jurisdiction),
		cmocka_unit_test(a_rule_that_is_never_asked_is_told),
		cmocka_unit_test(all_faults_are_told_not_only_the_first),
		cmocka_unit_test(a_language_that_people_need_must_be_there),
		cmocka_unit_test(rules_that_undo_each_other_are_refused),
		cmocka_unit_test(a_pack_without_pack_json_is_none),
		cmocka_unit_test(a_pack_that_is_kept_is_read_although_it_would_be_refused_today),
		cmocka_unit_test(every_pack_of_2020_is_sound),
		cmocka_unit_test(what_is_true_for_nobody_is_told_with_what_excludes_it),
		cmocka_unit_test(what_may_be_true_together_is_let_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
