#include "policy/days.h"

#include <assert.h>
#include <stdlib.h>

struct days {
	const struct zone *zone;
	size_t count, maximum;
	struct checkin {
		instant at;
		day_number day;
		bool normal;
	} checkins[];
};

struct row {
	int length;
	day_number first, last;
};

int
days_new(const struct zone *zone, size_t maximum, struct days **ret_days, struct error *e)
{
	struct days *days = calloc(1, sizeof *days + maximum * sizeof days->checkins[0]);

	if (!days)
		return error_no_memory(e);
	days->zone = zone;
	days->maximum = maximum;
	*ret_days = days;
	return 0;
}

void
days_free(struct days *days)
{
	free(days);
}

void
days_add(struct days *days, instant at, bool normal)
{
	assert(days->count < days->maximum);
	days->checkins[days->count++] = (struct checkin){at, zone_day(days->zone, at), normal};
}

/* Walk back from today: the row of normal days, of check-ins at or after ${since} alone. */
static struct row
row_of_normal_days(const struct days *days, day_number today, instant since)
{
	struct row row = {0};
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

int
days_value(const struct days *days, instant at, instant since, json_t **ret_value, instant *ret_next, struct error *e)
{
	day_number today = zone_day(days->zone, at);
	struct row in_colour = row_of_normal_days(days, today, since), total = row_of_normal_days(days, today, INT64_MIN);
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];
	json_t *value;

	value = json_pack("{s:i,s:i,s:s?,s:s?}", "days_in_colour", in_colour.length, "days_total", total.length, "first",
		in_colour.length ? day_write(in_colour.first, first) : NULL, "last",
		in_colour.length ? day_write(in_colour.last, last) : NULL);
	if (!value)
		return error_no_memory(e);
	*ret_value = value;
	*ret_next = total.length ? zone_day_start(days->zone, today + 1) : INT64_MAX;
	return 0;
}
