#include <stdlib.h>

#include "base/array.h"
#include "presence/internal.h"

/* Lengths of the spans (I3), each four times the one before, the last at least PRESENCE_STAY_MAX_S. */
#define SPANS                                                                                                          \
	"(VALUES (0, 3600), (1, 14400), (2, 57600), (3, 230400), (4, 921600), (5, 3686400), (6, 14745600), (7, 58982400))"

static int64_t
span_of(int64_t duration_s)
{
	int64_t span = 0;

	for (int64_t length_s = 3600; length_s < duration_s; length_s *= 4)
		span++;
	return span;
}

static int
stay_validate(const struct presence_stay *stay, struct error *e)
{
	if (stay->person == 0)
		return error_set(e, ERROR_BAD_INPUT, "a stay is somebody's");
	if (stay->place == 0)
		return error_set(e, ERROR_BAD_INPUT, "a stay is somewhere");
	if (stay->start < -((instant)1 << 40) || stay->start > (instant)1 << 40)
		return error_set(e, ERROR_BAD_INPUT, "the stay's start is out of range");
	if (stay->end <= stay->start)
		return error_set(e, ERROR_BAD_INPUT, "the stay ends before it starts, or as it starts");
	if (stay->end > stay->start + PRESENCE_STAY_MAX_S)
		return error_set(e, ERROR_BAD_INPUT, "a stay lasts at most %d days", PRESENCE_STAY_MAX_S / DAY_S);
	return 0;
}

/* What is known of the stay's key at ${known}: return 1 with end and seat, 0 if nothing is, or a code. */
static int
stay_known(struct presence *presence, const struct presence_stay *stay, instant known, instant *ret_end,
	uint16_t *ret_seat, struct error *e)
{
	const struct db_value values[] = {
		db_int(stay->person), db_int(stay->start), db_int(stay->place), db_int(stay->day_only), db_int(known)};
	struct db_statement *statement = NULL;
	int r;

	r = db_start(presence->db,
		"SELECT s.end_at, s.seat FROM presence_stay s WHERE s.person = $1 AND s.start_at = $2 AND s.place = $3"
		" AND s.day_only = $4 AND " RECORD_COUNTS("s", "$5") " ORDER BY s.recorded_at DESC, s.id DESC LIMIT 1",
		values, 5, &statement, e);
	if (r < 0)
		return r;
	if ((r = db_step(statement, e)) == 1) {
		*ret_end = db_column_int(statement, 0);
		*ret_seat = (uint16_t)db_column_int(statement, 1);
	}
	db_finish(statement);
	return r;
}

static int
place_must_exist(struct presence *presence, place_number place, struct error *e)
{
	const struct db_value values[] = {db_int(place)};
	int64_t number;
	int r = db_one_int(presence->db, "SELECT number FROM presence_place WHERE number = $1", values, 1, &number, e);

	return r == ERROR_EXISTS_NOT ? error_set(e, r, "there is no place %u", place) : r;
}

static int
stay_insert(
	struct presence *presence, const struct presence_stay *stay, const struct presence_source *source, struct error *e)
{
	const struct db_value values[] = {db_int(stay->person), db_int(stay->place), db_int(stay->start), db_int(stay->end),
		db_int(span_of(stay->end - stay->start)), db_int(stay->seat), db_int(stay->day_only),
		db_int(source->recorded_at), db_int(source->import)};

	return db_do(presence->db,
		"INSERT INTO presence_stay (person, place, start_at, end_at, span, seat, day_only, recorded_at, import)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		values, 9, e);
}

int
presence_put_stay(
	struct presence *presence, const struct presence_stay *stay, const struct presence_source *source, struct error *e)
{
	instant old_end = 0;
	uint16_t old_seat = 0;
	int known, r;

	if ((r = stay_validate(stay, e)) < 0)
		return r;
	known = stay_known(presence, stay, source->recorded_at, &old_end, &old_seat, e);
	if (known < 0)
		return known;
	if (known && old_end == stay->end && old_seat == stay->seat)
		return PRESENCE_UNCHANGED;
	if (!known && (r = place_must_exist(presence, stay->place, e)) < 0)
		return r;
	if ((r = stay_insert(presence, stay, source, e)) < 0)
		return r;
	return known ? PRESENCE_CHANGED : PRESENCE_NEW;
}

/* The stays that a walk found, whole before the first is handed on, so that what is called may read too. */
struct found {
	struct presence_stay *stays;
	size_t count, capacity;
};

static int
found_read(struct db_statement *statement, instant now, struct found *found, struct error *e)
{
	int r;

	while ((r = db_step(statement, e)) == 1) {
		struct presence_stay *stay;

		if ((r = array_grow(&found->stays, &found->capacity, found->count + 1, sizeof *stay, PRESENCE_FOUND_MAX, e)) <
			0)
			return r;
		stay = &found->stays[found->count++];
		stay->person = (person_number)db_column_int(statement, 0);
		stay->place = (place_number)db_column_int(statement, 1);
		stay->start = db_column_int(statement, 2);
		stay->end = db_column_int(statement, 3);
		stay->seat = (uint16_t)db_column_int(statement, 4);
		stay->day_only = db_column_int(statement, 5) != 0;
		if (stay->end > now && !stay->day_only)
			stay->end = now;
	}
	return r;
}

static instant
clamp(instant at)
{
	const instant far = (instant)1 << 41;

	return at < -far ? -far : at > far ? far : at;
}

static int
walk(struct presence *presence, const char *sql, uint32_t key, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e)
{
	const instant until = to < view->now ? to : view->now;
	const struct db_value values[] = {db_int(key), db_int(clamp(from)), db_int(clamp(until)), db_int(view->known)};
	struct db_statement *statement = NULL;
	struct found found = {0};
	int r;

	if (until <= from)
		return 0;
	if ((r = db_start(presence->db, sql, values, 4, &statement, e)) < 0)
		return r;
	r = found_read(statement, view->now, &found, e);
	db_finish(statement);
	for (size_t i = 0; r == 0 && i < found.count; i++)
		r = each(&found.stays[i], context, e);
	free(found.stays);
	return r;
}

/* No record of the same key that counts was recorded after s (I1). */
#define IS_LATEST                                                                                                      \
	" NOT EXISTS (SELECT 1 FROM presence_stay l WHERE l.person = s.person AND l.start_at = s.start_at"                 \
	" AND l.place = s.place AND l.day_only = s.day_only AND " RECORDED_AFTER("l", "s") " AND " RECORD_COUNTS(          \
		"l", "$4") ")"

#define STAY_COLUMNS "SELECT s.person, s.place, s.start_at, s.end_at, s.seat, s.day_only FROM "
#define STAY_ORDER " ORDER BY s.start_at, s.person, s.place, s.day_only"

/* A person's stays are few: one look back by the longest stay there may be. */
int
presence_each_stay_of(struct presence *presence, person_number person, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e)
{
	return walk(presence,
		STAY_COLUMNS
		"presence_stay s WHERE s.person = $1 AND s.start_at > CAST($2 AS BIGINT) - 31622400 AND s.start_at < $3"
		" AND s.end_at > $2 AND " RECORD_COUNTS("s", "$4") " AND " IS_LATEST STAY_ORDER,
		person, from, to, view, each, context, e);
}

_Static_assert(PRESENCE_STAY_MAX_S == 31622400, "as in the statement above");

int
presence_each_stay_at(struct presence *presence, place_number place, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e)
{
	return walk(presence,
		STAY_COLUMNS SPANS
		" AS c CROSS JOIN presence_stay s WHERE s.place = $1 AND s.span = c.column1 AND s.start_at > CAST($2 AS BIGINT) - c.column2"
		" AND s.start_at < $3 AND s.end_at > $2 AND " RECORD_COUNTS("s", "$4") " AND " IS_LATEST STAY_ORDER,
		place, from, to, view, each, context, e);
}

int
presence_purge(struct presence *presence, instant before, int64_t *ret_count, struct error *e)
{
	const struct db_value values[] = {db_int(before)};
	/* A key goes only with all of its records, else an older one would count again. */
	int r = db_do(presence->db,
		"DELETE FROM presence_stay WHERE end_at <= $1 AND NOT EXISTS (SELECT 1 FROM presence_stay o"
		" WHERE o.person = presence_stay.person AND o.start_at = presence_stay.start_at"
		" AND o.place = presence_stay.place AND o.day_only = presence_stay.day_only AND o.end_at > $1)",
		values, 1, e);

	if (r < 0)
		return r;
	*ret_count = db_changes(presence->db);
	return 0;
}
