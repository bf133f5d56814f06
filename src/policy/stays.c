#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "policy/days.h"
#include "policy/evaluate.h"

enum { HOUR_S = 3600, CODE_SIZE = 8 };

/* An area and its seconds in the window; up to ${covered} its time is counted already. */
struct sum {
	char code[CODE_SIZE];
	char division[CODE_SIZE]; /* empty for a country as a whole */
	const json_t *item;       /* the latest place in it */
	int64_t seconds;
	instant covered;
	bool goes_on;
};

struct stays {
	const struct derived *derived;
	const struct zone *zone;
	const struct facts *facts;
	instant at, from, to;
	day_number today;
	struct sum *sums; /* sorted by code */
	size_t count, capacity;
	bool moves; /* some stay is in the window, or will be */
};

int
stays_new(const struct derived *derived, const struct zone *zone, const struct facts *facts, instant at,
	struct stays **ret_stays, struct error *e)
{
	struct stays *stays = calloc(1, sizeof *stays);

	if (!stays)
		return error_no_memory(e);
	stays->derived = derived;
	stays->zone = zone;
	stays->facts = facts;
	stays->at = at;
	stays->today = zone_day(zone, at);
	stays->from = zone_day_start(zone, stays->today - derived->days + (derived->today ? 1 : 0));
	stays->to = derived->today ? at : zone_day_start(zone, stays->today);
	*ret_stays = stays;
	return 0;
}

void
stays_free(struct stays *stays)
{
	if (!stays)
		return;
	free(stays->sums);
	free(stays);
}

/* The division at the pack's unit in which a place lies: "" where only the country is known or asked for. */
static void
unit_division(enum division_unit unit, const json_t *item, char *division)
{
	static const size_t kept[] = {[UNIT_COUNTRY] = 0, [UNIT_PROVINCE] = 2, [UNIT_CITY] = 4, [UNIT_DIVISION] = 6};
	const char *given = json_string_value(json_object_get(item, "division"));

	division[0] = '\0';
	if (!given || unit == UNIT_COUNTRY)
		return;
	memcpy(division, "000000", 7);
	memcpy(division, given, kept[unit]);
}

static int
find_sum(struct stays *stays, const json_t *item, struct sum **ret_sum, struct error *e)
{
	char division[CODE_SIZE];
	const char *country = json_string_value(json_object_get(item, "country")), *code;
	size_t place = 0;
	int failed, order = 1;

	unit_division(stays->derived->unit, item, division);
	code = division[0] ? division : country;
	while (place < stays->count && (order = strcmp(stays->sums[place].code, code)) < 0)
		place++;
	if (place == stays->count || order != 0) {
		failed =
			array_grow(&stays->sums, &stays->capacity, stays->count + 1, sizeof *stays->sums, EVALUATE_FACTS_MAX, e);
		if (failed < 0)
			return failed;
		memmove(&stays->sums[place + 1], &stays->sums[place], (stays->count - place) * sizeof *stays->sums);
		stays->sums[place] = (struct sum){.covered = INT64_MIN};
		memcpy(stays->sums[place].code, code, strlen(code) + 1);
		memcpy(stays->sums[place].division, division, sizeof division);
		stays->count++;
	}
	*ret_sum = &stays->sums[place];
	return 0;
}

int
stays_add(struct stays *stays, const struct fact *fact, const json_t *item, struct error *e)
{
	const json_t *hours = json_object_get(item, "hours");
	bool ended = fact->lasts <= stays->at;
	instant to = ended && fact->lasts < stays->to ? fact->lasts : stays->to;
	instant from = fact->at > stays->from ? fact->at : stays->from;
	struct sum *sum;
	int code;

	stays->moves = stays->moves || !ended || fact->lasts > stays->from;
	/* One that begins at this moment has no time yet, but will. */
	if (from > to || (from == to && (ended || !stays->derived->today)))
		return 0;
	if ((code = find_sum(stays, item, &sum, e)) < 0)
		return code;
	sum->item = item;
	sum->goes_on = sum->goes_on || (!ended && stays->derived->today);
	if (json_is_integer(hours) && ended && fact->lasts > fact->at) {
		/* At most 10^6 h in a window of at most 367 days: the product stays below 2^63. */
		sum->seconds += json_integer_value(hours) * HOUR_S * (to - from) / (fact->lasts - fact->at);
	} else {
		if (from < sum->covered)
			from = sum->covered;
		if (to > from)
			sum->seconds += to - from;
	}
	if (to > sum->covered)
		sum->covered = to;
	return 0;
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

static json_t *
sum_value(const struct stays *stays, const struct sum *sum)
{
	const json_t *of_item = json_object_get(sum->item, "area");
	const char *area = facts_area(stays->facts, sum->code) ? sum->code : json_string_value(of_item);
	const char *division = sum->division[0] ? sum->division : NULL;
	bool has_city = division && strcmp(division + 2, "0000") != 0;
	char province[] = "000000", city[] = "000000", last[TIME_TEXT_SIZE];

	if (division) {
		memcpy(province, division, 2);
		memcpy(city, division, 4);
	}
	return json_pack("{s:O,s:s?,s:s?,s:s?,s:s?,s:O,s:I,s:s}", "country", json_object_get(sum->item, "country"),
		"division", division, "province", division ? province : NULL, "city", has_city ? city : NULL, "area", area,
		"level", json_object_get(sum->item, "level"), "hours", (json_int_t)(sum->seconds / HOUR_S), "last",
		day_write(zone_day(stays->zone, sum->covered - 1), last));
}

int
stays_value(const struct stays *stays, json_t **ret_value, instant *ret_next, struct error *e)
{
	json_t *value = json_array();

	*ret_next = stays->moves ? zone_day_start(stays->zone, stays->today + 1) : INT64_MAX;
	for (size_t i = 0; value && i < stays->count; i++) {
		const struct sum *sum = &stays->sums[i];

		next_of_sum(stays, sum, ret_next);
		if (sum->seconds > stays->derived->over_s && json_array_append_new(value, sum_value(stays, sum)) < 0) {
			json_decref(value);
			value = NULL;
		}
	}
	if (!value)
		return error_no_memory(e);
	*ret_value = value;
	return 0;
}
