/* policy/certlogic_flip.h: when a comparison of date-times comes out otherwise as the clock goes on; inside the room only.
 *
 * plusTime moves the clock by a number of milliseconds that is the same throughout a UTC month (adding months or years
 * keeps the day of the month, so all days of a month move alike) and may be less in the next month: 31 January plus a
 * month is 3 March, 1 February plus a month is 1 March. So a side that holds the clock runs evenly within a month, may
 * jump back where one begins, and the comparison of two sides changes at most twice within a month, at seconds that
 * can be computed. */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_FLIP_H
#define HEALTHCODE_POLICY_CERTLOGIC_FLIP_H

#include "policy/certlogic_program.h"

/* One operand of a comparison: a date-time now, and how it follows the clock. */
struct certlogic_side {
	int64_t ms;
	bool from_clock;
	enum certlogic_unit unit; /* of what plusTime adds to the clock */
	int64_t amount;
};

/* Whether two or three numbers stand to each other as the operator says: a op b, and b op c. */
bool certlogic_in_order(enum certlogic_kind kind, const int64_t *numbers, size_t count);

/* certlogic_flip(kind, sides, count, clock):
 * The earliest second after clock's now, up to its horizon, at which the comparison of the 2 or 3 ${sides} comes out
 * otherwise than now or a side leads past the last date; CERTLOGIC_NO_FLIP if there is none. */
instant certlogic_flip(
	enum certlogic_kind kind, const struct certlogic_side *sides, size_t count, const struct certlogic_clock *clock);

#endif
