/* policy/holds.h (inside the room): one expression over a view, as a question of yes or no. */

#ifndef HEALTHCODE_POLICY_HOLDS_H
#define HEALTHCODE_POLICY_HOLDS_H

#include <stdbool.h>

#include "policy/certlogic.h"

/* program_holds(program, data, at, horizon, ret_holds, flip, e):
 * Run ${program} with the clock at ${at}. *${flip} (NULL if not wanted) is brought forward to the first moment up to
 * ${horizon} at which the answer may differ by the clock alone. Return 0, ERROR_BAD_INPUT where the expression fails on
 * the data or gives neither true nor false, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int program_holds(const struct certlogic_program *program, const json_t *data, instant at, instant horizon,
	bool *ret_holds, instant *flip, struct error *e);

#endif
