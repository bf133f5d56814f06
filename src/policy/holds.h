/* policy/holds.h (inside the room): one expression over a view, as a question of yes or no. */

#ifndef HEALTHCODE_POLICY_HOLDS_H
#define HEALTHCODE_POLICY_HOLDS_H

#include <stdbool.h>

#include "policy/certlogic_run.h"

/* Questions of one moment about one view. */
struct asking {
	struct certlogic_clock clock;
	instant horizon;
	struct run run;
	struct certlogic_frame frame; /* where nothing is kept */
};

/* asking_begin(asking, data, keep, scratch):
 * Get ready to ask of ${data}, which must outlive ${asking}; ${asking} stays where it is. ${keep} (NULL: nothing is kept) is for one
 * horizon and view, and for programs that were linked with each other. ${scratch} is given back as it was after each question.
 * asking_at(asking, at, horizon, e): with the clock at ${at}, from now on and before any question. Return 0, or ERROR_USAGE for a clock
 * outside its limits.
 * asking_holds(asking, program, ret_holds, flip, e):
 * Run ${program}. *${flip} (NULL if not wanted) is brought forward to the first moment up to ${horizon} at which the answer may differ
 * by the clock alone. Return 0, ERROR_BAD_INPUT where the expression fails on the data or gives neither true nor false,
 * ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
void asking_begin(struct asking *asking, const struct value *data, struct certlogic_keep *keep, struct arena *scratch);
int asking_at(struct asking *asking, instant at, instant horizon, struct error *e);
int asking_holds(
	struct asking *asking, const struct certlogic_program *program, bool *ret_holds, instant *flip, struct error *e);

/* program_holds: one question. */
int program_holds(const struct certlogic_program *program, const struct value *data, instant at, instant horizon,
	struct certlogic_keep *keep, struct arena *scratch, bool *ret_holds, instant *flip, struct error *e);

#endif
