/* The evaluator against the plain tree walk: over random expressions and JSON data, and over the flat view of random facts
 * (as JSON for the walk), by the rules of packs: the same value, the same failure, the same next flip. */

#include "../test.h"

#include "expression.h"
#include "policy/holds.h"
#include "policy/view.h"
#include "scene.h"
#include "tree_walk.h"

enum { EXPRESSIONS = 6000, PEOPLE = 60, MOMENTS = 12, DEPTH = 5, MEMORY_MAX = 64 << 20 };

static uint64_t seed;

static unsigned
any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

#define ANY_OF(array) ((array)[any(sizeof(array) / sizeof *(array))])

static const char *const dates[] = {"2021-01-31", "2020-02-29T23:59:59+14:00", "2021-06-07T10:20:30.123456Z", "1950",
	"1999-12", "2021-03-31T00:00:00-0330", "2021-02-30", "@clock", "2020-03-24T08:00:00+08:00", "24:00",
	"2021-12-31T24:00:00Z"};
static const char *const paths[] = {"", "a", "a.b", "a.b.0", "a.b.7", "a.c.d", "x", "x.0", "x.1.y", "t", "t.1", "n",
	"none.of.it", "accumulator", "current", "current.y", "data", "data.x", "data.data.a", "accumulator.0", "current.0",
	"01", "x.01"};

static json_t *expression(unsigned depth);

static json_t *
literal(void)
{
	static const char *const texts[] = {"", "0", "a", "b", "URN:UVCI:01:NL:187/37512422923#x"};

	switch (any(8)) {
	case 0:
		return json_boolean(any(2));
	case 1:
	case 2:
		return json_integer((json_int_t)any(7) - 3);
	case 3:
		return json_integer(any(2) ? INT64_MAX : INT64_MIN);
	case 4:
		return json_string(ANY_OF(texts));
	case 5:
		return json_real(2.0);
	default:
		return json_string(ANY_OF(dates));
	}
}

static json_t *
date(unsigned depth)
{
	static const char *const units[] = {"year", "month", "day", "hour"};
	json_t *of = any(3) ? json_string(ANY_OF(dates)) : any(2) ? json_pack("{s:s}", "var", "t") : expression(depth);

	if (any(8) == 0)
		return json_pack("{s:[o]}", "dccDateOfBirth", of);
	return json_pack("{s:[o,i,s]}", "plusTime", of, (int)any(30) - 15, ANY_OF(units));
}

static json_t *
many(json_t *(*one)(unsigned depth), unsigned depth, unsigned count)
{
	json_t *list = json_array();

	while (count-- > 0)
		json_array_append_new(list, one(depth));
	return list;
}

static json_t *
number(unsigned depth)
{
	return any(3) ? json_integer(any(9)) : expression(depth);
}

static json_t *
expression(unsigned depth)
{
	static const char *const numeric[] = {">", "<", ">=", "<="};
	static const char *const dated[] = {"after", "before", "not-after", "not-before"};

	if (depth == 0)
		return any(2) ? literal() : json_pack("{s:s}", "var", ANY_OF(paths));
	depth--;
	switch (any(14)) {
	case 0:
		return json_pack("{s:o}", "if", many(expression, depth, 3));
	case 1:
		return json_pack("{s:o}", "===", many(expression, depth, 2));
	case 2:
	case 3:
		return json_pack("{s:o}", "and", many(expression, depth, 2 + any(3)));
	case 4:
		return json_pack("{s:o}", ANY_OF(numeric), many(number, depth, 2 + any(2)));
	case 5:
	case 6:
		return json_pack("{s:o}", ANY_OF(dated), many(date, depth, 2 + any(2)));
	case 7:
		return json_pack("{s:[o,o]}", "in", expression(depth), many(expression, depth, any(4)));
	case 8:
		return json_pack("{s:o}", "+", many(number, depth, 2));
	case 9:
		return json_pack("{s:[o]}", "!", expression(depth));
	case 10:
	case 11:
		return json_pack("{s:[{s:s},o,o]}", "reduce", "var", ANY_OF(paths), expression(depth), expression(depth));
	case 12:
		return json_pack("{s:[o,i]}", "extractFromUVCI", expression(depth), (int)any(6) - 1);
	default:
		return any(2) ? many(expression, depth, any(3)) : json_pack("{s:s}", "var", ANY_OF(paths));
	}
}

/* One part twice, so that there is something to share. */
static json_t *
expression_with_equal_parts(void)
{
	json_t *part = any(2) ? expression(DEPTH - 2) : NULL;

	return part ? json_pack("{s:[o,O,{s:[o,o]}]}", "if", json_deep_copy(part), part, "and", part, expression(2))
				: expression(DEPTH);
}

static void
assert_same(int r, json_t *value, instant flip, const struct error *e, int walked, json_t *wanted, instant wanted_flip,
	const struct error *reason)
{
	if (r != walked || (r == 0 && (!json_equal(value, wanted) || flip != wanted_flip)) ||
		(r < 0 && strcmp(e->message, reason->message) != 0))
		fail_msg("seed %llu: %d %s %lld, and the tree walk %d %s %lld", (unsigned long long)seed, r,
			r ? e->message : json_dumps(value, JSON_ENCODE_ANY), (long long)flip, walked,
			walked ? reason->message : json_dumps(wanted, JSON_ENCODE_ANY), (long long)wanted_flip);
	json_decref(value);
	json_decref(wanted);
}

static void
any_expression_over_json_comes_out_as_the_tree_walk_has_it(void **state)
{
	json_t *data =
		json_of("{'a':{'b':[],'c':{'d':'0'}},'x':[1,{'y':'z'},[],{}],'t':'2021-01-31T10:00:00Z','n':3.14,'01':[2]}");
	const struct certlogic_clock clock = {at("2020-03-31T23:00:00"), at("2020-03-31") + 400 * (instant)DAY_S};
	unsigned good = 0;

	(void)state;
	seed = 11;
	for (int i = 0; i < EXPRESSIONS; i++) {
		struct certlogic_program *program = NULL;
		json_t *given = expression_with_equal_parts(), *value = NULL, *wanted = NULL;
		const struct certlogic_clock *tracked = any(2) ? &clock : NULL;
		instant flip = 0, wanted_flip = 0;
		struct error e = {0}, reason = {0};
		int r, walked;

		if (certlogic_compile(given, &program, NULL, &e) < 0)
			fail_msg("%s", e.message);
		r = certlogic_run(program, data, tracked, &value, &flip, &e);
		walked = tree_walk(program, data, tracked, &wanted, &wanted_flip, &reason);
		good += r == 0;
		assert_same(r, value, flip, &e, walked, wanted, wanted_flip, &reason);
		certlogic_program_free(program);
		json_decref(given);
	}
	assert_in_range(good, EXPRESSIONS / 10, EXPRESSIONS);
	json_decref(data);
}

/* One rule over one item (NULL: none) of the view. */
static void
compare_rule(const struct rule *rule, struct view *view, struct workspace *work, const struct row *item, instant now,
	instant horizon)
{
	const struct certlogic_clock clock = {now, horizon};
	instant flip = CERTLOGIC_NO_FLIP, wanted_flip = CERTLOGIC_NO_FLIP;
	json_t *data = NULL, *wanted = NULL;
	size_t left = CERTLOGIC_RESULT_MAX;
	struct error e = {0}, reason = {0};
	bool holds = false;
	int r, walked;

	view_set_item(view, item);
	assert_int_equal(value_json(view_data(view), &left, &data, &e), 0);
	walked = tree_walk(rule->when, data, &clock, &wanted, &wanted_flip, &reason);
	r = program_holds(rule->when, view_data(view), now, horizon, &work->keep, &work->scratch, &holds, &flip, &e);
	if (walked == 0)
		assert_true(json_is_boolean(wanted));
	assert_same(r, r ? NULL : json_boolean(holds), flip, &e, walked, wanted, r ? flip : wanted_flip, &reason);
	json_decref(data);
}

static void
compare_rules(const struct pack *pack, struct view *view, struct workspace *work, instant now)
{
	instant horizon = now + 90 * (instant)DAY_S;

	for (size_t i = 0; i < pack->rule_count; i++) {
		const struct rule *rule = &pack->rules[i];
		const struct value_list *list = rule->each == VIEW_LIST_NONE ? NULL : view_list(view, rule->each);

		if (!list)
			compare_rule(rule, view, work, NULL, now, horizon);
		for (size_t j = 0; list && j < list->count; j++)
			compare_rule(rule, view, work, list->items[j].row, now, horizon);
	}
}

/* Somebody with a little of everything. */
static json_t *
random_facts(void)
{
	static const char *const divisions[] = {"420802", "330106", "420100", "110000"};
	json_t *facts = scene_facts("2020-02-10", ANY_OF(divisions));
	char day[TIME_TEXT_SIZE];

#define SOME_DAY(first) day_write(day_from_civil(2020, 2, 1) + (day_number)((first) + any(40)), day)
	scene_area(facts, "420800", "Jingmen", "high", "2020-01-25", "medium", SOME_DAY(10), "low", "2020-03-18", NULL);
	scene_checkins(facts, "2020-02-12", (int)any(20), (int)any(20));
	if (any(2))
		scene_add(facts, "checkins", "{'at':'%sT11:00:00+08:00','temperature_tenths_c':385,'symptoms':['cough']}",
			SOME_DAY(0));
	if (any(2))
		scene_add(facts, "visits", "{'country':'CN','division':'%s','from':'%s','to':'2020-04-01','hours':%s}",
			ANY_OF(divisions), SOME_DAY(5), any(2) ? "null" : "30");
	if (any(2))
		scene_add(facts, "visits", "{'country':'KR','from':'2020-02-20','to':'2020-02-25'}");
	if (any(3) == 0)
		scene_add(facts, "cases", "{'status':'%s','at':'%s'}", any(2) ? "confirmed" : "recovered", SOME_DAY(3));
	for (unsigned i = any(3); i > 0; i--)
		scene_add(facts, "contacts",
			"{'kind':'close','degree':1,'first':'2020-02-01','last':'2020-02-20','known_at':'%s','withdrawn_at':%s}",
			SOME_DAY(0), any(2) ? "null" : "'2020-03-20'");
	if (any(2))
		scene_add(
			facts, "declarations", "{'at':'2020-02-11','symptoms':['fever'],'contact':%s}", any(2) ? "true" : "false");
	if (any(2))
		scene_add(facts, "tests", "{'kind':'pcr','result':'negative','at':'%s'}", SOME_DAY(8));
#undef SOME_DAY
	return facts;
}

/* Rules that look at items by their number, in lists that grow and that take turns. */
static struct pack *
pack_of_numbered_items(void)
{
#define RULE(id, path, text)                                                                                           \
	"{\"id\":\"" id "\",\"colour\":\"yellow\",\"when\":{\"===\":[{\"var\":\"" path "\"},\"" text                       \
	"\"]},\"reason\":\"first\",\"source\":\"a test\"}"
#define FILE(path, text)                                                                                               \
	{                                                                                                                  \
		path, text, sizeof text - 1                                                                                    \
	}
	static const struct pack_file files[] = {
		FILE("pack.json",
			"{\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"time_zone\":{\"name\":\"Asia/Shanghai\",\"offset\":\"+08:00\"},"
			"\"valid\":{\"from\":\"2020-02-01\"},\"first_colour\":\"green\",\"severity\":[\"gray\",\"green\",\"yellow\","
			"\"red\"],\"parameters\":{},\"horizon_days\":90,\"area\":[\"33\"],\"sources\":[\"a test\"],"
			"\"derived\":{\"recent\":{\"kind\":\"stays\",\"of\":\"visits\",\"days\":1,\"today\":false,\"over_minutes\":240,"
			"\"unit\":\"country\"}}}"),
		FILE("rules/a.json", RULE("A-A", "payload.places.0.level", "high")),
		FILE("rules/b.json", RULE("A-B", "payload.places.1.kind", "visit")),
		FILE("rules/c.json", RULE("A-C", "payload.recent.0.country", "KR")),
		FILE("rules/d.json", RULE("A-D", "payload.recent.1.country", "KR")),
		FILE("rules/e.json", RULE("A-E", "payload.visits.0.country", "KR")),
		FILE("rules/f.json", RULE("A-F", "payload.tests.0.result", "negative")),
		FILE("texts/en.json", "{\"first\":\"F\",\"override\":\"O\"}"),
		FILE("texts/zh.json", "{\"first\":\"F\",\"override\":\"O\"}"),
	};
	struct pack *pack = NULL;
	struct error e = {0};

	if (pack_read("numbered", files, sizeof files / sizeof files[0], NULL, NULL, &pack, &e) < 0)
		fail_msg("%s: %s", e.file, e.message);
	return pack;
#undef FILE
#undef RULE
}

static void
every_rule_over_the_flat_view_comes_out_as_the_tree_walk_has_it(void **state)
{
	static const char *const packs[] = {"hangzhou-2020", "hubei-2020", "ningbo-2020", "travel-card-2020", NULL};
	struct workspace work = {.memory.maximum = MEMORY_MAX, .scratch.maximum = MEMORY_MAX, .keep.epoch = 1};

	(void)state;
	for (size_t p = 0; p < sizeof packs / sizeof *packs; p++) {
		struct pack *pack = packs[p] ? scene_pack(packs[p]) : pack_of_numbered_items();

		for (unsigned person = 0; person < PEOPLE; person++) {
			json_t *given = random_facts();
			instant moment = at("2020-02-10");
			struct facts *facts;
			struct view *view;
			struct error e = {0};

			assert_int_equal(facts_read(given, pack, at("2020-04-15"), &work.memory, &facts, &e), 0);
			assert_int_equal(view_new(pack, facts, &work, &view, &e), 0);
			for (unsigned i = 0; i < MOMENTS; i++, moment += (instant)any(12 * DAY_S)) {
				assert_int_equal(view_move(view, moment, &e), 0);
				compare_rules(pack, view, &work, moment);
				view_set_colour(view, any(2) ? COLOUR_YELLOW : COLOUR_GREEN, moment);
				compare_rules(pack, view, &work, moment);
			}
			arena_release(&work.memory, (struct arena_mark){0});
			json_decref(given);
		}
		pack_free(pack);
	}
	arena_release(&work.scratch, (struct arena_mark){0});
}

/* Nothing else happens when it appears. */
static void
a_visit_that_begins_is_seen_by_its_number(void **state)
{
	struct workspace work = {.memory.maximum = MEMORY_MAX, .scratch.maximum = MEMORY_MAX, .keep.epoch = 1};
	struct pack *pack = pack_of_numbered_items();
	json_t *given = scene_facts("2020-02-10", "330106");
	struct facts *facts;
	struct view *view;
	struct error e = {0};

	(void)state;
	scene_add(given, "visits", "{'country':'KR','from':'2020-03-10','to':'2020-03-20'}");
	assert_int_equal(facts_read(given, pack, at("2020-04-15"), &work.memory, &facts, &e), 0);
	assert_int_equal(view_new(pack, facts, &work, &view, &e), 0);
	for (instant moment = at("2020-03-09"); moment <= at("2020-03-11"); moment += DAY_S) {
		assert_int_equal(view_move(view, moment, &e), 0);
		compare_rules(pack, view, &work, moment);
	}
	arena_release(&work.memory, (struct arena_mark){0});
	arena_release(&work.scratch, (struct arena_mark){0});
	json_decref(given);
	pack_free(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_expression_over_json_comes_out_as_the_tree_walk_has_it),
		cmocka_unit_test(every_rule_over_the_flat_view_comes_out_as_the_tree_walk_has_it),
		cmocka_unit_test(a_visit_that_begins_is_seen_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
