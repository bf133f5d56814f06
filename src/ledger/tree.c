/* RFC 6962, 2.1: MTH, PATH and SUBPROOF over the leaves [begin, begin + n).
 *
 * T1. A range is split at the largest power of two below its length, so the left part is always a complete subtree, and
 *     so is the whole where n is a power of two: begin is then a multiple of n. */

#include "ledger/tree.h"

static unsigned
level_of(int64_t power)
{
	return (unsigned)__builtin_ctzll((uint64_t)power);
}

/* The largest power of two below n; n > 1. */
static int64_t
split(int64_t n)
{
	return (int64_t)1 << (63 - __builtin_clzll((uint64_t)(n - 1)));
}

static int
range_hash(const struct tree_source *source, int64_t begin, int64_t n, struct ledger_hash *ret_hash, struct error *e)
{
	struct ledger_hash left, right;
	int64_t k;
	int r;

	if ((n & (n - 1)) == 0)
		return source->node(source->context, level_of(n), begin / n, ret_hash, e);
	k = split(n);
	if ((r = range_hash(source, begin, k, &left, e)) < 0)
		return r;
	if ((r = range_hash(source, begin + k, n - k, &right, e)) < 0)
		return r;
	return tree_node(&left, &right, ret_hash, e);
}

static int
add(const struct tree_source *source, int64_t begin, int64_t n, struct ledger_proof *proof, struct error *e)
{
	int r;

	if (proof->count == LEDGER_PROOF_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a proof has at most %d hashes", LEDGER_PROOF_MAX);
	if ((r = range_hash(source, begin, n, &proof->hashes[proof->count], e)) == 0)
		proof->count++;
	return r;
}

static int
path(const struct tree_source *source, int64_t m, int64_t begin, int64_t n, struct ledger_proof *proof, struct error *e)
{
	int64_t k;
	int r;

	if (n == 1)
		return 0;
	k = split(n);
	if (m < k) {
		if ((r = path(source, m, begin, k, proof, e)) < 0)
			return r;
		return add(source, begin + k, n - k, proof, e);
	}
	if ((r = path(source, m - k, begin + k, n - k, proof, e)) < 0)
		return r;
	return add(source, begin, k, proof, e);
}

/* ${whole}: the old tree is this range's beginning from the left edge on, so its hash is known to who checks. */
static int
subproof(const struct tree_source *source, int64_t m, int64_t begin, int64_t n, bool whole, struct ledger_proof *proof,
	struct error *e)
{
	int64_t k;
	int r;

	if (m == n)
		return whole ? 0 : add(source, begin, n, proof, e);
	k = split(n);
	if (m <= k) {
		if ((r = subproof(source, m, begin, k, whole, proof, e)) < 0)
			return r;
		return add(source, begin + k, n - k, proof, e);
	}
	if ((r = subproof(source, m - k, begin + k, n - k, false, proof, e)) < 0)
		return r;
	return add(source, begin, k, proof, e);
}

int
tree_root(const struct tree_source *source, int64_t size, struct ledger_hash *ret_root, struct error *e)
{
	return size == 0 ? tree_empty(ret_root, e) : range_hash(source, 0, size, ret_root, e);
}

int
tree_prove_inclusion(
	const struct tree_source *source, int64_t seq, int64_t size, struct ledger_proof *ret_proof, struct error *e)
{
	struct ledger_proof proof = {0};
	int r = path(source, seq, 0, size, &proof, e);

	if (r == 0)
		*ret_proof = proof;
	return r;
}

int
tree_prove_consistency(const struct tree_source *source, int64_t old_size, int64_t new_size,
	struct ledger_proof *ret_proof, struct error *e)
{
	struct ledger_proof proof = {0};
	int r = old_size == 0 ? 0 : subproof(source, old_size, 0, new_size, true, &proof, e);

	if (r == 0)
		*ret_proof = proof;
	return r;
}

struct leaves {
	const struct ledger_hash *hashes;
};

static int
node_of_leaves(void *context, unsigned level, int64_t index, struct ledger_hash *ret_hash, struct error *e)
{
	struct leaves *leaves = context;
	struct ledger_hash left, right;
	int r;

	if (level == 0) {
		*ret_hash = leaves->hashes[index];
		return 0;
	}
	if ((r = node_of_leaves(context, level - 1, 2 * index, &left, e)) < 0)
		return r;
	if ((r = node_of_leaves(context, level - 1, 2 * index + 1, &right, e)) < 0)
		return r;
	return tree_node(&left, &right, ret_hash, e);
}

int
ledger_root_of(const struct ledger_hash *leaves, size_t count, struct ledger_hash *ret_root, struct error *e)
{
	struct leaves context = {leaves};

	return tree_root(&(struct tree_source){node_of_leaves, &context}, (int64_t)count, ret_root, e);
}

int
ledger_prove_of(
	const struct ledger_hash *leaves, size_t count, size_t index, struct ledger_proof *ret_proof, struct error *e)
{
	struct leaves context = {leaves};

	if (index >= count)
		return error_set(e, ERROR_USAGE, "there is no leaf %zu of %zu", index, count);
	return tree_prove_inclusion(
		&(struct tree_source){node_of_leaves, &context}, (int64_t)index, (int64_t)count, ret_proof, e);
}
