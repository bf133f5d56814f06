/* Places where cases were.
 *
 * R1. Nothing in a line tells whose it is, nor which other line is of the same case: lines are in an order of places, and times are whole hours.
 * R2. A stay is shown from the case's confirmation (until then evidence shows no such case) until so many days after it. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_memory.h"
#include "report/inside.h"

enum { HOUR = 3600 };

#define DEGREES(e7) ((double)(e7) / 1e7)

struct visit {
	place_number place;
	instant from, to;
	person_number person;
};

struct map {
	struct cascade *cascade;
	const struct pack *pack;
	const struct division *within;
	struct report_parameters parameters;
	struct exposure_parameters contact;
	instant now;
	struct exposure_window window; /* of the case at hand */
	struct visit *visits;
	size_t count, capacity;
	json_t *places;
};

static bool
is_public(const char *status)
{
	static const char *const unsure[] = {"suspected", "probable", "discarded"};

	for (size_t i = 0; i < sizeof unsure / sizeof *unsure; i++)
		if (strcmp(status, unsure[i]) == 0)
			return false;
	return true;
}

static instant
hour_before(instant at)
{
	return at - ((at % HOUR) + HOUR) % HOUR;
}

static int
add_stay(const struct presence_stay *stay, void *context, struct error *e)
{
	struct map *map = context;
	struct visit visit = {.place = stay->place, .person = stay->person};
	int r;

	visit.from = stay->start > map->window.from ? stay->start : map->window.from;
	visit.to = stay->end < map->window.to ? stay->end : map->window.to;
	if (visit.to + map->parameters.days * DAY_S <= map->now || visit.from >= map->now)
		return 0;
	visit.from = hour_before(visit.from);
	visit.to = hour_before(visit.to + HOUR - 1);
	if ((r = array_grow(&map->visits, &map->capacity, map->count + 1, sizeof *map->visits, REPORT_PLACES_MAX, e)) < 0)
		return r;
	map->visits[map->count++] = visit;
	return 0;
}

static int
add_case(const struct cascade_case *c, void *context, struct error *e)
{
	struct map *map = context;
	const struct presence_view view = {.now = map->now, .known = registry_known(cascade_registry(map->cascade))};

	if (!c->exposure.person || !is_public(c->status) ||
		!exposure_window(&map->contact, &c->exposure, pack_zone(map->pack), &map->window))
		return 0;
	return presence_each_stay_of(
		cascade_presence(map->cascade), c->exposure.person, map->window.from, map->window.to, &view, add_stay, map, e);
}

static int
compare_visits(const void *a, const void *b)
{
	const struct visit *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

static int
compare_people(const void *a, const void *b)
{
	const struct visit *x = a, *y = b;

	return x->person < y->person ? -1 : x->person > y->person;
}

static bool
on_map(const struct map *map, const struct presence_place *place, const struct division *division)
{
	if (map->within && (!division || !division_contains(map->within, division)))
		return false;
	for (size_t i = 0; i < map->parameters.kind_count; i++)
		if (strcmp(map->parameters.kinds[i], place->kind) == 0)
			return true;
	return false;
}

/* Visits that touch, as one line. */
static int
add_line(struct map *map, const struct presence_place *place, struct visit *visits, size_t count, struct error *e)
{
	const struct division *division = division_find_text(place->division, strlen(place->division));
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	instant until = INT64_MIN, since = visits[0].from;
	json_int_t cases = 0;

	for (size_t i = 0; i < count; i++)
		until = visits[i].to > until ? visits[i].to : until;
	qsort(visits, count, sizeof *visits, compare_people);
	for (size_t i = 0; i < count; i++)
		cases += i == 0 || visits[i].person != visits[i - 1].person;
	return json_array_append_new(map->places,
			   json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:I}", "name", place->name, "kind", place->kind,
				   "division", *place->division ? json_string(place->division) : json_null(), "area",
				   area_json(division), "latitude",
				   place->positioned ? json_real(DEGREES(place->latitude_e7)) : json_null(), "longitude",
				   place->positioned ? json_real(DEGREES(place->longitude_e7)) : json_null(), "from",
				   time_write(since, pack_zone(map->pack), from), "to", time_write(until, pack_zone(map->pack), to),
				   "cases", cases)) < 0
		? error_no_memory(e)
		: 0;
}

static int
add_place(struct map *map, struct visit *visits, size_t count, struct error *e)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(cascade_registry(map->cascade))};
	struct presence_place place;
	size_t first = 0;
	instant until;
	int r = presence_place(cascade_presence(map->cascade), visits[0].place, &view, &place, e);

	if (r < 0)
		return r;
	if (!on_map(map, &place, division_find_text(place.division, strlen(place.division))))
		return 0;
	until = visits[0].to;
	for (size_t i = 1; i <= count && r == 0; i++) {
		if (i < count && visits[i].from <= until) {
			until = visits[i].to > until ? visits[i].to : until;
			continue;
		}
		if (i < count)
			until = visits[i].to;
		r = add_line(map, &place, visits + first, i - first, e);
		first = i;
	}
	return r;
}

struct line {
	json_t *place;
};

static int
compare_lines(const void *a, const void *b)
{
	static const char *const by[] = {"division", "name", "from", "kind", "to"};
	const json_t *x = ((const struct line *)a)->place, *y = ((const struct line *)b)->place;
	int order = 0;

	for (size_t i = 0; i < sizeof by / sizeof *by && order == 0; i++) {
		const char *left = json_string_value(json_object_get(x, by[i])),
				   *right = json_string_value(json_object_get(y, by[i]));

		order = strcmp(left ? left : "~", right ? right : "~");
	}
	return order;
}

static int
sort_lines(struct map *map, struct error *e)
{
	const size_t count = json_array_size(map->places);
	struct line *lines = calloc(count + 1, sizeof *lines);
	json_t *sorted = json_array();
	int r = 0;

	if (!lines || !sorted)
		r = error_no_memory(e);
	for (size_t i = 0; i < count && r == 0; i++)
		lines[i].place = json_array_get(map->places, i);
	if (r == 0)
		qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count && r == 0; i++)
		r = json_array_append(sorted, lines[i].place) < 0 ? error_no_memory(e) : 0;
	free(lines);
	if (r < 0) {
		json_decref(sorted);
		return r;
	}
	json_decref(map->places);
	map->places = sorted;
	return 0;
}

static int
make_lines(struct map *map, struct error *e)
{
	int r = 0;

	if (map->count)
		qsort(map->visits, map->count, sizeof *map->visits, compare_visits);
	for (size_t i = 0, end; i < map->count && r == 0; i = end) {
		for (end = i + 1; end < map->count && map->visits[end].place == map->visits[i].place;)
			end++;
		r = add_place(map, map->visits + i, end - i, e);
	}
	return r < 0 ? r : sort_lines(map, e);
}

int
report_cases(struct cascade *cascade, const struct division *within, json_t **ret_report, struct error *e)
{
	const size_t failures = json_memory_failures();
	struct map map = {.cascade = cascade, .within = within, .now = registry_now(cascade_registry(cascade))};
	char now[TIME_TEXT_SIZE];
	json_t *report;
	int r;

	if ((r = report_pack(cascade, &map.pack, &map.parameters, e)) < 0)
		return r;
	if (!pack_section(map.pack, "contact"))
		return error_set(e, ERROR_EXISTS_NOT, "the pack %s has no \"contact\" section", pack_jurisdiction(map.pack));
	map.places = json_array();
	if (!map.places) {
		r = error_no_memory(e);
		goto out;
	}
	if ((r = exposure_parameters_read(pack_section(map.pack, "contact"), &map.contact, e)) < 0 ||
		(r = cascade_each_case(cascade, add_case, &map, e)) < 0 || (r = make_lines(&map, e)) < 0)
		goto out;
	report = json_if_whole(json_pack("{s:s, s:I, s:O}", "now", time_write(map.now, pack_zone(map.pack), now), "days",
							   (json_int_t)map.parameters.days, "places", map.places),
		failures);
	if (report)
		*ret_report = report;
	else
		r = error_no_memory(e);
out:
	json_decref(map.places);
	free(map.visits);
	return r;
}
