/* The epidemic curve: cases by the local day of their onset, sampling or report. */

#include <stdlib.h>
#include <string.h>

#include "console/inside.h"

struct curve {
	const struct zone *zone;
	enum console_date by;
	json_t *days; /* {"YYYY-MM-DD": {STATUS: n}} */
	day_number first, last;
	json_int_t dated, undated, discarded;
};

static int
add_case(const struct case_line *line, void *context, struct error *e)
{
	struct curve *curve = context;
	instant at = line->dates[curve->by];
	char date[TIME_TEXT_SIZE];
	day_number day;
	json_t *counts;

	if (strcmp(line->status, "discarded") == 0) {
		curve->discarded++;
		return 0;
	}
	if (at == NO_DATE) {
		curve->undated++;
		return 0;
	}
	day = zone_day(curve->zone, at);
	curve->first = !curve->dated || day < curve->first ? day : curve->first;
	curve->last = !curve->dated || day > curve->last ? day : curve->last;
	curve->dated++;
	counts = json_object_get(curve->days, day_write(day, date));
	if (!counts && json_object_set_new(curve->days, date, counts = json_object()) < 0)
		return error_no_memory(e);
	return json_object_set_new(
			   counts, line->status, json_integer(1 + json_integer_value(json_object_get(counts, line->status)))) < 0
		? error_no_memory(e)
		: 0;
}

static json_t *
list_days(const struct curve *curve)
{
	json_t *list = json_array();

	for (day_number day = curve->first; curve->dated && day <= curve->last; day++) {
		char date[TIME_TEXT_SIZE];
		json_t *counts = json_object_get(curve->days, day_write(day, date)), *count;
		json_int_t cases = 0;
		const char *status;

		json_object_foreach(counts, status, count) cases += json_integer_value(count);
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:o}", "date", date, "cases", cases, "by_status",
				counts ? json_incref(counts) : json_object()));
	}
	return list;
}

int
console_curve(struct registry *registry, const struct console_cases *filter, json_t **ret_curve, struct error *e)
{
	struct curve curve = {.by = filter->by};
	const struct pack *pack;
	int r;

	if ((r = registry_pack(registry, NULL, &pack, e)) < 0)
		return r;
	curve.zone = pack_zone(pack);
	if (!(curve.days = json_object()))
		return error_no_memory(e);
	if ((r = cases_walk(registry, filter, "", CONSOLE_LISTED_MAX, NULL, add_case, &curve, e)) < 0)
		goto out;
	if (curve.dated && curve.last - curve.first >= CONSOLE_DAYS_MAX) {
		r = error_set(e, ERROR_TOO_LARGE, "more than %d days: narrow the question", CONSOLE_DAYS_MAX);
		goto out;
	}
	*ret_curve = json_pack("{s:s, s:o, s:I, s:I}", "by", console_date_name(filter->by), "days", list_days(&curve),
		"undated", curve.undated, "discarded", curve.discarded);
	r = *ret_curve ? 0 : error_no_memory(e);
out:
	json_decref(curve.days);
	return r;
}
