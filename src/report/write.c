#include <stdio.h>
#include <string.h>

#include "base/csv_field.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "report/inside.h"

enum { NUMBER_SIZE = 32 };

static const char *const kind_names[REPORT_KINDS] = {"cases", "curve", "mobility", "distancing"};
static const char *const format_names[REPORT_FORMATS] = {"json", "csv", "geojson", "svg"};

bool
report_kind_read(const char *text, enum report_kind *ret_kind)
{
	for (int i = 0; i < REPORT_KINDS; i++)
		if (strcmp(text, kind_names[i]) == 0) {
			*ret_kind = (enum report_kind)i;
			return true;
		}
	return false;
}

bool
report_format_read(const char *text, enum report_format *ret_format)
{
	for (int i = 0; i < REPORT_FORMATS; i++)
		if (strcmp(text, format_names[i]) == 0) {
			*ret_format = (enum report_format)i;
			return true;
		}
	return false;
}

bool
report_has_format(enum report_kind kind, enum report_format format)
{
	return format != REPORT_GEOJSON || kind == REPORT_CASES;
}

/* A member as a field. */
static int
add_member(struct buffer *csv, const json_t *line, const char *name, bool last, struct error *e)
{
	const json_t *value = json_object_get(line, name);
	char number[NUMBER_SIZE] = "";

	if (json_is_integer(value))
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(number, sizeof number, "%.7g", json_real_value(value));
	return csv_field_add(csv, json_is_string(value) ? json_string_value(value) : number, last, e);
}

static int
add_lines(struct buffer *csv, const json_t *lines, const char *const *columns, struct error *e)
{
	const json_t *line;
	size_t i;
	int r = 0;

	for (i = 0; columns[i] && r == 0; i++)
		r = csv_field_add(csv, columns[i], !columns[i + 1], e);
	json_array_foreach((json_t *)lines, i, line)
	{
		for (size_t k = 0; columns[k] && r == 0; k++)
			r = add_member(csv, line, columns[k], !columns[k + 1], e);
		if (r < 0)
			break;
	}
	return r;
}

/* A line for each day and status; a day without cases has one with none. */
static int
add_curve(struct buffer *csv, const json_t *days, struct error *e)
{
	const json_t *day, *count;
	const char *status;
	char number[NUMBER_SIZE];
	int r = buffer_add_text(csv, "date,status,cases\r\n", e);
	size_t i;

	json_array_foreach((json_t *)days, i, day)
	{
		const json_t *by_status = json_object_get(day, "by_status");

		if (r == 0 && json_object_size(by_status) == 0 && (r = add_member(csv, day, "date", false, e)) == 0)
			r = buffer_add_text(csv, ",0\r\n", e);
		json_object_foreach((json_t *)by_status, status, count)
		{
			snprintf(number, sizeof number, "%lld", (long long)json_integer_value(count));
			if (r == 0 && (r = add_member(csv, day, "date", false, e)) == 0 &&
				(r = csv_field_add(csv, status, false, e)) == 0)
				r = csv_field_add(csv, number, true, e);
		}
	}
	return r;
}

static int
write_csv(enum report_kind kind, const json_t *report, struct buffer *csv, struct error *e)
{
	static const char *const cases[] = {
		"name", "kind", "division", "latitude", "longitude", "from", "to", "cases", NULL};
	static const char *const mobility[] = {"date", "division", "kind", "people", "change_percent", NULL};
	static const char *const distancing[] = {
		"date", "division", "people", "home_percent", "away_hours", "change_percent", NULL};

	switch (kind) {
	case REPORT_CASES:
		return add_lines(csv, json_object_get(report, "places"), cases, e);
	case REPORT_MOBILITY:
		return add_lines(csv, json_object_get(report, "days"), mobility, e);
	case REPORT_DISTANCING:
		return add_lines(csv, json_object_get(report, "days"), distancing, e);
	default:
		return add_curve(csv, json_object_get(report, "days"), e);
	}
}

/* RFC 7946; a place without a position is a feature without a geometry. */
static json_t *
feature(const json_t *place)
{
	const json_t *latitude = json_object_get(place, "latitude");
	json_t *properties = json_copy_shallow(place), *geometry;

	if (!properties)
		return NULL;
	json_object_del(properties, "latitude");
	json_object_del(properties, "longitude");
	geometry = json_is_real(latitude)
		? json_pack("{s:s, s:[O, O]}", "type", "Point", "coordinates", json_object_get(place, "longitude"), latitude)
		: json_null();
	return json_pack("{s:s, s:o, s:o}", "type", "Feature", "geometry", geometry, "properties", properties);
}

static int
write_geojson(const json_t *report, struct buffer *output, struct error *e)
{
	const size_t failures = json_memory_failures();
	json_t *features = json_array(), *collection;
	const json_t *place;
	size_t i;
	int r;

	json_array_foreach(json_object_get(report, "places"), i, place) json_array_append_new(features, feature(place));
	collection = json_if_whole(
		json_pack("{s:s, s:O, s:O, s:o}", "type", "FeatureCollection", "now", json_object_get(report, "now"), "days",
			json_object_get(report, "days"), "features", features),
		failures);
	r = collection ? json_write(collection, output, e) : error_no_memory(e);
	json_decref(collection);
	return r < 0 ? r : buffer_add_byte(output, '\n', e);
}

int
report_write(
	enum report_kind kind, const json_t *report, enum report_format format, struct buffer *output, struct error *e)
{
	int r;

	switch (format) {
	case REPORT_CSV:
		return write_csv(kind, report, output, e);
	case REPORT_GEOJSON:
		return write_geojson(report, output, e);
	case REPORT_SVG:
		return write_svg(kind, report, output, e);
	default:
		r = json_write(report, output, e);
		return r < 0 ? r : buffer_add_byte(output, '\n', e);
	}
}
