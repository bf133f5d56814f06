#include "policy/pack_never.h"

#include <stdio.h>
#include <string.h>

/* More operands than anybody writes are not looked at: each is compared with all before it. */
enum { CLAIMS_MAX = 64 };

/* What an operand wants of one access. */
struct claim {
	const struct certlogic_node *access, *literal; /* the literal that it is to equal, or NULL */
	int64_t low, high;                             /* of a number */
	enum { WANTS_TRUE, WANTS_FALSE, WANTS_VALUE } wants;
	uint32_t at;
};

struct claims {
	const struct certlogic_program *program;
	size_t count;
	struct claim claims[CLAIMS_MAX];
};

static const struct certlogic_node *
operand_of(const struct certlogic_program *program, const struct certlogic_node *node, uint32_t number)
{
	return &program->nodes[program->operands[node->first + number]];
}

static bool
is_literal(const struct certlogic_node *node)
{
	return node->kind == CERTLOGIC_STRING || node->kind == CERTLOGIC_INTEGER || node->kind == CERTLOGIC_BOOLEAN;
}

static void
claim_literal(struct claim *claim, const struct certlogic_node *literal)
{
	claim->literal = literal;
	if (literal->kind == CERTLOGIC_INTEGER)
		claim->low = claim->high = literal->integer;
}

/* ${less}: the access is to be less than the number. The range of what is to be less than the least integer is empty. */
static void
claim_range(struct claim *claim, int64_t number, bool less, bool or_equal)
{
	if (less && (or_equal || number > INT64_MIN))
		claim->high = or_equal ? number : number - 1;
	else if (!less && (or_equal || number < INT64_MAX))
		claim->low = or_equal ? number : number + 1;
	else
		claim->low = INT64_MAX, claim->high = INT64_MIN;
}

/* What a comparison of an access with a literal wants; false where it is anything else. */
static bool
claim_comparison(const struct certlogic_program *program, const struct certlogic_node *node, struct claim *claim)
{
	const struct certlogic_node *left = operand_of(program, node, 0), *right = operand_of(program, node, 1), *literal;
	bool turned = left->kind != CERTLOGIC_VAR, less = node->kind == CERTLOGIC_LESS || node->kind == CERTLOGIC_AT_MOST;

	claim->access = turned ? right : left;
	literal = turned ? left : right;
	if (claim->access->kind != CERTLOGIC_VAR || !is_literal(literal))
		return false;
	if (node->kind == CERTLOGIC_EQUAL)
		claim_literal(claim, literal);
	else if (literal->kind == CERTLOGIC_INTEGER && node->count == 2)
		claim_range(claim, literal->integer, less != turned,
			node->kind == CERTLOGIC_AT_MOST || node->kind == CERTLOGIC_AT_LEAST);
	else
		return false;
	return true;
}

static bool
claim_of(const struct certlogic_program *program, uint32_t at, struct claim *claim)
{
	const struct certlogic_node *node = &program->nodes[at];

	*claim = (struct claim){.low = INT64_MIN, .high = INT64_MAX, .wants = WANTS_VALUE, .at = at};
	switch (node->kind) {
	case CERTLOGIC_VAR:
		claim->access = node;
		claim->wants = WANTS_TRUE;
		return true;
	case CERTLOGIC_NOT:
		claim->access = operand_of(program, node, 0);
		claim->wants = WANTS_FALSE;
		return claim->access->kind == CERTLOGIC_VAR;
	case CERTLOGIC_EQUAL:
	case CERTLOGIC_GREATER:
	case CERTLOGIC_LESS:
	case CERTLOGIC_AT_LEAST:
	case CERTLOGIC_AT_MOST:
		return claim_comparison(program, node, claim);
	default:
		return false;
	}
}

static bool
are_equal(const struct certlogic_node *a, const struct certlogic_node *b)
{
	return a->kind == b->kind && a->integer == b->integer && a->length == b->length &&
		(a->length == 0 || memcmp(a->text, b->text, a->length) == 0);
}

static bool
exclude_each_other(const struct claim *a, const struct claim *b)
{
	if (!are_equal(a->access, b->access))
		return false;
	if (a->wants != WANTS_VALUE || b->wants != WANTS_VALUE)
		return a->wants != b->wants && a->wants != WANTS_VALUE && b->wants != WANTS_VALUE;
	if (a->literal && b->literal)
		return !are_equal(a->literal, b->literal);
	return a->low > b->high || b->low > a->high;
}

/* The recursion is as deep as the expression. */
static void
collect(struct claims *claims, uint32_t at)
{
	const struct certlogic_node *node = &claims->program->nodes[at];

	if (node->kind != CERTLOGIC_AND) {
		if (claims->count < CLAIMS_MAX && claim_of(claims->program, at, &claims->claims[claims->count]))
			claims->count++;
		return;
	}
	for (uint32_t i = 0; i < node->count; i++)
		collect(claims, claims->program->operands[node->first + i]);
}

static int
tell(const struct claims *claims, const struct claim *claim, const struct claim *earlier,
	int (*each)(void *context, const struct certlogic_fault *fault), void *context)
{
	struct certlogic_fault fault = {.code = ERROR_BAD_INPUT};
	char pointer[CERTLOGIC_POINTER_MAX];

	snprintf(fault.message, sizeof fault.message, "never true: \"%.60s\" cannot fit this and what stands at %.100s too",
		claim->access->text ? claim->access->text : "", certlogic_pointer(claims->program, earlier->at, pointer));
	certlogic_end_whole(fault.message);
	certlogic_pointer(claims->program, claim->at, fault.pointer);
	return each(context, &fault);
}

int
pack_never_check(const struct certlogic_program *program,
	int (*each)(void *context, const struct certlogic_fault *fault), void *context)
{
	int r = 0;

	for (uint32_t at = 0; at < program->node_count; at++) {
		const struct certlogic_node *node = &program->nodes[at];
		struct claims claims = {.program = program};

		if (node->kind != CERTLOGIC_AND || (at > 0 && program->nodes[node->parent].kind == CERTLOGIC_AND))
			continue; /* the outer one's are this one's too */
		collect(&claims, at);
		for (size_t i = 1; i < claims.count; i++)
			for (size_t k = 0; k < i; k++)
				if (exclude_each_other(&claims.claims[k], &claims.claims[i])) {
					if ((r = tell(&claims, &claims.claims[i], &claims.claims[k], each, context)) != 0)
						return r;
					break;
				}
	}
	return r;
}
