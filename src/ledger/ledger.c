/* The stored tree.
 *
 *   ledger(seq, ..., leaf)         the entries, with the nodes of level 0
 *   ledger_node(level, number)     the complete subtrees of level 1 and up, over leaves [number << level, ...)
 *
 * L1. Entries are numbered from 0 without a gap, and only ever added.
 * L2. A node is stored exactly if all its leaves are there: it is written in the transaction that adds its last one.
 * L3. So the root and any proof read at most two nodes a level. */

#include "ledger/ledger.h"

#include <string.h>

#include "base/json.h"
#include "ledger/tree.h"

static const char *const migrations[] = {
	"CREATE TABLE ledger("
	" seq BIGINT NOT NULL PRIMARY KEY,"
	" at BIGINT NOT NULL,"
	" kind {text} NOT NULL,"
	" body {text} NOT NULL,"
	" leaf {blob} NOT NULL);"
	"CREATE TABLE ledger_node("
	" level BIGINT NOT NULL,"
	" number BIGINT NOT NULL,"
	" hash {blob} NOT NULL,"
	" PRIMARY KEY(level, number)) {packed}",
};

int
ledger_migrate(struct db *db, struct error *e)
{
	return db_migrate(db, "ledger", migrations, sizeof migrations / sizeof *migrations, e);
}

int
ledger_size(struct db *db, int64_t *ret_size, struct error *e)
{
	return db_one_int(db, "SELECT COALESCE(MAX(seq) + 1, 0) FROM ledger", NULL, 0, ret_size, e);
}

static int
read_hash(struct db *db, const char *sql, const struct db_value *values, size_t count, struct ledger_hash *ret_hash,
	struct error *e)
{
	struct db_statement *s = NULL;
	const void *bytes;
	size_t length;
	int r;

	if ((r = db_start(db, sql, values, count, &s, e)) < 0 || (r = db_step(s, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_CORRUPT, "a hash of the ledger is missing");
		goto out;
	}
	bytes = db_column_blob(s, 0, &length);
	if (length != LEDGER_HASH_SIZE) {
		r = error_set(e, ERROR_CORRUPT, "a hash of the ledger has %zu bytes", length);
		goto out;
	}
	memcpy(ret_hash, bytes, LEDGER_HASH_SIZE);
	r = 0;
out:
	db_finish(s);
	return r;
}

static int
stored_node(void *context, unsigned level, int64_t number, struct ledger_hash *ret_hash, struct error *e)
{
	if (level == 0)
		return read_hash(
			context, "SELECT leaf FROM ledger WHERE seq = $1", (struct db_value[]){db_int(number)}, 1, ret_hash, e);
	return read_hash(context, "SELECT hash FROM ledger_node WHERE level = $1 AND number = $2",
		(struct db_value[]){db_int(level), db_int(number)}, 2, ret_hash, e);
}

/* The subtrees that the leaf ${seq} completes (L2). */
static int
add_nodes(struct db *db, int64_t seq, const struct ledger_hash *leaf, struct error *e)
{
	struct ledger_hash hash = *leaf, left;
	int r;

	for (unsigned level = 0; (seq >> level) & 1; level++) {
		int64_t number = seq >> (level + 1);

		if ((r = stored_node(db, level, (seq >> level) - 1, &left, e)) < 0)
			return r;
		if ((r = tree_node(&left, &hash, &hash, e)) < 0)
			return r;
		if ((r = db_do(db, "INSERT INTO ledger_node(level, number, hash) VALUES($1, $2, $3)",
				 (struct db_value[]){db_int(level + 1), db_int(number), db_blob(&hash, sizeof hash)}, 3, e)) < 0)
			return r;
	}
	return 0;
}

static bool
kind_is_good(const char *kind)
{
	size_t length = strlen(kind);

	return length > 0 && length <= LEDGER_KIND_MAX && strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length;
}

int
ledger_append(struct db *db, instant at, const char *kind, const char *body, int64_t *ret_seq, struct error *e)
{
	json_t *value = NULL;
	int r = json_read(body, strlen(body), NULL, &value, e);

	if (r < 0)
		return r == ERROR_NO_MEMORY ? r : error_set(e, ERROR_USAGE, "the body of a ledger's entry is no JSON");
	return ledger_append_json(db, at, kind, value, ret_seq, e);
}

int
ledger_append_json(struct db *db, instant at, const char *kind, json_t *body, int64_t *ret_seq, struct error *e)
{
	struct buffer content = buffer_make(LEDGER_BODY_MAX);
	struct ledger_hash leaf;
	int64_t seq;
	int r;

	if (!body) {
		r = error_no_memory(e);
		goto out;
	}
	if (!db_in_transaction(db)) {
		r = error_set(e, ERROR_USAGE, "an entry of the ledger needs the transaction of what it tells");
		goto out;
	}
	if (!kind_is_good(kind)) {
		r = error_set(e, ERROR_USAGE, "no entry of the ledger can be of kind %.80s", kind);
		goto out;
	}
	if ((r = json_write(body, &content, e)) < 0)
		goto out;
	if ((r = ledger_size(db, &seq, e)) < 0)
		goto out;
	if ((r = ledger_leaf(at, kind, buffer_text(&content), &leaf, e)) < 0)
		goto out;
	if ((r = db_do(db, "INSERT INTO ledger(seq, at, kind, body, leaf) VALUES($1, $2, $3, $4, $5)",
			 (struct db_value[]){
				 db_int(seq), db_int(at), db_text(kind), db_text(buffer_text(&content)), db_blob(&leaf, sizeof leaf)},
			 5, e)) < 0)
		goto out;
	if ((r = add_nodes(db, seq, &leaf, e)) < 0)
		goto out;
	if (ret_seq)
		*ret_seq = seq;
out:
	json_decref(body);
	buffer_free(&content);
	return r;
}

static int
check_size(struct db *db, int64_t size, struct error *e)
{
	int64_t there;
	int r;

	if ((r = ledger_size(db, &there, e)) < 0)
		return r;
	if (size < 0 || size > there)
		return error_set(e, ERROR_USAGE, "the ledger has %lld entries, not %lld", (long long)there, (long long)size);
	return 0;
}

int
ledger_root(struct db *db, int64_t size, struct ledger_hash *ret_root, struct error *e)
{
	int r;

	if ((r = check_size(db, size, e)) < 0)
		return r;
	return tree_root(&(struct tree_source){stored_node, db}, size, ret_root, e);
}

int
ledger_prove_inclusion(struct db *db, int64_t seq, int64_t size, struct ledger_proof *ret_proof, struct error *e)
{
	int r;

	if ((r = check_size(db, size, e)) < 0)
		return r;
	if (seq < 0 || seq >= size)
		return error_set(e, ERROR_USAGE, "entry %lld is not among the first %lld", (long long)seq, (long long)size);
	return tree_prove_inclusion(&(struct tree_source){stored_node, db}, seq, size, ret_proof, e);
}

int
ledger_prove_consistency(
	struct db *db, int64_t old_size, int64_t new_size, struct ledger_proof *ret_proof, struct error *e)
{
	int r;

	if ((r = check_size(db, new_size, e)) < 0)
		return r;
	if (old_size < 0 || old_size > new_size)
		return error_set(e, ERROR_USAGE, "size %lld is not before size %lld", (long long)old_size, (long long)new_size);
	return tree_prove_consistency(&(struct tree_source){stored_node, db}, old_size, new_size, ret_proof, e);
}

enum { PAGE = 500 };

/* One page of entries from ${*from} on, which becomes the number after the last one shown. */
static int
each_of_page(struct db *db, int64_t *from,
	int (*each)(const struct ledger_entry *entry, void *context, struct error *e), void *context, int *ret_count,
	struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	*ret_count = 0;
	if ((r = db_start(db, "SELECT seq, at, kind, body, leaf FROM ledger WHERE seq >= $1 ORDER BY seq LIMIT $2",
			 (struct db_value[]){db_int(*from), db_int(PAGE)}, 2, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		struct ledger_entry entry = {.seq = db_column_int(s, 0),
			.at = db_column_int(s, 1),
			.kind = db_column_text(s, 2),
			.body = db_column_text(s, 3)};
		size_t length;
		const void *leaf = db_column_blob(s, 4, &length);

		/* A leaf of another length is shown as zeros, which no entry has. */
		if (length == LEDGER_HASH_SIZE)
			memcpy(&entry.leaf, leaf, length);
		*from = entry.seq + 1;
		++*ret_count;
		if ((r = each(&entry, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
ledger_each(struct db *db, int64_t from, int (*each)(const struct ledger_entry *entry, void *context, struct error *e),
	void *context, struct error *e)
{
	int count, r;

	do
		r = each_of_page(db, &from, each, context, &count, e);
	while (r == 0 && count == PAGE);
	return r;
}
