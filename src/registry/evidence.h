/* registry/evidence.h: evidence about a person, and who is due because of it. */

#ifndef HEALTHCODE_REGISTRY_EVIDENCE_H
#define HEALTHCODE_REGISTRY_EVIDENCE_H

#include "evidence/evidence.h"
#include "registry/due.h"
#include "registry/store.h"

/* registry_evidence_put(registry, row, ret_outcome, e):
 * Record ${row} and, unless it was known already, make the person due everywhere they applied, at the row's own time. What the
 * rows of each kind hold is the item in the facts (docs/facts.schema.json) with times as RFC 3339 in UTC. This is how
 * every room above puts what can change a colour; counts of areas go to the evidence room itself. What no import brings, and
 * was not traced but told, has an entry in the ledger (given.c). */
int registry_evidence_put(
	struct registry *registry, const struct evidence_row *row, enum evidence_outcome *ret_outcome, struct error *e);

/* registry_evidence_put_marking(registry, row, marks, ret_outcome, e): the same, but whom it makes due is marked in ${marks} (registry/due.h):
 * the caller puts them in the same transaction. */
int registry_evidence_put_marking(struct registry *registry, const struct evidence_row *row,
	struct registry_due_marks *marks, enum evidence_outcome *ret_outcome, struct error *e);

/* registry_verify_given(registry, ret_wrong_seq, e):
 * Compare the ledger's entries of evidence with the evidence. ${ret_wrong_seq}: the first entry whose row is gone or another, or
 * before whose row there is one without an entry; the ledger's size where the last rows have none; or -1. */
int registry_verify_given(struct registry *registry, int64_t *ret_wrong_seq, struct error *e);

/* registry_evidence_tell(registry, row, phone, e):
 * What the holder of ${phone} (in its normal form) says about ${row->person} with an application. It is evidence where the
 * phone speaks for the person. Else it is held beside the phone's claim, unseen, until somebody vouches: for this phone, then it
 * becomes evidence, with its own time; or for another, then it is removed. ERROR_TOO_LARGE for more than a claim may hold. */
int
registry_evidence_tell(struct registry *registry, const struct evidence_row *row, const char *phone, struct error *e);

/* registry_held_forget(registry, before, ret_count, e): remove what has been held since before ${before}; how many statements
 * that were. In the caller's transaction. */
int registry_held_forget(struct registry *registry, instant before, int64_t *ret_count, struct error *e);

#endif
