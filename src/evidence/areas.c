#include <string.h>

#include "evidence/rows.h"

#define COLUMNS                                                                                                        \
	"row.area, row.country, row.day, row.confirmed, row.deaths, row.recovered, row.recorded_at, row.import_id,"        \
	" row.source"

static int64_t
count_column(struct db_statement *s, int column)
{
	return db_column_is_null(s, column) ? EVIDENCE_NOT_REPORTED : db_column_int(s, column);
}

static struct db_value
count_value(int64_t count)
{
	return count < 0 ? db_null() : db_int(count);
}

static struct evidence_area_count
count_at(struct db_statement *s)
{
	return (struct evidence_area_count){
		.area = db_column_text(s, 0),
		.country = db_column_text(s, 1),
		.day = (day_number)db_column_int(s, 2),
		.confirmed = count_column(s, 3),
		.deaths = count_column(s, 4),
		.recovered = count_column(s, 5),
		.recorded_at = db_column_int(s, 6),
		.import_id = db_column_int(s, 7),
		.source = db_column_text(s, 8),
	};
}

int
area_raise(struct db *db, const char *area, const char *country, struct error *e)
{
	int64_t last;
	int r;

	if ((r = evidence_area_version_last(db, &last, e)) < 0)
		return r;
	return db_do(db,
		"INSERT INTO evidence_area_version(area, country, version) VALUES($1, $2, $3)"
		" ON CONFLICT(area) DO UPDATE SET version = excluded.version",
		(struct db_value[]){db_text(area), db_text(country), db_int(last + 1)}, 3, e);
}

int
areas_raise_country(struct db *db, const char *country, struct error *e)
{
	int64_t last;
	int r;

	if ((r = evidence_area_version_last(db, &last, e)) < 0)
		return r;
	return db_do(db, "UPDATE evidence_area_version SET version = $2 WHERE country = $1",
		(struct db_value[]){db_text(country), db_int(last + 1)}, 2, e);
}

/* Whether the count is of a later day than any that its source has of the country. */
static int
is_further(struct db *db, const struct evidence_area_count *count, bool *ret_further, struct error *e)
{
	struct error none = {0};
	day_number last;
	int r = evidence_area_coverage(db, count->country, count->source, EVIDENCE_NOW, &last, &none);

	if (r < 0 && r != ERROR_EXISTS_NOT) {
		*e = none;
		return r;
	}
	*ret_further = r == ERROR_EXISTS_NOT || count->day > last;
	return 0;
}

int
areas_raise_of_import(struct db *db, int64_t import_id, struct error *e)
{
	struct db_statement *s = NULL;
	int64_t last;
	int r;

	if ((r = db_start(db,
			 "SELECT area, country FROM evidence_area WHERE import_id = $1"
			 " UNION SELECT area, country FROM evidence_area_level WHERE import_id = $1 ORDER BY 1",
			 (struct db_value[]){db_int(import_id)}, 1, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0)
		if ((r = area_raise(db, db_column_text(s, 0), db_column_text(s, 1), e)) < 0)
			break;
	db_finish(s);
	if (r < 0 || (r = evidence_area_version_last(db, &last, e)) < 0)
		return r;
	return db_do(db,
		"UPDATE evidence_area_version SET version = $2"
		" WHERE country IN (SELECT country FROM evidence_area WHERE import_id = $1"
		" UNION SELECT country FROM evidence_area_level WHERE import_id = $1)",
		(struct db_value[]){db_int(import_id), db_int(last + 1)}, 2, e);
}

static int
check_count(const struct evidence_area_count *count, struct error *e)
{
	if (!count->area || !*count->area || !count->country || !*count->country)
		return error_set(e, ERROR_USAGE, "a count needs an area and its country");
	if (strlen(count->area) > EVIDENCE_AREA_MAX || strlen(count->country) > EVIDENCE_AREA_MAX)
		return error_set(e, ERROR_TOO_LARGE, "the code of an area has at most %d bytes", EVIDENCE_AREA_MAX);
	if (!count->source || !*count->source || strlen(count->source) > EVIDENCE_SOURCE_MAX)
		return error_set(e, ERROR_USAGE, "a count needs its source, of at most %d bytes", EVIDENCE_SOURCE_MAX);
	return 0;
}

/* How ${count} stands to the last version of its source, area and day, and by which import that was put. */
static int
compare(struct db *db, const struct evidence_area_count *count, enum evidence_outcome *ret_outcome,
	int64_t *ret_import_id, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT " COLUMNS " FROM evidence_area AS row WHERE row.area = $1 AND row.source = $4 AND row.day = $2"
			 " AND " SEEN("row", "$3") " ORDER BY row.recorded_at DESC, row.seq DESC LIMIT 1",
			 (struct db_value[]){
				 db_text(count->area), db_int(count->day), db_int(count->recorded_at), db_text(count->source)},
			 4, &s, e)) < 0)
		return r;
	if ((r = db_step(s, e)) == 0) {
		*ret_outcome = EVIDENCE_NEW;
	} else if (r > 0) {
		struct evidence_area_count last = count_at(s);

		*ret_outcome = last.confirmed == count->confirmed && last.deaths == count->deaths &&
				last.recovered == count->recovered && strcmp(last.country, count->country) == 0
			? EVIDENCE_UNCHANGED
			: EVIDENCE_CHANGED;
		*ret_import_id = last.import_id;
		r = 0;
	}
	db_finish(s);
	return r;
}

int
evidence_area_put(
	struct db *db, const struct evidence_area_count *count, enum evidence_outcome *ret_outcome, struct error *e)
{
	enum evidence_outcome outcome;
	bool further;
	int64_t of_import = 0;
	int r;

	if ((r = rows_need_transaction(db, e)) < 0 || (r = check_count(count, e)) < 0)
		return r;
	if ((r = compare(db, count, &outcome, &of_import, e)) < 0 ||
		(r = rows_rest(db, count->import_id, of_import, outcome, e)) < 0 ||
		(r = is_further(db, count, &further, e)) < 0)
		return r;
	/* How far a country is counted says what a day without a row means for all its areas. */
	if (outcome != EVIDENCE_UNCHANGED) {
		if ((r = db_do(db,
				 "INSERT INTO evidence_area(area, country, day, confirmed, deaths, recovered, recorded_at, import_id, source)"
				 " VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
				 (struct db_value[]){db_text(count->area), db_text(count->country), db_int(count->day),
					 count_value(count->confirmed), count_value(count->deaths), count_value(count->recovered),
					 db_int(count->recorded_at), rows_import(count->import_id), db_text(count->source)},
				 9, e)) < 0)
			return r;
		if ((r = area_raise(db, count->area, count->country, e)) < 0 ||
			(further && (r = areas_raise_country(db, count->country, e)) < 0))
			return r;
	}
	*ret_outcome = outcome;
	return 0;
}

int
evidence_area_series(struct db *db, const char *area, day_number until_day, instant known, evidence_area_callback *each,
	void *context, struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db,
			 "SELECT " COLUMNS " FROM evidence_area AS row WHERE row.area = $1 AND row.day <= $2 AND " SEEN(
				 "row", "$3") " AND NOT EXISTS (SELECT 1 FROM evidence_area AS later WHERE later.area = row.area"
							  " AND later.source = row.source AND later.day = row.day AND " AFTER(
								  "later", "row") " AND " SEEN("later", "$3") ") ORDER BY row.source, row.day",
			 (struct db_value[]){db_text(area), db_int(until_day), db_int(known)}, 3, &s, e)) < 0)
		return r;
	while ((r = db_step(s, e)) > 0) {
		struct evidence_area_count count = count_at(s);

		if ((r = each(&count, context, e)) != 0)
			break;
	}
	db_finish(s);
	return r;
}

int
evidence_area_coverage(
	struct db *db, const char *country, const char *source, instant known, day_number *ret_day, struct error *e)
{
	int64_t day;
	int r;

	if ((r = db_one_int(db,
			 "SELECT row.day FROM evidence_area AS row WHERE row.country = $1 AND row.source = $3"
			 " AND " SEEN("row", "$2") " ORDER BY row.day DESC LIMIT 1",
			 (struct db_value[]){db_text(country), db_int(known), db_text(source)}, 3, &day, e)) < 0)
		return r == ERROR_EXISTS_NOT ? error_set(e, r, "%s has no counts of %s", source, country) : r;
	*ret_day = (day_number)day;
	return 0;
}

int
evidence_area_version(struct db *db, const char *area, int64_t *ret_version, struct error *e)
{
	return db_one_int(db, "SELECT COALESCE(MAX(version), 0) FROM evidence_area_version WHERE area = $1",
		(struct db_value[]){db_text(area)}, 1, ret_version, e);
}

int
evidence_area_version_last(struct db *db, int64_t *ret_version, struct error *e)
{
	return db_one_int(db, "SELECT COALESCE(MAX(version), 0) FROM evidence_area_version", NULL, 0, ret_version, e);
}

int
evidence_area_each(struct db *db,
	int (*each)(const char *area, const char *country, int64_t version, void *context, struct error *e), void *context,
	struct error *e)
{
	struct db_statement *s = NULL;
	int r;

	if ((r = db_start(db, "SELECT area, country, version FROM evidence_area_version ORDER BY area", NULL, 0, &s, e)) <
		0)
		return r;
	while ((r = db_step(s, e)) > 0)
		if ((r = each(db_column_text(s, 0), db_column_text(s, 1), db_column_int(s, 2), context, e)) != 0)
			break;
	db_finish(s);
	return r;
}
