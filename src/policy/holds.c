#include "policy/holds.h"

int
program_holds(const struct certlogic_program *program, const json_t *data, instant at, instant horizon, bool *ret_holds,
	instant *flip, struct error *e)
{
	struct certlogic_clock clock = {at, horizon};
	instant next = CERTLOGIC_NO_FLIP;
	json_t *value = NULL;
	int code;

	/* Past what one run can foresee, the question is asked again. */
	if (clock.horizon > at + CERTLOGIC_HORIZON_MAX_S)
		clock.horizon = at + CERTLOGIC_HORIZON_MAX_S;
	if ((code = certlogic_run(program, data, &clock, &value, &next, e)) < 0)
		return code;
	if (next == CERTLOGIC_NO_FLIP && clock.horizon < horizon)
		next = clock.horizon;
	if (!json_is_boolean(value)) {
		code = error_set(e, ERROR_BAD_INPUT, "the expression gives neither true nor false");
		goto out;
	}
	*ret_holds = json_is_true(value);
	if (flip && next < *flip)
		*flip = next;
out:
	json_decref(value);
	return code;
}
