#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/tree.h"

enum { WRONG = 1, LEVELS_MAX = 64 };

/* ${pending[level]} is the hash of the complete subtree that waits for its right sibling, if bit ${level} of the size is
 * set: together they are all that the root needs. */
struct walk {
	struct db *db;
	struct ledger_hash pending[LEVELS_MAX];
	struct ledger_verdict verdict;
	int64_t nodes; /* seen, which are all that should be there */
};

static int __attribute__((format(printf, 2, 3))) wrong(struct walk *w, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(w->verdict.reason, sizeof w->verdict.reason, format, arguments);
	va_end(arguments);
	w->verdict.wrong = w->verdict.size;
	return WRONG;
}

/* Whether the stored node is the computed one: 0, WRONG or a code. */
static int
compare_node(struct walk *w, unsigned level, int64_t number, const struct ledger_hash *hash, struct error *e)
{
	struct db_statement *s = NULL;
	const void *bytes;
	size_t length = 0;
	int r;

	if ((r = db_start(w->db, "SELECT hash FROM ledger_node WHERE level = $1 AND number = $2",
			 (struct db_value[]){db_int(level), db_int(number)}, 2, &s, e)) < 0 ||
		(r = db_step(s, e)) < 0)
		goto out;
	bytes = r ? db_column_blob(s, 0, &length) : NULL;
	if (!bytes)
		r = wrong(w, "the node of level %u that this entry completes is missing", level);
	else if (length != LEDGER_HASH_SIZE || memcmp(bytes, hash, length) != 0)
		r = wrong(w, "the node of level %u that this entry completes is another", level);
	else
		r = 0;
out:
	db_finish(s);
	return r;
}

static int
check_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct walk *w = context;
	struct ledger_hash hash;
	unsigned level;
	int r;

	if (entry->seq != w->verdict.size)
		return wrong(w, "the entry is missing");
	if (!entry->kind || !entry->body)
		return wrong(w, "the entry has no content");
	if ((r = ledger_leaf(entry->at, entry->kind, entry->body, &hash, e)) < 0)
		return r == ERROR_TOO_LARGE ? wrong(w, "the entry is longer than can be") : r;
	if (memcmp(&hash, &entry->leaf, sizeof hash) != 0)
		return wrong(w, "the content is not what was hashed");
	for (level = 0; (entry->seq >> level) & 1; level++) {
		if ((r = tree_node(&w->pending[level], &hash, &hash, e)) < 0)
			return r;
		if ((r = compare_node(w, level + 1, entry->seq >> (level + 1), &hash, e)) != 0)
			return r;
		w->nodes++;
	}
	w->pending[level] = hash;
	w->verdict.size++;
	return 0;
}

static int
pending_node(void *context, unsigned level, int64_t index, struct ledger_hash *ret_hash, struct error *e)
{
	struct walk *w = context;

	(void)index;
	(void)e;
	*ret_hash = w->pending[level];
	return 0;
}

static int
check_for_more_nodes(struct walk *w, struct error *e)
{
	int64_t stored;
	int r;

	if ((r = db_one_int(w->db, "SELECT count(*) FROM ledger_node", NULL, 0, &stored, e)) < 0)
		return r;
	/* A cut end: nodes over entries that are there no longer. */
	return stored > w->nodes ? wrong(w, "entries are missing at the end") : 0;
}

int
ledger_verify(struct db *db, struct ledger_verdict *ret_verdict, struct error *e)
{
	struct walk w = {.db = db, .verdict.wrong = -1};
	bool own = !db_in_transaction(db);
	int r;

	/* One moment: entries that come meanwhile are not half-seen. */
	if (own && (r = db_begin_read(db, e)) < 0)
		return r;
	if ((r = ledger_each(db, 0, check_entry, &w, e)) < 0)
		goto out;
	if (r == 0 && (r = check_for_more_nodes(&w, e)) < 0)
		goto out;
	/* The range's split is at the size's bits, so only pending nodes are asked for. */
	if ((r = tree_root(&(struct tree_source){pending_node, &w}, w.verdict.size, &w.verdict.root, e)) < 0)
		goto out;
	*ret_verdict = w.verdict;
out:
	if (own)
		db_rollback(db);
	return r;
}
