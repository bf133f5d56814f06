#include "cli/ledger_proof.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

json_t *
ledger_hash_json(const struct ledger_hash *hash)
{
	char text[2 * LEDGER_HASH_SIZE + 1];

	return json_string(text_hex(hash->bytes, LEDGER_HASH_SIZE, text));
}

json_t *
ledger_entry_json(const struct ledger_entry *entry, struct error *e)
{
	char at[TIME_TEXT_SIZE];
	json_t *body = NULL, *value;

	if (json_read(entry->body, strlen(entry->body), NULL, &body, e) < 0)
		return NULL;
	value = json_pack("{s:s, s:s, s:o}", "at", time_write(entry->at, &zone_utc, at), "kind", entry->kind, "body", body);
	if (!value)
		error_no_memory(e);
	return value;
}

static json_t *
proof_json(const struct ledger_proof *proof)
{
	json_t *list = json_array();

	for (size_t i = 0; i < proof->count; i++)
		if (json_array_append_new(list, ledger_hash_json(&proof->hashes[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

struct found {
	json_t *entry;
	struct ledger_hash leaf;
};

/* The first entry that a walk shows: 1 ends it. */
static int
take_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct found *found = context;

	found->leaf = entry->leaf;
	found->entry = ledger_entry_json(entry, e);
	return found->entry ? 1 : ERROR_CORRUPT;
}

int
ledger_proof_of_entry(struct db *db, int64_t seq, int64_t size, json_t **ret_document, struct error *e)
{
	struct found found = {0};
	struct ledger_proof proof;
	struct ledger_hash root;
	json_t *document;
	int r;

	if ((r = ledger_prove_inclusion(db, seq, size, &proof, e)) < 0 || (r = ledger_root(db, size, &root, e)) < 0)
		return r;
	if ((r = ledger_each(db, seq, take_entry, &found, e)) < 0)
		return r;
	document = json_pack("{s:o, s:I, s:I, s:o, s:o, s:o}", "entry", found.entry, "seq", (json_int_t)seq, "size",
		(json_int_t)size, "leaf", ledger_hash_json(&found.leaf), "root", ledger_hash_json(&root), "proof",
		proof_json(&proof));
	if (!document)
		return error_no_memory(e);
	*ret_document = document;
	return 0;
}

int
ledger_proof_of_growth(struct db *db, int64_t old_size, int64_t size, json_t **ret_document, struct error *e)
{
	struct ledger_hash old_root, root;
	struct ledger_proof proof;
	json_t *document;
	int r;

	if ((r = ledger_prove_consistency(db, old_size, size, &proof, e)) < 0 ||
		(r = ledger_root(db, old_size, &old_root, e)) < 0 || (r = ledger_root(db, size, &root, e)) < 0)
		return r;
	document = json_pack("{s:I, s:o, s:I, s:o, s:o}", "old_size", (json_int_t)old_size, "old_root",
		ledger_hash_json(&old_root), "size", (json_int_t)size, "root", ledger_hash_json(&root), "proof",
		proof_json(&proof));
	if (!document)
		return error_no_memory(e);
	*ret_document = document;
	return 0;
}

static int
read_hash(const json_t *text, const char *what, struct ledger_hash *hash, struct error *e)
{
	if (!json_is_string(text) || !text_unhex(json_string_value(text), hash->bytes, LEDGER_HASH_SIZE))
		return error_set(
			e, ERROR_BAD_INPUT, "the proof's %s is no hash of %d hexadecimal digits", what, 2 * LEDGER_HASH_SIZE);
	return 0;
}

static int
read_number(const json_t *document, const char *name, int64_t *number, struct error *e)
{
	const json_t *value = json_object_get(document, name);

	if (!json_is_integer(value))
		return error_set(e, ERROR_BAD_INPUT, "the proof has no number '%s'", name);
	*number = json_integer_value(value);
	return 0;
}

static int
read_hashes(const json_t *list, struct ledger_proof *proof, struct error *e)
{
	int r;

	if (!json_is_array(list) || json_array_size(list) > LEDGER_PROOF_MAX)
		return error_set(e, ERROR_BAD_INPUT, "the proof has no list 'proof' of at most %d hashes", LEDGER_PROOF_MAX);
	proof->count = json_array_size(list);
	for (size_t i = 0; i < proof->count; i++)
		if ((r = read_hash(json_array_get(list, i), "list 'proof'", &proof->hashes[i], e)) < 0)
			return r;
	return 0;
}

/* The leaf of what the document says the entry is. */
static int
leaf_of_entry(const json_t *entry, struct ledger_hash *leaf, struct error *e)
{
	const char *at_text = json_string_value(json_object_get(entry, "at"));
	const char *kind = json_string_value(json_object_get(entry, "kind"));
	const json_t *body = json_object_get(entry, "body");
	struct buffer canonical = buffer_make(LEDGER_BODY_MAX);
	instant at;
	int r;

	if (!at_text || !kind || !body || strlen(kind) > LEDGER_KIND_MAX)
		return error_set(e, ERROR_BAD_INPUT, "the proof's entry has no at, kind and body");
	if ((r = time_read(at_text, strlen(at_text), &zone_utc, &at, e)) == 0 && (r = json_write(body, &canonical, e)) == 0)
		r = ledger_leaf(at, kind, buffer_text(&canonical), leaf, e);
	buffer_free(&canonical);
	return r;
}

int
ledger_proof_check(const json_t *document, bool *ret_valid, struct error *e)
{
	struct ledger_hash leaf, said, root, old_root;
	int64_t seq = 0, size = 0, old_size = 0;
	struct ledger_proof proof;
	int r;

	if ((r = read_number(document, "size", &size, e)) < 0 ||
		(r = read_hash(json_object_get(document, "root"), "root", &root, e)) < 0 ||
		(r = read_hashes(json_object_get(document, "proof"), &proof, e)) < 0)
		return r;
	if (json_object_get(document, "old_size")) {
		if ((r = read_number(document, "old_size", &old_size, e)) < 0 ||
			(r = read_hash(json_object_get(document, "old_root"), "old_root", &old_root, e)) < 0)
			return r;
		*ret_valid = ledger_check_consistency(old_size, size, &old_root, &root, &proof);
		return 0;
	}
	if ((r = read_number(document, "seq", &seq, e)) < 0 ||
		(r = read_hash(json_object_get(document, "leaf"), "leaf", &said, e)) < 0 ||
		(r = leaf_of_entry(json_object_get(document, "entry"), &leaf, e)) < 0)
		return r;
	*ret_valid = memcmp(&leaf, &said, sizeof leaf) == 0 && ledger_check_inclusion(seq, size, &leaf, &proof, &root);
	return 0;
}
