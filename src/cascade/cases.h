/* cascade/cases.h: the cases that evidence tells of. */

#ifndef HEALTHCODE_CASCADE_CASES_H
#define HEALTHCODE_CASCADE_CASES_H

#include "cascade/inside.h"

struct cascade_cases {
	struct cascade_case *items;
	size_t count, capacity;
};

/* cases_read(cascade, now, known, ret_cases, e): every case with a status up to ${now}, as known, by name; freed with
 * cases_free. */
int cases_read(struct cascade *cascade, instant now, instant known, struct cascade_cases *ret_cases, struct error *e);

/* cases_read_one(cascade, name, now, known, ret_case, e): the case of that name, for the cost of its own statuses;
 * ERROR_EXISTS_NOT. */
int cases_read_one(struct cascade *cascade, const char *name, instant now, instant known, struct cascade_case *ret_case,
	struct error *e);

void cases_free(struct cascade_cases *cases);

/* The case of that name, or NULL. */
const struct cascade_case *cases_find(const struct cascade_cases *cases, const char *name);

#endif
