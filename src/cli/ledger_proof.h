/* cli/ledger_proof.h: proofs of the ledger as JSON documents that anybody can check.
 *
 *   {"entry": {"at", "kind", "body"}, "leaf", "proof": [...], "root", "seq", "size"}
 *       entry number seq is under the root at size
 *   {"old_root", "old_size", "proof": [...], "root", "size"}
 *       the root at size only adds to the one at old_size
 *
 * Hashes are lower-case hexadecimal, times RFC 3339. */

#ifndef HEALTHCODE_CLI_LEDGER_PROOF_H
#define HEALTHCODE_CLI_LEDGER_PROOF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "ledger/ledger.h"

/* An entry as JSON with a new reference; NULL with ${e} filled. */
json_t *ledger_entry_json(const struct ledger_entry *entry, struct error *e);

/* A hash as a new JSON string, or NULL. */
json_t *ledger_hash_json(const struct ledger_hash *hash);

/* Make one of the documents above from a store, at ${size}. */
int ledger_proof_of_entry(struct db *db, int64_t seq, int64_t size, json_t **ret_document, struct error *e);
int ledger_proof_of_growth(struct db *db, int64_t old_size, int64_t size, json_t **ret_document, struct error *e);

/* ledger_proof_check(document, ret_valid, e): whether such a document proves what it says. ERROR_BAD_INPUT if it is
 * none. */
int ledger_proof_check(const json_t *document, bool *ret_valid, struct error *e);

#endif
