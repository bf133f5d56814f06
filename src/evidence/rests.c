/* Which imports rest on which, and why a row was refused. */

#include <string.h>

#include "evidence/rows.h"

int
evidence_import_rests(struct db *db, int64_t import_id, int64_t on, enum evidence_rest how, struct error *e)
{
	int r;

	if ((r = rows_need_transaction(db, e)) < 0)
		return r;
	if (on == 0 || on == import_id)
		return 0;
	return db_do(db,
		"INSERT INTO evidence_import_rest(on_import, import_id, unchanged_rows, corrected_rows, used_rows)"
		" VALUES($1, $2, $3, $4, $5) ON CONFLICT(on_import, import_id) DO UPDATE SET"
		" unchanged_rows = evidence_import_rest.unchanged_rows + excluded.unchanged_rows,"
		" corrected_rows = evidence_import_rest.corrected_rows + excluded.corrected_rows,"
		" used_rows = evidence_import_rest.used_rows + excluded.used_rows",
		(struct db_value[]){db_int(on), db_int(import_id), db_int(how == EVIDENCE_REST_UNCHANGED),
			db_int(how == EVIDENCE_REST_CORRECTED), db_int(how == EVIDENCE_REST_USED)},
		5, e);
}

int
rows_rest(struct db *db, int64_t import_id, int64_t on, enum evidence_outcome outcome, struct error *e)
{
	if (outcome == EVIDENCE_NEW || (outcome == EVIDENCE_UNCHANGED && import_id == 0))
		return 0;
	return evidence_import_rests(
		db, import_id, on, outcome == EVIDENCE_CHANGED ? EVIDENCE_REST_CORRECTED : EVIDENCE_REST_UNCHANGED, e);
}

int
evidence_import_each_rest(struct db *db, int64_t on, instant known,
	int (*each)(const struct evidence_rests *rests, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT row.import_id, row.unchanged_rows, row.corrected_rows, row.used_rows FROM evidence_import_rest AS row"
			 " WHERE row.on_import = $1 AND NOT EXISTS (SELECT 1 FROM evidence_undo AS undo WHERE undo.import_id ="
			 " row.import_id AND undo.recorded_at <= $2) ORDER BY row.import_id",
			 (struct db_value[]){db_int(on), db_int(known)}, 2, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		const struct evidence_rests rests = {.import_id = db_column_int(s, 0),
			.unchanged = db_column_int(s, 1),
			.corrected = db_column_int(s, 2),
			.used = db_column_int(s, 3)};

		if ((r = each(&rests, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
evidence_import_refused(struct db *db, int64_t import_id, const struct error *why, struct error *e)
{
	int r;

	if ((r = rows_need_transaction(db, e)) < 0)
		return r;
	return db_do(db, "INSERT INTO evidence_import_refused(import_id, line, byte, reason) VALUES($1, $2, $3, $4)",
		(struct db_value[]){
			db_int(import_id), db_int((int64_t)why->line), db_int((int64_t)why->column), db_text(why->message)},
		4, e);
}

int
evidence_import_each_refused(struct db *db, int64_t import_id,
	int (*each)(const struct error *why, void *context, struct error *e), void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db, "SELECT line, byte, reason FROM evidence_import_refused WHERE import_id = $1 ORDER BY id",
			 (struct db_value[]){db_int(import_id)}, 1, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		struct error why = {0};

		error_set(&why, ERROR_BAD_INPUT, "%s", db_column_text(s, 2));
		error_at(&why, NULL, (size_t)db_column_int(s, 0), (size_t)db_column_int(s, 1));
		if ((r = each(&why, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}
