/* evidence/rows.h: what the room's own files share. */

#ifndef HEALTHCODE_EVIDENCE_ROWS_H
#define HEALTHCODE_EVIDENCE_ROWS_H

#include "evidence/evidence.h"

/* SQL: whether the row ${row} is seen at ${known}, a parameter. */
#define SEEN(row, known)                                                                                               \
	row ".recorded_at <= " known " AND NOT EXISTS (SELECT 1 FROM evidence_undo AS undo WHERE undo.import_id = " row    \
		".import_id AND undo.recorded_at <= " known ")"

/* SQL: whether ${later} comes after ${row}. */
#define AFTER(later, row)                                                                                              \
	"(" later ".recorded_at > " row ".recorded_at OR (" later ".recorded_at = " row ".recorded_at AND " later          \
	".seq > " row ".seq))"

/* ERROR_USAGE outside a transaction. */
int rows_need_transaction(const struct db *db, struct error *e);

/* An import's number as it is stored: NULL for none. */
struct db_value rows_import(int64_t import_id);

/* rows_rest(db, import_id, on, outcome, e): note that a row of ${import_id} repeats or corrects one of ${on} (0: of none). What is
 * repeated by no import says nothing that could be lost. */
int rows_rest(struct db *db, int64_t import_id, int64_t on, enum evidence_outcome outcome, struct error *e);

/* area_raise(db, area, country, e): raise the area's version above all there are. areas_raise_country: the same for all areas of a
 * country that have one. areas_raise_of_import: of the areas that the import counted or listed. */
int area_raise(struct db *db, const char *area, const char *country, struct error *e);
int areas_raise_country(struct db *db, const char *country, struct error *e);
int areas_raise_of_import(struct db *db, int64_t import_id, struct error *e);

#endif
