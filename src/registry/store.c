#include "registry/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "registry/trait.h"

enum { FOLDER_MODE = 0700 };

static const char *
tables_of(const struct registry_where *where)
{
	return where->database ? where->database : where->data;
}

static int
keys_open_beside(const char *data, bool create, struct keys **ret_keys, struct error *e)
{
	char *folder = file_join(data, "keys", e);
	int r;

	if (!folder)
		return ERROR_NO_MEMORY;
	r = keys_open(folder, create, ret_keys, e);
	free(folder);
	return r;
}

/* A number kept as a setting. */
static int
setting_number(struct db *db, const char *name, int64_t *ret_value, struct error *e)
{
	char *text = NULL;
	int r;

	if ((r = setting_get(db, name, &text, e)) < 0)
		return r;
	if (!text_integer(text, strlen(text), INT64_MIN, INT64_MAX, ret_value))
		r = error_set(e, ERROR_CORRUPT, "the store's setting %s is no number", name);
	free(text);
	return r;
}

static int
setting_put_number(struct db *db, const char *name, int64_t value, struct error *e)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, value);
	return setting_put(db, name, text, e);
}

/* Which keys the tables are under: with others nobody would be found again, and who is found would be made anew. A store
 * that an earlier build made gets it now. */
static int
check_keys(struct registry *registry, bool put, struct error *e)
{
	uint8_t hash[KEYS_SIZE];
	char text[2 * KEYS_SIZE + 1], *kept = NULL;
	int r;

	keys_hash(registry->keys, "which-keys", "", 0, hash);
	text_hex(hash, sizeof hash, text);
	r = put ? ERROR_EXISTS_NOT : setting_get(registry->db, "keys", &kept, e);
	if (r == ERROR_EXISTS_NOT)
		r = setting_put(registry->db, "keys", text, e);
	else if (r == 0 && strcmp(kept, text) != 0)
		r = error_set(e, ERROR_CORRUPT, "the keys beside the store are not those that its tables are under");
	free(kept);
	return r;
}

static int
read_settings(struct registry *registry, struct error *e)
{
	int64_t gateway;
	int r;

	if ((r = setting_number(registry->db, "demo_shift_s", &registry->demo_shift_s, e)) < 0 && r != ERROR_EXISTS_NOT)
		return r;
	registry->demo = r == 0;
	if ((r = setting_number(registry->db, "gateway", &gateway, e)) < 0)
		return r;
	registry->gateway = gateway != 0;
	return check_keys(registry, false, e);
}

static int
registry_new(struct db *db, struct keys *keys, const struct registry_where *where, struct registry **ret_registry,
	struct error *e)
{
	struct registry *registry = calloc(1, sizeof *registry);

	if (!registry)
		return error_no_memory(e);
	registry->presence = where->presence ? text_copy(where->presence, e) : file_join(where->data, "presence", e);
	registry->outbox = file_join(where->data, "outbox.jsonl", e);
	registry->data = text_copy(where->data, e);
	registry->database = where->database ? text_copy(where->database, e) : NULL;
	if (!registry->presence || !registry->outbox || !registry->data || (where->database && !registry->database)) {
		registry_close(registry);
		return ERROR_NO_MEMORY;
	}
	registry->db = db;
	registry->keys = keys;
	registry->people_estimate = -1;
	*ret_registry = registry;
	return 0;
}

/* The store's first transaction: tables, settings and packs together, so that a store is whole or is not there. */
static int
fill(struct registry *registry, const char *const *packs, size_t pack_count, const instant *clock, struct error *e)
{
	struct db *db = registry->db;
	char *made = NULL;
	bool own = false;
	int r;

	if ((r = schema_migrate(db, e)) < 0 || (r = evidence_migrate(db, e)) < 0 || (r = ledger_migrate(db, e)) < 0 ||
		(r = scope_begin(registry, &own, e)) < 0)
		return r;
	if ((r = setting_get(db, "created_at", &made, e)) != ERROR_EXISTS_NOT) {
		r = r < 0 ? r : error_set(e, ERROR_EXISTS, "there is a store already");
		goto out;
	}
	if (clock) {
		registry->demo = true;
		registry->demo_shift_s = *clock - time_now();
		if ((r = setting_put_number(db, "demo_shift_s", registry->demo_shift_s, e)) < 0)
			goto out;
	}
	if ((r = setting_put_number(db, "created_at", registry_clock(registry), e)) < 0 ||
		(r = setting_put_number(db, "gateway", 0, e)) < 0 || (r = traits_none(registry, e)) < 0 ||
		(r = check_keys(registry, true, e)) < 0)
		goto out;
	for (size_t i = 0; i < pack_count; i++)
		if ((r = pack_first(registry, packs[i], e)) < 0)
			goto out;
	r = 0;
out:
	free(made);
	return scope_end(registry, own, r, e);
}

/* Packs that cannot be read, or have a name that no jurisdiction has, are found before anything is made. */
static int
packs_check(const char *const *packs, size_t count, struct error *e)
{
	struct pack *pack;
	int r;

	if (count == 0)
		return error_set(e, ERROR_USAGE, "a store needs at least one pack");
	for (size_t i = 0; i < count; i++) {
		if ((r = pack_read_folder(packs[i], NULL, NULL, &pack, e)) < 0)
			return r;
		r = pack_name_check(pack, packs[i], e);
		pack_free(pack);
		if (r < 0)
			return r;
	}
	return 0;
}

int
registry_create(const struct registry_where *where, const char *const *packs, size_t pack_count, const instant *clock,
	struct error *e)
{
	struct registry *registry = NULL;
	struct db *db = NULL;
	struct keys *keys = NULL;
	int r;

	if ((r = packs_check(packs, pack_count, e)) < 0 || (r = file_make_folder(where->data, FOLDER_MODE, e)) < 0 ||
		(r = keys_open_beside(where->data, true, &keys, e)) < 0 || (r = db_open(tables_of(where), true, &db, e)) < 0 ||
		(r = registry_new(db, keys, where, &registry, e)) < 0)
		goto out;
	db = NULL;
	keys = NULL;
	r = fill(registry, packs, pack_count, clock, e);
out:
	registry_close(registry);
	db_close(db);
	keys_close(keys);
	return r;
}

int
registry_open(const struct registry_where *where, struct registry **ret_registry, struct error *e)
{
	struct registry *registry = NULL;
	struct db *db = NULL;
	struct keys *keys = NULL;
	int r;

	if ((r = db_open(tables_of(where), false, &db, e)) < 0 ||
		(r = keys_open_beside(where->data, false, &keys, e)) < 0 ||
		(r = registry_new(db, keys, where, &registry, e)) < 0)
		goto out;
	db = NULL;
	keys = NULL;
	if ((r = schema_migrate(registry->db, e)) < 0 || (r = evidence_migrate(registry->db, e)) < 0 ||
		(r = ledger_migrate(registry->db, e)) < 0 || (r = db_note_changes(registry->db, registry_aside, e)) < 0)
		goto out;
	if ((r = read_settings(registry, e)) < 0) {
		if (r == ERROR_EXISTS_NOT)
			error_set(e, r, "%s holds no store; 'healthcode init' makes one", where->data);
		goto out;
	}
	*ret_registry = registry;
	registry = NULL;
out:
	registry_close(registry);
	db_close(db);
	keys_close(keys);
	return r;
}

int
registry_open_beside(const struct registry *registry, struct registry **ret_beside, struct error *e)
{
	const struct registry_where where = {registry->data, registry->database, registry->presence};
	instant now = registry_now(registry), known = registry_known(registry);
	int r = registry_open(&where, ret_beside, e);

	if (r == 0)
		registry_set_times(*ret_beside, &now, known == INT64_MAX ? NULL : &known);
	return r;
}

void
registry_close(struct registry *registry)
{
	if (!registry)
		return;
	db_close(registry->db);
	keys_close(registry->keys);
	for (size_t i = 0; i < registry->pack_count; i++)
		pack_free(registry->packs[i]);
	free(registry->packs);
	area_cache_free(registry->areas);
	free(registry->data);
	free(registry->database);
	free(registry->outbox);
	free(registry->presence);
	free(registry);
}

struct db *
registry_db(struct registry *registry)
{
	return registry->db;
}

struct keys *
registry_keys(struct registry *registry)
{
	return registry->keys;
}

const char *
registry_presence(const struct registry *registry)
{
	return registry->presence;
}

int
registry_begin(struct registry *registry, struct error *e)
{
	return db_begin(registry->db, e);
}

int
registry_commit(struct registry *registry, struct error *e)
{
	int r = db_commit(registry->db, e);

	if (r < 0) {
		registry->notices_wait = false;
		return r;
	}
	/* What is committed stays so, whatever happens to the outbox: a notice not written now is written next time. */
	if (registry->notices_wait && !registry->gateway) {
		registry->notices_wait = false;
		registry_notices_deliver(registry, NULL, NULL, SIZE_MAX, NULL);
	}
	return r;
}

void
registry_rollback(struct registry *registry)
{
	db_rollback(registry->db);
	registry->notices_wait = false;
	registry->people_estimate = -1;
}

int
scope_begin(struct registry *registry, bool *ret_own, struct error *e)
{
	int r;

	if (db_in_transaction(registry->db)) {
		*ret_own = false;
		return 0;
	}
	if ((r = registry_begin(registry, e)) < 0)
		return r;
	*ret_own = true;
	return 0;
}

int
scope_end(struct registry *registry, bool own, int r, struct error *e)
{
	int committed;

	if (!own)
		return r;
	if (r < 0) {
		registry_rollback(registry);
		return r;
	}
	committed = registry_commit(registry, e);
	return committed < 0 ? committed : r;
}

bool
registry_is_demo(const struct registry *registry)
{
	return registry->demo;
}

instant
registry_clock(const struct registry *registry)
{
	return time_now() + registry->demo_shift_s;
}

void
registry_set_times(struct registry *registry, const instant *now, const instant *known)
{
	registry->now_set = now != NULL;
	registry->known_set = known != NULL;
	registry->now = now ? *now : 0;
	registry->known = known ? *known : 0;
}

instant
registry_now(const struct registry *registry)
{
	return registry->now_set ? registry->now : registry_clock(registry);
}

instant
registry_known(const struct registry *registry)
{
	return registry->known_set ? registry->known : INT64_MAX;
}

instant
registry_recording_time(const struct registry *registry)
{
	return registry->demo && registry->now_set ? registry->now : registry_clock(registry);
}
