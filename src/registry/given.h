/* registry/given.h: what people say and do leaves an entry in the ledger. Inside the room.
 *
 *   ledger entry "evidence.given"   {"commitment": HEX, "evidence": number of the row, "kind": "checkin"}
 *
 * for each row of evidence that no import brought: applications, declarations, check-ins, vouchers, temperatures at gates, acts
 * of the office. Contacts are left out: the program traces them, from what has entries.
 *
 * G1. The commitment is SHA-256(salt || record), the record the row's canonical JSON. The salt is a keyed hash of the record,
 *     so that it needs no storage, and nobody without the keys can guess what was said, or of whom.
 * G2. The row and its entry are in one transaction, and come in the same order. */

#ifndef HEALTHCODE_REGISTRY_GIVEN_H
#define HEALTHCODE_REGISTRY_GIVEN_H

#include "registry/evidence.h"

/* Put the entry of row number ${seq} in, in the open transaction; of what an import brings or was traced there is none. */
int given_put(struct registry *registry, const struct evidence_row *row, int64_t seq, struct error *e);

#endif
