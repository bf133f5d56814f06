#include <string.h>

#include "policy/days.h"

enum { HOUR_S = 3600, CODE_SIZE = 8 };

/* An area and its seconds in the window; up to ${covered} its time is counted already. */
struct sum {
	const char *code;         /* the division below, or the country */
	char division[CODE_SIZE]; /* empty for a country as a whole */
	const struct row *item;   /* the latest place in it */
	int64_t seconds;
	instant covered;
	bool goes_on;
};

/* A row of the value, and the texts that it holds. */
struct area_row {
	char division[CODE_SIZE], province[CODE_SIZE], city[CODE_SIZE];
	struct row *row;
};

/* The value is made in one of two lists of rows in turn, so that it can be compared with the one before. */
struct stays {
	const struct derived *derived;
	const struct zone *zone;
	const struct facts *facts;
	instant at, from, to;
	day_number today;
	struct sum *sums; /* sorted by code */
	size_t count;
	bool moves; /* some stay is in the window, or will be */
	struct area_row *rows[2];
	struct value_list *lists[2], *told; /* ${told}: NULL or the one given last */
};

static int
make_rows(const struct shape *shape, size_t maximum, struct arena *memory, struct area_row **ret_rows, struct error *e)
{
	struct area_row *rows;
	int code;

	if ((code = arena_take(memory, maximum * sizeof *rows, &rows, e)) < 0)
		return code;
	for (size_t i = 0; i < maximum; i++)
		if ((code = row_new(memory, shape, &rows[i].row, e)) < 0)
			return code;
	*ret_rows = rows;
	return 0;
}

int
stays_new(const struct pack *pack, const struct derived *derived, const struct facts *facts, size_t maximum,
	struct arena *memory, struct stays **ret_stays, struct error *e)
{
	struct stays *stays;
	int code;

	if ((code = arena_take(memory, sizeof *stays, &stays, e)) < 0)
		return code;
	*stays = (struct stays){.derived = derived, .zone = &pack->zone, .facts = facts};
	if ((code = arena_take(memory, (maximum + 1) * sizeof *stays->sums, &stays->sums, e)) < 0)
		return code;
	for (int i = 0; i < 2; i++) {
		if ((code = make_rows(&pack->shapes[SHAPE_STAYS], maximum, memory, &stays->rows[i], e)) < 0 ||
			(code = arena_take(memory, sizeof *stays->lists[i] + maximum * sizeof stays->lists[i]->items[0],
				 &stays->lists[i], e)) < 0)
			return code;
		*stays->lists[i] = (struct value_list){0};
	}
	*ret_stays = stays;
	return 0;
}

void
stays_begin(struct stays *stays, instant at)
{
	const struct derived *derived = stays->derived;

	stays->at = at;
	stays->count = 0;
	stays->moves = false;
	stays->today = zone_day(stays->zone, at);
	stays->from = zone_day_start(stays->zone, stays->today - derived->days + (derived->today ? 1 : 0));
	stays->to = derived->today ? at : zone_day_start(stays->zone, stays->today);
}

/* The division at the pack's unit in which a place lies: "" where only the country is known or asked for. */
static void
unit_division(enum division_unit unit, const struct row *item, char *division)
{
	static const size_t kept[] = {[UNIT_COUNTRY] = 0, [UNIT_PROVINCE] = 2, [UNIT_CITY] = 4, [UNIT_DIVISION] = 6};
	const char *given = row_text(item, SYMBOL_DIVISION);

	division[0] = '\0';
	if (!given || unit == UNIT_COUNTRY)
		return;
	memcpy(division, "000000", 7);
	memcpy(division, given, kept[unit]);
}

static struct sum *
find_sum(struct stays *stays, const struct row *item)
{
	char division[CODE_SIZE];
	const char *country = row_text(item, SYMBOL_COUNTRY), *code;
	size_t place = 0;
	int order = 1;

	unit_division(stays->derived->unit, item, division);
	code = division[0] ? division : country;
	while (place < stays->count && (order = strcmp(stays->sums[place].code, code)) < 0)
		place++;
	if (place == stays->count || order != 0) {
		memmove(&stays->sums[place + 1], &stays->sums[place], (stays->count - place) * sizeof *stays->sums);
		stays->sums[place] = (struct sum){.covered = INT64_MIN};
		memcpy(stays->sums[place].division, division, sizeof division);
		stays->count++;
		for (size_t i = place; i < stays->count; i++)
			if (stays->sums[i].division[0])
				stays->sums[i].code = stays->sums[i].division;
		if (!division[0])
			stays->sums[place].code = country;
	}
	return &stays->sums[place];
}

void
stays_add(struct stays *stays, const struct fact *fact)
{
	const struct value *hours = row_find(fact->row, SYMBOL_HOURS);
	bool ended = fact->lasts <= stays->at;
	instant to = ended && fact->lasts < stays->to ? fact->lasts : stays->to;
	instant from = fact->at > stays->from ? fact->at : stays->from;
	struct sum *sum;

	stays->moves = stays->moves || !ended || fact->lasts > stays->from;
	/* One that begins at this moment has no time yet, but will. */
	if (from > to || (from == to && (ended || !stays->derived->today)))
		return;
	sum = find_sum(stays, fact->row);
	sum->item = fact->row;
	sum->goes_on = sum->goes_on || (!ended && stays->derived->today);
	if (hours && hours->kind == VALUE_INTEGER && ended && fact->lasts > fact->at) {
		/* At most 10^6 h in a window of at most 367 days: the product stays below 2^63. */
		sum->seconds += hours->integer * HOUR_S * (to - from) / (fact->lasts - fact->at);
	} else {
		if (from < sum->covered)
			from = sum->covered;
		if (to > from)
			sum->seconds += to - from;
	}
	if (to > sum->covered)
		sum->covered = to;
}

/* Where a sum grows as time passes, it next matters when it passes the limit or a whole hour. */
static void
next_of_sum(const struct stays *stays, const struct sum *sum, instant *next)
{
	int64_t to_hour = HOUR_S - sum->seconds % HOUR_S, to_limit = stays->derived->over_s + 1 - sum->seconds;

	if (!sum->goes_on)
		return;
	if (stays->at + to_hour < *next)
		*next = stays->at + to_hour;
	if (to_limit > 0 && stays->at + to_limit < *next)
		*next = stays->at + to_limit;
}

static void
fill_row(const struct stays *stays, const struct sum *sum, struct area_row *to)
{
	const struct area *area = facts_area(stays->facts, sum->code);
	bool has_division = sum->division[0], has_city = has_division && strcmp(sum->division + 2, "0000") != 0;
	struct row *row = to->row;

	memcpy(to->division, sum->division, CODE_SIZE);
	memcpy(to->province, "000000", 7);
	memcpy(to->city, "000000", 7);
	if (has_division) {
		memcpy(to->province, sum->division, 2);
		memcpy(to->city, sum->division, 4);
	}
	*row_member(row, SYMBOL_COUNTRY) = *row_find(sum->item, SYMBOL_COUNTRY);
	*row_member(row, SYMBOL_DIVISION) = value_text(has_division ? to->division : NULL);
	*row_member(row, SYMBOL_PROVINCE) = value_text(has_division ? to->province : NULL);
	*row_member(row, SYMBOL_CITY) = value_text(has_city ? to->city : NULL);
	*row_member(row, SYMBOL_AREA) = area ? value_text(area->code) : *row_find(sum->item, SYMBOL_AREA);
	*row_member(row, SYMBOL_LEVEL) = *row_find(sum->item, SYMBOL_LEVEL);
	*row_member(row, SYMBOL_HOURS) = (struct value){.kind = VALUE_INTEGER, .integer = sum->seconds / HOUR_S};
	*row_member(row, SYMBOL_LAST) = value_day(zone_day(stays->zone, sum->covered - 1));
}

bool
stays_value(struct stays *stays, const struct value_list **ret_list, instant *ret_next)
{
	int turn = stays->told == stays->lists[0];
	struct value_list *list = stays->lists[turn];
	struct value before, after = value_rows(list);
	uint64_t steps = UINT64_MAX;

	*ret_next = stays->moves ? zone_day_start(stays->zone, stays->today + 1) : INT64_MAX;
	list->count = 0;
	for (size_t i = 0; i < stays->count; i++) {
		const struct sum *sum = &stays->sums[i];

		next_of_sum(stays, sum, ret_next);
		if (sum->seconds <= stays->derived->over_s)
			continue;
		fill_row(stays, sum, &stays->rows[turn][list->count]);
		list->items[list->count] = value_row(stays->rows[turn][list->count].row);
		list->count++;
	}
	if (stays->told) {
		before = value_rows(stays->told);
		if (value_equal(&before, &after, &steps) == 1) {
			*ret_list = stays->told;
			return false;
		}
	}
	stays->told = list;
	*ret_list = list;
	return true;
}
