/* registry/evidence.h: evidence about a person, and who is due because of it. */

#ifndef HEALTHCODE_REGISTRY_EVIDENCE_H
#define HEALTHCODE_REGISTRY_EVIDENCE_H

#include "evidence/evidence.h"
#include "registry/store.h"

/* registry_evidence_put(registry, row, ret_outcome, e):
 * Record ${row} and, unless it was known already, make the person due everywhere they applied, at the row's own time. What the
 * rows of each kind hold is the item in the facts (docs/facts.schema.json) with times as RFC 3339 in UTC. This is how
 * every room above puts what can change a colour; counts of areas go to the evidence room itself. */
int registry_evidence_put(
	struct registry *registry, const struct evidence_row *row, enum evidence_outcome *ret_outcome, struct error *e);

#endif
