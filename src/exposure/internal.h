/* exposure/internal.h: the company that somebody kept, which both directions of tracing start from. */

#ifndef HEALTHCODE_EXPOSURE_INTERNAL_H
#define HEALTHCODE_EXPOSURE_INTERNAL_H

#include "exposure/exposure.h"

/* Time that ${person} and the one asked about were at ${place} together: [from, to), not empty. ${timed}: both knew
 * the hours. ${rows}: how many rows apart, -1 where a seat is not known. ${crew}: one of them served the place.
 * ${protected}: one of them is known to have been; ${outdoor}: it is known to have been in the open. */
struct overlap {
	person_number person;
	place_number place;
	instant from, to;
	bool timed;
	int rows;
	bool crew;
	bool protected, outdoor;
};

struct overlaps {
	struct overlap *items;
	size_t count, capacity;
};

enum { OVERLAPS_MAX = 16000000 };

/* Whether the company at a place of this kind, or of this person, is wanted. */
struct company_filter {
	bool (*place)(const char *kind, const void *context);
	bool (*person)(person_number person, const void *context);
	const void *context;
};

/* company_find(presence, person, window, view, filter, overlaps, e):
 * Add to ${overlaps} everybody's time together with ${person} within ${window}, in no order. Return 0 or a code. */
int company_find(struct presence *presence, person_number person, const struct exposure_window *window,
	const struct presence_view *view, const struct company_filter *filter, struct overlaps *overlaps, struct error *e);

void overlaps_free(struct overlaps *overlaps);

/* parameters_for(parameters, kind): the rules for that kind of place, or "*"'s, or NULL. */
const struct exposure_place_rules *parameters_for(const struct exposure_parameters *parameters, const char *kind);

/* case_day(parameters, subject, zone, ret_day, ret_before_days):
 * The local day that the case is counted from, and how many days before it the infectious window begins; false if no
 * time is known. */
bool case_day(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, day_number *ret_day, int32_t *ret_before_days);

#endif
