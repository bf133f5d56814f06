/* Place alerts as the office sees them, and its word that one is done with. */

#include <string.h>

#include "base/json_memory.h"
#include "base/text.h"
#include "cascade/alerts.h"

#define ALERT_COLUMNS "number, place, groups, from_at, to_at, raised_at, withdrawn_at, closed_at, closed_by, outcome"

static json_t *
time_or_null(struct db_statement *row, int column)
{
	char text[TIME_TEXT_SIZE];

	return db_column_is_null(row, column) ? json_null()
										  : json_string(time_write(db_column_int(row, column), &zone_utc, text));
}

static int
cases_of(struct cascade *cascade, int64_t alert, json_t *names, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(cascade->db, "SELECT case_name FROM place_alert_case WHERE alert = $1 ORDER BY case_name",
			 (struct db_value[]){db_int(alert)}, 1, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1)
		if (json_array_append_new(names, json_string(db_column_text(row, 0))) < 0) {
			r = error_no_memory(e);
			break;
		}
	db_finish(row);
	return r;
}

static json_t *
item_of(struct db_statement *row, const struct presence_place *place, json_t *names)
{
	const char *state = !db_column_is_null(row, 6) ? "withdrawn" : !db_column_is_null(row, 7) ? "closed" : "open";

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:I, s:O, s:o, s:o, s:s?, s:s?, s:o}", "number",
		(json_int_t)db_column_int(row, 0), "state", state, "place", place->code, "kind", place->kind, "name",
		place->name, "division", *place->division ? place->division : NULL, "from", time_or_null(row, 3), "to",
		time_or_null(row, 4), "groups", (json_int_t)db_column_int(row, 2), "cases", names, "raised_at",
		time_or_null(row, 5), "closed_at", time_or_null(row, 7), "closed_by", db_column_text(row, 8), "outcome",
		db_column_text(row, 9), "withdrawn_at", time_or_null(row, 6));
}

static int
add_item(struct cascade *cascade, struct db_statement *row, json_t *items, struct error *e)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(cascade->registry)};
	size_t failures = json_memory_failures();
	json_t *names = json_array(), *item = NULL;
	struct presence_place place;
	int r;

	if (!names)
		return error_no_memory(e);
	if ((r = presence_place(cascade->presence, (place_number)db_column_int(row, 1), &view, &place, e)) ==
		ERROR_EXISTS_NOT) {
		place = (struct presence_place){.kind = "place"}; /* the import that told of it was undone */
		r = 0;
	}
	if (r == 0 && (r = cases_of(cascade, db_column_int(row, 0), names, e)) == 0) {
		item = json_if_whole(item_of(row, &place, names), failures);
		if (!item || json_array_append(items, item) < 0)
			r = error_no_memory(e);
	}
	json_decref(item);
	json_decref(names);
	return r;
}

int
cascade_place_alerts(struct cascade *cascade, bool all, size_t limit, json_t **ret_items, struct error *e)
{
	struct db_statement *row = NULL;
	json_t *items = json_array();
	int r;

	if (!items)
		return error_no_memory(e);
	if ((r = db_start(cascade->db,
			 all ? "SELECT " ALERT_COLUMNS " FROM place_alert ORDER BY number DESC LIMIT $1"
				 : "SELECT " ALERT_COLUMNS
				   " FROM place_alert WHERE withdrawn_at IS NULL AND closed_at IS NULL ORDER BY number DESC LIMIT $1",
			 (struct db_value[]){db_int((int64_t)limit)}, 1, &row, e)) < 0)
		goto out;
	while ((r = db_step(row, e)) == 1)
		if ((r = add_item(cascade, row, items, e)) < 0)
			break;
	db_finish(row);
	if (r < 0)
		goto out;
	*ret_items = items;
	items = NULL;
out:
	json_decref(items);
	return r;
}

static int
close_alert(struct cascade *cascade, int64_t number, const char *by, const char *outcome, struct error *e)
{
	int64_t open;
	int r;

	if ((r = db_one_int(cascade->db,
			 "SELECT CAST(CASE WHEN withdrawn_at IS NULL AND closed_at IS NULL THEN 1 ELSE 0 END AS BIGINT) FROM place_alert"
			 " WHERE number = $1",
			 (struct db_value[]){db_int(number)}, 1, &open, e)) < 0)
		return r == ERROR_EXISTS_NOT ? error_set(e, r, "there is no place alert %lld", (long long)number) : r;
	if (!open)
		return error_set(e, ERROR_EXISTS, "place alert %lld is not open", (long long)number);
	return db_do(cascade->db, "UPDATE place_alert SET closed_at = $2, closed_by = $3, outcome = $4 WHERE number = $1",
		(struct db_value[]){
			db_int(number), db_int(registry_recording_time(cascade->registry)), db_text(by), db_text(outcome)},
		4, e);
}

int
cascade_place_alert_close(struct cascade *cascade, int64_t number, const char *by, const char *outcome, struct error *e)
{
	size_t length = strlen(outcome);
	int r;

	if (!length || length >= CASCADE_OUTCOME_SIZE || !text_is_utf8(outcome, length))
		return error_set(e, ERROR_BAD_INPUT, "an outcome is 1 to %d bytes of UTF-8", CASCADE_OUTCOME_SIZE - 1);
	if ((r = registry_begin(cascade->registry, e)) < 0)
		return r;
	if ((r = close_alert(cascade, number, by, outcome, e)) == 0)
		return registry_commit(cascade->registry, e);
	registry_rollback(cascade->registry);
	return r;
}
