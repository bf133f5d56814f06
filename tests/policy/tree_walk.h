/* tests/policy/tree_walk.h: a second, plain reading of CertLogic, to compare the evaluator with. */

#ifndef HEALTHCODE_TESTS_POLICY_TREE_WALK_H
#define HEALTHCODE_TESTS_POLICY_TREE_WALK_H

#include "policy/certlogic.h"

/* As certlogic_run. */
int tree_walk(const struct certlogic_program *program, const json_t *data, const struct certlogic_clock *clock,
	json_t **ret_value, instant *ret_next_flip, struct error *e);

#endif
