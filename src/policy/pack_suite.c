#include "policy/pack_suite.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/evaluate.h"
#include "policy/pack_inside.h"

enum { EXPECTED_MAX = 1000, IDS_SHOWN_MAX = 300 };

static const char *const no_members[] = {NULL};

static void __attribute__((format(printf, 3, 4)))
fail(struct pack_suite *suite, const char *pointer, const char *format, ...)
{
	char message[PACK_SUITE_MESSAGE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	suite->on_failure(suite->context, pointer, message);
}

static int
rule_numbered(const struct pack *pack, const char *id)
{
	for (size_t i = 0; id && i < pack->rule_count; i++)
		if (strcmp(pack->rules[i].id, id) == 0)
			return (int)i;
	return -1;
}

/* "first" and "override" give colours without a rule. */
static void
check_ids(const struct pack *pack, struct json_check *check, const char *pointer, const json_t *ids)
{
	json_t *id;
	size_t i;

	if (ids && (!json_is_array(ids) || json_array_size(ids) == 0))
		json_check_fault(check, pointer, "a list of rules' ids expected");
	json_array_foreach(ids, i, id)
	{
		const char *names[PACK_RULES_MAX + 3] = {"first", "override"}, *text = json_string_value(id), *meant;
		char place[JSON_POINTER_SIZE], number[24];

		if (text && (rule_numbered(pack, text) >= 0 || strcmp(text, "first") == 0 || strcmp(text, "override") == 0))
			continue;
		for (size_t k = 0; k < pack->rule_count; k++)
			names[k + 2] = pack->rules[k].id;
		meant = text ? text_nearest(text, names) : NULL;
		snprintf(number, sizeof number, "%zu", i);
		json_check_fault(check, json_pointer(place, pointer, number), "the pack has no rule \"%.64s\"%s%s%s",
			text ? text : "", meant ? ": did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
	}
}

static bool
read_time(const struct pack *pack, const json_t *value, instant *ret_at)
{
	return json_is_string(value) &&
		time_read(json_string_value(value), json_string_length(value), &pack->zone, ret_at, NULL) == 0;
}

/* A time and a colour, as an expectation and its "next" have. */
static void
check_change(const struct pack *pack, struct json_check *check, const char *pointer, const json_t *change)
{
	const json_t *at = json_object_get(change, "at"), *colour = json_object_get(change, "colour");
	char place[JSON_POINTER_SIZE];
	enum colour unused;
	instant ignored;

	if (at && !read_time(pack, at, &ignored))
		json_check_fault(
			check, json_pointer(place, pointer, "at"), "a time expected, such as 2020-03-25T00:00:00+08:00");
	if (colour && !colour_read(json_string_value(colour), &unused))
		json_check_fault(
			check, json_pointer(place, pointer, "colour"), "a colour expected: green, yellow, red or gray");
}

static void
check_expected(const struct pack *pack, struct json_check *check, const char *pointer, const json_t *expected)
{
	static const char *const required[] = {"at", "colour", NULL}, *const optional[] = {"rules", "next", "reason", NULL};
	const json_t *next = json_object_get(expected, "next"), *reason = json_object_get(expected, "reason");
	char place[JSON_POINTER_SIZE], member[JSON_POINTER_SIZE];
	const char *language;
	json_t *text;

	if (!json_check_object(check, pointer, expected, required, optional))
		return;
	check_change(pack, check, pointer, expected);
	check_ids(pack, check, json_pointer(place, pointer, "rules"), json_object_get(expected, "rules"));
	json_pointer(place, pointer, "next");
	if (next && !json_is_null(next) && json_check_object(check, place, next, required, no_members))
		check_change(pack, check, place, next);
	json_pointer(place, pointer, "reason");
	if (reason && !json_is_object(reason))
		json_check_fault(check, place, "an object of texts by language expected");
	json_object_foreach((json_t *)reason, language, text)
	{
		if (!json_object_get(pack->texts, language))
			json_check_fault(
				check, json_pointer(member, place, language), "the pack has no texts/%.16s.json", language);
		else if (!json_is_string(text))
			json_check_fault(check, json_pointer(member, place, language), "a text expected");
	}
}

static void
check_test(const struct pack *pack, struct json_check *check, const json_t *test)
{
	static const char *const required[] = {"name", "facts", "expected", NULL};
	const json_t *expected = json_object_get(test, "expected"), *name = json_object_get(test, "name");
	size_t count = json_array_size(expected);

	if (!json_check_object(check, "", test, required, no_members))
		return;
	if (name && (!json_is_string(name) || json_string_length(name) == 0))
		json_check_fault(check, "/name", "a text expected: whom this is about");
	if (expected && (!json_is_array(expected) || count == 0 || count > EXPECTED_MAX))
		json_check_fault(check, "/expected", "a list of 1 to %d expectations", EXPECTED_MAX);
	for (size_t i = 0; i < count && i < EXPECTED_MAX; i++) {
		char pointer[32];

		snprintf(pointer, sizeof pointer, "/expected/%zu", i);
		check_expected(pack, check, pointer, json_array_get(expected, i));
	}
}

/* The ids of the rules that gave an answer, for messages. */
static const char *
ids_of(const json_t *rules, char text[IDS_SHOWN_MAX])
{
	size_t length = 0, i;
	json_t *rule;

	text[0] = '\0';
	json_array_foreach(rules, i, rule)
	{
		const char *id =
			json_is_string(rule) ? json_string_value(rule) : json_string_value(json_object_get(rule, "id"));

		if (length < IDS_SHOWN_MAX)
			length += (size_t)snprintf(text + length, IDS_SHOWN_MAX - length, "%s%s", i ? ", " : "", id);
	}
	return text;
}

static bool
names_rule(const json_t *ids, const char *id)
{
	json_t *one;
	size_t i;

	json_array_foreach(ids, i, one) if (strcmp(json_string_value(one), id) == 0) return true;
	return false;
}

static bool
same_rules(const json_t *wanted, const json_t *rules)
{
	json_t *rule;
	size_t i;

	json_array_foreach(
		rules, i, rule) if (!names_rule(wanted, json_string_value(json_object_get(rule, "id")))) return false;
	return json_array_size(wanted) == json_array_size(rules);
}

static bool
same_change(const struct pack *pack, const json_t *wanted, const json_t *next)
{
	instant wanted_at, at;

	if (!json_is_object(wanted) || !json_is_object(next))
		return !json_is_object(wanted) && !json_is_object(next);
	return json_equal(json_object_get(wanted, "colour"), json_object_get(next, "colour")) &&
		read_time(pack, json_object_get(wanted, "at"), &wanted_at) &&
		read_time(pack, json_object_get(next, "at"), &at) && at == wanted_at;
}

static const char *
change_text(const json_t *change, char text[80])
{
	if (json_is_object(change))
		snprintf(text, 80, "%s at %s", json_string_value(json_object_get(change, "colour")),
			json_string_value(json_object_get(change, "at")));
	else
		snprintf(text, 80, "none");
	return text;
}

/* The first wanted text that no rule gives; NULL where there is none, else the language in ${ret_language}. */
static const char *
reason_missing(const json_t *wanted, const json_t *rules, const char **ret_language)
{
	const char *language;
	json_t *text, *rule;
	size_t i;

	json_object_foreach((json_t *)wanted, language, text)
	{
		bool given = false;

		json_array_foreach(rules, i, rule) given =
			given || json_equal(text, json_object_get(json_object_get(rule, "reason"), language));
		*ret_language = language;
		if (!given)
			return json_string_value(text);
	}
	return NULL;
}

/* Compare one answer with what was expected, and tell the first difference. */
static bool
is_expected(struct pack_suite *suite, const char *pointer, const json_t *expected, const json_t *result)
{
	const json_t *rules = json_object_get(result, "rules"), *wanted = json_object_get(expected, "rules"),
				 *next = json_object_get(expected, "next");
	char ids[IDS_SHOWN_MAX], more_ids[IDS_SHOWN_MAX], change[80], other[80];
	const char *language = "", *reason;

	if (!json_equal(json_object_get(expected, "colour"), json_object_get(result, "colour"))) {
		fail(suite, pointer, "wanted %s, got %s (%s)", json_string_value(json_object_get(expected, "colour")),
			json_string_value(json_object_get(result, "colour")), ids_of(rules, ids));
		return false;
	}
	if (wanted && !same_rules(wanted, rules)) {
		fail(suite, pointer, "wanted %s by %s, got it by %s", json_string_value(json_object_get(expected, "colour")),
			ids_of(wanted, more_ids), ids_of(rules, ids));
		return false;
	}
	if (next && !same_change(suite->pack, next, json_object_get(result, "next"))) {
		fail(suite, pointer, "wanted as next change %s, got %s", change_text(next, change),
			change_text(json_object_get(result, "next"), other));
		return false;
	}
	if ((reason = reason_missing(json_object_get(expected, "reason"), rules, &language))) {
		const char *got =
			json_string_value(json_object_get(json_object_get(json_array_get(rules, 0), "reason"), language));

		fail(suite, pointer, "wanted in %s \"%.400s\", got \"%.400s\"", language, reason, got ? got : "");
		return false;
	}
	return true;
}

static void
note_seen(struct pack_suite *suite, const json_t *result)
{
	json_t *rule;
	size_t i;

	json_array_foreach(json_object_get(result, "rules"), i, rule)
	{
		int number = rule_numbered(suite->pack, json_string_value(json_object_get(rule, "id")));

		if (number >= 0)
			suite->seen[number] = true;
	}
}

static const char of_facts[] = "facts: ";

/* What evaluate() says of facts is "POINTER: reason", or a reason alone. */
static void
tell_facts(struct json_check *check, const char *message)
{
	size_t length = message[0] == '/' ? strcspn(message, ":") : 0;
	char pointer[JSON_POINTER_SIZE];

	snprintf(pointer, sizeof pointer, "/facts%.*s", (int)(length < 200 ? length : 200), message);
	json_check_fault(check, pointer, "%s", length ? message + length + 2 : message);
}

/* Ask once. ${expected} NULL: any answer will do. Facts of a wrong shape are told to ${check} (NULL: they are sound). */
static int
ask(struct pack_suite *suite, const char *pointer, const json_t *facts, instant at, const json_t *expected,
	struct json_check *check, struct error *e)
{
	struct error fault = {0};
	json_t *result = NULL;
	bool passed = false;
	int r = evaluate(suite->pack, facts, at, &result, NULL, &fault);

	if (r == ERROR_NO_MEMORY)
		return error_no_memory(e);
	if (r == ERROR_BAD_INPUT && check && text_starts(fault.message, of_facts)) {
		tell_facts(check, fault.message + strlen(of_facts));
		return json_check_result(check, e);
	}
	if (r < 0) {
		fail(suite, pointer, "no answer: %s", fault.message);
	} else {
		note_seen(suite, result);
		passed = !expected || is_expected(suite, pointer, expected, result);
	}
	suite->passed += passed;
	suite->failed += !passed;
	json_decref(result);
	return 0;
}

int
pack_suite_run(struct pack_suite *suite, const json_t *test, struct json_check *check, struct error *e)
{
	const json_t *expected = json_object_get(test, "expected");
	int r;

	check_test(suite->pack, check, test);
	if ((r = json_check_result(check, e)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < json_array_size(expected); i++) {
		const json_t *one = json_array_get(expected, i);
		char pointer[32];
		instant at = 0;

		snprintf(pointer, sizeof pointer, "/expected/%zu", i);
		(void)read_time(suite->pack, json_object_get(one, "at"), &at);
		r = ask(suite, pointer, json_object_get(test, "facts"), at, one, check, e);
	}
	return r;
}

int
pack_suite_run_newcomer(struct pack_suite *suite, struct error *e)
{
	char text[TIME_TEXT_SIZE];
	bool seen[PACK_RULES_MAX];
	instant from, to;
	json_t *facts;
	int r;

	pack_valid(suite->pack, &from, &to);
	if (!(facts = json_pack("{s:s}", "applied_at", time_write(from, &suite->pack->zone, text))))
		return error_no_memory(e);
	memcpy(seen, suite->seen, sizeof seen);
	if ((r = ask(suite, NULL, facts, from, NULL, NULL, e)) == 0)
		r = ask(suite, NULL, facts, from + suite->pack->horizon_days * DAY_S, NULL, NULL, e);
	/* Nobody said what these answers ought to be. */
	memcpy(suite->seen, seen, sizeof seen);
	json_decref(facts);
	return r;
}

const char *
pack_suite_unseen(const struct pack_suite *suite, size_t *number)
{
	while (*number < suite->pack->rule_count)
		if (!suite->seen[(*number)++])
			return suite->pack->rules[*number - 1].id;
	return NULL;
}
