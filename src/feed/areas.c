/* areas: cumulative daily counts of cases. Natural key: the source, the area and the day; the shapes are those of area_row.h.
 *
 * A daily report of CSSE has many rows for a country, so its rows are added up and stored once the file is read; a row in
 * fault would falsify a sum, so one is enough to refuse the file. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "feed/area_row.h"
#include "feed/import.h"
#include "place/place.h"

enum { AREAS_MAX = 100000 };

struct area_sum {
	char source[AREA_SOURCE_SIZE], area[AREA_KEY_SIZE];
	struct area_count count; /* the sum of a daily report's rows */
	uint64_t rows;           /* of the file that are in it */
	bool touched;            /* something new was stored */
};

struct areas {
	struct area_sum *items; /* by area, then source */
	size_t count, capacity;
	bool day_known;
	day_number day; /* the last update of a daily report */
};

static int
begin(struct import *import, struct error *e)
{
	import->state = calloc(1, sizeof(struct areas));
	return import->state ? 0 : error_no_memory(e);
}

static void
end(struct import *import)
{
	struct areas *areas = import->state;

	if (areas)
		free(areas->items);
	free(areas);
	import->state = NULL;
}

static int
compare(const struct area_sum *sum, const char *source, const char *area)
{
	int order = strcmp(sum->area, area);

	return order != 0 ? order : strcmp(sum->source, source);
}

/* The area's entry, made if it is not there; valid until the next one is made. */
static int
area_of(struct areas *areas, const char *source, const char *area, struct area_sum **ret_sum, struct error *e)
{
	size_t low = 0, high = areas->count;
	int code;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&areas->items[middle], source, area) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == areas->count || compare(&areas->items[low], source, area) != 0) {
		if ((code = array_grow(&areas->items, &areas->capacity, areas->count + 1, sizeof *areas->items, AREAS_MAX, e)) <
			0)
			return code == ERROR_TOO_LARGE ? error_set(e, ERROR_IO, "more than %d areas in a file", AREAS_MAX) : code;
		memmove(&areas->items[low + 1], &areas->items[low], (areas->count - low) * sizeof *areas->items);
		areas->items[low] = (struct area_sum){0};
		memcpy(areas->items[low].area, area, strlen(area) + 1);
		memcpy(areas->items[low].source, source, strlen(source) + 1);
		areas->count++;
	}
	*ret_sum = &areas->items[low];
	return 0;
}

/* The country that an area's key says it is in: that of a division is China. */
static void
country_of_area(const char *area, char country[3])
{
	bool division = area[0] >= '0' && area[0] <= '9';

	memcpy(country, division ? "CN" : area, 2);
	country[2] = '\0';
}

static int
put(struct import *import, const struct area_count *count, struct area_sum *sum, enum taken *ret_taken, struct error *e)
{
	char country[3];
	enum evidence_outcome outcome;
	int code;

	country_of_area(sum->area, country);

	const struct evidence_area_count row = {.source = sum->source,
		.area = sum->area,
		.country = country,
		.day = count->day,
		.confirmed = count->confirmed,
		.deaths = count->deaths,
		.recovered = count->recovered,
		.recorded_at = import->source.recorded_at,
		.import_id = import->source.import};

	if ((code = evidence_area_put(registry_db(import->registry), &row, &outcome, e)) < 0)
		return code;
	sum->touched |= outcome != EVIDENCE_UNCHANGED;
	*ret_taken = (enum taken)outcome;
	return 0;
}

static int
add_to(struct areas *areas, const char *area, const struct area_count *count, uint64_t rows, struct error *e)
{
	struct area_sum *sum;
	int code = area_of(areas, count->source, area, &sum, e);

	if (code < 0)
		return code;
	sum->count.confirmed += count->confirmed;
	sum->count.deaths += count->deaths;
	sum->count.recovered += count->recovered;
	sum->rows += rows;
	return 0;
}

static int
take_report_row(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct areas *areas = import->state;
	struct csse_row read;
	int code;

	if ((code = csse_row_read(import->rows, row, &read, e)) < 0 ||
		(code = add_to(areas, read.count.area, &read.count, 1, e)) < 0 ||
		(read.province[0] && (code = add_to(areas, read.province, &read.count, 0, e)) < 0))
		return code;
	if (read.day_known && (!areas->day_known || read.count.day > areas->day)) {
		areas->day = read.count.day;
		areas->day_known = true;
	}
	*ret_taken = TAKEN_LATER;
	return 0;
}

static int
take(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e)
{
	struct area_count count;
	struct area_sum *sum;
	int code;

	if (rows_form(import->rows) == AREA_CSSE || rows_form(import->rows) == AREA_CSSE_EARLY)
		return take_report_row(import, row, ret_taken, e);
	if ((code = area_row_read(import->rows, row, &count, e)) < 0 ||
		(code = area_of(import->state, count.source, count.area, &sum, e)) < 0)
		return code;
	return put(import, &count, sum, ret_taken, e);
}

static int
put_sums(struct import *import, struct error *e)
{
	struct areas *areas = import->state;
	int code;

	if (import->totals.rejected) {
		error_set(
			e, ERROR_BAD_INPUT, "a daily report is added up by country: with rows in fault nothing of it is kept");
		return error_at(e, import->options->file, 0, 0);
	}
	if (!csse_file_day(import->options->file, &areas->day) && !areas->day_known && areas->count) {
		error_set(e, ERROR_BAD_INPUT, "neither the file's name (MM-DD-YYYY.csv) nor a last update tells the day");
		return error_at(e, import->options->file, 1, 1);
	}
	for (size_t i = 0; i < areas->count; i++) {
		enum taken taken;

		areas->items[i].count.day = areas->day;
		if ((code = put(import, &areas->items[i].count, &areas->items[i], &taken, e)) < 0)
			return code;
		import_count(import, taken, areas->items[i].rows);
	}
	return 0;
}

/* The counts of one source. */
struct series {
	const char *source;
	struct risk_count *counts;
	size_t count, capacity;
};

static int
add_count(const struct evidence_area_count *count, void *context, struct error *e)
{
	struct series *series = context;
	int code;

	if (strcmp(count->source, series->source) != 0)
		return 0;
	code = array_grow(&series->counts, &series->capacity, series->count + 1, sizeof *series->counts, RISK_DAYS_MAX, e);
	if (code == 0)
		series->counts[series->count++] = (struct risk_count){count->day, count->confirmed};
	return code;
}

/* Say on which days the area's count is below that of the day before. */
static int
notice_falls(struct import *import, const struct area_sum *sum, struct error *e)
{
	struct series series = {.source = sum->source};
	struct risk_fall *falls = NULL;
	size_t count = 0;
	int code;

	code = evidence_area_series(
		registry_db(import->registry), sum->area, INT32_MAX, import->source.recorded_at, add_count, &series, e);
	if (code < 0 || (code = risk_falls(series.counts, series.count, &falls, &count, e)) < 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		struct error note = {0};
		char day[TIME_TEXT_SIZE];

		error_set(&note, 0, "%s, %s: the count falls from %lld to %lld, a correction of the series", sum->area,
			day_write(falls[i].day, day), (long long)falls[i].from, (long long)falls[i].to);
		error_at(&note, import->options->file, 0, 0);
		import->options->noticed(&note, import->options->context);
	}
out:
	free(falls);
	free(series.counts);
	return code;
}

static int
finish(struct import *import, struct error *e)
{
	struct areas *areas = import->state;
	int code = 0;

	if (rows_form(import->rows) == AREA_CSSE || rows_form(import->rows) == AREA_CSSE_EARLY)
		code = put_sums(import, e);
	for (size_t i = 0; code == 0 && import->options->noticed && i < areas->count; i++)
		if (areas->items[i].touched)
			code = notice_falls(import, &areas->items[i], e);
	return code;
}

const struct import_kind import_areas = {.name = "areas",
	.forms = area_forms,
	.form_count = AREA_FORM_COUNT,
	.begin = begin,
	.take = take,
	.finish = finish,
	.end = end};
