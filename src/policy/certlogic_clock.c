/* Where the clock may stand in a pack's rules. */

#include <stdio.h>
#include <string.h>

#include "policy/certlogic_program.h"

/* How many scopes of reduce lie between ${at} and the data context: the lambda is a reduce's operand 1. */
static size_t
scopes_around(const struct certlogic_program *p, uint32_t at)
{
	size_t scopes = 0;

	for (; p->nodes[at].parent != at; at = p->nodes[at].parent)
		scopes += p->nodes[p->nodes[at].parent].kind == CERTLOGIC_REDUCE && p->nodes[at].slot == 1;
	return scopes;
}

static bool
is_key(const struct certlogic_program *p, uint32_t fragment, const char *key)
{
	return strcmp(p->fragments[fragment].key, key) == 0;
}

/* What an access takes: nothing of the clock, a value that holds it, or the clock itself (or a part, which there is
 * not). */
enum reach { REACHES_NOT, REACHES_AROUND, REACHES_CLOCK };

static enum reach
reach_of(const struct certlogic_program *p, uint32_t at)
{
	static const char *const clock[] = {"external", "validationClock"};
	uint32_t fragment = p->nodes[at].first, end = fragment + p->nodes[at].count;

	for (size_t scopes = scopes_around(p, at); scopes > 0; scopes--, fragment++) {
		if (fragment == end)
			return REACHES_AROUND;
		if (!is_key(p, fragment, "data"))
			return REACHES_NOT;
	}
	for (size_t i = 0; i < 2; i++, fragment++) {
		if (fragment == end)
			return REACHES_AROUND;
		if (!is_key(p, fragment, clock[i]))
			return REACHES_NOT;
	}
	return REACHES_CLOCK;
}

static bool
is_compared_date(const struct certlogic_program *p, uint32_t at)
{
	const struct certlogic_node *parent = &p->nodes[p->nodes[at].parent];

	return parent->kind == CERTLOGIC_PLUS_TIME && certlogic_compares_dates(p->nodes[parent->parent].kind);
}

/* Whether what comes out at ${at} goes into a comparison of dates, at most through branches of "if". */
static bool
is_compared(const struct certlogic_program *p, uint32_t at)
{
	while (p->nodes[at].parent != at) {
		enum certlogic_kind above = p->nodes[p->nodes[at].parent].kind;

		if (certlogic_compares_dates(above))
			return true;
		if (above != CERTLOGIC_IF || p->nodes[at].slot == 0)
			return false;
		at = p->nodes[at].parent;
	}
	return false;
}

/* A date made of data, which may hold the clock themselves (the end of a stay that goes on), where nothing tells when it comes
 * out otherwise. One made of the clock's own path is told of there. */
static bool
is_loose_date(const struct certlogic_program *p, uint32_t at)
{
	const struct certlogic_node *node = &p->nodes[at];
	uint32_t given = node->kind == CERTLOGIC_PLUS_TIME ? p->operands[node->first] : at;

	return node->kind == CERTLOGIC_PLUS_TIME && !node->known && !is_compared(p, at) &&
		(p->nodes[given].kind != CERTLOGIC_VAR || reach_of(p, given) == REACHES_NOT);
}

static const char *
fault_of(const struct certlogic_program *p, uint32_t at)
{
	const struct certlogic_node *node = &p->nodes[at];

	if (node->kind == CERTLOGIC_STRING && strcmp(node->text, CERTLOGIC_CLOCK_TEXT) == 0)
		return "the text \"" CERTLOGIC_CLOCK_TEXT "\" is reserved; the clock is { \"var\": \"" CERTLOGIC_CLOCK_PATH
			   "\" }";
	if (is_loose_date(p, at) && p->nodes[node->parent].kind == CERTLOGIC_PLUS_TIME)
		return "a date made of data may not be moved a second time: add the amounts, or move the comparison's other date";
	if (is_loose_date(p, at))
		return "a date made of data may stand only in after, before, not-after or not-before: the data may hold the clock";
	if (node->kind != CERTLOGIC_VAR)
		return NULL;
	switch (reach_of(p, at)) {
	case REACHES_AROUND:
		return "this access takes a value that holds the clock; name what is wanted of it";
	case REACHES_CLOCK:
		if (!is_compared_date(p, at) || p->nodes[at].length < strlen(CERTLOGIC_CLOCK_PATH) ||
			strcmp(node->text + node->length - strlen(CERTLOGIC_CLOCK_PATH), CERTLOGIC_CLOCK_PATH) != 0)
			return "the clock may stand only in a plusTime that is an operand of after, before, not-after or not-before";
		return NULL;
	case REACHES_NOT:
		break;
	}
	return NULL;
}

int
certlogic_check_clock(const struct certlogic_program *program, struct certlogic_fault *ret_fault, struct error *e)
{
	for (uint32_t at = 0; at < program->node_count; at++) {
		const char *message = fault_of(program, at);

		if (!message)
			continue;
		if (ret_fault) {
			ret_fault->code = ERROR_BAD_INPUT;
			certlogic_pointer(program, at, ret_fault->pointer);
			snprintf(ret_fault->message, sizeof ret_fault->message, "%s", message);
		}
		return error_set(e, ERROR_BAD_INPUT, "%s", message);
	}
	return 0;
}
