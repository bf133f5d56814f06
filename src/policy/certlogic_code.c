/* The code of a program: tests and jumps.
 *
 *   {"and": [{"===": [item.level, "high"]}, {"!": [item.ended]}]}
 *
 *   5 TEST_EQUAL item.level "high"   yes 4, no 1
 *   4 TEST_STEP  item.ended          yes 1, no 2
 *   2 GIVE_TRUE
 *   1 GIVE_FALSE
 *
 * It is written from its end, so that where to go on is known. An operand has a place: either its value is the program's, or only
 * its truth is asked for. */

#include "policy/certlogic_program.h"
#include "policy/certlogic_value.h"

/* Where an operand stands. ${gives}: its value is the program's; else it is as good as its truth, and what follows on that is ${yes}
 * or ${no}. ${judged}: the operator ${judge} asks for its truth, and fails where it has none. */
struct place {
	bool gives, judged;
	uint32_t yes, no, judge;
};

enum { GIVE_FALSE, GIVE_TRUE, GIVE_TESTED };

static uint32_t
add(struct certlogic_program *p, const struct certlogic_instruction *instruction)
{
	p->code[p->code_count] = *instruction;
	return p->code_count++;
}

/* What follows on false itself: not every value that is falsy is it. */
static uint32_t
after_false(const struct place *place)
{
	return place->gives || place->no == GIVE_TESTED ? GIVE_FALSE : place->no;
}

static uint32_t
after_true(const struct place *place)
{
	return place->gives ? GIVE_TRUE : place->yes;
}

static const struct certlogic_node *
operand_of(const struct certlogic_program *p, const struct certlogic_node *node, uint32_t number)
{
	return &p->nodes[p->operands[node->first + number]];
}

static bool
is_step(const struct certlogic_node *node)
{
	return node->step != CERTLOGIC_NO_STEP;
}

static bool
is_known(const struct certlogic_node *node, enum value_kind kind)
{
	return node->known && node->known->kind == kind;
}

static bool
is_texts(const struct certlogic_node *node)
{
	if (!is_known(node, VALUE_LIST))
		return false;
	for (size_t i = 0; i < node->known->list->count; i++)
		if (node->known->list->items[i].kind != VALUE_TEXT)
			return false;
	return true;
}

/* Whether what comes out is a date, if anything does. */
static bool
is_date(const struct certlogic_node *node)
{
	return is_known(node, VALUE_DATE) || node->kind == CERTLOGIC_PLUS_TIME || node->kind == CERTLOGIC_BIRTH_DATE;
}

/* How a comparison of two is tested; false where it is worked out as any node is. */
static bool
choose_test(const struct certlogic_program *p, const struct certlogic_node *node, struct certlogic_instruction *in)
{
	const struct certlogic_node *left = operand_of(p, node, 0), *right = operand_of(p, node, 1);

	in->step = left->step;
	in->known = right->known;
	switch (node->kind) {
	case CERTLOGIC_EQUAL:
		in->test = CERTLOGIC_TEST_EQUAL;
		return is_step(left) &&
			(is_known(right, VALUE_TEXT) || is_known(right, VALUE_INTEGER) || is_known(right, VALUE_BOOLEAN));
	case CERTLOGIC_IN:
		in->test = CERTLOGIC_TEST_AMONG;
		return is_step(left) && is_texts(right);
	case CERTLOGIC_GREATER:
	case CERTLOGIC_LESS:
	case CERTLOGIC_AT_LEAST:
	case CERTLOGIC_AT_MOST:
		in->test = CERTLOGIC_TEST_NUMBER;
		return node->count == 2 && is_step(left) && is_known(right, VALUE_INTEGER);
	default:
		in->test = CERTLOGIC_TEST_DATES;
		return node->count == 2 && certlogic_compares_dates(node->kind) && is_date(left) && is_date(right);
	}
}

static bool
is_comparison(const struct certlogic_node *node)
{
	return certlogic_compares_dates(node->kind) || node->kind == CERTLOGIC_EQUAL || node->kind == CERTLOGIC_IN ||
		(node->kind >= CERTLOGIC_GREATER && node->kind <= CERTLOGIC_AT_MOST);
}

/* What gives its value, or is tested, and is none of those that only decide. */
static uint32_t
write_leaf(struct certlogic_program *p, uint32_t at, const struct place *place)
{
	const struct certlogic_node *node = &p->nodes[at];
	struct certlogic_instruction in = {.node = at, .judge = place->judge, .yes = place->yes, .no = place->no};
	int truth;

	if (!node->known && is_comparison(node)) {
		in.yes = after_true(place);
		in.no = after_false(place);
		if (!choose_test(p, node, &in))
			in.test = CERTLOGIC_TEST_NODE;
		return add(p, &in);
	}
	if (place->gives && is_known(node, VALUE_BOOLEAN))
		return node->known->integer ? GIVE_TRUE : GIVE_FALSE;
	truth = node->known ? value_truth(node->known) : -1;
	if (place->gives ? !place->judged || truth >= 0 : truth == 0 && place->no == GIVE_TESTED) {
		in.test = CERTLOGIC_GIVE;
		return add(p, &in);
	}
	if (truth >= 0)
		return truth ? place->yes : place->no;
	in.test = is_step(node) ? CERTLOGIC_TEST_STEP : CERTLOGIC_TEST_NODE;
	in.step = node->step;
	if (place->gives)
		in.yes = in.no = GIVE_TESTED;
	return add(p, &in);
}

static uint32_t write_code(struct certlogic_program *p, uint32_t at, const struct place *place);

/* An "and" gives the first of its operands that is falsy, or the last one: the one tested last. */
static uint32_t
write_and(struct certlogic_program *p, uint32_t at, const struct place *place)
{
	const struct certlogic_node *node = &p->nodes[at];
	struct place last = *place, other = {.judged = true, .judge = at, .no = place->gives ? GIVE_TESTED : place->no};
	uint32_t next;

	last.judged = true;
	last.judge = at; /* before anybody above asks for it */
	next = write_code(p, p->operands[node->first + node->count - 1], &last);
	for (uint32_t i = node->count - 1; i-- > 0;) {
		other.yes = next;
		next = write_code(p, p->operands[node->first + i], &other);
	}
	return next;
}

static uint32_t
write_if(struct certlogic_program *p, uint32_t at, const struct place *place)
{
	const struct certlogic_node *node = &p->nodes[at];
	struct place guard = {.judged = true, .judge = at};

	guard.no = write_code(p, p->operands[node->first + 2], place);
	guard.yes = write_code(p, p->operands[node->first + 1], place);
	return write_code(p, p->operands[node->first], &guard);
}

static uint32_t
write_not(struct certlogic_program *p, uint32_t at, const struct place *place)
{
	struct place other = {.judged = true, .judge = at, .yes = after_false(place), .no = after_true(place)};

	return write_code(p, p->operands[p->nodes[at].first], &other);
}

/* Write the code of ${at}. Return where it begins. The recursion is as deep as the expression, at most CERTLOGIC_DEPTH_MAX. */
static uint32_t
write_code(struct certlogic_program *p, uint32_t at, const struct place *place)
{
	switch (p->nodes[at].kind) {
	case CERTLOGIC_AND:
		return write_and(p, at, place);
	case CERTLOGIC_IF:
		return write_if(p, at, place);
	case CERTLOGIC_NOT:
		return write_not(p, at, place);
	default:
		return write_leaf(p, at, place);
	}
}

void
certlogic_code(struct certlogic_program *program)
{
	const struct place whole = {.gives = true};

	program->code[GIVE_FALSE] = (struct certlogic_instruction){.test = CERTLOGIC_GIVE_FALSE};
	program->code[GIVE_TRUE] = (struct certlogic_instruction){.test = CERTLOGIC_GIVE_TRUE};
	program->code[GIVE_TESTED] = (struct certlogic_instruction){.test = CERTLOGIC_GIVE_TESTED};
	program->code_count = CERTLOGIC_ENDS;
	program->code_start = write_code(program, 0, &whole);
}
