/* Where a case may have caught it: the places it shared with other cases before onset.
 *
 * B1. A place counts a case once, however often they met there; a source is a case that was infectious meanwhile.
 * B2. No second of the case's own time at a place counts twice, however many others were there. */

#include <stdlib.h>

#include "base/array.h"
#include "exposure/internal.h"

struct others {
	const struct exposure_case *cases;
	size_t count;
	person_number subject;
};

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_person_to_case(const void *key, const void *item)
{
	return compare(*(const person_number *)key, ((const struct exposure_case *)item)->person);
}

static const struct exposure_case *
other_named(const struct others *others, person_number person)
{
	return others->count ? bsearch(&person, others->cases, others->count, sizeof *others->cases, compare_person_to_case)
						 : NULL;
}

static bool
any_place(const char *kind, const void *context)
{
	(void)kind;
	(void)context;
	return true;
}

static bool
is_other_case(person_number person, const void *context)
{
	const struct others *others = context;

	return person != others->subject && other_named(others, person);
}

static int
by_place_and_person(const void *left, const void *right)
{
	const struct overlap *a = left, *b = right;
	int order = compare(a->place, b->place);

	return order ? order : compare(a->person, b->person);
}

static int
by_place_and_time(const void *left, const void *right)
{
	const struct overlap *a = left, *b = right;
	int order;

	if ((order = compare(a->place, b->place)) || (order = compare(a->from, b->from)))
		return order;
	return compare(a->to, b->to);
}

static int
by_rank(const void *left, const void *right)
{
	const struct exposure_origin *a = left, *b = right;
	int order;

	if ((order = compare((int64_t)b->unlinked, (int64_t)a->unlinked)) ||
		(order = compare((int64_t)b->sources, (int64_t)a->sources)) ||
		(order = compare((int64_t)b->cases, (int64_t)a->cases)) || (order = compare(b->minutes, a->minutes)))
		return order;
	return compare(a->place, b->place);
}

static bool
was_source(const struct exposure_parameters *parameters, const struct others *others, const struct zone *zone,
	const struct overlap *overlap)
{
	struct exposure_window window;

	return exposure_window(parameters, other_named(others, overlap->person), zone, &window) &&
		overlap->from < window.to && window.from < overlap->to;
}

/* One origin for each place, with its cases counted; the overlaps are sorted by place and person (B1). */
static int
count_cases(const struct exposure_parameters *parameters, const struct others *others, const struct zone *zone,
	const struct overlaps *overlaps, struct exposure_origins *origins, struct error *e)
{
	bool source = false;
	int r;

	for (size_t i = 0; i < overlaps->count; i++) {
		const struct overlap *o = &overlaps->items[i];
		bool new_place = i == 0 || o[-1].place != o->place;

		if (new_place) {
			r = array_grow(&origins->items, &origins->capacity, origins->count + 1, sizeof *origins->items,
				EXPOSURE_CONTACTS_MAX, e);
			if (r < 0)
				return r;
			origins->items[origins->count++] = (struct exposure_origin){.place = o->place, .minutes = -1};
		}
		if (new_place || o[-1].person != o->person) {
			origins->items[origins->count - 1].cases++;
			source = false;
		}
		if (!source && was_source(parameters, others, zone, o)) {
			origins->items[origins->count - 1].sources++;
			origins->items[origins->count - 1].unlinked += !other_named(others, o->person)->linked;
			source = true;
		}
	}
	return 0;
}

/* The time at each place; the overlaps are sorted by place and time, and the origins by place (B2). */
static void
count_minutes(const struct overlaps *overlaps, struct exposure_origins *origins)
{
	size_t i = 0;

	for (size_t n = 0; n < origins->count; n++) {
		struct exposure_origin *origin = &origins->items[n];
		instant counted_to = INT64_MIN;
		int64_t shared_s = 0;

		origin->from = overlaps->items[i].from;
		origin->to = overlaps->items[i].to;
		for (; i < overlaps->count && overlaps->items[i].place == origin->place; i++) {
			const struct overlap *o = &overlaps->items[i];

			if (o->to > origin->to)
				origin->to = o->to;
			if (o->timed && o->to > counted_to) {
				shared_s += o->to - (o->from > counted_to ? o->from : counted_to);
				origin->minutes = shared_s / 60;
				counted_to = o->to;
			}
		}
	}
}

int
exposure_backward(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_case *subject, const struct exposure_case *cases, size_t case_count, const struct zone *zone,
	const struct presence_view *view, struct exposure_origins *ret_origins, struct error *e)
{
	const struct others others = {cases, case_count, subject->person};
	const struct company_filter filter = {any_place, is_other_case, &others};
	struct exposure_origins origins = {0};
	struct overlaps overlaps = {0};
	struct exposure_window window;
	int32_t before_days;
	day_number day;
	int r = 0;

	for (size_t i = 1; i < case_count; i++)
		if (cases[i - 1].person >= cases[i].person)
			return error_set(e, ERROR_USAGE, "the other cases are not sorted by person, each once");
	if (case_day(parameters, subject, zone, &day, &before_days)) {
		window.from = zone_day_start(zone, day - parameters->backward_from_days);
		window.to = zone_day_start(zone, day - parameters->backward_to_days + 1);
		if ((r = company_find(presence, subject->person, &window, view, &filter, &overlaps, e)) < 0)
			goto out;
	}
	if (overlaps.count) {
		qsort(overlaps.items, overlaps.count, sizeof *overlaps.items, by_place_and_person);
		if ((r = count_cases(parameters, &others, zone, &overlaps, &origins, e)) < 0)
			goto out;
		qsort(overlaps.items, overlaps.count, sizeof *overlaps.items, by_place_and_time);
		count_minutes(&overlaps, &origins);
		qsort(origins.items, origins.count, sizeof *origins.items, by_rank);
	}
	*ret_origins = origins;
	origins = (struct exposure_origins){0};
out:
	overlaps_free(&overlaps);
	exposure_origins_free(&origins);
	return r;
}

void
exposure_origins_free(struct exposure_origins *origins)
{
	free(origins->items);
	*origins = (struct exposure_origins){0};
}
