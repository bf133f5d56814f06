/* http/rehearsals.h: rehearsals of rules, one at a time, on a thread of their own: they take minutes, and codes must not wait. What they
 * found is kept in memory until the server ends, the last REHEARSALS_KEPT of them. */

#ifndef HEALTHCODE_HTTP_REHEARSALS_H
#define HEALTHCODE_HTTP_REHEARSALS_H

#include <jansson.h>

#include "base/error.h"
#include "registry/registry.h"

enum { REHEARSALS_KEPT = 16 };

struct rehearsals;

/* ${where}'s texts are needed until rehearsals_free. */
int rehearsals_new(const struct registry_where *where, struct rehearsals **ret_rehearsals, struct error *e);

/* Stop what is under way and forget all. Accepts NULL. */
void rehearsals_free(struct rehearsals *rehearsals);

/* rehearsals_start(rehearsals, before, after, samples, seed, ret_number, e): compare two packs, each a jurisdiction's or a version by hash
 * (rehearse/rehearse.h); where ${after} is NULL, score the first. ERROR_EXISTS while another is under way. */
int rehearsals_start(struct rehearsals *rehearsals, const char *before, const char *after, size_t samples,
	uint64_t seed, int64_t *ret_number, struct error *e);

/* rehearsals_find(rehearsals, number, ret_state, e): {"rehearsal", "state": "running", "done" or "failed", "done", "total", "report" or
 * null, "reason" or null}. ERROR_EXISTS_NOT. */
int rehearsals_find(struct rehearsals *rehearsals, int64_t number, json_t **ret_state, struct error *e);

#endif
