#include "feed/logged.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "evidence/evidence.h"
#include "feed/feed.h"
#include "ledger/ledger.h"
#include "registry/registry.h"

static const char taken[] = "import.taken", undone[] = "import.undone";

/* The content of an import's entry: a new reference, or NULL without memory. */
static json_t *
taken_body(const struct evidence_import *import)
{
	static const uint8_t unread[EVIDENCE_SHA256_SIZE];
	const struct evidence_counts *counts = &import->counts;
	bool hashed = memcmp(import->sha256, unread, sizeof unread) != 0;
	char hex[2 * EVIDENCE_SHA256_SIZE + 1];

	return json_pack("{s:s?, s:I, s:I, s:s, s:I, s:I, s:I, s:s?, s:I}", "by", import->by, "changed",
		(json_int_t)counts->changed, "import", (json_int_t)import->id, "kind", import->kind, "new",
		(json_int_t)counts->new_rows, "read", (json_int_t)counts->read, "rejected", (json_int_t)counts->rejected,
		"sha256", hashed ? text_hex(import->sha256, sizeof import->sha256, hex) : NULL, "unchanged",
		(json_int_t)counts->unchanged);
}

static int
append_taken(const struct evidence_import *import, void *context, struct error *e)
{
	return ledger_append_json(registry_db(context), import->recorded_at, taken, taken_body(import), NULL, e);
}

int
logged_taken(struct registry *registry, int64_t import, struct error *e)
{
	return evidence_import_find(registry_db(registry), import, EVIDENCE_NOW, append_taken, registry, e);
}

int
logged_undone(struct registry *registry, int64_t import, const char *by, struct error *e)
{
	return ledger_append_json(registry_db(registry), registry_recording_time(registry), undone,
		json_pack("{s:s?, s:I}", "by", by, "import", (json_int_t)import), NULL, e);
}

/* An entry beside the import's record as it stands. */
struct comparison {
	struct db *db;
	const json_t *body;
	bool is_undo, equal;
	int64_t wrong_seq;
};

static int
compare(const struct evidence_import *import, void *context, struct error *e)
{
	struct comparison *comparison = context;
	json_t *body;

	if (comparison->is_undo) {
		comparison->equal = import->undone;
		return 0;
	}
	if (!(body = taken_body(import)))
		return error_set(e, ERROR_NO_MEMORY, "no memory for an import's entry");
	comparison->equal = json_equal(body, comparison->body);
	json_decref(body);
	return 0;
}

/* Stop at the first wrong entry by returning 1. */
static int
verify_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct comparison *comparison = context;
	json_t *body;
	int r;

	comparison->is_undo = strcmp(entry->kind, undone) == 0;
	if (!comparison->is_undo && strcmp(entry->kind, taken) != 0)
		return 0;
	if ((r = json_read_own(entry->body, "an entry of the ledger", &body, e)) < 0)
		return r;
	comparison->body = body;
	comparison->equal = false;
	r = evidence_import_find(
		comparison->db, json_integer_value(json_object_get(body, "import")), EVIDENCE_NOW, compare, comparison, e);
	json_decref(body);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (comparison->equal)
		return 0;
	comparison->wrong_seq = entry->seq;
	return 1;
}

int
feed_verify_imports(struct registry *registry, int64_t *ret_wrong_seq, struct error *e)
{
	struct comparison comparison = {.db = registry_db(registry), .wrong_seq = -1};
	int r = ledger_each(comparison.db, 0, verify_entry, &comparison, e);

	if (r < 0)
		return r;
	*ret_wrong_seq = comparison.wrong_seq;
	return 0;
}
