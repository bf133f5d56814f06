/* Hashes, and proofs checked without a store (RFC 9162, 2.1.3.2 and 2.1.4.2, whose trees are RFC 6962's). */

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "base/buffer.h"
#include "ledger/tree.h"

struct piece {
	const void *bytes;
	size_t length;
};

/* Looked up once: EVP_sha256() is looked up at each use. NULL where that failed. */
static EVP_MD *digest;

static void
find_digest(void)
{
	digest = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static int
sha256(const struct piece *pieces, size_t count, struct ledger_hash *ret_hash, struct error *e)
{
	static pthread_once_t found = PTHREAD_ONCE_INIT;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct ledger_hash hash;
	int good;

	pthread_once(&found, find_digest);
	good = context && EVP_DigestInit_ex(context, digest ? digest : EVP_sha256(), NULL);
	for (size_t i = 0; i < count && good; i++)
		good = EVP_DigestUpdate(context, pieces[i].bytes, pieces[i].length);
	good = good && EVP_DigestFinal_ex(context, hash.bytes, NULL);
	EVP_MD_CTX_free(context);
	if (!good)
		return error_no_memory(e);
	*ret_hash = hash;
	return 0;
}

int
ledger_leaf_of(const void *bytes, size_t length, struct ledger_hash *ret_leaf, struct error *e)
{
	return sha256((struct piece[]){{"\0", 1}, {bytes, length}}, 2, ret_leaf, e);
}

int
ledger_leaf(instant at, const char *kind, const char *body, struct ledger_hash *ret_leaf, struct error *e)
{
	struct buffer content = buffer_make(LEDGER_BODY_MAX + LEDGER_KIND_MAX + 64);
	int r = buffer_add_format(&content, e, "%lld\n%s\n%s", (long long)at, kind, body);

	if (r == 0)
		r = ledger_leaf_of(content.data, content.length, ret_leaf, e);
	buffer_free(&content);
	return r;
}

int
ledger_commitment(const uint8_t salt[LEDGER_SALT_SIZE], const void *bytes, size_t length,
	struct ledger_hash *ret_commitment, struct error *e)
{
	return sha256((struct piece[]){{salt, LEDGER_SALT_SIZE}, {bytes, length}}, 2, ret_commitment, e);
}

int
tree_node(
	const struct ledger_hash *left, const struct ledger_hash *right, struct ledger_hash *ret_hash, struct error *e)
{
	return sha256((struct piece[]){{"\1", 1}, {left, LEDGER_HASH_SIZE}, {right, LEDGER_HASH_SIZE}}, 3, ret_hash, e);
}

int
tree_empty(struct ledger_hash *ret_hash, struct error *e)
{
	return sha256(NULL, 0, ret_hash, e);
}

static bool
equal(const struct ledger_hash *a, const struct ledger_hash *b)
{
	return memcmp(a, b, LEDGER_HASH_SIZE) == 0;
}

bool
ledger_check_inclusion(int64_t seq, int64_t size, const struct ledger_hash *leaf, const struct ledger_proof *proof,
	const struct ledger_hash *root)
{
	struct ledger_hash r = *leaf;
	int64_t fn = seq, sn = size - 1;

	if (seq < 0 || seq >= size)
		return false;
	for (size_t i = 0; i < proof->count; i++) {
		const struct ledger_hash *p = &proof->hashes[i];

		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			if (tree_node(p, &r, &r, NULL) < 0)
				return false;
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else if (tree_node(&r, p, &r, NULL) < 0) {
			return false;
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && equal(&r, root);
}

bool
ledger_check_consistency(int64_t old_size, int64_t new_size, const struct ledger_hash *old_root,
	const struct ledger_hash *new_root, const struct ledger_proof *proof)
{
	struct ledger_hash fr, sr, empty;
	int64_t fn = old_size - 1, sn = new_size - 1;
	size_t next = 0;

	if (old_size < 0 || old_size > new_size)
		return false;
	if (old_size == new_size)
		return proof->count == 0 && equal(old_root, new_root);
	if (old_size == 0)
		return proof->count == 0 && tree_empty(&empty, NULL) == 0 && equal(old_root, &empty);
	if (proof->count == 0)
		return false;
	if ((old_size & (old_size - 1)) == 0)
		fr = *old_root; /* a complete tree is not repeated in the proof */
	else
		fr = proof->hashes[next++];
	sr = fr;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (; next < proof->count; next++) {
		const struct ledger_hash *c = &proof->hashes[next];

		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			if (tree_node(c, &fr, &fr, NULL) < 0 || tree_node(c, &sr, &sr, NULL) < 0)
				return false;
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else if (tree_node(&sr, c, &sr, NULL) < 0) {
			return false;
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && equal(&fr, old_root) && equal(&sr, new_root);
}
