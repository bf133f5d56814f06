#include <string.h>

#include "evidence/rows.h"

int
evidence_import_begin(struct db *db, const char *kind, const char *file_name,
	const uint8_t sha256[EVIDENCE_SHA256_SIZE], const char *by, instant recorded_at, int64_t *ret_import_id,
	struct error *e)
{
	size_t length = strlen(file_name);
	int r;

	if ((r = rows_need_transaction(db, e)) < 0)
		return r;
	if (length > EVIDENCE_FILE_NAME_MAX) {
		file_name += length - EVIDENCE_FILE_NAME_MAX;
		while (((unsigned char)*file_name & 0xc0) == 0x80) /* not from the middle of a character on */
			file_name++;
	}
	return db_one_int(db,
		"INSERT INTO evidence_import(kind, file_name, sha256, by_user, recorded_at) VALUES($1, $2, $3, $4, $5)"
		" RETURNING id",
		(struct db_value[]){
			db_text(kind), db_text(file_name), db_blob(sha256, EVIDENCE_SHA256_SIZE), db_text(by), db_int(recorded_at)},
		5, ret_import_id, e);
}

int
evidence_import_end(struct db *db, int64_t import_id, const struct evidence_counts *counts, struct error *e)
{
	int r;

	if ((r = rows_need_transaction(db, e)) < 0)
		return r;
	return db_do(db,
		"INSERT INTO evidence_import_end(import_id, read_rows, new_rows, changed_rows, unchanged_rows, rejected_rows)"
		" VALUES($1, $2, $3, $4, $5, $6)",
		(struct db_value[]){db_int(import_id), db_int(counts->read), db_int(counts->new_rows), db_int(counts->changed),
			db_int(counts->unchanged), db_int(counts->rejected)},
		6, e);
}

static int
check_undo(struct db *db, int64_t import_id, struct error *e)
{
	const struct db_value values[] = {db_int(import_id)};
	int64_t count;
	int r;

	if ((r = db_one_int(db, "SELECT count(*) FROM evidence_import WHERE id = $1", values, 1, &count, e)) < 0)
		return r;
	if (count == 0)
		return error_set(e, ERROR_EXISTS_NOT, "there is no import %lld", (long long)import_id);
	if ((r = db_one_int(db, "SELECT count(*) FROM evidence_undo WHERE import_id = $1", values, 1, &count, e)) < 0)
		return r;
	if (count != 0)
		return error_set(e, ERROR_EXISTS, "import %lld is undone already", (long long)import_id);
	return 0;
}

int
evidence_import_undo(struct db *db, int64_t import_id, instant recorded_at, struct error *e)
{
	int r;

	if ((r = rows_need_transaction(db, e)) < 0 || (r = check_undo(db, import_id, e)) < 0)
		return r;
	if ((r = db_do(db, "INSERT INTO evidence_undo(import_id, recorded_at) VALUES($1, $2)",
			 (struct db_value[]){db_int(import_id), db_int(recorded_at)}, 2, e)) < 0)
		return r;
	return areas_raise_of_import(db, import_id, e);
}

static struct evidence_import
import_at(struct db_statement *s)
{
	struct evidence_import import = {
		.id = db_column_int(s, 0),
		.kind = db_column_text(s, 1),
		.file_name = db_column_text(s, 2),
		.by = db_column_text(s, 4),
		.recorded_at = db_column_int(s, 5),
		.ended = !db_column_is_null(s, 6),
		.counts = {db_column_int(s, 6), db_column_int(s, 7), db_column_int(s, 8), db_column_int(s, 9),
			db_column_int(s, 10)},
		.undone = !db_column_is_null(s, 11),
		.undone_at = db_column_int(s, 11),
	};
	size_t length;
	const void *sha256 = db_column_blob(s, 3, &length);

	if (length == sizeof import.sha256)
		memcpy(import.sha256, sha256, length);
	return import;
}

/* ${condition} may name $2. */
#define IMPORTS(condition)                                                                                             \
	"SELECT i.id, i.kind, i.file_name, i.sha256, i.by_user, i.recorded_at, n.read_rows, n.new_rows,"                   \
	" n.changed_rows, n.unchanged_rows, n.rejected_rows, u.recorded_at FROM evidence_import AS i"                      \
	" LEFT JOIN evidence_import_end AS n ON n.import_id = i.id"                                                        \
	" LEFT JOIN evidence_undo AS u ON u.import_id = i.id AND u.recorded_at <= $1"                                      \
	" WHERE i.recorded_at <= $1" condition " ORDER BY i.id"

int
evidence_import_each(struct db *db, instant known,
	int (*each)(const struct evidence_import *import, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db, IMPORTS(""), (struct db_value[]){db_int(known)}, 1, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		struct evidence_import import = import_at(s);

		if ((r = each(&import, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
evidence_import_find(struct db *db, int64_t import_id, instant known,
	int (*each)(const struct evidence_import *import, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db, IMPORTS(" AND i.id = $2"), (struct db_value[]){db_int(known), db_int(import_id)}, 2, &s, e)) <
		0)
		return r;
	if ((r = db_step(s, e)) > 0) {
		struct evidence_import import = import_at(s);

		r = each(&import, context, e);
	} else if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no import %lld", (long long)import_id);
	}
	db_finish(s);
	return r;
}

int
evidence_import_each_person(struct db *db, int64_t import_id,
	int (*each)(uint32_t person, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db, "SELECT DISTINCT person FROM evidence WHERE import_id = $1 AND person <> 0 ORDER BY person",
			 (struct db_value[]){db_int(import_id)}, 1, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0)
		if ((r = each((uint32_t)db_column_int(s, 0), context, e)) != 0)
			break;
	db_finish(s);
	return r;
}
