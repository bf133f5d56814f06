#include "policy/days.h"

#include <assert.h>
#include <string.h>

struct days {
	const struct zone *zone;
	struct row *value;
	bool told;
	size_t count, maximum;
	struct checkin {
		instant at;
		day_number day;
		bool normal;
	} checkins[];
};

/* Days in a row. */
struct streak {
	int length;
	day_number first, last;
};

int
days_new(const struct pack *pack, size_t maximum, struct arena *memory, struct days **ret_days, struct error *e)
{
	const struct shape *shape = &pack->shapes[SHAPE_DAILY];
	struct days *days;
	int code;

	if ((code = arena_take(memory, sizeof *days + maximum * sizeof days->checkins[0], &days, e)) < 0)
		return code;
	*days = (struct days){.zone = &pack->zone, .maximum = maximum};
	if ((code = row_new(memory, shape, &days->value, e)) < 0)
		return code;
	*ret_days = days;
	return 0;
}

void
days_add(struct days *days, instant at, bool normal)
{
	assert(days->count < days->maximum);
	days->checkins[days->count++] = (struct checkin){at, zone_day(days->zone, at), normal};
}

/* Walk back from today: the row of normal days, of check-ins at or after ${since} alone. */
static struct streak
row_of_normal_days(const struct days *days, day_number today, instant since)
{
	struct streak row = {0};
	day_number wanted = today;
	size_t i = days->count;

	if (i > 0 && days->checkins[i - 1].day < today)
		wanted = today - 1;
	while (i > 0 && days->checkins[i - 1].day == wanted && days->checkins[i - 1].at >= since) {
		bool normal = true;

		for (; i > 0 && days->checkins[i - 1].day == wanted && days->checkins[i - 1].at >= since; i--)
			normal = normal && days->checkins[i - 1].normal;
		if (!normal)
			break;
		if (row.length++ == 0)
			row.last = wanted;
		row.first = wanted--;
	}
	return row;
}

static struct value
value_integer(int64_t integer)
{
	return (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

/* Put a member in place; return whether it was another. */
static bool
put(struct row *row, enum symbol symbol, struct value value)
{
	struct value *member = row_member(row, symbol);
	bool same = member->kind == value.kind && (value.kind == VALUE_NULL || member->integer == value.integer);

	*member = value;
	return !same;
}

bool
days_value(struct days *days, instant at, instant since, const struct row **ret_row, instant *ret_next)
{
	day_number today = zone_day(days->zone, at);
	struct streak in_colour = row_of_normal_days(days, today, since),
				  total = row_of_normal_days(days, today, INT64_MIN);
	const struct value none = {0};
	bool changed = !days->told;

	changed = put(days->value, SYMBOL_DAYS_IN_COLOUR, value_integer(in_colour.length)) || changed;
	changed = put(days->value, SYMBOL_DAYS_TOTAL, value_integer(total.length)) || changed;
	changed = put(days->value, SYMBOL_FIRST, in_colour.length ? value_day(in_colour.first) : none) || changed;
	changed = put(days->value, SYMBOL_LAST, in_colour.length ? value_day(in_colour.last) : none) || changed;
	days->told = true;
	*ret_row = days->value;
	*ret_next = total.length ? zone_day_start(days->zone, today + 1) : INT64_MAX;
	return changed;
}
