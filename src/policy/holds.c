#include "policy/holds.h"

int
program_holds(const struct certlogic_program *program, const struct value *data, instant at, instant horizon,
	struct certlogic_keep *keep, struct arena *scratch, bool *ret_holds, instant *flip, struct error *e)
{
	struct certlogic_clock clock = {at, horizon};
	struct arena_mark mark = arena_here(scratch);
	instant next = CERTLOGIC_NO_FLIP;
	struct value value;
	int code;

	/* Past what one run can foresee, the question is asked again. */
	if (clock.horizon > at + CERTLOGIC_HORIZON_MAX_S)
		clock.horizon = at + CERTLOGIC_HORIZON_MAX_S;
	code = certlogic_run_value(program, data, &clock, keep, scratch, &value, &next, e);
	arena_release(scratch, mark);
	if (code < 0)
		return code;
	if (next == CERTLOGIC_NO_FLIP && clock.horizon < horizon)
		next = clock.horizon;
	if (value.kind != VALUE_BOOLEAN)
		return error_set(e, ERROR_BAD_INPUT, "the expression gives neither true nor false");
	*ret_holds = value.integer;
	if (flip && next < *flip)
		*flip = next;
	return 0;
}
