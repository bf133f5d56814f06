/* ledger/ledger.h: the append-only log of everything that can change a colour, as a Merkle tree (RFC 6962).
 *
 * Entry number seq (from 0) is a moment, a kind and a body of canonical JSON. Its leaf is
 *
 *     SHA-256(0x00 || "AT\nKIND\nBODY")     AT in decimal seconds since 1970-01-01T00:00:00Z
 *
 * and a node is SHA-256(0x01 || left || right). The root at a size commits to all entries before it and their order;
 * whoever kept a root can be shown that an entry is under it (inclusion) and that a later root only added to it
 * (consistency). Proofs are RFC 6962's, and anybody can check them with the last functions here, without a store.
 *
 * What must not be readable in the ledger goes in as a commitment: SHA-256(salt || bytes), its salt kept elsewhere.
 * Destroying the salt leaves the ledger whole and the commitment empty. An entry for many changes holds the root of
 * their commitments.
 *
 * Beside what is named, functions that take a db return its codes. */

#ifndef HEALTHCODE_LEDGER_LEDGER_H
#define HEALTHCODE_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/time.h"
#include "db/db.h"

enum {
	LEDGER_HASH_SIZE = 32,
	LEDGER_SALT_SIZE = 32,
	LEDGER_PROOF_MAX = 64,     /* hashes in a proof, which bounds the size of a ledger at 2^63 */
	LEDGER_KIND_MAX = 64,      /* characters of a kind: a-z, 0-9, '-', '.' */
	LEDGER_BODY_MAX = 1 << 20, /* bytes of a body */
	LEDGER_REASON_MAX = 160,
};

struct ledger_hash {
	uint8_t bytes[LEDGER_HASH_SIZE];
};

struct ledger_proof {
	size_t count;
	struct ledger_hash hashes[LEDGER_PROOF_MAX];
};

/* An entry as ledger_each shows it; its texts are valid during the call. */
struct ledger_entry {
	int64_t seq;
	instant at;
	const char *kind, *body;
	struct ledger_hash leaf;
};

/* Make or update the tables. */
int ledger_migrate(struct db *db, struct error *e);

/* ledger_append(db, at, kind, body, ret_seq, e):
 * Add an entry in the caller's open transaction, so that it is there exactly if what it tells is. ${body} is a JSON
 * document, stored in its canonical form. Cost grows with the logarithm of the size. ${ret_seq} may be NULL.
 * ERROR_USAGE outside a transaction, or for a kind or body that cannot be.
 * ledger_append_json: the same of a value, whose reference it takes; NULL, as json_pack without memory gives it, is
 * ERROR_NO_MEMORY. */
int ledger_append(struct db *db, instant at, const char *kind, const char *body, int64_t *ret_seq, struct error *e);
int ledger_append_json(struct db *db, instant at, const char *kind, json_t *body, int64_t *ret_seq, struct error *e);

/* The number of entries. */
int ledger_size(struct db *db, int64_t *ret_size, struct error *e);

/* ledger_root(db, size, ret_root, e):
 * The root over the first ${size} entries; of none it is SHA-256 of nothing. More than there are is ERROR_USAGE. */
int ledger_root(struct db *db, int64_t size, struct ledger_hash *ret_root, struct error *e);

/* ledger_prove_inclusion(db, seq, size, ret_proof, e):
 * That entry ${seq} is under the root at ${size}. ERROR_USAGE unless ${seq} < ${size} <= the ledger's size.
 * ledger_prove_consistency(db, old_size, new_size, ret_proof, e):
 * That the root at ${new_size} only adds to the one at ${old_size}. ERROR_USAGE unless old <= new <= the size. */
int ledger_prove_inclusion(struct db *db, int64_t seq, int64_t size, struct ledger_proof *ret_proof, struct error *e);
int ledger_prove_consistency(
	struct db *db, int64_t old_size, int64_t new_size, struct ledger_proof *ret_proof, struct error *e);

/* ledger_each(db, from, each, context, e):
 * Call ${each} for the entries from number ${from} on, in order. A non-zero return from ${each} ends the walk and is
 * returned. */
int ledger_each(struct db *db, int64_t from,
	int (*each)(const struct ledger_entry *entry, void *context, struct error *e), void *context, struct error *e);

/* What ledger_verify found. ${size} and ${root} are of the entries up to the first wrong one. */
struct ledger_verdict {
	int64_t size;
	struct ledger_hash root;
	int64_t wrong; /* number of the first wrong entry, or -1 */
	char reason[LEDGER_REASON_MAX];
};

/* ledger_verify(db, ret_verdict, e):
 * Recompute every leaf and node from the entries' content, and compare with what is stored. Return 0 with the verdict,
 * sound or not; a code only if the store cannot be read. An entry that was rewritten together with all hashes above it
 * shows only against a root that somebody kept: prove the consistency with that. */
int ledger_verify(struct db *db, struct ledger_verdict *ret_verdict, struct error *e);

/* Hashes without a store; ERROR_NO_MEMORY is all that can fail. ledger_leaf: of an entry; ledger_leaf_of: of any bytes. */
int ledger_leaf(instant at, const char *kind, const char *body, struct ledger_hash *ret_leaf, struct error *e);
int ledger_leaf_of(const void *bytes, size_t length, struct ledger_hash *ret_leaf, struct error *e);

/* ledger_commitment(salt, bytes, length, ret_commitment, e): SHA-256(salt || bytes). */
int ledger_commitment(const uint8_t salt[LEDGER_SALT_SIZE], const void *bytes, size_t length,
	struct ledger_hash *ret_commitment, struct error *e);

/* ledger_root_of(leaves, count, ret_root, e): the root over ${count} leaf hashes in memory.
 * ledger_prove_of(leaves, count, index, ret_proof, e): that leaf ${index} is under it; ${index} < ${count}. */
int ledger_root_of(const struct ledger_hash *leaves, size_t count, struct ledger_hash *ret_root, struct error *e);
int ledger_prove_of(
	const struct ledger_hash *leaves, size_t count, size_t index, struct ledger_proof *ret_proof, struct error *e);

/* Whether ${proof} shows that ${leaf} is number ${seq} under the root ${root} at ${size}. */
bool ledger_check_inclusion(int64_t seq, int64_t size, const struct ledger_hash *leaf, const struct ledger_proof *proof,
	const struct ledger_hash *root);

/* Whether ${proof} shows that the root ${new_root} at ${new_size} only adds to ${old_root} at ${old_size}. */
bool ledger_check_consistency(int64_t old_size, int64_t new_size, const struct ledger_hash *old_root,
	const struct ledger_hash *new_root, const struct ledger_proof *proof);

#endif
