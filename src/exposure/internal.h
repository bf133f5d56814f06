/* exposure/internal.h: the company that somebody kept, which both directions of tracing start from. */

#ifndef HEALTHCODE_EXPOSURE_INTERNAL_H
#define HEALTHCODE_EXPOSURE_INTERNAL_H

#include "exposure/exposure.h"

/* Time that ${person} and the one asked about, ${through}, were at ${place} together: [from, to), not empty. ${timed}: both
 * knew the hours. ${rows}: how many rows apart, -1 where a seat is not known. ${crew}: one of them served the place; ${staff}: ${person} did.
 * ${protected}: one of them is known to have been; ${outdoor}: it is known to have been in the open. */
struct overlap {
	person_number through, person;
	place_number place;
	instant from, to;
	bool timed;
	int rows;
	bool crew, staff;
	bool protected, outdoor;
};

struct overlaps {
	struct overlap *items;
	size_t count, capacity;
};

enum { OVERLAPS_MAX = 16000000 }; /* at one place */

/* Somebody whose company is wanted, and when. */
struct company_subject {
	person_number person;
	struct exposure_window window;
};

/* Whether the company at a place of this kind, or of this person, is wanted; and what to do with what was found at a place:
 * the overlaps are in no order, at least one, and may be sorted; 0, or a code that ends the search. */
struct company_filter {
	bool (*place)(const char *kind, const void *context);
	bool (*person)(person_number person, const void *context);
	int (*found)(const struct presence_place *place, struct overlaps *overlaps, void *context, struct error *e);
	void *context;
};

/* company_find(presence, subjects, count, view, filter, e):
 * Find everybody's time together with each of the ${subjects} within that one's window, a place at a time. What a subject, or
 * somebody else, has in several stays that say the same is found as one. Return 0 or a code. */
int company_find(struct presence *presence, const struct company_subject *subjects, size_t count,
	const struct presence_view *view, const struct company_filter *filter, struct error *e);

/* parameters_for(parameters, kind): the rules for that kind of place, or "*"'s, or NULL. */
const struct exposure_place_rules *parameters_for(const struct exposure_parameters *parameters, const char *kind);

/* case_day(parameters, subject, zone, ret_day, ret_before_days):
 * The local day that the case is counted from, and how many days before it the infectious window begins; false if no
 * time is known. */
bool case_day(const struct exposure_parameters *parameters, const struct exposure_case *subject,
	const struct zone *zone, day_number *ret_day, int32_t *ret_before_days);

#endif
