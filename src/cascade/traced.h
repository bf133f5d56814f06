/* cascade/traced.h: from what each case was traced last, so that only those are traced again whose contacts may differ. */

#ifndef HEALTHCODE_CASCADE_TRACED_H
#define HEALTHCODE_CASCADE_TRACED_H

#include "cascade/cases.h"

/* A keyed hash of all that a trace of a case depends on. */
struct traced_from {
	uint8_t bytes[KEYS_SIZE];
};

/* traced_from(cascade, c, reach, ret_from, e): what tracing the case now would be traced from; ${reach} is the time whose
 * stays it reads, NULL if none.
 * traced_find(cascade, name, from, e): 1 if the case was traced from the same, 0 if not.
 * traced_keep(cascade, name, from, e): it was, now. In the open transaction, in which presence and the case were read. */
int traced_from(struct cascade *cascade, const struct cascade_case *c, const struct exposure_window *reach,
	struct traced_from *ret_from, struct error *e);
int traced_find(struct cascade *cascade, const char *name, const struct traced_from *from, struct error *e);
int traced_keep(struct cascade *cascade, const char *name, const struct traced_from *from, struct error *e);

/* traced_others(cascade, cases, ret_names, ret_count, e): the names of those that were traced and are none of ${cases}, which
 * is sorted by name; the caller frees them. */
int traced_others(struct cascade *cascade, const struct cascade_cases *cases, char (**ret_names)[CASCADE_CASE_SIZE],
	size_t *ret_count, struct error *e);

/* traced_forget(cascade, name, e): the case is no more. */
int traced_forget(struct cascade *cascade, const char *name, struct error *e);

#endif
