/* Who was where on a local day, by what is counted together. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "report/inside.h"

enum { PLACES_MAX = 100000000, CELLS_MAX = 1000000 };

int
report_pack(
	struct cascade *cascade, const struct pack **ret_pack, struct report_parameters *ret_parameters, struct error *e)
{
	const struct pack *pack;
	int r = registry_pack(cascade_registry(cascade), NULL, &pack, e);

	if (r < 0 || (r = report_parameters_read(pack_section(pack, "report"), ret_parameters, e)) < 0)
		return r;
	*ret_pack = pack;
	return 0;
}

json_t *
area_json(const struct division *division)
{
	return division ? json_pack("{s:s, s:s}", "zh", division->name_zh, "en",
						  division->name_en ? division->name_en : division->name_zh)
					: json_null();
}

/* The division of that level in which a place lies, NULL where it lies in none. */
static const struct division *
at_level(const struct division *division, enum division_level level)
{
	if (level == DIVISION_PROVINCE)
		return division_province(division);
	if (level == DIVISION_CITY)
		return division_city(division);
	return division->level == DIVISION_COUNTY ? division : NULL;
}

static int
compare_cells(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	if (x->division != y->division)
		return x->division->code < y->division->code ? -1 : 1;
	return strcmp(x->kind, y->kind);
}

struct finding {
	const struct report_parameters *parameters;
	const struct report_span *span;
	bool kinds;
	struct places places;
	struct cell *of; /* each place's cell */
	size_t of_capacity;
};

static int
add_place(const struct presence_place *place, void *context, struct error *e)
{
	struct finding *finding = context;
	const struct division *division = division_find_text(place->division, strlen(place->division));
	const bool home = strcmp(place->kind, finding->parameters->home) == 0;
	struct places *places = &finding->places;
	int r;

	if (!division || (finding->kinds && home) ||
		(finding->span->within && !division_contains(finding->span->within, division)) ||
		!(division = at_level(division, finding->span->level)))
		return 0;
	if ((r = array_grow(&places->items, &places->capacity, places->count + 1, sizeof *places->items, PLACES_MAX, e)) <
			0 ||
		(r = array_grow(&finding->of, &finding->of_capacity, places->count + 1, sizeof *finding->of, PLACES_MAX, e)) <
			0)
		return r;
	finding->of[places->count] = (struct cell){.division = division};
	if (finding->kinds)
		strcpy(finding->of[places->count].kind, place->kind);
	places->items[places->count++] = (struct placed){.number = place->number, .home = home};
	return 0;
}

/* Number the cells, by division and kind. */
static int
number_cells(struct finding *finding, struct error *e)
{
	struct places *places = &finding->places;
	struct cells *cells = &places->cells;
	int r = array_grow(&cells->items, &cells->capacity, places->count, sizeof *cells->items, PLACES_MAX, e);

	if (r < 0 || !places->count)
		return r;
	memcpy(cells->items, finding->of, places->count * sizeof *cells->items);
	qsort(cells->items, places->count, sizeof *cells->items, compare_cells);
	for (size_t i = 0; i < places->count; i++)
		if (i == 0 || compare_cells(&cells->items[i], &cells->items[cells->count - 1]) != 0)
			cells->items[cells->count++] = cells->items[i];
	if (cells->count > CELLS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d divisions and kinds of place", CELLS_MAX);
	for (size_t i = 0; i < places->count; i++) {
		const struct cell *cell =
			bsearch(&finding->of[i], cells->items, cells->count, sizeof *cells->items, compare_cells);

		places->items[i].cell = (uint32_t)(cell - cells->items);
	}
	return 0;
}

int
places_read(struct cascade *cascade, const struct report_parameters *parameters, const struct report_span *span,
	bool kinds, struct places *ret_places, struct error *e)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(cascade_registry(cascade))};
	struct finding finding = {.parameters = parameters, .span = span, .kinds = kinds};
	int r = presence_each_place(cascade_presence(cascade), &view, add_place, &finding, e);

	if (r == 0 && (r = number_cells(&finding, e)) == 0)
		*ret_places = finding.places;
	else
		places_free(&finding.places);
	free(finding.of);
	return r;
}

void
places_free(struct places *places)
{
	free(places->items);
	free(places->cells.items);
	*places = (struct places){0};
}

struct reading {
	const struct placed *place;
	instant from, to;
	struct rows *rows;
};

static int
add_row(const struct presence_stay *stay, void *context, struct error *e)
{
	struct reading *reading = context;
	struct rows *rows = reading->rows;
	instant from = stay->start > reading->from ? stay->start : reading->from;
	instant to = stay->end < reading->to ? stay->end : reading->to;
	int r = array_grow(&rows->items, &rows->capacity, rows->count + 1, sizeof *rows->items, REPORT_ROWS_MAX, e);

	if (r < 0)
		return r;
	rows->items[rows->count++] = (struct row){.person = stay->person,
		.cell = reading->place->cell,
		.seconds = stay->day_only ? 0 : (uint32_t)(to - from),
		.home = reading->place->home};
	return 0;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

int
rows_read(struct cascade *cascade, const struct places *places, const struct zone *zone, day_number day,
	struct rows *rows, struct error *e)
{
	const struct presence_view view = {
		.now = registry_now(cascade_registry(cascade)), .known = registry_known(cascade_registry(cascade))};
	struct reading reading = {.from = zone_day_start(zone, day), .to = zone_day_start(zone, day + 1), .rows = rows};
	int r = 0;

	rows->count = 0;
	for (size_t i = 0; i < places->count && r == 0; i++) {
		reading.place = &places->items[i];
		r = presence_each_stay_at(
			cascade_presence(cascade), reading.place->number, reading.from, reading.to, &view, add_row, &reading, e);
	}
	if (r == 0 && rows->count)
		qsort(rows->items, rows->count, sizeof *rows->items, compare_rows);
	return r;
}
