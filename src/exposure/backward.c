/* Where a case may have caught it: the places it shared with other cases before onset.
 *
 * B1. A place counts a case once, however often they met there; a source is a case that was infectious meanwhile.
 * B2. No second of the case's own time at a place counts twice, however many others were there. */

#include <stdlib.h>

#include "base/array.h"
#include "exposure/internal.h"

struct search {
	const struct exposure_parameters *parameters;
	const struct zone *zone;
	const struct exposure_case *cases; /* the others, by person */
	size_t count;
	person_number subject;
	struct exposure_origins origins;
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
other_named(const struct search *search, person_number person)
{
	return search->count ? bsearch(&person, search->cases, search->count, sizeof *search->cases, compare_person_to_case)
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
	const struct search *search = context;

	return person != search->subject && other_named(search, person);
}

static int
by_person(const void *left, const void *right)
{
	const struct overlap *a = left, *b = right;

	return compare(a->person, b->person);
}

static int
by_time(const void *left, const void *right)
{
	const struct overlap *a = left, *b = right;
	int order = compare(a->from, b->from);

	return order ? order : compare(a->to, b->to);
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
was_source(const struct search *search, const struct overlap *overlap)
{
	struct exposure_window window;

	return exposure_window(search->parameters, other_named(search, overlap->person), search->zone, &window) &&
		overlap->from < window.to && window.from < overlap->to;
}

/* The cases at the place; the overlaps are sorted by person (B1). */
static void
count_cases(const struct search *search, const struct overlaps *overlaps, struct exposure_origin *origin)
{
	bool source = false;

	for (size_t i = 0; i < overlaps->count; i++) {
		const struct overlap *o = &overlaps->items[i];

		if (i == 0 || o[-1].person != o->person) {
			origin->cases++;
			source = false;
		}
		if (!source && was_source(search, o)) {
			origin->sources++;
			origin->unlinked += !other_named(search, o->person)->linked;
			source = true;
		}
	}
}

/* The time there; the overlaps are sorted by it (B2). */
static void
count_minutes(const struct overlaps *overlaps, struct exposure_origin *origin)
{
	instant counted_to = INT64_MIN;
	int64_t shared_s = 0;

	origin->from = overlaps->items[0].from;
	origin->to = overlaps->items[0].to;
	for (size_t i = 0; i < overlaps->count; i++) {
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

static int
add_origin(const struct presence_place *place, struct overlaps *overlaps, void *context, struct error *e)
{
	struct exposure_origin origin = {.place = overlaps->items[0].place, .minutes = -1};
	struct search *search = context;
	struct exposure_origins *origins = &search->origins;
	int r;

	(void)place;
	qsort(overlaps->items, overlaps->count, sizeof *overlaps->items, by_person);
	count_cases(search, overlaps, &origin);
	qsort(overlaps->items, overlaps->count, sizeof *overlaps->items, by_time);
	count_minutes(overlaps, &origin);
	if ((r = array_grow(&origins->items, &origins->capacity, origins->count + 1, sizeof *origins->items,
			 EXPOSURE_CONTACTS_MAX, e)) < 0)
		return r;
	origins->items[origins->count++] = origin;
	return 0;
}

int
exposure_backward(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_case *subject, const struct exposure_case *cases, size_t case_count, const struct zone *zone,
	const struct presence_view *view, struct exposure_origins *ret_origins, struct error *e)
{
	struct search search = {parameters, zone, cases, case_count, subject->person, {0}};
	const struct company_filter filter = {any_place, is_other_case, add_origin, &search};
	struct company_subject self = {.person = subject->person};
	int r = 0;

	for (size_t i = 1; i < case_count; i++)
		if (cases[i - 1].person >= cases[i].person)
			return error_set(e, ERROR_USAGE, "the other cases are not sorted by person, each once");
	if (exposure_backward_window(parameters, subject, zone, &self.window) &&
		(r = company_find(presence, &self, 1, view, &filter, e)) < 0)
		goto out;
	if (search.origins.count)
		qsort(search.origins.items, search.origins.count, sizeof *search.origins.items, by_rank);
	*ret_origins = search.origins;
	search.origins = (struct exposure_origins){0};
out:
	exposure_origins_free(&search.origins);
	return r;
}

void
exposure_origins_free(struct exposure_origins *origins)
{
	free(origins->items);
	*origins = (struct exposure_origins){0};
}
