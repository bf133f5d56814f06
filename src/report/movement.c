/* How much people move, and how much they stay at home: numbers of people a day, with noise, beside those of a time before.
 *
 * M1. In a day a person adds at most 1 to at most REPORT_CELLS_MAX numbers of mobility; to those of one division alone in distancing: 1, 1,
 *     and REPORT_AWAY_HOURS_MAX hours. The noise is Laplace's with those bounds over REPORT_EPSILON.
 * M2. Whether a number is withheld is decided by the number with its noise: the true one decides nothing that is seen. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "keys/keys.h"
#include "report/inside.h"

enum { WEEK = 7, ABOUT_SIZE = 96, FIGURES_MAX = 50000000 };

/* What is counted of a cell in a day. */
struct figure {
	double people, home, away_s;
};

struct movement {
	struct cascade *cascade;
	struct keys *keys;
	const char *name;
	bool mobility;
	const struct pack *pack;
	struct report_parameters parameters;
	const struct report_span *span;
	struct places places;
	struct rows rows;
	struct figure *figures, *baseline; /* [day][cell] */
	size_t days, baseline_days;
	json_int_t withheld;
};

/* Leave at most REPORT_CELLS_MAX of a person's rows, of different cells: those whose keyed hashes are the least. */
static size_t
choose_cells(const struct movement *m, day_number day, struct row *rows, size_t count)
{
	uint8_t hashes[REPORT_CELLS_MAX][KEYS_SIZE], hash[KEYS_SIZE];
	size_t kept = 0, distinct = 0;

	for (size_t i = 0; i < count; i++)
		if (i == 0 || rows[i].cell != rows[i - 1].cell)
			rows[distinct++] = rows[i];
	if (distinct <= REPORT_CELLS_MAX)
		return distinct;
	for (size_t i = 0; i < distinct; i++) {
		const struct row row = rows[i];
		const uint32_t about[] = {row.person, row.cell, (uint32_t)day};
		size_t at = kept < REPORT_CELLS_MAX ? kept++ : kept;

		keys_hash(m->keys, "report-choice", about, sizeof about, hash);
		if (at == REPORT_CELLS_MAX) {
			if (memcmp(hash, hashes[--at], sizeof hash) >= 0)
				continue;
		}
		for (; at > 0 && memcmp(hash, hashes[at - 1], sizeof hash) < 0; at--) {
			memcpy(hashes[at], hashes[at - 1], sizeof hash);
			rows[at] = rows[at - 1];
		}
		memcpy(hashes[at], hash, sizeof hash);
		rows[at] = row;
	}
	return kept;
}

static void
count_mobility(const struct movement *m, day_number day, struct row *rows, size_t count, struct figure *figures)
{
	size_t kept = choose_cells(m, day, rows, count);

	for (size_t i = 0; i < kept; i++)
		figures[rows[i].cell].people++;
}

static void
count_distancing(const struct row *rows, size_t count, struct figure *figures)
{
	uint64_t away_s = 0, most_s = 0;
	bool has_home = false, has_away = false;
	uint32_t cell = rows[0].cell;

	for (size_t i = 0; i < count; i++) {
		uint64_t here_s = 0;

		for (size_t k = i; k < count && rows[k].cell == rows[i].cell; k++)
			here_s += rows[k].home == rows[i].home ? rows[k].seconds : 0;
		away_s += rows[i].home ? 0 : rows[i].seconds;
		if ((rows[i].home && !has_home) || (rows[i].home == has_home && here_s > most_s)) {
			cell = rows[i].cell;
			most_s = here_s;
		}
		has_home |= rows[i].home;
		has_away |= !rows[i].home;
	}
	if (away_s > REPORT_AWAY_HOURS_MAX * 3600)
		away_s = REPORT_AWAY_HOURS_MAX * 3600;
	figures[cell].people++;
	figures[cell].home += has_home && !has_away;
	figures[cell].away_s += (double)away_s;
}

static void
add_noise(const struct movement *m, day_number day, struct figure *figures)
{
	const double bound_s = REPORT_AWAY_HOURS_MAX * 3600.0;
	char about[ABOUT_SIZE];

	for (size_t i = 0; i < m->places.cells.count; i++) {
		const struct cell *cell = &m->places.cells.items[i];

		snprintf(
			about, sizeof about, "%s|%d|%06u|%s|people", m->name, (int)day, (unsigned)cell->division->code, cell->kind);
		figures[i].people = with_noise(m->keys, about, figures[i].people, 1 / REPORT_EPSILON);
		if (m->mobility)
			continue;
		snprintf(about, sizeof about, "%s|%d|%06u|home", m->name, (int)day, (unsigned)cell->division->code);
		figures[i].home = with_noise(m->keys, about, figures[i].home, 1 / REPORT_EPSILON);
		snprintf(about, sizeof about, "%s|%d|%06u|away", m->name, (int)day, (unsigned)cell->division->code);
		figures[i].away_s = with_noise(m->keys, about, figures[i].away_s, bound_s / REPORT_EPSILON);
	}
}

static int
count_day(struct movement *m, day_number day, struct figure *figures, struct error *e)
{
	struct rows *rows = &m->rows;
	int r = rows_read(m->cascade, &m->places, pack_zone(m->pack), day, rows, e);

	for (size_t i = 0, end; i < rows->count && r == 0; i = end) {
		for (end = i + 1; end < rows->count && rows->items[end].person == rows->items[i].person;)
			end++;
		if (m->mobility)
			count_mobility(m, day, rows->items + i, end - i, figures);
		else
			count_distancing(rows->items + i, end - i, figures);
	}
	if (r == 0)
		add_noise(m, day, figures);
	return r;
}

static int
count_days(struct movement *m, day_number from, size_t days, struct figure **ret_figures, struct error *e)
{
	const size_t cells = m->places.cells.count;
	int r = 0;

	if (cells && days > FIGURES_MAX / cells)
		return error_set(e, ERROR_TOO_LARGE, "more than %d numbers", FIGURES_MAX);
	if (!(*ret_figures = calloc(days * cells + 1, sizeof **ret_figures)))
		return error_no_memory(e);
	for (size_t i = 0; i < days && r == 0; i++)
		r = count_day(m, from + (day_number)i, *ret_figures + i * cells, e);
	return r;
}

static double
measure(const struct movement *m, const struct figure *figure)
{
	return m->mobility ? figure->people : figure->away_s / figure->people;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The middle one of the same weekday of the baseline; false where none of them rests on enough people. */
static bool
usual(const struct movement *m, day_number day, size_t cell, double *ret_usual)
{
	double values[REPORT_BASELINE_DAYS_MAX / WEEK + 2];
	size_t count = 0;

	for (size_t i = 0; i < m->baseline_days; i++) {
		const struct figure *figure = &m->baseline[i * m->places.cells.count + cell];

		if ((m->span->baseline_from + (day_number)i - day) % WEEK == 0 &&
			figure->people >= (double)m->parameters.people_least)
			values[count++] = measure(m, figure);
	}
	if (!count)
		return false;
	qsort(values, count, sizeof *values, compare_doubles);
	*ret_usual = (values[(count - 1) / 2] + values[count / 2]) / 2;
	return *ret_usual > 0;
}

static json_t *
line_json(const struct movement *m, day_number day, size_t i, const struct figure *figure)
{
	const struct cell *cell = &m->places.cells.items[i];
	char date[TIME_TEXT_SIZE], code[AREA_CODE_SIZE];
	double before, share = fmin(fmax(figure->home / figure->people, 0), 1);
	json_t *line,
		*change = usual(m, day, i, &before) ? json_integer((json_int_t)llround(100 * (measure(m, figure) / before - 1)))
											: json_null();

	snprintf(code, sizeof code, "%06u", (unsigned)cell->division->code);
	line = json_pack("{s:s, s:s, s:o, s:I, s:o}", "date", day_write(day, date), "division", code, "area",
		area_json(cell->division), "people", (json_int_t)llround(figure->people), "change_percent", change);
	if (!line)
		return NULL;
	if (m->mobility)
		json_object_set_new(line, "kind", json_string(cell->kind));
	else {
		double hours = fmin(fmax(figure->away_s / figure->people / 3600, 0), REPORT_AWAY_HOURS_MAX);

		json_object_set_new(line, "home_percent", json_integer((json_int_t)llround(100 * share)));
		json_object_set_new(line, "away_hours", json_real(round(10 * hours) / 10));
	}
	return line;
}

static json_t *
list_days(struct movement *m)
{
	json_t *list = json_array();

	for (size_t day = 0; day < m->days; day++)
		for (size_t i = 0; i < m->places.cells.count; i++) {
			const struct figure *figure = &m->figures[day * m->places.cells.count + i];

			if (figure->people < (double)m->parameters.people_least)
				m->withheld++;
			else
				json_array_append_new(list, line_json(m, m->span->from + (day_number)day, i, figure));
		}
	return list;
}

static int
make_report(struct movement *m, json_t **ret_report, struct error *e)
{
	static const char *const levels[] = {"", "province", "city", "county"};
	const size_t failures = json_memory_failures();
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], baseline_from[TIME_TEXT_SIZE], baseline_to[TIME_TEXT_SIZE];
	json_t *days = list_days(m), *report;

	report =
		json_if_whole(json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:f, s:I, s:I, s:o}", "level", levels[m->span->level],
						  "from", day_write(m->span->from, from), "to", day_write(m->span->to, to), "baseline", "from",
						  day_write(m->span->baseline_from, baseline_from), "to",
						  day_write(m->span->baseline_to, baseline_to), "epsilon", REPORT_EPSILON, "people_least",
						  (json_int_t)m->parameters.people_least, "withheld", m->withheld, "days", days),
			failures);
	if (!report)
		return error_no_memory(e);
	*ret_report = report;
	return 0;
}

static int
check_span(const struct report_span *span, struct error *e)
{
	if (span->to < span->from || span->baseline_to < span->baseline_from)
		return error_set(e, ERROR_BAD_INPUT, "a span of days does not end before it begins");
	if (span->to - span->from >= REPORT_DAYS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a report has at most %d days", REPORT_DAYS_MAX);
	if (span->baseline_to - span->baseline_from >= REPORT_BASELINE_DAYS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a baseline has at most %d days", REPORT_BASELINE_DAYS_MAX);
	return 0;
}

static int
report_movement(struct movement *m, json_t **ret_report, struct error *e)
{
	int r = check_span(m->span, e);

	if (r < 0 || (r = report_pack(m->cascade, &m->pack, &m->parameters, e)) < 0 ||
		(r = places_read(m->cascade, &m->parameters, m->span, m->mobility, &m->places, e)) < 0)
		return r;
	m->days = (size_t)(m->span->to - m->span->from) + 1;
	m->baseline_days = (size_t)(m->span->baseline_to - m->span->baseline_from) + 1;
	if ((r = count_days(m, m->span->baseline_from, m->baseline_days, &m->baseline, e)) == 0 &&
		(r = count_days(m, m->span->from, m->days, &m->figures, e)) == 0)
		r = make_report(m, ret_report, e);
	places_free(&m->places);
	free(m->rows.items);
	free(m->figures);
	free(m->baseline);
	return r;
}

int
report_mobility(struct cascade *cascade, const struct report_span *span, json_t **ret_report, struct error *e)
{
	struct movement m = {.cascade = cascade,
		.keys = registry_keys(cascade_registry(cascade)),
		.name = "mobility",
		.mobility = true,
		.span = span};

	return report_movement(&m, ret_report, e);
}

int
report_distancing(struct cascade *cascade, const struct report_span *span, json_t **ret_report, struct error *e)
{
	struct movement m = {
		.cascade = cascade, .keys = registry_keys(cascade_registry(cascade)), .name = "distancing", .span = span};

	return report_movement(&m, ret_report, e);
}
