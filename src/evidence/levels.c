/* Published lists of areas by risk. */

#include <string.h>

#include "evidence/rows.h"

static int
check(const struct evidence_area_level *level, struct error *e)
{
	if (!level->area || !*level->area || !level->country || !*level->country)
		return error_set(e, ERROR_USAGE, "a level needs an area and its country");
	if (strlen(level->area) > EVIDENCE_AREA_MAX || strlen(level->country) > EVIDENCE_AREA_MAX)
		return error_set(e, ERROR_TOO_LARGE, "the code of an area has at most %d bytes", EVIDENCE_AREA_MAX);
	if (!level->source || !*level->source || strlen(level->source) > EVIDENCE_SOURCE_MAX)
		return error_set(e, ERROR_USAGE, "a list needs its source, of at most %d bytes", EVIDENCE_SOURCE_MAX);
	if (!level->level || !*level->level)
		return error_set(e, ERROR_USAGE, "an area is listed with a level");
	return 0;
}

/* How ${level} stands to the last version of its source, area and moment, and by which import that was put. */
static int
compare(struct db *db, const struct evidence_area_level *level, enum evidence_outcome *ret_outcome,
	int64_t *ret_import_id, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT row.level, row.country, row.import_id FROM evidence_area_level AS row WHERE row.area = $1"
			 " AND row.source = $2 AND row.from_at = $3 AND " SEEN(
				 "row", "$4") " ORDER BY row.recorded_at DESC, row.seq DESC LIMIT 1",
			 (struct db_value[]){
				 db_text(level->area), db_text(level->source), db_int(level->from), db_int(level->recorded_at)},
			 4, &s, e)) < 0)
		return r;
	if ((r = db_step(s, e)) == 0) {
		*ret_outcome = EVIDENCE_NEW;
	} else if (r > 0) {
		*ret_outcome =
			strcmp(db_column_text(s, 0), level->level) == 0 && strcmp(db_column_text(s, 1), level->country) == 0
			? EVIDENCE_UNCHANGED
			: EVIDENCE_CHANGED;
		*ret_import_id = db_column_int(s, 2);
		r = 0;
	}
	db_finish(s);
	return r;
}

/* Whether the list has a row already: then the areas that it leaves out were told. */
static int
is_begun(struct db *db, const struct evidence_area_level *level, bool *ret_begun, struct error *e)
{
	int64_t count;
	int r = db_one_int(db,
		"SELECT count(*) FROM (SELECT 1 FROM evidence_area_level AS row WHERE row.country = $1 AND row.source = $2"
		" AND row.from_at = $3 AND " SEEN("row", "$4") " LIMIT 1) AS first",
		(struct db_value[]){
			db_text(level->country), db_text(level->source), db_int(level->from), db_int(level->recorded_at)},
		4, &count, e);

	if (r == 0)
		*ret_begun = count > 0;
	return r;
}

int
evidence_area_level_put(
	struct db *db, const struct evidence_area_level *level, enum evidence_outcome *ret_outcome, struct error *e)
{
	enum evidence_outcome outcome;
	int64_t of_import = 0;
	bool begun = false;
	int r;

	if ((r = rows_need_transaction(db, e)) < 0 || (r = check(level, e)) < 0 ||
		(r = compare(db, level, &outcome, &of_import, e)) < 0 ||
		(r = rows_rest(db, level->import_id, of_import, outcome, e)) < 0 || (r = is_begun(db, level, &begun, e)) < 0)
		return r;
	if (outcome != EVIDENCE_UNCHANGED) {
		if ((r = db_do(db,
				 "INSERT INTO evidence_area_level(source, area, country, from_at, level, recorded_at, import_id)"
				 " VALUES($1, $2, $3, $4, $5, $6, $7)",
				 (struct db_value[]){db_text(level->source), db_text(level->area), db_text(level->country),
					 db_int(level->from), db_text(level->level), db_int(level->recorded_at),
					 rows_import(level->import_id)},
				 7, e)) < 0 ||
			(r = area_raise(db, level->area, level->country, e)) < 0 ||
			(!begun && (r = areas_raise_country(db, level->country, e)) < 0))
			return r;
	}
	*ret_outcome = outcome;
	return 0;
}

int
evidence_area_level_series(
	struct db *db, const char *area, instant known, evidence_area_level_callback *each, void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	/* The sources that list the area, from when on; their lists from then on; what each says of the area last. */
	if ((r = db_start(db,
			 "SELECT list.source, list.country, list.from_at, own.level, own.recorded_at, own.import_id"
			 " FROM (SELECT DISTINCT row.source, row.country, row.from_at FROM evidence_area_level AS row,"
			 "  (SELECT row.source, row.country, min(row.from_at) AS first_at FROM evidence_area_level AS row"
			 "   WHERE row.area = $1 AND " SEEN("row",
				 "$2") " GROUP BY row.source, row.country) AS first"
					   "  WHERE row.source = first.source AND row.country = first.country AND row.from_at >= first.first_at"
					   "  AND " SEEN("row",
						   "$2") ") AS list"
								 " LEFT JOIN evidence_area_level AS own ON own.area = $1 AND own.source = list.source"
								 "  AND own.from_at = list.from_at AND " SEEN("own",
									 "$2") "  AND NOT EXISTS (SELECT 1 FROM evidence_area_level AS later WHERE later.area = own.area"
										   "   AND later.source = own.source AND later.from_at = own.from_at AND " AFTER(
											   "later", "own") "   AND " SEEN("later",
											   "$2") ")"
													 " ORDER BY list.source, list.from_at",
			 (struct db_value[]){db_text(area), db_int(known)}, 2, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		const struct evidence_area_level level = {.source = db_column_text(s, 0),
			.area = area,
			.country = db_column_text(s, 1),
			.from = db_column_int(s, 2),
			.level = db_column_is_null(s, 3) ? NULL : db_column_text(s, 3),
			.recorded_at = db_column_int(s, 4),
			.import_id = db_column_int(s, 5)};

		if ((r = each(&level, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}
