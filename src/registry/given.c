#include "registry/given.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "registry/internal.h"

static const char kind[] = "evidence.given";

/* The content of the row's entry: a new reference. */
static int
entry_of(
	const struct registry *registry, const struct evidence_row *row, int64_t seq, json_t **ret_body, struct error *e)
{
	json_t *value = json_pack("{s:I, s:s, s:I, s:s, s:s, s:I, s:I}", "at", (json_int_t)row->at, "body", row->body,
		"evidence", (json_int_t)seq, "key", row->key, "kind", evidence_kind_name(row->kind), "person",
		(json_int_t)row->person, "recorded_at", (json_int_t)row->recorded_at);
	struct buffer record = buffer_make(2 * EVIDENCE_BODY_MAX + 4096);
	char hex[2 * LEDGER_HASH_SIZE + 1];
	struct ledger_hash commitment;
	uint8_t salt[KEYS_SIZE];
	int r = value ? json_write(value, &record, e) : error_no_memory(e);

	_Static_assert((int)KEYS_SIZE == (int)LEDGER_SALT_SIZE, "a keyed hash serves as a salt");
	if (r < 0)
		goto out;
	keys_hash(registry->keys, "given-salt", record.data, record.length, salt);
	if ((r = ledger_commitment(salt, record.data, record.length, &commitment, e)) < 0)
		goto out;
	*ret_body = json_pack("{s:s, s:I, s:s}", "commitment", text_hex(commitment.bytes, sizeof commitment.bytes, hex),
		"evidence", (json_int_t)seq, "kind", evidence_kind_name(row->kind));
	if (!*ret_body)
		r = error_no_memory(e);
out:
	buffer_free(&record);
	json_decref(value);
	return r;
}

int
given_put(struct registry *registry, const struct evidence_row *row, int64_t seq, struct error *e)
{
	json_t *body;
	int r;

	if (row->import_id || row->kind == EVIDENCE_CONTACT)
		return 0;
	if ((r = entry_of(registry, row, seq, &body, e)) < 0)
		return r;
	return ledger_append_json(registry->db, row->recorded_at, kind, body, NULL, e);
}

/* The ledger's entries on their way beside the rows. */
struct comparison {
	struct registry *registry;
	const json_t *body;
	int64_t row;  /* of the entry at hand */
	int64_t next; /* rows from here on had no entry yet; 0 before the first entry */
	bool equal;
	int64_t wrong_seq;
};

static int
compare(const struct evidence_row *row, void *context, struct error *e)
{
	struct comparison *comparison = context;
	json_t *body;
	int r = entry_of(comparison->registry, row, comparison->row, &body, e);

	if (r < 0)
		return r;
	comparison->equal = row->import_id == 0 && json_equal(body, comparison->body);
	json_decref(body);
	return 0;
}

/* The first row that should have an entry from ${next} on; 0 where there is none. */
static int
find_next(struct comparison *comparison, int64_t *ret_row, struct error *e)
{
	int r = evidence_row_next_given(comparison->registry->db, comparison->next, ret_row, e);

	if (r == ERROR_EXISTS_NOT)
		*ret_row = 0;
	return r == ERROR_EXISTS_NOT ? 0 : r;
}

/* Stop at the first wrong entry by returning 1. Rows of a store that is older than these entries have none. */
static int
verify_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct comparison *comparison = context;
	int64_t next = 0;
	json_t *body;
	int r;

	if (strcmp(entry->kind, kind) != 0)
		return 0;
	if ((r = json_read_own(entry->body, "an entry of the ledger", &body, e)) < 0)
		return r;
	comparison->body = body;
	comparison->equal = false;
	comparison->row = json_integer_value(json_object_get(body, "evidence"));
	r = evidence_row_find(comparison->registry->db, comparison->row, compare, comparison, e);
	json_decref(body);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (comparison->next && (r = find_next(comparison, &next, e)) < 0)
		return r;
	if (comparison->equal && (!comparison->next || next == comparison->row)) {
		comparison->next = comparison->row + 1;
		return 0;
	}
	comparison->wrong_seq = entry->seq;
	return 1;
}

int
registry_verify_given(struct registry *registry, int64_t *ret_wrong_seq, struct error *e)
{
	struct comparison comparison = {.registry = registry, .wrong_seq = -1};
	int64_t next;
	int r = ledger_each(registry->db, 0, verify_entry, &comparison, e);

	if (r < 0)
		return r;
	if (comparison.wrong_seq < 0 && comparison.next) {
		if ((r = find_next(&comparison, &next, e)) < 0)
			return r;
		if (next && (r = ledger_size(registry->db, &comparison.wrong_seq, e)) < 0)
			return r;
	}
	*ret_wrong_seq = comparison.wrong_seq;
	return 0;
}
