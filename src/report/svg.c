/* Reports as drawings: SVG 1.1, one width, texts in English, nothing by colour alone: lines differ by their dashes, too, and are named. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/inside.h"

enum {
	WIDTH = 960,
	HEIGHT = 480,
	LEFT = 64,
	RIGHT = 220, /* room for the legend */
	TOP = 40,
	BOTTOM = 48,
	SERIES_MAX = 8,
	LABELS_MAX = 10,
	DATES_MAX = 7,
	LABEL_SIZE = 128,
};

static const char *const colours[SERIES_MAX] = {
	"#0b5cad", "#b3161b", "#0b6e3b", "#a05a00", "#6a3d9a", "#00838f", "#55606b", "#c2185b"};
static const char *const dashes[SERIES_MAX] = {"none", "6 3", "2 3", "9 3 2 3", "12 4", "4 4", "1 3", "8 2 2 2"};

/* The part of the drawing in which values are drawn, and what lies at its edges. */
struct frame {
	struct buffer *svg;
	double least, most; /* values at the bottom and the top */
	size_t days;
	struct error *e;
	int failed;
};

static void
draw(struct frame *f, const char *text)
{
	if (f->failed == 0)
		f->failed = buffer_add_text(f->svg, text, f->e);
}

#define DRAW(f, ...)                                                                                                   \
	do {                                                                                                               \
		if ((f)->failed == 0)                                                                                          \
			(f)->failed = buffer_add_format((f)->svg, (f)->e, __VA_ARGS__);                                            \
	} while (0)

/* Text from a store, with what XML takes for its own written otherwise. */
static void
draw_text(struct frame *f, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			draw(f, "&lt;");
			break;
		case '&':
			draw(f, "&amp;");
			break;
		default:
			if ((unsigned char)*text >= ' ')
				DRAW(f, "%c", *text);
		}
}

static void
begin(struct frame *f, const char *title)
{
	DRAW(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n",
		WIDTH, HEIGHT);
	DRAW(f, "<title>%s</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", title, WIDTH, HEIGHT);
	DRAW(f, "<text x=\"%d\" y=\"24\" font-size=\"16\" font-weight=\"bold\">%s</text>\n", LEFT, title);
}

static int
end(struct frame *f)
{
	draw(f, "</svg>\n");
	return f->failed;
}

static double
x_of(const struct frame *f, size_t day)
{
	return LEFT + (double)(WIDTH - LEFT - RIGHT) * ((double)day + 0.5) / (double)(f->days ? f->days : 1);
}

static double
y_of(const struct frame *f, double value)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (f->most - value) / (f->most - f->least);
}

/* 1, 2, 5, 10, 20, ...: the first of which at most LABELS_MAX are in the range. */
static double
step_of(double range)
{
	static const double factors[] = {2, 2.5, 2};
	double step = 1;

	for (size_t i = 0; range / step > LABELS_MAX; i++)
		step *= factors[i % 3];
	return step;
}

static void
draw_axes(struct frame *f, const char *unit, const json_t *dates)
{
	const double step = step_of(f->most - f->least);
	const size_t every = (f->days + DATES_MAX - 1) / DATES_MAX;

	for (int line = (int)ceil(f->least / step); line * step <= f->most; line++) {
		const double value = line * step;

		DRAW(f, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", LEFT, WIDTH - RIGHT,
			y_of(f, value), y_of(f, value), value == 0 ? "#16202a" : "#dfe5ea");
		DRAW(f, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f%s</text>\n", LEFT - 6, y_of(f, value) + 4, value,
			unit);
	}
	for (size_t day = 0; day < f->days; day += every ? every : 1)
		DRAW(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x_of(f, day), HEIGHT - BOTTOM + 20,
			json_string_value(json_array_get(dates, day)));
}

static void
draw_legend(struct frame *f, size_t i, const char *name)
{
	const int y = TOP + 12 + 22 * (int)i, x = WIDTH - RIGHT + 14;

	DRAW(f,
		"<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"4\" stroke-dasharray=\"%s\"/>\n<text x=\"%d\" y=\"%d\">",
		x, x + 30, y, y, colours[i], dashes[i], x + 38, y + 4);
	draw_text(f, name);
	draw(f, "</text>\n");
}

/* Which of ${names}; added where there is room, SERIES_MAX where there is none. */
static size_t
series_of(char names[][LABEL_SIZE], size_t *count, const char *name)
{
	size_t i = 0;

	while (i < *count && strcmp(names[i], name) != 0)
		i++;
	if (i == *count && i < SERIES_MAX)
		snprintf(names[(*count)++], LABEL_SIZE, "%s", name);
	return i;
}

static int
write_curve(const json_t *report, struct buffer *svg, struct error *e)
{
	const json_t *days = json_object_get(report, "days"), *day, *count;
	struct frame f = {.svg = svg, .most = 1, .days = json_array_size(days), .e = e};
	char names[SERIES_MAX][LABEL_SIZE], title[LABEL_SIZE];
	json_t *dates = json_array();
	const char *status;
	size_t series = 0, i;

	json_array_foreach((json_t *)days, i, day)
	{
		json_array_append(dates, json_object_get(day, "date"));
		f.most = fmax(f.most, json_number_value(json_object_get(day, "cases")));
	}
	snprintf(title, sizeof title, "Cases by day, %s", json_string_value(json_object_get(report, "by")));
	begin(&f, title);
	draw_axes(&f, "", dates);
	json_array_foreach((json_t *)days, i, day)
	{
		const double width = fmax(0.8 * (x_of(&f, 1) - x_of(&f, 0)), 0.5);
		double below = 0;

		json_object_foreach(json_object_get(day, "by_status"), status, count)
		{
			size_t at = series_of(names, &series, status);
			double value = json_number_value(count);

			if (at == SERIES_MAX)
				at = SERIES_MAX - 1;
			DRAW(&f,
				"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"0.5\"><title>%s %s: %.0f</title></rect>\n",
				x_of(&f, i) - width / 2, y_of(&f, below + value), width, y_of(&f, below) - y_of(&f, below + value),
				colours[at], json_string_value(json_object_get(day, "date")), status, value);
			below += value;
		}
	}
	for (i = 0; i < series; i++)
		draw_legend(&f, i, names[i]);
	json_decref(dates);
	return end(&f);
}

static const char *
series_name(const json_t *line, char *name)
{
	const char *kind = json_string_value(json_object_get(line, "kind"));
	const char *area = json_string_value(json_object_get(json_object_get(line, "area"), "en"));

	snprintf(name, LABEL_SIZE, "%s%s%s", area ? area : "", kind ? ", " : "", kind ? kind : "");
	return name;
}

/* The largest series by their people, so that the legend has room. */
static size_t
choose_series(const json_t *days, char names[][LABEL_SIZE])
{
	json_t *sums = json_object();
	char name[LABEL_SIZE];
	const json_t *line, *sum;
	const char *found;
	size_t count = 0, i;

	json_array_foreach((json_t *)days, i, line)
	{
		series_name(line, name);
		json_object_set_new(sums, name,
			json_integer(
				json_integer_value(json_object_get(sums, name)) + json_integer_value(json_object_get(line, "people"))));
	}
	while (count < SERIES_MAX && json_object_size(sums)) {
		json_int_t most = -1;

		json_object_foreach(sums, found, sum)
		{
			if (json_integer_value(sum) > most) {
				most = json_integer_value(sum);
				snprintf(name, sizeof name, "%s", found);
			}
		}
		snprintf(names[count++], LABEL_SIZE, "%s", name);
		json_object_del(sums, name);
	}
	json_decref(sums);
	return count;
}

/* Every date once. */
static json_t *
dates_of(const json_t *days)
{
	json_t *dates = json_array();
	const json_t *line, *last = NULL;
	size_t i;

	json_array_foreach((json_t *)days, i, line)
	{
		const json_t *date = json_object_get(line, "date");

		if (!last || !json_equal(date, last))
			json_array_append(dates, (json_t *)date);
		last = date;
	}
	return dates;
}

static void
draw_series(struct frame *f, const json_t *days, const char *name, size_t number)
{
	char other[LABEL_SIZE];
	const json_t *line, *last = NULL;
	bool drawing = false;
	size_t day = 0, i;

	DRAW(f, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" stroke-dasharray=\"%s\" d=\"", colours[number],
		dashes[number]);
	json_array_foreach((json_t *)days, i, line)
	{
		const json_t *date = json_object_get(line, "date"), *change = json_object_get(line, "change_percent");

		day += last && !json_equal(date, last);
		last = date;
		if (strcmp(series_name(line, other), name) != 0)
			continue;
		if (json_is_integer(change))
			DRAW(f, "%c%.1f %.1f", drawing ? 'L' : 'M', x_of(f, day), y_of(f, json_number_value(change)));
		drawing = json_is_integer(change);
	}
	draw(f, "\"/>\n");
}

static int
write_changes(const json_t *report, const char *title, struct buffer *svg, struct error *e)
{
	const json_t *days = json_object_get(report, "days"), *line;
	struct frame f = {.svg = svg, .least = -10, .most = 10, .e = e};
	char names[SERIES_MAX][LABEL_SIZE];
	size_t count = choose_series(days, names), i;
	json_t *dates = dates_of(days);

	f.days = json_array_size(dates);
	json_array_foreach((json_t *)days, i, line)
	{
		double change = json_number_value(json_object_get(line, "change_percent"));

		f.least = fmin(f.least, change);
		f.most = fmax(f.most, change);
	}
	begin(&f, title);
	draw_axes(&f, " %", dates);
	for (i = 0; i < count; i++) {
		draw_series(&f, days, names[i], i);
		draw_legend(&f, i, names[i]);
	}
	json_decref(dates);
	return end(&f);
}

/* What of the earth is drawn: degrees at the edges, a degree of longitude as wide as it is there. */
struct view {
	double south, north, west, east, shrink;
};

static struct view
view_of(const json_t *places)
{
	struct view v = {90, -90, 180, -180, 1};
	const json_t *place;
	size_t i;

	json_array_foreach((json_t *)places, i, place)
	{
		const json_t *latitude = json_object_get(place, "latitude"), *longitude = json_object_get(place, "longitude");

		if (!json_is_real(latitude))
			continue;
		v.south = fmin(v.south, json_real_value(latitude));
		v.north = fmax(v.north, json_real_value(latitude));
		v.west = fmin(v.west, json_real_value(longitude));
		v.east = fmax(v.east, json_real_value(longitude));
	}
	if (v.north < v.south)
		v = (struct view){-1, 1, -1, 1, 1};
	v.shrink = fmax(cos((v.south + v.north) / 2 * 0.017453292519943295), 0.01);
	return v;
}

static int
write_map(const json_t *report, struct buffer *svg, struct error *e)
{
	const double earth_km_a_degree = 111.19, width = WIDTH - 2 * LEFT, height = HEIGHT - 2 * TOP - BOTTOM;
	const json_t *places = json_object_get(report, "places"), *place;
	const struct view v = view_of(places);
	struct frame f = {.svg = svg, .e = e};
	/* A place alone is drawn in two kilometres around it. */
	const double span = fmax(fmax((v.east - v.west) * v.shrink / width, (v.north - v.south) / height), 0.02 / height);
	double kilometres = pow(10, floor(log10(span * width * earth_km_a_degree / 3)));
	size_t unplaced = 0, i;

	begin(&f, "Places where cases were");
	json_array_foreach((json_t *)places, i, place)
	{
		const json_t *latitude = json_object_get(place, "latitude");
		const double cases = json_number_value(json_object_get(place, "cases"));

		if (!json_is_real(latitude)) {
			unplaced++;
			continue;
		}
		DRAW(&f,
			"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"#b3161b\" fill-opacity=\"0.45\" stroke=\"#7a0e12\"><title>",
			WIDTH / 2.0 +
				(json_number_value(json_object_get(place, "longitude")) - (v.west + v.east) / 2) * v.shrink / span,
			1.5 * TOP + height / 2 - (json_real_value(latitude) - (v.south + v.north) / 2) / span, 4 + 3 * sqrt(cases));
		draw_text(&f, json_string_value(json_object_get(place, "name")));
		DRAW(&f, ", %s to %s: %.0f</title></circle>\n", json_string_value(json_object_get(place, "from")),
			json_string_value(json_object_get(place, "to")), cases);
	}
	DRAW(&f, "<line x1=\"%d\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#16202a\" stroke-width=\"2\"/>\n", LEFT,
		LEFT + kilometres / earth_km_a_degree / span, HEIGHT - 20, HEIGHT - 20);
	DRAW(&f,
		"<text x=\"%d\" y=\"%d\">%g km; north is up; %zu places, %zu of them without a position; as of %s</text>\n",
		LEFT, HEIGHT - 28, kilometres, json_array_size(places), unplaced,
		json_string_value(json_object_get(report, "now")));
	return end(&f);
}

int
write_svg(enum report_kind kind, const json_t *report, struct buffer *svg, struct error *e)
{
	switch (kind) {
	case REPORT_CASES:
		return write_map(report, svg, e);
	case REPORT_MOBILITY:
		return write_changes(report, "People at places, against the days of before", svg, e);
	case REPORT_DISTANCING:
		return write_changes(report, "Hours away from home, against the days of before", svg, e);
	default:
		return write_curve(report, svg, e);
	}
}
