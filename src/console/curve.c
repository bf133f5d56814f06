/* The epidemic curve: cases by the local day of their onset, sampling or report. */

#include <stdlib.h>
#include <string.h>

#include "console/inside.h"

struct curve {
	const struct zone *zone;
	enum console_date by;
	json_t *days;         /* {"YYYY-MM-DD": {STATUS: n}} */
	json_t *reclassified; /* the same by the day on which a case went over to another class */
	day_number first, last;
	json_int_t dated, undated, discarded;
};

/* One more of that status on that day. */
static int
add_one(json_t *days, day_number day, const char *status, struct error *e)
{
	char date[TIME_TEXT_SIZE];
	json_t *counts = json_object_get(days, day_write(day, date));

	if (!counts && json_object_set_new(days, date, counts = json_object()) < 0)
		return error_no_memory(e);
	return json_object_set_new(counts, status, json_integer(1 + json_integer_value(json_object_get(counts, status)))) <
			0
		? error_no_memory(e)
		: 0;
}

/* A class that makes somebody a case; the others tell how a case went on. */
static bool
is_class(const char *status)
{
	static const char *const classes[] = {"suspected", "probable", "clinical", "confirmed", "asymptomatic"};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(classes[i], status) == 0)
			return true;
	return false;
}

/* A case that was of one class and became of another is no new case on that day. */
static int
add_reclassified(struct curve *curve, const struct case_line *line, struct error *e)
{
	const char *before = NULL;
	int r = 0;

	for (size_t i = 0; i < line->count && r == 0; i++) {
		const char *status = body_text(line->statuses[i].body, "status");

		if (!is_class(status))
			continue;
		if (before && strcmp(before, status) != 0)
			r = add_one(curve->reclassified, zone_day(curve->zone, line->statuses[i].at), status, e);
		before = status;
	}
	return r;
}

static int
add_case(const struct case_line *line, void *context, struct error *e)
{
	struct curve *curve = context;
	instant at = line->dates[curve->by];
	day_number day;
	int r;

	if (strcmp(line->status, "discarded") == 0) {
		curve->discarded++;
		return 0;
	}
	if ((r = add_reclassified(curve, line, e)) < 0)
		return r;
	if (at == NO_DATE) {
		curve->undated++;
		return 0;
	}
	day = zone_day(curve->zone, at);
	curve->first = !curve->dated || day < curve->first ? day : curve->first;
	curve->last = !curve->dated || day > curve->last ? day : curve->last;
	curve->dated++;
	return add_one(curve->days, day, line->status, e);
}

static int
compare_dates(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those days on which there was any, by date. NULL for lack of memory. */
static json_t *
list_reclassified(const struct curve *curve)
{
	const size_t count = json_object_size(curve->reclassified);
	const char **dates = calloc(count + 1, sizeof *dates), *date;
	json_t *list, *counts;
	size_t i = 0;

	if (!dates)
		return NULL;
	list = json_array();
	json_object_foreach(curve->reclassified, date, counts) dates[i++] = date;
	qsort(dates, count, sizeof *dates, compare_dates);
	for (size_t k = 0; k < count; k++)
		json_array_append_new(list,
			json_pack("{s:s, s:O}", "date", dates[k], "by_status", json_object_get(curve->reclassified, dates[k])));
	free(dates);
	return list;
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
	curve.days = json_object();
	curve.reclassified = json_object();
	if (!curve.days || !curve.reclassified) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = cases_walk(registry, filter, "", CONSOLE_LISTED_MAX, NULL, add_case, &curve, e)) < 0)
		goto out;
	if (curve.dated && curve.last - curve.first >= CONSOLE_DAYS_MAX) {
		r = error_set(e, ERROR_TOO_LARGE, "more than %d days: narrow the question", CONSOLE_DAYS_MAX);
		goto out;
	}
	*ret_curve = json_pack("{s:s, s:o, s:o, s:I, s:I}", "by", console_date_name(filter->by), "days", list_days(&curve),
		"reclassified", list_reclassified(&curve), "undated", curve.undated, "discarded", curve.discarded);
	r = *ret_curve ? 0 : error_no_memory(e);
out:
	json_decref(curve.days);
	json_decref(curve.reclassified);
	return r;
}
