/* Programs that are run over the same data: what they have in common is numbered alike. */

#include <string.h>

#include "policy/certlogic_program.h"

static bool
same_key(const struct certlogic_fragment *a, const struct certlogic_fragment *b)
{
	return a->length == b->length && memcmp(a->key, b->key, a->length) == 0;
}

static bool
is_of_item(const struct certlogic_steps *steps, const struct certlogic_step *step)
{
	return step->from == CERTLOGIC_NO_STEP ? strcmp(step->fragment->key, "item") == 0
										   : (steps->of_item >> step->from & 1) != 0;
}

/* The step of that fragment after ${from}, a new one if there is none; CERTLOGIC_NO_STEP where there is no room. */
static uint8_t
step_of(struct certlogic_steps *steps, uint8_t from, const struct certlogic_fragment *fragment)
{
	struct certlogic_step *step;

	for (unsigned i = 0; i < steps->count; i++)
		if (steps->steps[i].from == from && same_key(steps->steps[i].fragment, fragment))
			return (uint8_t)i;
	if (steps->count == CERTLOGIC_STEPS_KEPT)
		return CERTLOGIC_NO_STEP;
	step = &steps->steps[steps->count];
	*step = (struct certlogic_step){fragment, from};
	if (is_of_item(steps, step))
		steps->of_item |= UINT64_C(1) << steps->count;
	return (uint8_t)steps->count++;
}

/* What stands in a lambda has another scope each time. */
static bool
is_in_lambda(const struct certlogic_program *p, uint32_t at)
{
	for (; p->nodes[at].parent != at; at = p->nodes[at].parent)
		if (p->nodes[p->nodes[at].parent].kind == CERTLOGIC_REDUCE && p->nodes[at].slot == 1)
			return true;
	return false;
}

static void
find_steps(struct certlogic_program *p, struct certlogic_steps *steps)
{
	for (uint32_t at = 0; at < p->node_count; at++) {
		struct certlogic_node *node = &p->nodes[at];

		node->step = CERTLOGIC_NO_STEP;
		if (node->kind != CERTLOGIC_VAR || node->count == 0 || is_in_lambda(p, at))
			continue;
		for (uint32_t i = 0; i < node->count; i++)
			if ((node->step = step_of(steps, node->step, &p->fragments[node->first + i])) == CERTLOGIC_NO_STEP)
				break;
	}
}

int
certlogic_link(struct certlogic_program *const *programs, size_t count, struct error *e)
{
	int r = certlogic_share(programs, count, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		programs[i]->own_steps = (struct certlogic_steps){0};
		programs[i]->steps = &programs[0]->own_steps;
		find_steps(programs[i], &programs[0]->own_steps);
		certlogic_code(programs[i]);
	}
	return 0;
}
