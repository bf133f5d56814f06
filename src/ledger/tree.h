/* ledger/tree.h: roots and proofs over any source of complete subtrees. Inside the room only. */

#ifndef HEALTHCODE_LEDGER_TREE_H
#define HEALTHCODE_LEDGER_TREE_H

#include "ledger/ledger.h"

/* Where the hash of the complete subtree over leaves [index << level, (index + 1) << level) comes from. */
struct tree_source {
	int (*node)(void *context, unsigned level, int64_t index, struct ledger_hash *ret_hash, struct error *e);
	void *context;
};

int tree_node(
	const struct ledger_hash *left, const struct ledger_hash *right, struct ledger_hash *ret_hash, struct error *e);

/* The hash of no leaves. */
int tree_empty(struct ledger_hash *ret_hash, struct error *e);

/* As their namesakes in ledger.h; sizes and numbers are the caller's to check. */
int tree_root(const struct tree_source *source, int64_t size, struct ledger_hash *ret_root, struct error *e);
int tree_prove_inclusion(
	const struct tree_source *source, int64_t seq, int64_t size, struct ledger_proof *ret_proof, struct error *e);
int tree_prove_consistency(const struct tree_source *source, int64_t old_size, int64_t new_size,
	struct ledger_proof *ret_proof, struct error *e);

#endif
