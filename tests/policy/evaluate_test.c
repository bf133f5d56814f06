/* The fold: what holds for every pack, over random facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "policy/fold.h"
#include "policy/packed.h"
#include "scene.h"

static const char *const packs[] = {"hangzhou-2020", "hubei-2020", "ningbo-2020", "national-2020", "travel-card-2020"};

enum { PACKS = sizeof packs / sizeof packs[0], ROUNDS = 60, EXTRA = 40 };

/* A small generator of our own, so that a failing round can be repeated from its number. */
static uint64_t seed;

static unsigned
any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

static const char *
some_time(instant from, unsigned days, char *text)
{
	static const struct zone shanghai = {.first_offset_s = 8 * 3600};

	return time_write(from + (instant)any(days) * DAY_S + (instant)any(DAY_S), &shanghai, text);
}

/* Facts of a person in the spring of 2020, each list as likely empty as not. */
static json_t *
random_facts(void)
{
	static const char *const divisions[] = {"420802", "420106", "330106", "330203", "340100"};
	static const char *const statuses[] = {"suspected", "confirmed", "recovered", "excluded"};
	static const char *const colours[] = {"green", "yellow", "red"};
	json_t *facts = scene_facts("2020-02-20T09:00:00", any(2) ? divisions[any(5)] : NULL);
	instant from = at("2020-02-10");
	char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], c[TIME_TEXT_SIZE];

	scene_area(facts, "420800", "Jingmen", "high", "2020-01-25", "medium", "2020-03-08", "low", "2020-03-18", NULL);
	scene_area(facts, "420100", "Wuhan", "high", "2020-01-20", "medium", "2020-04-02", NULL);
	scene_area(facts, "KR", "Korea", "medium", "2020-02-20", "high", "2020-02-25", NULL);
	for (unsigned i = any(40); i > 0; i--)
		scene_add(facts, "checkins", "{'at':'%s','temperature_tenths_c':%d,'symptoms':[%s]}", some_time(from, 60, a),
			any(8) ? 366 : 373, any(12) ? "" : "'cough'");
	for (unsigned i = any(4); i > 0; i--) {
		some_time(from, 50, a);
		scene_add(facts, "visits", "{'country':'CN','division':'%s','from':'%s','to':'%s'}", divisions[any(5)], a,
			some_time(at(a), 6, b));
		if (strcmp(a, b) > 0)
			json_array_remove(json_object_get(facts, "visits"), json_array_size(json_object_get(facts, "visits")) - 1);
	}
	if (any(3) == 0)
		scene_add(
			facts, "visits", "{'country':'KR','from':'%s','to':'2020-04-30T00:00:00+08:00'}", some_time(from, 50, a));
	for (unsigned i = any(3); i > 0; i--)
		scene_add(facts, "cases", "{'status':'%s','at':'%s'}", statuses[any(4)], some_time(from, 60, a));
	if (any(3) == 0)
		scene_add(facts, "declarations", "{'at':'2020-02-20T09:00:00+08:00','symptoms':['cough'],'contact':true}");
	if (any(3) == 0)
		scene_add(facts, "contacts",
			"{'kind':'close','degree':1,'first':'2020-02-25T09:00:00+08:00','last':'%s','known_at':'%s',"
			"'withdrawn_at':%s}",
			some_time(at("2020-02-25"), 6, a), some_time(at("2020-03-01"), 5, b),
			any(2) ? "null" : "'2020-03-10T07:00:00+08:00'");
	if (any(4) == 0)
		scene_add(facts, "overrides", "{'colour':'%s','cause':'contest_upheld','at':'%s','until':'%s'}",
			colours[any(3)], some_time(at("2020-02-25"), 10, b), some_time(at("2020-03-08"), 10, c));
	return facts;
}

static void
shuffle(json_t *list)
{
	for (size_t i = json_array_size(list); i > 1; i--) {
		size_t j = any((unsigned)i);
		json_t *x = json_incref(json_array_get(list, i - 1)), *y = json_incref(json_array_get(list, j));

		json_array_set_new(list, i - 1, y);
		json_array_set_new(list, j, x);
	}
}

static json_t *
shuffled(const json_t *facts)
{
	json_t *copy = json_deep_copy(facts), *list;
	const char *name;

	json_object_foreach(copy, name, list) if (json_is_array(list)) shuffle(list);
	json_object_foreach(json_object_get(copy, "areas"), name, list) shuffle(json_object_get(list, "steps"));
	return copy;
}

static int
compare_instants(const void *a, const void *b)
{
	instant x = *(const instant *)a, y = *(const instant *)b;

	return x < y ? -1 : x > y;
}

/* The answer and its changes as bytes. */
static char *
answer(const struct pack *pack, const json_t *facts, instant now, const struct fold_extra *extra)
{
	json_t *result = NULL, *changes = NULL;
	struct buffer b = buffer_make(1 << 20);
	struct error e = {0};

	if (fold_evaluate(pack, facts, now, extra, &result, &changes, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(json_write(result, &b, &e), 0);
	assert_int_equal(json_write(changes, &b, &e), 0);
	json_decref(result);
	json_decref(changes);
	return buffer_take(&b);
}

/* The decision from the facts' row, their areas given beside it; visits but those in the row are added. */
static int
decide_packed(struct packed *packed, const json_t *facts, size_t in_row, struct evaluated *ret_evaluated)
{
	const json_t *visits = json_object_get(facts, "visits"), *area;
	json_t *packable = json_deep_copy(facts), *list = json_object_get(packable, "visits");
	struct buffer row = buffer_make(PACKED_ROW_MAX);
	struct error e = {0};
	const char *code;
	size_t number;
	int r;

	while (json_array_size(list) > in_row)
		json_array_remove(list, json_array_size(list) - 1);
	assert_int_equal(facts_pack(packable, &zone_utc, &row, &e), 0);
	json_decref(packable);
	if ((r = packed_read(packed, row.data, row.length, &e)) < 0)
		goto out;
	for (size_t i = in_row; i < json_array_size(visits); i++) {
		const json_t *visit = json_array_get(visits, i);

		assert_int_equal(packed_add_visit(packed, json_string_value(json_object_get(visit, "country")),
							 json_string_value(json_object_get(visit, "division")),
							 at(json_string_value(json_object_get(visit, "from"))),
							 at(json_string_value(json_object_get(visit, "to"))), &e),
			0);
	}
	json_object_foreach(json_object_get(facts, "areas"), code, area)
	{
		assert_int_equal(packed_add_area(packed, code, area, &number, &e), 0);
		assert_int_equal(packed_use_area(packed, number, &e), 0);
	}
	r = packed_decide(packed, ret_evaluated, &e);
out:
	buffer_free(&row);
	return r;
}

static void
a_packed_row_gives_what_the_facts_give(void **state)
{
	(void)state;
	for (int p = 0; p < PACKS; p++) {
		struct pack *pack = scene_pack(packs[p]);

		for (int at_ = 0; at_ < 6; at_++) {
			instant now = at("2020-02-25") + (instant)at_ * 9 * DAY_S + (instant)any(DAY_S);
			struct packed *packed;
			struct error e = {0};

			assert_int_equal(packed_new(pack, now, &packed, &e), 0);
			for (int round = 0; round < ROUNDS; round++) {
				struct evaluated wanted = {0}, found = {0};
				json_t *facts;
				int r;

				seed = (uint64_t)(p * 7000 + at_ * 100 + round);
				facts = random_facts();
				if (any(2))
					scene_add(facts, "tests", "{'kind':'pcr','result':'negative','at':'2020-03-01T08:00:00+08:00'}");
				r = evaluate_colour(pack, facts, now, &wanted, &e);
				assert_int_equal(decide_packed(packed, facts, any(4), &found), r);
				assert_int_equal(found.colour, wanted.colour);
				assert_int_equal(found.next_colour, wanted.next_colour);
				assert_int_equal(found.since, wanted.since);
				assert_int_equal(found.next_at, wanted.next_at);
				assert_int_equal(found.untold, wanted.untold);
				json_decref(facts);
			}
			packed_free(packed);
		}
		pack_free(pack);
	}
}

/* P1: whatever the bytes, no byte outside of them is looked at (each is alone in its memory here). */
static void
a_row_cut_or_changed_is_refused_or_is_another_row(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	struct buffer row = buffer_make(PACKED_ROW_MAX);
	struct packed *packed;
	struct error e = {0};
	json_t *facts;

	(void)state;
	seed = 5;
	facts = random_facts();
	assert_int_equal(facts_pack(facts, &zone_utc, &row, &e), 0);
	assert_int_equal(packed_new(pack, at("2020-03-24"), &packed, &e), 0);
	for (size_t length = 0; length < row.length; length++) {
		uint8_t *alone = malloc(length ? length : 1);
		struct evaluated evaluated;

		memcpy(alone, row.data, length);
		assert_int_equal(packed_read(packed, alone, length, &e), ERROR_CORRUPT);
		free(alone);
		alone = malloc(row.length);
		memcpy(alone, row.data, row.length);
		alone[length] ^= (uint8_t)(1 + any(255));
		if (packed_read(packed, alone, row.length, &e) == 0)
			(void)packed_decide(packed, &evaluated, &e);
		free(alone);
	}
	packed_free(packed);
	buffer_free(&row);
	json_decref(facts);
	pack_free(pack);
}

static void
evaluating_without_reasons_gives_the_same(void **state)
{
	(void)state;
	for (int p = 0; p < PACKS; p++) {
		struct pack *pack = scene_pack(packs[p]);

		for (int round = 0; round < ROUNDS; round++) {
			instant now = at("2020-03-01") + (instant)any(50 * DAY_S);
			json_t *facts, *result = NULL, *next;
			struct evaluated evaluated;
			struct error e = {0};
			int r;

			seed = (uint64_t)(p * 3000 + round);
			facts = random_facts();
			r = evaluate(pack, facts, now, &result, NULL, &e);
			assert_int_equal(evaluate_colour(pack, facts, now, &evaluated, &e), r);
			next = json_object_get(result, "next");
			assert_string_equal(json_string_value(json_object_get(result, "colour")), colour_name(evaluated.colour));
			assert_int_equal(at(json_string_value(json_object_get(result, "since"))), evaluated.since);
			if (json_is_null(next)) {
				assert_true(evaluated.next_at == EVALUATE_NEVER && evaluated.next_colour == evaluated.colour);
			} else {
				assert_int_equal(at(json_string_value(json_object_get(next, "at"))), evaluated.next_at);
				assert_string_equal(
					json_string_value(json_object_get(next, "colour")), colour_name(evaluated.next_colour));
			}
			json_decref(result);
			json_decref(facts);
		}
		pack_free(pack);
	}
}

static void
extra_moments_another_order_and_asking_anew_give_the_same_bytes(void **state)
{
	(void)state;
	for (int p = 0; p < PACKS; p++) {
		struct pack *pack = scene_pack(packs[p]);

		for (int round = 0; round < ROUNDS; round++) {
			json_t *facts, *other;
			instant now, extra[EXTRA];
			const struct fold_extra more = {.moments = extra, .count = EXTRA}, anew = {.ask_anew = true};
			char *plain, *visited, *reordered, *asked_anew;

			seed = (uint64_t)(p * 1000 + round);
			facts = random_facts();
			other = shuffled(facts);
			now = at("2020-03-01") + (instant)any(50 * DAY_S);
			for (int i = 0; i < EXTRA; i++)
				extra[i] = at("2020-02-20") + (instant)any(60 * DAY_S);
			qsort(extra, EXTRA, sizeof extra[0], compare_instants);
			plain = answer(pack, facts, now, NULL);
			visited = answer(pack, facts, now, &more);
			asked_anew = answer(pack, facts, now, &anew);
			reordered = answer(pack, other, now, NULL);
			if (strcmp(plain, visited) != 0 || strcmp(plain, reordered) != 0)
				fail_msg("%s, round %d:\n%s\n%s\n%s", packs[p], round, plain, visited, reordered);
			if (strcmp(plain, asked_anew) != 0)
				fail_msg("%s, round %d:\n%s\n%s", packs[p], round, plain, asked_anew);
			free(plain);
			free(visited);
			free(asked_anew);
			free(reordered);
			json_decref(other);
			json_decref(facts);
		}
		pack_free(pack);
	}
}

/* What is known at ${now}, as later evidence would leave it: nothing new after it. */
static json_t *
known_at(const json_t *facts, instant now)
{
	static const char *const own_times[] = {"at", "known_at", "from"};
	json_t *copy = json_deep_copy(facts), *list, *item;
	const char *name;
	size_t i;

	json_object_foreach(copy, name, list)
	{
		for (i = json_array_size(list); i > 0; i--) {
			item = json_array_get(list, i - 1);
			for (size_t j = 0; j < 3; j++) {
				const char *time = json_string_value(json_object_get(item, own_times[j]));

				if (time && at(time) > now) {
					json_array_remove(list, i - 1);
					break;
				}
			}
		}
		json_array_foreach(list, i, item)
		{
			const char *to = json_string_value(json_object_get(item, "to"));
			const char *withdrawn = json_string_value(json_object_get(item, "withdrawn_at"));

			if (to && at(to) > now)
				json_object_set_new(item, "to", json_null());
			if (withdrawn && at(withdrawn) > now)
				json_object_set_new(item, "withdrawn_at", json_null());
		}
	}
	json_object_foreach(json_object_get(copy, "areas"), name, list)
	{
		json_t *steps = json_object_get(list, "steps");

		for (i = json_array_size(steps); i > 0; i--)
			if (at(json_string_value(json_object_get(json_array_get(steps, i - 1), "at"))) > now)
				json_array_remove(steps, i - 1);
	}
	return copy;
}

static const char *
colour_at(const struct pack *pack, const json_t *facts, instant now, json_t **ret_result)
{
	struct error e = {0};

	if (evaluate(pack, facts, now, ret_result, NULL, &e) < 0)
		fail_msg("%s", e.message);
	return json_string_value(json_object_get(*ret_result, "colour"));
}

/* A pack of two rules: yellow while ${yellow} holds (over each of ${each}, if not NULL), else green. */
static struct pack *
small_pack(const char *derived, const char *each, const char *yellow)
{
	static const char head[] =
		"{'name':{'zh':'A','en':'A'},'time_zone':{'name':'Asia/Shanghai','offset':'+08:00'},"
		"'valid':{'from':'2020-02-01'},'first_colour':'gray','severity':['gray','green','yellow',"
		"'red'],'parameters':{},'horizon_days':90,'area':[],'sources':['a test'],'derived':%s}";
	static const char rule[] = "{'id':'%s','colour':'%s',%s'when':%s,'reason':'ok','source':'a test'}";
	static const char texts[] = "{'first':'F','override':'O','ok':'K'}";
	char text[5][2048], list[64];
	struct pack_file files[5];
	const char *const paths[] = {"pack.json", "rules/a.json", "rules/b.json", "texts/en.json", "texts/zh.json"};
	struct pack *pack = NULL;
	struct error e = {0};

	snprintf(list, sizeof list, "%s%s%s", each ? "'each':'" : "", each ? each : "", each ? "'," : "");
	snprintf(text[0], sizeof text[0], head, derived);
	snprintf(text[1], sizeof text[1], rule, "A-YELLOW", "yellow", list, yellow);
	snprintf(text[2], sizeof text[2], rule, "A-GREEN", "green", "", "true");
	snprintf(text[3], sizeof text[3], "%s", texts);
	snprintf(text[4], sizeof text[4], "%s", texts);
	for (int i = 0; i < 5; i++) {
		for (char *quote = text[i]; (quote = strchr(quote, '\''));)
			*quote = '"';
		files[i] = (struct pack_file){paths[i], text[i], strlen(text[i])};
	}
	if (pack_read("small", files, 5, NULL, NULL, &pack, &e) < 0)
		fail_msg("%s:%zu:%zu: %s", e.file, e.line, e.column, e.message);
	return pack;
}

/* A small pack at random: check-ins missed, stays over some hours, contacts and cases until so many days later. */
static struct pack *
random_pack(void)
{
	char derived[256], yellow[512];

	switch (any(4)) {
	case 0:
		snprintf(yellow, sizeof yellow, "{'<':[{'var':'payload.normal.days_total'},%u]}", 1 + any(20));
		return small_pack(
			"{'normal':{'kind':'daily','of':'checkins','normal':{'!':[{'var':'item.symptoms'}]}}}", NULL, yellow);
	case 1:
		snprintf(derived, sizeof derived,
			"{'recent':{'kind':'stays','of':'visits','days':%u,'today':true,'over_minutes':%u,'unit':'city'}}",
			1 + any(20), any(2000));
		return small_pack(derived, "recent", "{'===':[{'var':'item.city'},'420800']}");
	case 2:
		snprintf(yellow, sizeof yellow,
			"{'and':[{'!':[{'var':'item.withdrawn'}]},{'before':[{'plusTime':[{'var':'external.validationClock'},0,'day']},"
			"{'plusTime':[{'var':'item.last'},%u,'%s']}]}]}",
			1 + any(60), any(4) ? "day" : "hour");
		return small_pack("{}", "contacts", yellow);
	default:
		snprintf(yellow, sizeof yellow,
			"{'not-before':[{'plusTime':[{'var':'external.validationClock'},0,'day']},"
			"{'plusTime':[{'var':'item.at'},%u,'%s']}]}",
			1 + any(90), any(4) ? "day" : "hour");
		return small_pack("{}", "cases", yellow);
	}
}

/* The decision about ${moment} from the facts' packed row. */
static struct evaluated
packed_at(const struct pack *pack, const json_t *facts, instant moment)
{
	struct evaluated evaluated = {0};
	struct packed *packed;
	struct error e = {0};

	if (packed_new(pack, moment, &packed, &e) < 0 || decide_packed(packed, facts, SIZE_MAX, &evaluated) < 0)
		fail_msg("%s", e.message);
	packed_free(packed);
	return evaluated;
}

static void
expect_colour(const struct pack *pack, const json_t *facts, instant moment, const char *wanted, const char *when)
{
	enum colour row = packed_at(pack, facts, moment).colour;
	json_t *result = NULL;
	const char *found = colour_at(pack, facts, moment, &result);

	if (strcmp(found, wanted) != 0 || strcmp(colour_name(row), wanted) != 0)
		fail_msg("%s at %lld, from a row %s, not %s, %s", found, (long long)moment, colour_name(row), wanted, when);
	json_decref(result);
}

/* Step the clock: no other colour before the moment that the answer names, and the one it names then; 1 where it names one. */
static int
step_the_clock(const struct pack *pack, const json_t *facts, instant now)
{
	struct evaluated row = packed_at(pack, facts, now);
	json_t *result = NULL, *next;
	const char *colour = colour_at(pack, facts, now, &result);
	instant until;
	int changes;

	next = json_object_get(result, "next");
	changes = json_is_object(next);
	until = changes ? at(json_string_value(json_object_get(next, "at"))) : now + 90 * DAY_S;
	assert_true(until > now);
	assert_string_equal(colour_name(row.colour), colour);
	assert_int_equal(row.next_at, changes ? until : EVALUATE_NEVER);
	for (int i = 0; i < 12; i++)
		expect_colour(
			pack, facts, i == 0 ? until - 1 : now + (instant)any((unsigned)(until - now)), colour, "before next");
	if (changes) {
		const char *after = json_string_value(json_object_get(next, "colour"));

		assert_string_equal(colour_name(row.next_colour), after);
		expect_colour(pack, facts, until, after, "at next");
	}
	json_decref(result);
	return changes;
}

static void
nothing_changes_before_the_next_moment_and_the_colour_does_at_it(void **state)
{
	int changes = 0;

	(void)state;
	for (int p = 0; p <= PACKS; p++) {
		struct pack *pack = p < PACKS ? scene_pack(packs[p]) : NULL;

		for (int round = 0; round < (pack ? ROUNDS / 2 : 4 * ROUNDS); round++) {
			struct pack *own = NULL;
			json_t *all, *facts;
			instant now;

			seed = (uint64_t)(p * 1000 + round + 77);
			all = random_facts();
			now = at("2020-03-01") + (instant)any(50 * DAY_S);
			facts = known_at(all, now);
			if (!pack)
				own = random_pack();
			changes += step_the_clock(pack ? pack : own, facts, now);
			pack_free(own);
			json_decref(facts);
			json_decref(all);
		}
		pack_free(pack);
	}
	assert_true(changes > ROUNDS / 2);
}

static void
what_comes_after_now_does_not_matter(void **state)
{
	(void)state;
	for (int p = 0; p < PACKS; p++) {
		struct pack *pack = scene_pack(packs[p]);

		for (int round = 0; round < ROUNDS / 2; round++) {
			json_t *all, *known;
			instant now;
			char *with, *without;

			seed = (uint64_t)(p * 1000 + round + 999);
			all = random_facts();
			now = at("2020-02-25") + (instant)any(40 * DAY_S);
			known = known_at(all, now);
			with = answer(pack, all, now, NULL);
			without = answer(pack, known, now, NULL);
			assert_string_equal(with, without);
			free(with);
			free(without);
			json_decref(known);
			json_decref(all);
		}
		pack_free(pack);
	}
}

static void
a_day_gone_by_without_a_checkin_is_seen_at_midnight(void **state)
{
	struct pack *pack =
		small_pack("{'normal':{'kind':'daily','of':'checkins','normal':{'!':[{'var':'item.symptoms'}]}}}", NULL,
			"{'<':[{'var':'payload.normal.days_total'},1]}");
	json_t *facts = scene_facts("2020-03-01T10:00:00", NULL);

	(void)state;
	scene_checkins(facts, "2020-03-02", 3, -1);
	assert_string_equal(scene_colour(pack, facts, "2020-03-01T12:00:00"), "yellow");
	assert_string_equal(scene_since(pack, facts, "2020-03-05T23:59:59"), "2020-03-02T08:00:00+08:00");
	assert_string_equal(scene_next(pack, facts, "2020-03-04T09:00:00"), "2020-03-06T00:00:00+08:00 yellow");
	json_decref(facts);
	pack_free(pack);
}

static void
hours_that_still_grow_pass_the_limit_at_the_second(void **state)
{
	struct pack *pack = small_pack("{'recent':{'kind':'stays','of':'visits','days':2,'today':true,'over_minutes':90,"
								   "'unit':'city'}}",
		"recent", "{'===':[{'var':'item.city'},'420800']}");
	json_t *facts = scene_facts("2020-03-01T10:00:00", NULL);

	(void)state;
	scene_add(facts, "visits", "{'country':'CN','division':'420802','from':'2020-03-03T08:00:00+08:00','to':null}");
	assert_string_equal(scene_next(pack, facts, "2020-03-03T08:30:00"), "2020-03-03T09:30:01+08:00 yellow");
	assert_string_equal(scene_since(pack, facts, "2020-03-09"), "2020-03-03T09:30:01+08:00");
	json_decref(facts);
	pack_free(pack);
}

static void
a_window_moves_on_at_midnight(void **state)
{
	struct pack *pack = small_pack("{'recent':{'kind':'stays','of':'visits','days':2,'today':true,'over_minutes':90,"
								   "'unit':'city'}}",
		"recent", "{'===':[{'var':'item.city'},'420800']}");
	json_t *facts = scene_facts("2020-03-01T10:00:00", NULL);

	(void)state;
	scene_add(facts, "visits",
		"{'country':'CN','division':'420802','from':'2020-03-03T08:00:00+08:00','to':'2020-03-03T12:00:00+08:00'}");
	assert_string_equal(scene_next(pack, facts, "2020-03-03T13:00:00"), "2020-03-05T00:00:00+08:00 green");
	json_decref(facts);
	pack_free(pack);
}

static void
two_checkins_of_one_moment_give_the_same_bytes_in_either_order(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", NULL), *other = json_deep_copy(facts);
	static const char *const items[] = {"{'at':'2020-02-13T08:00:00+08:00','temperature_tenths_c':380}",
		"{'at':'2020-02-13T00:00:00Z','temperature_tenths_c':366}"};
	char *a, *b;

	(void)state;
	scene_add(facts, "checkins", "%s", items[0]);
	scene_add(facts, "checkins", "%s", items[1]);
	scene_add(other, "checkins", "%s", items[1]);
	scene_add(other, "checkins", "%s", items[0]);
	a = answer(pack, facts, at("2020-02-14"), NULL);
	b = answer(pack, other, at("2020-02-14"), NULL);
	assert_string_equal(a, b);
	free(a);
	free(b);
	json_decref(other);
	json_decref(facts);
	pack_free(pack);
}

/* The published schema. */

static void
expect_known(const struct pack *pack, const char *list, const char *field, bool required)
{
	json_t *facts = scene_facts("2020-02-12T10:00:00", NULL), *result = NULL;
	struct error e = {0};
	char unknown[128], missing[128];

	snprintf(unknown, sizeof unknown, "/%s/0/%s: unknown field", list, field);
	snprintf(missing, sizeof missing, "/%s/0/%s: missing", list, field);
	scene_add(facts, list, "{'%s':[[]]}", field);
	evaluate(pack, facts, at("2020-03-01"), &result, NULL, &e);
	if (strstr(e.message, unknown))
		fail_msg("the schema's %s.%s is refused", list, field);
	json_decref(result);
	result = NULL;
	json_object_set_new(facts, list, json_pack("[{}]"));
	e = (struct error){0};
	evaluate(pack, facts, at("2020-03-01"), &result, NULL, &e);
	/* Only the first missing field is told, so that only it can be compared. */
	if (strstr(e.message, missing) && !required)
		fail_msg("%s.%s is required, and not so in the schema", list, field);
	json_decref(result);
	json_decref(facts);
}

static bool
contains(const json_t *names, const char *wanted)
{
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name) if (strcmp(json_string_value(name), wanted) == 0) return true;
	return false;
}

static void
the_published_schema_and_the_program_know_the_same_fields(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *schema = NULL, *property;
	struct error e = {0};
	const char *list, *field;
	char path[4096];
	int lists = 0;

	(void)state;
	snprintf(path, sizeof path, "%s/docs/facts.schema.json", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(json_read_file(path, 1 << 20, &schema, NULL, &e), 0);
	json_object_foreach(json_object_get(schema, "properties"), list, property)
	{
		json_t *item = json_object_get(property, "items"), *shape;

		lists += item != NULL;
		json_object_foreach(json_object_get(item, "properties"), field, shape)
			expect_known(pack, list, field, contains(json_object_get(item, "required"), field));
	}
	assert_int_equal(lists, 11);
	json_decref(schema);
	pack_free(pack);
}

/* Facts of a wrong shape. */

static void
expect_refusal(const char *text, const char *wanted)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = NULL, *result = NULL;
	struct error e = {0};
	char copy[512];

	snprintf(copy, sizeof copy, "%s", text);
	for (char *quote = copy; (quote = strchr(quote, '\''));)
		*quote = '"';
	assert_int_equal(json_read(copy, strlen(copy), "facts", &facts, &e), 0);
	assert_int_equal(evaluate(pack, facts, at("2020-03-01"), &result, NULL, &e), ERROR_BAD_INPUT);
	assert_null(result);
	if (!strstr(e.message, wanted))
		fail_msg("\"%s\" does not say \"%s\"", e.message, wanted);
	json_decref(facts);
	pack_free(pack);
}

static void
facts_of_a_wrong_shape_are_refused_with_their_place(void **state)
{
	(void)state;
	expect_refusal("[]", "an object expected");
	expect_refusal("{}", "/applied_at: a time");
	expect_refusal("{'applied_at':'2020-02-30T00:00:00Z'}", "/applied_at: a day of that month");
	expect_refusal("{'applied_at':'2020-02-20','pets':[]}", "/pets: unknown field");
	expect_refusal("{'applied_at':'2020-02-20','checkins':{}}", "/checkins: a list");
	expect_refusal("{'applied_at':'2020-02-20','checkins':[{'at':'2020-02-20','temperature_tenths_c':36.6}]}",
		"/checkins/0/temperature_tenths_c: tenths of a degree");
	expect_refusal(
		"{'applied_at':'2020-02-20','checkins':[{'at':'2020-02-20'},{'when':1}]}", "/checkins/1/when: unknown");
	expect_refusal("{'applied_at':'2020-02-20','visits':[{'country':'China','from':'2020-02-20','to':null}]}",
		"/visits/0/country: a country code");
	expect_refusal("{'applied_at':'2020-02-20','visits':[{'country':'CN','from':'2020-02-20','to':'2020-02-19'}]}",
		"/visits/0/to: before its beginning");
	expect_refusal("{'applied_at':'2020-02-20','areas':{'420100':{'steps':[{'at':'2020-02-20','level':'hot'}]}}}",
		"/areas/420100/steps/0/level: low, medium or high");
}

/* Years of age end with the local day's start, as every other day does, and not with UTC's. */
static void
a_birthday_begins_at_local_midnight(void **state)
{
	static const char younger[] = "{'if':[{'var':'payload.birth_date'},"
								  "{'before':[{'plusTime':[{'var':'external.validationClock'},0,'day']},"
								  "{'plusTime':[{'var':'payload.birth_date'},%d,'year']}]},false]}";
	static const struct {
		const char *born;
		int years;
	} people[] = {{"2017-03-10", 3}, {"1931-03-10", 89}};

	(void)state;
	for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
		char rule[512];
		json_t *facts = scene_facts("2020-02-20T09:00:00", NULL);
		struct pack *pack;

		snprintf(rule, sizeof rule, younger, people[i].years);
		pack = small_pack("{}", NULL, rule);
		assert_true(pack_reads_birth_date(pack));
		assert_string_equal(scene_colour(pack, facts, "2020-03-09"), "green");
		json_object_set_new(facts, "birth_date", json_string(people[i].born));
		assert_string_equal(scene_next(pack, facts, "2020-03-09"), "2020-03-10T00:00:00+08:00 green");
		assert_string_equal(scene_colour(pack, facts, "2020-03-09T23:59:59"), "yellow");
		assert_string_equal(scene_colour(pack, facts, "2020-03-10T00:00:00"), "green");
		json_decref(facts);
		pack_free(pack);
	}
}

static void
before_the_application_there_is_no_colour(void **state)
{
	struct pack *pack = scene_pack("hangzhou-2020");
	json_t *facts = scene_facts("2020-02-12T10:00:00", NULL), *result = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(evaluate(pack, facts, at("2020-02-12T09:59:59"), &result, NULL, &e), ERROR_EXISTS_NOT);
	json_decref(facts);
	pack_free(pack);
}

static void
what_does_not_say_so_yet_but_will_is_told_with_its_moment(void **state)
{
	struct pack *pack = scene_pack("hubei-2020");
	json_t *facts = scene_facts("2020-03-01", "420802"), *result = NULL, *rule;
	struct error e = {0};

	(void)state;
	scene_checkins(facts, "2020-03-01", 19, -1);
	assert_int_equal(evaluate_explained(pack, facts, at("2020-03-20"), &result, &e), 0);
	assert_string_equal(json_string_value(json_object_get(result, "colour")), "green");
	rule = json_array_get(json_object_get(result, "soon"), 0);
	assert_string_equal(json_string_value(json_object_get(rule, "id")), "HB-YELLOW-EXPIRED");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(result, "next"), "at")), "2020-03-22T08:00:00+08:00");
	json_decref(result);
	scene_add(facts, "overrides", "{'colour':'red','cause':'contest_upheld','at':'2020-03-19','until':'2020-03-21'}");
	assert_int_equal(evaluate_explained(pack, facts, at("2020-03-20"), &result, &e), 0);
	assert_string_equal(json_string_value(json_object_get(result, "colour")), "red");
	assert_int_equal(json_array_size(json_object_get(result, "soon")), 0);
	json_decref(result);
	json_decref(facts);
	pack_free(pack);
}

/* Each change that is told ahead is the next one of the moment before it, by the same rules. */
static void
what_follows_on_the_next_change_is_what_will_be_told_then(void **state)
{
	size_t told = 0;

	(void)state;
	for (int round = 0; round < 3 * ROUNDS; round++) {
		struct pack *pack = scene_pack(packs[round % PACKS]);
		json_t *all, *facts, *result = NULL, *later, *change;
		struct error e = {0};
		instant now, horizon, before;
		size_t i;

		seed = (uint64_t)(round + 4242);
		all = random_facts();
		now = at("2020-03-01") + (instant)any(30 * DAY_S);
		if (any(3)) {
			char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];

			scene_add(all, "overrides", "{'colour':'red','cause':'contest_upheld','at':'%s','until':'%s'}",
				some_time(now - DAY_S, 1, from), some_time(now + DAY_S, 20, until));
		}
		if (round % PACKS == 1) { /* Hubei: gray, then green, then yellow for want of check-ins */
			json_decref(all);
			all = scene_facts("2020-03-01T09:00:00", "420802");
			scene_area(all, "420800", "Jingmen", "medium", "2020-01-25", NULL);
			now = at("2020-03-14T08:00:00") + (instant)any(DAY_S);
			scene_checkins(all, "2020-03-01", 14, -1);
		}
		facts = known_at(all, now);
		if (evaluate_explained(pack, facts, now, &result, &e) < 0)
			fail_msg("%s", e.message);
		horizon = now + 90 * DAY_S;
		later = json_object_get(result, "later");
		told += json_array_size(later);
		before = json_is_object(json_object_get(result, "next"))
			? at(json_string_value(json_object_get(json_object_get(result, "next"), "at")))
			: horizon;
		json_array_foreach(later, i, change)
		{
			json_t *then = NULL, *next;

			assert_int_equal(evaluate_explained(pack, facts, before, &then, &e), 0);
			next = json_object_get(then, "next");
			assert_string_equal(
				json_string_value(json_object_get(next, "at")), json_string_value(json_object_get(change, "at")));
			assert_string_equal(json_string_value(json_object_get(next, "colour")),
				json_string_value(json_object_get(change, "colour")));
			assert_true(json_equal(json_object_get(then, "soon"), json_object_get(change, "rules")));
			before = at(json_string_value(json_object_get(change, "at")));
			assert_true(before <= horizon);
			json_decref(then);
		}
		if (json_is_object(json_object_get(result, "next")) && json_array_size(later) < EVALUATE_LATER_MAX) {
			struct evaluated last;

			assert_int_equal(evaluate_colour(pack, facts, before, &last, &e), 0);
			assert_true(last.next_at > horizon);
		}
		json_decref(result);
		json_decref(facts);
		json_decref(all);
		pack_free(pack);
	}
	assert_true(told >= ROUNDS / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evaluating_without_reasons_gives_the_same),
		cmocka_unit_test(a_packed_row_gives_what_the_facts_give),
		cmocka_unit_test(a_row_cut_or_changed_is_refused_or_is_another_row),
		cmocka_unit_test(extra_moments_another_order_and_asking_anew_give_the_same_bytes),
		cmocka_unit_test(nothing_changes_before_the_next_moment_and_the_colour_does_at_it),
		cmocka_unit_test(what_comes_after_now_does_not_matter),
		cmocka_unit_test(a_day_gone_by_without_a_checkin_is_seen_at_midnight),
		cmocka_unit_test(hours_that_still_grow_pass_the_limit_at_the_second),
		cmocka_unit_test(a_window_moves_on_at_midnight),
		cmocka_unit_test(what_does_not_say_so_yet_but_will_is_told_with_its_moment),
		cmocka_unit_test(what_follows_on_the_next_change_is_what_will_be_told_then),
		cmocka_unit_test(two_checkins_of_one_moment_give_the_same_bytes_in_either_order),
		cmocka_unit_test(the_published_schema_and_the_program_know_the_same_fields),
		cmocka_unit_test(facts_of_a_wrong_shape_are_refused_with_their_place),
		cmocka_unit_test(a_birthday_begins_at_local_midnight),
		cmocka_unit_test(before_the_application_there_is_no_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
