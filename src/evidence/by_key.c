#include "evidence/evidence.h"

#include "evidence/rows.h"

/* The index by key gives the rows in order, so that a page costs what it holds. */
int
evidence_each_by_key(struct db *db, enum evidence_kind kind, const char *after, size_t limit, instant now,
	instant known, evidence_callback *each, void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT row.kind, row.person, row.key, row.at, row.body, row.recorded_at, row.import_id FROM evidence AS row"
			 " WHERE row.kind = $1 AND row.key > $2 AND row.at <= $3 AND " SEEN(
				 "row", "$4") " AND NOT EXISTS (SELECT 1 FROM evidence AS later WHERE later.kind = row.kind"
							  " AND later.key = row.key AND " AFTER("later", "row") " AND " SEEN(
								  "later", "$4") ")"
												 " ORDER BY row.key LIMIT $5",
			 (struct db_value[]){db_int(kind), db_text(after), db_int(now), db_int(known), db_int((int64_t)limit)}, 5,
			 &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		const struct evidence_row row = {.kind = (enum evidence_kind)db_column_int(s, 0),
			.person = (uint32_t)db_column_int(s, 1),
			.key = db_column_text(s, 2),
			.at = db_column_int(s, 3),
			.body = db_column_text(s, 4),
			.recorded_at = db_column_int(s, 5),
			.import_id = db_column_int(s, 6)};

		if ((r = each(&row, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}
