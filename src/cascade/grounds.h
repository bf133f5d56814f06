/* cascade/grounds.h: what a case rests on, which decides whether it colours others (cascade.h, Grounds). Inside the room. */

#ifndef HEALTHCODE_CASCADE_GROUNDS_H
#define HEALTHCODE_CASCADE_GROUNDS_H

#include "cascade/cases.h"

/* grounds_of_row(pack, row, body): whether that status of a case rests on a laboratory's result or two clinicians. */
bool grounds_of_row(const struct pack *pack, const struct evidence_row *row, const json_t *body);

/* grounds_add_words(cascade, cases, now, known, e): to cases put together from their statuses, by name, add what clinicians said of them up
 * to ${now}, as ${known}. */
int
grounds_add_words(struct cascade *cascade, struct cascade_cases *cases, instant now, instant known, struct error *e);

/* Whether the case colours its contacts, or did: then from when to when is in the case. */
static inline bool
grounds_ever(const struct cascade_case *c)
{
	return c->grounded_at != EXPOSURE_UNKNOWN;
}

#endif
