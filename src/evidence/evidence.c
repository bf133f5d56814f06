#include "evidence/evidence.h"

#include <string.h>

#include "evidence/rows.h"

static const char *const migrations[] = {
	"CREATE TABLE evidence_import("
	" id {key},"
	" kind {text} NOT NULL,"
	" file_name {text} NOT NULL,"
	" sha256 {blob} NOT NULL,"
	" by_user {text},"
	" recorded_at BIGINT NOT NULL);"
	"CREATE TABLE evidence_import_end("
	" import_id BIGINT NOT NULL PRIMARY KEY REFERENCES evidence_import(id),"
	" read_rows BIGINT NOT NULL, new_rows BIGINT NOT NULL, changed_rows BIGINT NOT NULL,"
	" unchanged_rows BIGINT NOT NULL, rejected_rows BIGINT NOT NULL);"
	"CREATE TABLE evidence_undo("
	" import_id BIGINT NOT NULL PRIMARY KEY REFERENCES evidence_import(id),"
	" recorded_at BIGINT NOT NULL);"
	"CREATE TABLE evidence("
	" seq {key},"
	" kind BIGINT NOT NULL,"
	" person BIGINT NOT NULL,"
	" key {text} NOT NULL,"
	" at BIGINT NOT NULL,"
	" recorded_at BIGINT NOT NULL,"
	" import_id BIGINT REFERENCES evidence_import(id),"
	" body {text} NOT NULL);"
	"CREATE INDEX evidence_by_key ON evidence(kind, key, recorded_at, seq);"
	"CREATE INDEX evidence_by_person ON evidence(kind, person);"
	"CREATE INDEX evidence_by_import ON evidence(import_id, person) WHERE import_id IS NOT NULL;"
	"CREATE TABLE evidence_area("
	" seq {key},"
	" area {text} NOT NULL,"
	" country {text} NOT NULL,"
	" day BIGINT NOT NULL,"
	" confirmed BIGINT, deaths BIGINT, recovered BIGINT,"
	" recorded_at BIGINT NOT NULL,"
	" import_id BIGINT REFERENCES evidence_import(id));"
	"CREATE INDEX evidence_area_by_day ON evidence_area(area, day, recorded_at, seq);"
	"CREATE INDEX evidence_area_by_country ON evidence_area(country, day);"
	"CREATE TABLE evidence_area_version("
	" area {text} NOT NULL PRIMARY KEY,"
	" country {text} NOT NULL,"
	" version BIGINT NOT NULL);"
	"CREATE INDEX evidence_area_version_last ON evidence_area_version(version)",
	"ALTER TABLE evidence_area ADD COLUMN source {text} NOT NULL DEFAULT 'counts';"
	"DROP INDEX evidence_area_by_day;"
	"DROP INDEX evidence_area_by_country;"
	"CREATE INDEX evidence_area_by_day ON evidence_area(area, source, day, recorded_at, seq);"
	"CREATE INDEX evidence_area_by_country ON evidence_area(country, source, day)",

	/* What imports rest on, and why rows were refused. ${import_id} 0: what was recorded by no import. */
	"CREATE TABLE evidence_import_rest("
	" on_import BIGINT NOT NULL REFERENCES evidence_import(id), import_id BIGINT NOT NULL,"
	" unchanged_rows BIGINT NOT NULL, corrected_rows BIGINT NOT NULL, used_rows BIGINT NOT NULL,"
	" PRIMARY KEY(on_import, import_id)) {packed};"
	"CREATE TABLE evidence_import_refused(id {key}, import_id BIGINT NOT NULL REFERENCES evidence_import(id),"
	" line BIGINT NOT NULL, byte BIGINT NOT NULL, reason {text} NOT NULL);"
	"CREATE INDEX evidence_import_refused_import ON evidence_import_refused(import_id, id)",

	/* Published lists of areas by risk. */
	"CREATE TABLE evidence_area_level(seq {key}, source {text} NOT NULL, area {text} NOT NULL, country {text} NOT NULL,"
	" from_at BIGINT NOT NULL, level {text} NOT NULL, recorded_at BIGINT NOT NULL,"
	" import_id BIGINT REFERENCES evidence_import(id));"
	"CREATE INDEX evidence_area_level_by_area ON evidence_area_level(area, source, from_at, recorded_at, seq);"
	"CREATE INDEX evidence_area_level_by_list ON evidence_area_level(country, source, from_at);"
	"CREATE INDEX evidence_area_level_import ON evidence_area_level(import_id) WHERE import_id IS NOT NULL",

	/* One person under several numbers (same.c). */
	"CREATE TABLE evidence_same(id {key}, alias BIGINT NOT NULL, person BIGINT NOT NULL, recorded_at BIGINT NOT NULL,"
	" moved BIGINT NOT NULL);"
	"CREATE INDEX evidence_same_alias ON evidence_same(alias);"
	"CREATE INDEX evidence_same_person ON evidence_same(person);"
	"CREATE INDEX evidence_same_moved ON evidence_same(moved, id);"
	"CREATE TABLE evidence_same_end(id {key}, link BIGINT NOT NULL UNIQUE REFERENCES evidence_same(id),"
	" recorded_at BIGINT NOT NULL, moved BIGINT NOT NULL);"
	"CREATE INDEX evidence_same_end_moved ON evidence_same_end(moved, id)",
};

static const char *const kind_names[EVIDENCE_KIND_END] = {
	[EVIDENCE_APPLICATION] = "application",
	[EVIDENCE_RESIDENCE] = "residence",
	[EVIDENCE_CHECKIN] = "checkin",
	[EVIDENCE_VISIT] = "visit",
	[EVIDENCE_DECLARATION] = "declaration",
	[EVIDENCE_CASE_STATUS] = "case_status",
	[EVIDENCE_CONTACT] = "contact",
	[EVIDENCE_TEST] = "test",
	[EVIDENCE_OVERRIDE] = "override",
	[EVIDENCE_VOUCHER] = "voucher",
	[EVIDENCE_ORDER] = "order",
	[EVIDENCE_TEMPERATURE] = "temperature",
	[EVIDENCE_CERTIFICATE] = "certificate",
	[EVIDENCE_DEVICE] = "device",
	[EVIDENCE_TRAVEL_ORDER] = "travel_order",
	[EVIDENCE_RECOGNITION] = "recognition",
	[EVIDENCE_CASE_WORD] = "case_word",
	[EVIDENCE_MANDATE] = "mandate",
};

#define COLUMNS "row.kind, row.person, row.key, row.at, row.body, row.recorded_at, row.import_id"

/* Seen at $3, own time up to $2, and no later version is seen. */
/* clang-format off */
#define LAST_VERSIONS \
	"row.at <= $2 AND " SEEN("row", "$3") \
	" AND NOT EXISTS (SELECT 1 FROM evidence AS later WHERE later.kind = row.kind AND later.key = row.key" \
	" AND " AFTER("later", "row") " AND " SEEN("later", "$3") ")" \
	" ORDER BY row.kind, row.at, row.key"
/* clang-format on */

/* Every kind by number, so that the index by kind and person serves for all kinds too. They are joined: what is in a list SQLite puts into a table of
 * its own for each question. */
_Static_assert(EVIDENCE_KIND_END == 19, "the list of kinds below is complete");
static const char each_of_all[] =
	"SELECT " COLUMNS
	" FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18))"
	" AS kinds CROSS JOIN evidence AS row WHERE row.kind = kinds.column1 AND row.person = $1 AND " LAST_VERSIONS;
static const char each_of_one[] =
	"SELECT " COLUMNS " FROM evidence AS row WHERE row.kind = $4 AND row.person = $1 AND " LAST_VERSIONS;

int
evidence_migrate(struct db *db, struct error *e)
{
	return db_migrate(db, "evidence", migrations, sizeof migrations / sizeof *migrations, e);
}

const char *
evidence_kind_name(enum evidence_kind kind)
{
	return kind > EVIDENCE_ALL && kind < EVIDENCE_KIND_END ? kind_names[kind] : NULL;
}

int
rows_need_transaction(const struct db *db, struct error *e)
{
	if (!db_in_transaction(db))
		return error_set(e, ERROR_USAGE, "evidence is recorded in a transaction only");
	return 0;
}

struct db_value
rows_import(int64_t import_id)
{
	return import_id ? db_int(import_id) : db_null();
}

static struct evidence_row
row_at(struct db_statement *s)
{
	return (struct evidence_row){
		.kind = (enum evidence_kind)db_column_int(s, 0),
		.person = (uint32_t)db_column_int(s, 1),
		.key = db_column_text(s, 2),
		.at = db_column_int(s, 3),
		.body = db_column_text(s, 4),
		.recorded_at = db_column_int(s, 5),
		.import_id = db_column_int(s, 6),
	};
}

/* The last version of a key that is seen at ${known}, as the statement's row. Return 1, 0 if there is none, or a code;
 * the caller finishes the statement in any case. */
static int
last_version(struct db *db, enum evidence_kind kind, const char *key, instant known,
	struct db_statement **ret_statement, struct error *e)
{
	int r;

	if ((r = db_start(db,
			 "SELECT " COLUMNS " FROM evidence AS row WHERE row.kind = $1 AND row.key = $2 AND " SEEN(
				 "row", "$3") " ORDER BY row.recorded_at DESC, row.seq DESC LIMIT 1",
			 (struct db_value[]){db_int(kind), db_text(key), db_int(known)}, 3, ret_statement, e)) < 0)
		return r;
	return db_step(*ret_statement, e);
}

static int
check_row(const struct evidence_row *row, struct error *e)
{
	if (!evidence_kind_name(row->kind))
		return error_set(e, ERROR_USAGE, "there is no evidence of kind %d", (int)row->kind);
	if (!row->key || !*row->key || !row->body || !*row->body)
		return error_set(e, ERROR_USAGE, "evidence needs a key and a body");
	if (strlen(row->key) > EVIDENCE_KEY_MAX)
		return error_set(e, ERROR_TOO_LARGE, "the key of evidence has at most %d bytes", EVIDENCE_KEY_MAX);
	if (strlen(row->body) > EVIDENCE_BODY_MAX)
		return error_set(e, ERROR_TOO_LARGE, "the body of evidence has at most %d bytes", EVIDENCE_BODY_MAX);
	return 0;
}

int
evidence_put(struct db *db, const struct evidence_row *row, enum evidence_outcome *ret_outcome, struct error *e)
{
	struct evidence_before before;
	int64_t seq;

	return evidence_put_numbered(db, row, ret_outcome, &seq, &before, e);
}

int
evidence_put_numbered(struct db *db, const struct evidence_row *row, enum evidence_outcome *ret_outcome,
	int64_t *ret_seq, struct evidence_before *ret_before, struct error *e)
{
	enum evidence_outcome outcome = EVIDENCE_NEW;
	struct evidence_before before = {0};
	struct db_statement *s = NULL;
	int64_t of_import = 0, seq = 0;
	int r;

	if ((r = rows_need_transaction(db, e)) < 0 || (r = check_row(row, e)) < 0)
		return r;
	if ((r = last_version(db, row->kind, row->key, row->recorded_at, &s, e)) > 0) {
		struct evidence_row last = row_at(s);

		outcome = last.person == row->person && last.at == row->at && strcmp(last.body, row->body) == 0
			? EVIDENCE_UNCHANGED
			: EVIDENCE_CHANGED;
		of_import = last.import_id;
		before = (struct evidence_before){.person = last.person, .at = last.at};
	}
	db_finish(s);
	if (r < 0 || (r = rows_rest(db, row->import_id, of_import, outcome, e)) < 0)
		return r;
	if (outcome != EVIDENCE_UNCHANGED &&
		(r = db_one_int(db,
			 "INSERT INTO evidence(kind, person, key, at, recorded_at, import_id, body)"
			 " VALUES($1, $2, $3, $4, $5, $6, $7) RETURNING seq{of $2}",
			 (struct db_value[]){db_int(row->kind), db_int(row->person), db_text(row->key), db_int(row->at),
				 db_int(row->recorded_at), rows_import(row->import_id), db_text(row->body)},
			 7, &seq, e)) < 0)
		return r;
	*ret_outcome = outcome;
	*ret_seq = seq;
	*ret_before = before;
	return 0;
}

int
evidence_row_find(struct db *db, int64_t seq, evidence_callback *each, void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r = db_start(
		db, "SELECT " COLUMNS " FROM evidence AS row WHERE row.seq = $1", (struct db_value[]){db_int(seq)}, 1, &s, e);

	if (r == 0 && (r = db_step(s, e)) > 0) {
		struct evidence_row row = row_at(s);

		r = each(&row, context, e);
	} else if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no evidence of number %lld", (long long)seq);
	}
	db_finish(s);
	return r;
}

int
evidence_row_next_given(struct db *db, int64_t from, int64_t *ret_seq, struct error *e)
{
	return db_one_int(db,
		"SELECT seq FROM evidence WHERE seq >= $1 AND import_id IS NULL AND kind <> $2 ORDER BY seq LIMIT 1",
		(struct db_value[]){db_int(from), db_int(EVIDENCE_CONTACT)}, 2, ret_seq, e);
}

int
evidence_each_of(struct db *db, uint32_t person, enum evidence_kind kind, instant now, instant known,
	evidence_callback *each, void *context, struct error *e)
{
	struct db_value values[] = {db_int(person), db_int(now), db_int(known), db_int(kind)};
	bool all = kind == EVIDENCE_ALL;
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db, all ? each_of_all : each_of_one, values, all ? 3 : 4, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		struct evidence_row row = row_at(s);

		if ((r = each(&row, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
evidence_next_of(struct db *db, uint32_t person, enum evidence_kind kind, instant now, instant *ret_at, struct error *e)
{
	return db_one_int(db, "SELECT COALESCE(MIN(at), $4) FROM evidence WHERE kind = $1 AND person = $2 AND at > $3",
		(struct db_value[]){db_int(kind), db_int(person), db_int(now), db_int(EVIDENCE_NOW)}, 4, ret_at, e);
}

int
evidence_each(struct db *db, enum evidence_kind kind, instant now, instant known, evidence_callback *each,
	void *context, struct error *e)
{
	int64_t person = -1;
	int r;

	if (!evidence_kind_name(kind))
		return error_set(e, ERROR_USAGE, "there is no evidence of kind %d", (int)kind);
	for (;;) {
		/* From one person to the next in the index: evidence does not grow with the walk's memory. */
		r = db_one_int(db, "SELECT person FROM evidence WHERE kind = $1 AND person > $2 ORDER BY person LIMIT 1",
			(struct db_value[]){db_int(kind), db_int(person)}, 2, &person, e);
		if (r < 0)
			return r == ERROR_EXISTS_NOT ? 0 : r;
		if ((r = evidence_each_of(db, (uint32_t)person, kind, now, known, each, context, e)) != 0)
			return r;
	}
}

int
evidence_find(struct db *db, enum evidence_kind kind, const char *key, instant known, evidence_callback *each,
	void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r = last_version(db, kind, key, known, &s, e);

	if (r > 0) {
		struct evidence_row row = row_at(s);

		r = each(&row, context, e);
	} else if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no %s under %s", evidence_kind_name(kind), key);
	}
	db_finish(s);
	return r;
}
