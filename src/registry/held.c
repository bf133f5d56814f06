/* What came with the claim of a phone that nobody has vouched for yet. */

#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

enum { HELD_MAX = 256 }; /* rows of one claim */

static int
hold(
	struct registry *registry, const struct evidence_row *row, const uint8_t phone[REGISTRY_HASH_SIZE], struct error *e)
{
	struct db_value values[] = {db_int(row->person), db_blob(phone, REGISTRY_HASH_SIZE), db_int(row->kind),
		db_text(row->key), db_int(row->at), db_text(row->body), db_int(row->recorded_at)};
	int64_t count;
	int r;

	if ((r = db_one_int(
			 registry->db, "SELECT count(*) FROM held WHERE person = $1 AND phone = $2", values, 2, &count, e)) < 0)
		return r;
	if (count >= HELD_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a claim that nobody vouched for holds at most %d statements", HELD_MAX);
	return db_do(registry->db,
		"INSERT INTO held(person, phone, kind, key, at, body, recorded_at) VALUES($1, $2, $3, $4, $5, $6, $7)"
		" ON CONFLICT(person, phone, kind, key) DO UPDATE SET at = excluded.at, body = excluded.body,"
		" recorded_at = excluded.recorded_at",
		values, sizeof values / sizeof *values, e);
}

int
registry_evidence_tell(struct registry *registry, const struct evidence_row *row, const char *phone, struct error *e)
{
	uint8_t hash[REGISTRY_HASH_SIZE];
	enum evidence_outcome outcome;
	enum voucher_state state;
	bool own;
	int r;

	registry_phone_hash(registry, phone, hash);
	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = registry_voucher_state(registry, row->person, hash, &state, e)) == 0)
		r = state == VOUCHER_SPEAKS ? registry_evidence_put(registry, row, &outcome, e) : hold(registry, row, hash, e);
	return scope_end(registry, own, r, e);
}

struct held {
	enum evidence_kind kind;
	instant at;
	char *key, *body;
};

struct held_list {
	struct held *items;
	size_t count, capacity;
};

static void
held_free(struct held_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].key);
		free(list->items[i].body);
	}
	free(list->items);
}

static int
held_read(struct registry *registry, person_number person, const uint8_t phone[REGISTRY_HASH_SIZE],
	struct held_list *list, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT kind, at, key, body FROM held WHERE person = $1 AND phone = $2"
			 " ORDER BY kind, key",
			 (struct db_value[]){db_int(person), db_blob(phone, REGISTRY_HASH_SIZE)}, 2, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		struct held *held;

		if ((r = array_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items, HELD_MAX, e)) < 0)
			break;
		held = &list->items[list->count++];
		held->kind = (enum evidence_kind)db_column_int(statement, 0);
		held->at = db_column_int(statement, 1);
		held->key = text_copy(db_column_text(statement, 2), e);
		held->body = text_copy(db_column_text(statement, 3), e);
		if (!held->key || !held->body) {
			r = ERROR_NO_MEMORY;
			break;
		}
	}
	db_finish(statement);
	return r;
}

int
held_settle(struct registry *registry, person_number person, const uint8_t phone[REGISTRY_HASH_SIZE], struct error *e)
{
	struct held_list list = {0};
	int r = held_read(registry, person, phone, &list, e);

	for (size_t i = 0; i < list.count && r == 0; i++) {
		struct evidence_row row = {.kind = list.items[i].kind,
			.person = person,
			.key = list.items[i].key,
			.at = list.items[i].at,
			.body = list.items[i].body,
			.recorded_at = registry_recording_time(registry)};
		enum evidence_outcome outcome;

		r = registry_evidence_put(registry, &row, &outcome, e);
	}
	if (r == 0)
		r = db_do(registry->db, "DELETE FROM held WHERE person = $1", (struct db_value[]){db_int(person)}, 1, e);
	held_free(&list);
	return r;
}

int
registry_held_forget(struct registry *registry, instant before, int64_t *ret_count, struct error *e)
{
	const struct db_value value = db_int(before);
	int r = db_one_int(registry->db, "SELECT count(*) FROM held WHERE recorded_at < $1", &value, 1, ret_count, e);

	return r < 0 ? r : db_do(registry->db, "DELETE FROM held WHERE recorded_at < $1", &value, 1, e);
}
