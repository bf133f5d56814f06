#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "credential/credential.h"

enum { PACKS_OPEN_MAX = 10000 };

/* The files of a pack, in memory of ours. */
struct files {
	struct pack_file *items;
	size_t count, capacity;
};

static void
files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free((void *)files->items[i].path);
		free((void *)files->items[i].bytes);
	}
	free(files->items);
	*files = (struct files){0};
}

/* Add a file; ${bytes} are copied, with a NUL after them. */
static int
files_add(struct files *files, const char *path, const void *bytes, size_t length, struct error *e)
{
	char *name = NULL, *content = NULL;
	int r;

	if ((r = array_grow(&files->items, &files->capacity, files->count + 1, sizeof *files->items, PACK_FILES_MAX, e)) <
		0)
		return r;
	if (!(name = text_copy(path, e)) || !(content = malloc(length + 1))) {
		free(name);
		return error_no_memory(e);
	}
	if (length > 0)
		memcpy(content, bytes, length);
	content[length] = 0;
	files->items[files->count++] = (struct pack_file){.path = name, .bytes = content, .length = length};
	return 0;
}

static int
files_add_from(struct files *files, const char *folder, const char *path, struct error *e)
{
	struct buffer bytes = buffer_make(PACK_FILE_SIZE_MAX);
	char *full = file_join(folder, path, e);
	int r = ERROR_NO_MEMORY;

	if (full && (r = file_read(full, &bytes, e)) == 0)
		r = files_add(files, path, buffer_text(&bytes), bytes.length, e);
	free(full);
	buffer_free(&bytes);
	return r;
}

/* The .json files of a part ("rules"), where the pack has that part. */
static int
files_add_part(struct files *files, const char *folder, const char *part, struct error *e)
{
	struct file_names names = {0};
	char *full = file_join(folder, part, e);
	int r = ERROR_NO_MEMORY;

	if (!full)
		return r;
	r = 0;
	if (!file_is_folder(full) || (r = file_list(full, ".json", &names, e)) < 0)
		goto out;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char *path = file_join(part, names.names[i], e);

		r = path ? files_add_from(files, folder, path, e) : ERROR_NO_MEMORY;
		free(path);
	}
out:
	file_names_free(&names);
	free(full);
	return r;
}

/* The files that pack_read_folder reads. */
static int
files_of_folder(const char *folder, struct files *files, struct error *e)
{
	int r;

	if ((r = files_add_from(files, folder, "pack.json", e)) < 0 ||
		(r = files_add_part(files, folder, "rules", e)) < 0 || (r = files_add_part(files, folder, "texts", e)) < 0)
		return r;
	return 0;
}

static int
files_of_store(struct db *db, const char *hash, struct files *files, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(db, "SELECT path, bytes FROM pack_file WHERE hash = $1 ORDER BY path",
			 (struct db_value[]){db_text(hash)}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		size_t length;
		const void *bytes = db_column_blob(statement, 1, &length);

		if ((r = files_add(files, db_column_text(statement, 0), bytes, length, e)) < 0)
			break;
	}
	db_finish(statement);
	return r;
}

static const struct pack *
pack_in_memory(const struct registry *registry, const char *hash)
{
	for (size_t i = 0; i < registry->pack_count; i++)
		if (strcmp(pack_hash(registry->packs[i]), hash) == 0)
			return registry->packs[i];
	return NULL;
}

/* Take over ${pack}, or free it where the same version is there already. */
static int
pack_remember(struct registry *registry, struct pack *pack, const struct pack **ret_pack, struct error *e)
{
	const struct pack *known = pack_in_memory(registry, pack_hash(pack));
	int r;

	if (known && strcmp(pack_jurisdiction(known), pack_jurisdiction(pack)) == 0) {
		pack_free(pack);
		*ret_pack = known;
		return 0;
	}
	/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	if ((r = array_grow(&registry->packs, &registry->pack_capacity, registry->pack_count + 1, sizeof *registry->packs,
			 PACKS_OPEN_MAX, e)) < 0) {
		pack_free(pack);
		return r;
	}
	registry->packs[registry->pack_count++] = pack;
	*ret_pack = pack;
	return 0;
}

int
registry_pack_by_hash(struct registry *registry, const char *hash, const struct pack **ret_pack, struct error *e)
{
	struct db_statement *statement = NULL;
	struct files files = {0};
	struct pack *pack = NULL;
	const struct pack *known = pack_in_memory(registry, hash);
	char jurisdiction[JURISDICTION_SIZE];
	int r;

	if (known) {
		*ret_pack = known;
		return 0;
	}
	if ((r = db_start(registry->db, "SELECT jurisdiction FROM pack_version WHERE hash = $1",
			 (struct db_value[]){db_text(hash)}, 1, &statement, e)) < 0 ||
		(r = db_step(statement, e)) < 0)
		goto out;
	if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "the store has no pack with hash %s", hash);
		goto out;
	}
	snprintf(jurisdiction, sizeof jurisdiction, "%s", db_column_text(statement, 0));
	if ((r = files_of_store(registry->db, hash, &files, e)) < 0 ||
		(r = pack_read_kept(jurisdiction, files.items, files.count, &pack, e)) < 0)
		goto out;
	if (strcmp(pack_hash(pack), hash) != 0) {
		r = error_set(e, ERROR_CORRUPT, "the stored pack %s is not what was stored", hash);
		pack_free(pack);
		goto out;
	}
	r = pack_remember(registry, pack, ret_pack, e);
out:
	db_finish(statement);
	files_free(&files);
	return r;
}

/* Of an activation: it had begun at $2, and was recorded by $3. */
#define BEGUN "at <= $2 AND COALESCE(recorded_at, at) <= $3"

/* 1 and the hash that the query gives for the jurisdiction, or 0. */
static int
find_hash(struct registry *registry, const char *sql, const struct db_value *values, size_t count,
	char hash[PACK_HASH_TEXT_SIZE], struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, sql, values, count, &statement, e)) < 0)
		return r;
	if ((r = db_step(statement, e)) == 1)
		snprintf(hash, PACK_HASH_TEXT_SIZE, "%s", db_column_text(statement, 0));
	db_finish(statement);
	return r;
}

/* The hash in force at ${now}, by what was recorded until ${known}: the last one that has begun, or the first one to come. Each is found in the order in which they stand, without sorting: it is asked for
 * each person. */
static int
hash_then(struct registry *registry, const char *jurisdiction, instant now, instant known,
	char hash[PACK_HASH_TEXT_SIZE], struct error *e)
{
	const struct db_value values[] = {db_text(jurisdiction), db_int(now), db_int(known)};
	int r;

	if ((r = find_hash(registry,
			 "SELECT hash FROM pack_activation WHERE jurisdiction = $1 AND " BEGUN " ORDER BY id DESC LIMIT 1", values,
			 3, hash, e)) == 0)
		r = find_hash(registry, "SELECT hash FROM pack_activation WHERE jurisdiction = $1 ORDER BY id LIMIT 1", values,
			1, hash, e);
	if (r == 0)
		return error_set(e, ERROR_EXISTS_NOT, "there is no jurisdiction %s in the store", jurisdiction);
	return r < 0 ? r : 0;
}

static int
hash_in_force(struct registry *registry, const char *jurisdiction, char hash[PACK_HASH_TEXT_SIZE], struct error *e)
{
	return hash_then(registry, jurisdiction, registry_now(registry), registry_known(registry), hash, e);
}

static int
pack_then(struct registry *registry, const char *name, instant now, instant known, const struct pack **ret_pack,
	struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	char hash[PACK_HASH_TEXT_SIZE];
	struct pack *pack;
	size_t count;
	int r;

	if (name) {
		r = hash_then(registry, name, now, known, hash, e);
		if (r == ERROR_EXISTS_NOT && file_is_folder(name)) {
			if ((r = pack_read_folder(name, NULL, NULL, &pack, e)) < 0)
				return r;
			return pack_remember(registry, pack, ret_pack, e);
		}
	} else if ((r = registry_jurisdictions(registry, &names, &count, e)) == 0) {
		r = hash_then(registry, count > 0 ? names[0] : "", now, known, hash, e);
		free(names);
	}
	return r < 0 ? r : registry_pack_by_hash(registry, hash, ret_pack, e);
}

int
registry_pack(struct registry *registry, const char *name, const struct pack **ret_pack, struct error *e)
{
	return pack_then(registry, name, registry_now(registry), registry_known(registry), ret_pack, e);
}

int
registry_pack_then(
	struct registry *registry, const char *name, instant then, const struct pack **ret_pack, struct error *e)
{
	return pack_then(registry, name, then, then, ret_pack, e);
}

int
registry_pack_until(struct registry *registry, const char *name, instant *ret_until, struct error *e)
{
	return db_one_int(registry->db,
		"SELECT COALESCE(MIN(at), $3) FROM pack_activation WHERE jurisdiction = $1 AND at > $2",
		(struct db_value[]){db_text(name), db_int(registry_now(registry)), db_int(INT64_MAX)}, 3, ret_until, e);
}

static int
keep_files(struct registry *registry, const struct pack *pack, const struct files *files, struct error *e)
{
	struct db *db = registry->db;
	int r;

	if ((r = db_do(db,
			 "INSERT INTO pack_version(hash, jurisdiction, recorded_at) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
			 (struct db_value[]){
				 db_text(pack_hash(pack)), db_text(pack_jurisdiction(pack)), db_int(registry_recording_time(registry))},
			 3, e)) < 0)
		return r;
	if (db_changes(db) == 0)
		return 0;
	for (size_t i = 0; i < files->count; i++)
		if ((r = db_do(db, "INSERT INTO pack_file(hash, path, bytes) VALUES($1, $2, $3)",
				 (struct db_value[]){db_text(pack_hash(pack)), db_text(files->items[i].path),
					 db_blob(files->items[i].bytes, files->items[i].length)},
				 3, e)) < 0)
			return r;
	return 0;
}

/* Its issuer's keys are named after it: "issuer-", the name, '-' and 16 digits are no longer than KEYS_NAME_MAX. */
enum { TAKEN_NAME_SIZE = KEYS_NAME_MAX - 23 };
_Static_assert((int)TAKEN_NAME_SIZE <= (int)JURISDICTION_SIZE && (int)TAKEN_NAME_SIZE <= (int)ISSUER_SIZE,
	"a name that is taken fits everywhere");

int
pack_name_check(const struct pack *pack, const char *folder, struct error *e)
{
	if (word_is(pack_jurisdiction(pack), TAKEN_NAME_SIZE, "-_."))
		return 0;
	return error_set(e, ERROR_BAD_INPUT, "%s: a jurisdiction's name is 1 to %d of a-z, 0-9, '-', '_' and '.'", folder,
		TAKEN_NAME_SIZE - 1);
}

/* Whether ${hash} is kept for another jurisdiction. */
static int
check_owner(struct registry *registry, const struct pack *pack, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db, "SELECT jurisdiction FROM pack_version WHERE hash = $1",
			 (struct db_value[]){db_text(pack_hash(pack))}, 1, &statement, e)) == 0 &&
		(r = db_step(statement, e)) == 1)
		r = strcmp(db_column_text(statement, 0), pack_jurisdiction(pack)) == 0
			? 0
			: error_set(e, ERROR_EXISTS,
				  "the same files are kept for %s; for %s, change one of them, if only a word of pack.json's \"sources\"",
				  db_column_text(statement, 0), pack_jurisdiction(pack));
	db_finish(statement);
	return r;
}

/* Keep ${files}, read as a pack of ${jurisdiction} or of the one that pack.json or ${folder} names. */
static int
keep(struct registry *registry, const char *folder, const struct files *files, const char *jurisdiction,
	pack_fault_function *on_fault, void *context, const struct pack **ret_pack, struct error *e)
{
	struct pack *pack = NULL;
	bool own = false;
	int r;

	if ((r = pack_read(folder, files->items, files->count, on_fault, context, &pack, e)) < 0)
		goto out;
	if (jurisdiction && strcmp(jurisdiction, pack_jurisdiction(pack)) != 0) {
		pack_free(pack);
		pack = NULL;
		if ((r = pack_read(jurisdiction, files->items, files->count, NULL, NULL, &pack, e)) < 0)
			goto out;
		if (strcmp(jurisdiction, pack_jurisdiction(pack)) != 0) {
			r = error_set(e, ERROR_BAD_INPUT, "%s says in pack.json that it is of %s", folder, pack_jurisdiction(pack));
			goto out;
		}
	}
	if ((r = pack_name_check(pack, folder, e)) < 0 || (r = scope_begin(registry, &own, e)) < 0)
		goto out;
	if ((r = check_owner(registry, pack, e)) == 0)
		r = keep_files(registry, pack, files, e);
	if ((r = scope_end(registry, own, r, e)) == 0) {
		r = pack_remember(registry, pack, ret_pack, e);
		pack = NULL;
	}
out:
	pack_free(pack);
	return r;
}

int
registry_pack_keep(struct registry *registry, const char *folder, const char *jurisdiction,
	const struct pack **ret_pack, struct error *e)
{
	struct files files = {0};
	int r;

	if ((r = files_of_folder(folder, &files, e)) == 0)
		r = keep(registry, folder, &files, jurisdiction, NULL, NULL, ret_pack, e);
	files_free(&files);
	return r;
}

int
registry_pack_keep_files(struct registry *registry, const struct pack_file *items, size_t count,
	const char *jurisdiction, pack_fault_function *on_fault, void *context, const struct pack **ret_pack,
	struct error *e)
{
	struct files files = {0};
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = files_add(&files, items[i].path, items[i].bytes, items[i].length, e);
	if (r == 0)
		r = keep(registry, jurisdiction, &files, jurisdiction, on_fault, context, ret_pack, e);
	files_free(&files);
	return r;
}

int
registry_pack_put_in_force(struct registry *registry, const struct pack *pack, instant from, const char *by,
	const char *approved_by, struct error *e)
{
	return db_do(registry->db,
		"INSERT INTO pack_activation(jurisdiction, hash, at, by_whom, recorded_at, approved_by)"
		" VALUES($1, $2, $3, $4, $5, $6)",
		(struct db_value[]){db_text(pack_jurisdiction(pack)), db_text(pack_hash(pack)), db_int(from), db_text(by),
			db_int(registry_recording_time(registry)), db_text(approved_by)},
		6, e);
}

int
registry_activations_each(struct registry *registry, registry_activation_each *each, void *context, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = db_start(registry->db,
			 "SELECT jurisdiction, hash, at, COALESCE(recorded_at, at), by_whom, approved_by FROM pack_activation"
			 " WHERE COALESCE(recorded_at, at) <= $1 ORDER BY id",
			 (struct db_value[]){db_int(registry_known(registry))}, 1, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) == 1) {
		struct registry_activation activation = {.jurisdiction = db_column_text(statement, 0),
			.hash = db_column_text(statement, 1),
			.from = db_column_int(statement, 2),
			.recorded_at = db_column_int(statement, 3),
			.by = db_column_text(statement, 4),
			.approved_by = db_column_text(statement, 5)};
		char hash[PACK_HASH_TEXT_SIZE];

		if ((r = hash_in_force(registry, activation.jurisdiction, hash, e)) < 0)
			break;
		activation.in_force = strcmp(hash, activation.hash) == 0 && activation.from <= registry_now(registry);
		if ((r = each(&activation, context, e)) != 0)
			break;
	}
	db_finish(statement);
	return r;
}

int
pack_first(struct registry *registry, const char *folder, struct error *e)
{
	const struct pack *pack = NULL;
	char present[PACK_HASH_TEXT_SIZE];
	int r;

	if ((r = registry_pack_keep(registry, folder, NULL, &pack, e)) < 0)
		return r;
	if ((r = hash_in_force(registry, pack_jurisdiction(pack), present, NULL)) == 0)
		return error_set(e, ERROR_EXISTS, "there are two packs of the name %s", pack_jurisdiction(pack));
	if (r != ERROR_EXISTS_NOT)
		return error_set(e, r, "the packs cannot be read");
	return registry_pack_put_in_force(registry, pack, registry_recording_time(registry), NULL, NULL, e);
}

int
registry_packs_changes(struct registry *registry, int64_t *ret_changes, struct error *e)
{
	return db_one_int(registry->db,
		"SELECT CAST(count(*) + coalesce(sum(CASE WHEN at <= $1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM pack_activation",
		(struct db_value[]){db_int(registry_now(registry))}, 1, ret_changes, e);
}

int
registry_jurisdictions(
	struct registry *registry, char (**ret_names)[JURISDICTION_SIZE], size_t *ret_count, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	struct db_statement *statement = NULL;
	size_t count = 0, capacity = 0;
	int r;

	if ((r = db_start(registry->db, "SELECT jurisdiction FROM pack_activation GROUP BY jurisdiction ORDER BY MIN(id)",
			 NULL, 0, &statement, e)) < 0)
		goto out;
	while ((r = db_step(statement, e)) == 1) {
		if ((r = array_grow(&names, &capacity, count + 1, sizeof *names, JURISDICTIONS_MAX, e)) < 0)
			goto out;
		snprintf(names[count++], JURISDICTION_SIZE, "%s", db_column_text(statement, 0));
	}
	if (r == 0) {
		*ret_names = names;
		*ret_count = count;
		names = NULL;
	}
out:
	db_finish(statement);
	free(names);
	return r;
}
