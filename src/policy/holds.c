#include "policy/holds.h"

void
asking_begin(struct asking *asking, const struct value *data, struct certlogic_keep *keep, struct arena *scratch)
{
	asking->clock.now = INT64_MIN;
	(void)run_begin(&asking->run, data, NULL, keep, &asking->frame, scratch, NULL);
}

int
asking_at(struct asking *asking, instant at, instant horizon, struct error *e)
{
	/* Past what one run can foresee, the question is asked again. */
	instant foreseen = horizon > at + CERTLOGIC_HORIZON_MAX_S ? at + CERTLOGIC_HORIZON_MAX_S : horizon;

	asking->clock = (struct certlogic_clock){at, foreseen};
	asking->horizon = horizon;
	return run_at(&asking->run, &asking->clock, e);
}

int
asking_holds(
	struct asking *asking, const struct certlogic_program *program, bool *ret_holds, instant *flip, struct error *e)
{
	instant next = CERTLOGIC_NO_FLIP;
	int code = run_truth(&asking->run, program, ret_holds, &next, e);

	if (code < 0)
		return code;
	if (next == CERTLOGIC_NO_FLIP && asking->clock.horizon < asking->horizon)
		next = asking->clock.horizon;
	if (flip && next < *flip)
		*flip = next;
	return 0;
}

int
program_holds(const struct certlogic_program *program, const struct value *data, instant at, instant horizon,
	struct certlogic_keep *keep, struct arena *scratch, bool *ret_holds, instant *flip, struct error *e)
{
	struct asking asking;
	int code;

	asking_begin(&asking, data, keep, scratch);
	code = asking_at(&asking, at, horizon, e);
	return code < 0 ? code : asking_holds(&asking, program, ret_holds, flip, e);
}
