/* Comparing two versions of a pack.
 *
 * H1. Rules that differ (or that one version alone has) change nothing for who has no item in some list, where both versions' are then
 *     surely false at any moment: those of each item of it, and those that come out false where the latest of it is null.
 * H2. All else on which a fold depends is the same: the zone, the colours and their order, how far it looks ahead, areas and their risk,
 *     the derived values, and the parts of the view that are watched, but for lists that are empty.
 * H3. What is not understood differs, and concerns everyone.
 * H4. A comparison with the clock flips at a time of the facts, none of which is to come (but for planned_lists), moved by what the
 *     rule adds to it. A derived value changes last when the last day leaves its window, or a row of days was not continued.
 *     Where none of that is further than the horizon, what is not in sight is not to come. */

#include "policy/change.h"

#include <stdlib.h>
#include <string.h>

#include "policy/facts.h"
#include "policy/pack_inside.h"
#include "policy/packed_inside.h"
#include "policy/reads.h"

/* The lists that a packed row has whole. Visits may be added to it, and residences are hardly ever none. */
static const enum fact_list lists_of_rows[] = {FACT_CONTACTS, FACT_CASES, FACT_DECLARATIONS, FACT_TESTS,
	FACT_VACCINATIONS, FACT_RECOVERIES, FACT_RECOGNITIONS, FACT_CHECKINS};

enum { LISTS_OF_ROWS = sizeof lists_of_rows / sizeof lists_of_rows[0], DAYS_FAR = 1000000 };

/* Members of pack.json that are compared by what is made of them, or on which no colour depends: what they do to evidence (which contacts
 * are traced, which results make a case) is evidence when it comes, and makes due. */
static bool
is_compared_apart(const char *member)
{
	static const char *const apart[] = {"parameters", "derived", "name", "sources", "valid", "area", "recognises",
		"gate", "credential", "notices", "override_causes", "second_office", "retention", "report", "matching",
		"grounds", "contact", "case_definitions", "laboratory", "detection", "follow_up", NULL};

	for (size_t i = 0; apart[i]; i++)
		if (strcmp(member, apart[i]) == 0)
			return true;
	return false;
}

/* Whether every member that counts of the first pack.json is the same in the second. */
static bool
has_members_of(const json_t *root, const json_t *other)
{
	const char *name;
	const json_t *value;

	json_object_foreach((json_t *)root, name,
		value) if (!is_compared_apart(name) && !json_equal(value, json_object_get(other, name))) return false;
	return true;
}

/* Whether two expressions are the same once parameters are put in. */
static bool
is_same(const struct pack *before, const json_t *a, const struct pack *after, const json_t *b)
{
	const json_t *given_a = pack_value(before, a), *given_b = pack_value(after, b), *value;
	const char *name;
	size_t i;

	if (given_a != a || given_b != b || json_typeof(a) != json_typeof(b))
		return json_equal(given_a, given_b);
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			return false;
		json_array_foreach(
			(json_t *)a, i, value) if (!is_same(before, value, after, json_array_get(b, i))) return false;
		return true;
	}
	if (!json_is_object(a))
		return json_equal(a, b);
	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach((json_t *)a, name, value)
	{
		const json_t *other = json_object_get(b, name);

		if (!other || !is_same(before, value, after, other))
			return false;
	}
	return true;
}

/* H2: derived values by name, in one order, so that their parts have one number. */
static bool
derives_the_same(const struct pack *before, const struct pack *after)
{
	const json_t *a = pack_section(before, "derived"), *b = pack_section(after, "derived");

	if (before->derived_count != after->derived_count)
		return false;
	for (size_t i = 0; i < before->derived_count; i++) {
		const struct derived *one = &before->derived[i], *other = &after->derived[i];

		if (strcmp(one->name, other->name) != 0 || one->needed != other->needed ||
			!is_same(before, json_object_get(a, one->name), after, json_object_get(b, other->name)))
			return false;
	}
	return true;
}

/* What the rule's file says it asks. */
static const json_t *
question_of(const struct pack *pack, const struct rule *rule)
{
	const json_t *document;
	size_t i;

	json_array_foreach(pack->documents, i, document)
	{
		const char *id = json_string_value(json_object_get(document, "id"));

		if (id && strcmp(id, rule->id) == 0)
			return json_object_get(document, "when");
	}
	return NULL;
}

static bool
is_same_rule(const struct pack *before, const struct rule *a, const struct pack *after, const struct rule *b)
{
	const json_t *asks_a = question_of(before, a), *asks_b = question_of(after, b);

	return a->from == b->from && a->colour == b->colour && a->each == b->each && asks_a && asks_b &&
		is_same(before, asks_a, after, asks_b);
}

/* What an expression gives, whatever the facts, as long as the latest of a list is null. */
enum sure { SURE_OF_NOTHING, SURE_NULL, SURE_FALSE };

static bool
is_latest(const json_t *path, const char *list)
{
	static const char latest[] = "payload.latest.";
	const char *text = json_string_value(json_is_array(path) ? json_array_get(path, 0) : path);
	const size_t length = strlen(list);

	if (!text || json_array_size(path) > 1 || strncmp(text, latest, sizeof latest - 1) != 0)
		return false;
	text += sizeof latest - 1;
	return strncmp(text, list, length) == 0 && (text[length] == '\0' || text[length] == '.');
}

static enum sure
surely(const json_t *expression, const char *list)
{
	const json_t *operands;
	enum sure first;

	if (json_is_false(expression))
		return SURE_FALSE;
	if (json_object_size(expression) != 1)
		return SURE_OF_NOTHING;
	if ((operands = json_object_get(expression, "var")))
		return is_latest(operands, list) ? SURE_NULL : SURE_OF_NOTHING;
	if ((operands = json_object_get(expression, "if"))) {
		first = surely(json_array_get(operands, 0), list);
		return first == SURE_OF_NOTHING ? first : surely(json_array_get(operands, 2), list);
	}
	operands = json_object_get(expression, "and");
	return surely(json_array_get(operands, 0), list);
}

/* H1 */
static bool
says_nothing_without(const struct pack *pack, const struct rule *rule, enum fact_list list)
{
	return !rule || rule->each == (int)list || surely(question_of(pack, rule), fact_list_name(list)) == SURE_FALSE;
}

/* Take a rule that differs into account; either may be NULL. False: it may concern everyone. */
static bool
add_difference(const struct pack *before, const struct rule *a, const struct pack *after, const struct rule *b,
	struct pack_change *change)
{
	for (size_t i = 0; i < LISTS_OF_ROWS; i++)
		if (says_nothing_without(before, a, lists_of_rows[i]) && says_nothing_without(after, b, lists_of_rows[i])) {
			change->lists |= VIEW_PART(lists_of_rows[i]);
			return true;
		}
	return false;
}

/* Rules are sorted by id. */
static bool
compare_rules(const struct pack *before, const struct pack *after, struct pack_change *change)
{
	size_t i = 0, k = 0;

	while (i < before->rule_count || k < after->rule_count) {
		const struct rule *a = i < before->rule_count ? &before->rules[i] : NULL,
						  *b = k < after->rule_count ? &after->rules[k] : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a->id, b->id);

		i += order <= 0;
		k += order >= 0;
		if (order == 0 && is_same_rule(before, a, after, b))
			continue;
		if (!add_difference(before, order <= 0 ? a : NULL, after, order >= 0 ? b : NULL, change))
			return false;
	}
	return true;
}

/* More days than the amount of a plusTime; INT64_MAX where that is not known. */
static int64_t
days_added(const struct pack *pack, const json_t *operands)
{
	static const struct {
		const char *unit;
		int64_t days;
	} units[] = {{"year", 366}, {"month", 31}, {"day", 1}, {"hour", 1}, {"minute", 1}, {"second", 1}};
	const json_t *amount = pack_value(pack, json_array_get(operands, 1)),
				 *unit = pack_value(pack, json_array_get(operands, 2));

	for (size_t i = 0; json_is_integer(amount) && json_is_string(unit) && i < sizeof units / sizeof *units; i++)
		if (strcmp(json_string_value(unit), units[i].unit) == 0 && llabs(json_integer_value(amount)) < DAYS_FAR)
			return (llabs(json_integer_value(amount)) + 1) * units[i].days;
	return INT64_MAX;
}

/* Days by which an expression may look past the times of the facts, or DAYS_FAR and more. A date of its own, or a date of birth, may be anywhere. */
static int64_t
days_past(const struct pack *pack, const json_t *given)
{
	const json_t *expression = pack_value(pack, given), *value;
	const char *text = json_string_value(expression), *name;
	int64_t days = 0;
	size_t i;

	if (!expression ||
		(text && (strstr(text, "birth_date") || (text[0] >= '0' && text[0] <= '9' && strchr(text, '-')))))
		return DAYS_FAR;
	json_array_foreach((json_t *)expression, i, value)
	{
		days += days_past(pack, value);
		if (days >= DAYS_FAR)
			return DAYS_FAR;
	}
	json_object_foreach((json_t *)expression, name, value)
	{
		int64_t added = strcmp(name, "plusTime") == 0 ? days_added(pack, value) : 0;

		if (added >= DAYS_FAR || (days += added + days_past(pack, value)) >= DAYS_FAR)
			return DAYS_FAR;
	}
	return days;
}

/* Lists whose items may have times that are still to come. */
static const uint32_t planned_lists =
	VIEW_PART(FACT_OVERRIDES) | VIEW_PART(FACT_RECOVERIES) | VIEW_PART(FACT_RECOGNITIONS);

/* Days within which a derived value changes for the last time: who checked in today loses the row of days as the day after tomorrow begins. */
static int
days_of_derived(const struct derived *derived)
{
	return derived->kind == DERIVED_STAYS ? derived->days + 2 : 2;
}

/* H4 */
static bool
never_lasts(const struct pack *pack)
{
	for (size_t i = 0; i < pack->rule_count; i++)
		if (days_past(pack, question_of(pack, &pack->rules[i])) >= pack->horizon_days)
			return false;
	for (size_t i = 0; i < pack->derived_count; i++)
		if (days_of_derived(&pack->derived[i]) > pack->horizon_days)
			return false;
	return true;
}

struct pack_change
pack_compare(const struct pack *before, const struct pack *after)
{
	const struct pack_change everyone = {.everyone = true};
	struct pack_change change = {.never_lasts = never_lasts(after)};

	if (!has_members_of(before->root, after->root) || !has_members_of(after->root, before->root) ||
		!derives_the_same(before, after) || !compare_rules(before, after, &change) ||
		(before->watched ^ after->watched) & ~change.lists)
		return everyone;
	return change;
}

bool
pack_change_concerns(const struct pack_change *change, bool never, const void *row, size_t size)
{
	const uint32_t lists = change->lists | (never ? planned_lists : 0);

	return change->everyone || (never && !change->never_lasts) || (lists && packed_has(row, size, lists));
}
