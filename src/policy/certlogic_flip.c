#include "policy/certlogic_flip.h"

static bool
pair_in_order(enum certlogic_kind kind, int64_t a, int64_t b)
{
	switch (kind) {
	case CERTLOGIC_GREATER:
	case CERTLOGIC_AFTER:
		return a > b;
	case CERTLOGIC_LESS:
	case CERTLOGIC_BEFORE:
		return a < b;
	case CERTLOGIC_AT_LEAST:
	case CERTLOGIC_NOT_BEFORE:
		return a >= b;
	default:
		return a <= b;
	}
}

bool
certlogic_in_order(enum certlogic_kind kind, const int64_t *numbers, size_t count)
{
	return pair_in_order(kind, numbers[0], numbers[1]) && (count < 3 || pair_in_order(kind, numbers[1], numbers[2]));
}

enum outcome { NOT_IN_ORDER, IN_ORDER, NO_DATE };

/* Where the sides stand when the clock stands at ${at}; false where one has no date. */
static bool
sides_at(const struct certlogic_side *sides, size_t count, instant at, int64_t ret_ms[3])
{
	for (size_t i = 0; i < count; i++) {
		ret_ms[i] = sides[i].ms;
		if (sides[i].from_clock && !certlogic_date_plus(at * 1000, sides[i].amount, sides[i].unit, &ret_ms[i]))
			return false;
	}
	return true;
}

static enum outcome
outcome_at(enum certlogic_kind kind, const struct certlogic_side *sides, size_t count, instant at)
{
	int64_t ms[3] = {0};

	if (!sides_at(sides, count, at, ms))
		return NO_DATE;
	return certlogic_in_order(kind, ms, count) ? IN_ORDER : NOT_IN_ORDER;
}

/* The look for a flip within [from, to], in one month; found so far is in ${flip}. */
struct search {
	enum certlogic_kind kind;
	const struct certlogic_side *sides;
	size_t count;
	enum outcome now;
	instant from, to, flip;
};

static void
try_at(struct search *s, instant at)
{
	if (at >= s->from && at <= s->to && at < s->flip && outcome_at(s->kind, s->sides, s->count, at) != s->now)
		s->flip = at;
}

static int64_t
ceiling_divide(int64_t a, int64_t b)
{
	return a / b + (a % b > 0);
}

/* Within the month, a side that follows the clock is ${at} * 1000 + shift. It meets a side that does not at the first
 * second at which it is not before it, and passes it at the first one at which it is after. */
static void
try_pair(struct search *s, const int64_t *ms, size_t a, size_t b)
{
	size_t moving = s->sides[a].from_clock ? a : b, fixed = moving == a ? b : a;
	int64_t distance;

	if (s->sides[a].from_clock == s->sides[b].from_clock)
		return;
	distance = ms[fixed] - ms[moving];
	try_at(s, s->from + ceiling_divide(distance, 1000));
	try_at(s, s->from + ceiling_divide(distance + 1, 1000));
}

/* The first second at which a side would lead past the last date. */
static void
try_end(struct search *s, const int64_t *ms, size_t a)
{
	if (s->sides[a].from_clock)
		try_at(s, s->from + ceiling_divide(CERTLOGIC_DATE_LAST_MS + 1 - ms[a], 1000));
}

static void
search_month(struct search *s)
{
	int64_t ms[3];

	try_at(s, s->from);
	if (s->flip != CERTLOGIC_NO_FLIP || !sides_at(s->sides, s->count, s->from, ms))
		return;
	for (size_t i = 0; i + 1 < s->count; i++)
		try_pair(s, ms, i, i + 1);
	for (size_t i = 0; i < s->count; i++)
		try_end(s, ms, i);
}

static bool
is_even(const struct certlogic_side *side)
{
	return side->unit == CERTLOGIC_DAY || side->unit == CERTLOGIC_HOUR;
}

/* Of two sides of which one follows the clock evenly, the distance alone tells: t seconds from now it is ${distance} - 1000 t, and the
 * outcome may change when that is no longer positive, when it is negative, and past the last date. */
static instant
flip_evenly(enum certlogic_kind kind, const struct certlogic_side *sides, const struct certlogic_clock *clock)
{
	const int moving = sides[0].from_clock ? 0 : 1;
	const int64_t distance = sides[1 - moving].ms - sides[moving].ms, longest = clock->horizon - clock->now,
				  end = ceiling_divide(CERTLOGIC_DATE_LAST_MS + 1 - sides[moving].ms, 1000),
				  after[] = {0, ceiling_divide(distance, 1000), ceiling_divide(distance + 1, 1000)};
	bool now = false;

	for (int i = 0; i < 3; i++) {
		int64_t ms[2] = {0};
		bool then;

		if (i > 0 && (after[i] <= 0 || after[i] > longest || after[i] >= end))
			continue;
		ms[1 - moving] = distance - after[i] * 1000;
		then = certlogic_in_order(kind, ms, 2);
		if (i > 0 && then != now)
			return clock->now + after[i];
		now = i == 0 ? then : now;
	}
	return end > 0 && end <= longest ? clock->now + end : CERTLOGIC_NO_FLIP;
}

instant
certlogic_flip(
	enum certlogic_kind kind, const struct certlogic_side *sides, size_t count, const struct certlogic_clock *clock)
{
	struct search s = {kind, sides, count, .flip = CERTLOGIC_NO_FLIP};
	bool moves = false, jumps = false;

	if (count == 2 && sides[0].from_clock != sides[1].from_clock && is_even(&sides[sides[0].from_clock ? 0 : 1]))
		return flip_evenly(kind, sides, clock);
	s.now = outcome_at(kind, sides, count, clock->now);
	for (size_t i = 0; i < count; i++) {
		moves = moves || sides[i].from_clock;
		jumps = jumps || (sides[i].from_clock && (sides[i].unit == CERTLOGIC_YEAR || sides[i].unit == CERTLOGIC_MONTH));
	}
	for (instant from = clock->now + 1; moves && from <= clock->horizon && s.flip == CERTLOGIC_NO_FLIP;
		 from = s.to + 1) {
		/* Days and hours follow the clock evenly: then all of the time to come is as one month. */
		instant month_end = jumps ? certlogic_next_month(from) - 1 : clock->horizon;

		s.from = from;
		s.to = month_end < clock->horizon ? month_end : clock->horizon;
		search_month(&s);
	}
	return s.flip;
}
