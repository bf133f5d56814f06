/* policy/holds.h (inside the room): one expression over a view, as a question of yes or no. */

#ifndef HEALTHCODE_POLICY_HOLDS_H
#define HEALTHCODE_POLICY_HOLDS_H

#include <stdbool.h>

#include "policy/certlogic_run.h"

/* program_holds(program, data, at, horizon, keep, scratch, ret_holds, flip, e):
 * Run ${program} with the clock at ${at}; ${scratch} is given back as it was. *${flip} (NULL if not wanted) is brought
 * forward to the first moment up to ${horizon} at which the answer may differ by the clock alone. ${keep} (NULL: nothing is
 * kept) is for runs with one moment, horizon and view. Return 0, ERROR_BAD_INPUT where the expression fails on the data or
 * gives neither true nor false, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int program_holds(const struct certlogic_program *program, const struct value *data, instant at, instant horizon,
	struct certlogic_keep *keep, struct arena *scratch, bool *ret_holds, instant *flip, struct error *e);

#endif
