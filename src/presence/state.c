#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "presence/internal.h"

enum { DAYS_MAX = 100000, RUNS_READ_MAX = 1000, UNDONE_MAX = 1 << 20, TRIES_MAX = 3 };

int
own_begin(struct presence *presence, bool *ret_own, struct error *e)
{
	*ret_own = !db_in_transaction(presence->db);
	return *ret_own ? db_begin(presence->db, e) : 0;
}

int
own_end(struct presence *presence, bool own, int r, struct error *e)
{
	int committed;

	if (!own)
		return r;
	if (r < 0) {
		db_rollback(presence->db);
		return r;
	}
	committed = db_commit(presence->db, e);
	return committed < 0 ? committed : r;
}

char *
day_key_name(day_number day, char *name)
{
	char date[TIME_TEXT_SIZE];

	snprintf(name, KEY_NAME_SIZE, KEY_DAY "%s", day_write(day, date));
	return name;
}

static void
day_clear(struct day *day)
{
	for (size_t i = 0; i < day->run_count; i++)
		segment_close(day->runs[i].segment);
	free(day->runs);
	tail_clear(&day->tail);
	keys_wipe(day, sizeof *day);
}

static void
state_clear(struct state *state)
{
	for (size_t i = 0; i < state->day_count; i++)
		day_clear(&state->days[i]);
	for (size_t i = 0; i < state->span_count; i++)
		span_clear(&state->spans[i]);
	free(state->days);
	free(state->spans);
	free(state->undone);
	*state = (struct state){0};
}

void
state_forget(struct presence *presence)
{
	state_clear(&presence->state);
	presence->known = false;
}

/* Where the day is, or where it would be. */
static size_t
place_of(const struct state *state, day_number day)
{
	size_t low = 0, high = state->day_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (state->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct day *
find(const struct state *state, day_number day)
{
	size_t at = place_of(state, day);

	return at < state->day_count && state->days[at].day == day ? &state->days[at] : NULL;
}

struct day *
state_find(struct presence *presence, day_number day)
{
	return find(&presence->state, day);
}

static int
add_day(struct state *state, const struct day *day, struct day **ret_day, struct error *e)
{
	size_t at = place_of(state, day->day);
	int r;

	if ((r = array_grow(&state->days, &state->day_capacity, state->day_count + 1, sizeof *state->days, DAYS_MAX, e)) <
		0)
		return r;
	memmove(&state->days[at + 1], &state->days[at], (state->day_count - at) * sizeof *state->days);
	state->days[at] = *day;
	state->day_count++;
	*ret_day = &state->days[at];
	return 0;
}

int
state_day(struct presence *presence, day_number number, struct day **ret_day, struct error *e)
{
	struct day *found = state_find(presence, number), day = {.day = number, .tail.settled = true};
	char name[KEY_NAME_SIZE], date[TIME_TEXT_SIZE];
	int r;

	if (!found || found->forgotten) {
		r = found ? ERROR_DENIED : keys_get_or_make(presence->keys, day_key_name(number, name), day.key, e);
		if (r == 0)
			r = span_open(presence, &presence->state, number, true, e);
		if (r == ERROR_DENIED)
			return error_set(e, r, "the movement of %s was destroyed, and is not kept again", day_write(number, date));
		if (r < 0)
			return r;
		r = add_day(&presence->state, &day, &found, e);
		keys_wipe(&day, sizeof day);
		if (r < 0)
			return r;
	}
	*ret_day = found;
	return 0;
}

/* The day as the database names it: its key may have been destroyed since. */
static int
known_day(struct presence *presence, struct state *state, day_number number, struct day **ret_day, struct error *e)
{
	struct day *found = find(state, number), day = {.day = number, .tail.settled = true};
	char name[KEY_NAME_SIZE];
	size_t length = 0;
	int r;

	if (!found) {
		day_key_name(number, name);
		r = keys_get(presence->keys, name, day.key, sizeof day.key, &length, e);
		day.forgotten = r == ERROR_EXISTS_NOT && keys_destroyed(presence->keys, name);
		if (r == ERROR_EXISTS_NOT && !day.forgotten)
			return error_set(e, ERROR_CORRUPT, "the key %s is missing", name);
		if (r == 0 && length != sizeof day.key)
			return error_set(e, ERROR_CORRUPT, "the key %s has not %d bytes", name, KEYS_SIZE);
		if (r < 0 && !day.forgotten)
			return r;
		r = add_day(state, &day, &found, e);
		keys_wipe(&day, sizeof day);
		if (r < 0)
			return r;
	}
	*ret_day = found;
	return 0;
}

/* The segment, taken out of what was read before if it is there. */
static int
take_segment(
	struct presence *presence, struct day *day, const char *name, struct segment **ret_segment, struct error *e)
{
	struct day *old = state_find(presence, day->day);

	for (size_t i = 0; old && i < old->run_count; i++)
		if (old->runs[i].segment && strcmp(segment_about(old->runs[i].segment)->name, name) == 0) {
			*ret_segment = old->runs[i].segment;
			old->runs[i].segment = NULL;
			return 0;
		}
	return segment_open(presence->folder, name, day->day, day->key, presence->cache, ret_segment, e);
}

static int
add_run(struct day *day, int64_t id, struct segment *segment, struct error *e)
{
	int r = array_grow(&day->runs, &day->run_capacity, day->run_count + 1, sizeof *day->runs, RUNS_READ_MAX, e);

	if (r < 0)
		return r;
	day->runs[day->run_count++] = (struct run){id, segment};
	day->again += segment_about(segment)->again;
	return 0;
}

static int
read_segments(struct presence *presence, struct state *state, struct error *e)
{
	struct db_statement *rows = NULL;
	struct segment *segment = NULL;
	struct day *day;
	int r;

	if ((r = db_start(presence->db, "SELECT id, day, name FROM presence_segment ORDER BY id", NULL, 0, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1) {
		if ((r = known_day(presence, state, (day_number)db_column_int(rows, 1), &day, e)) < 0)
			break;
		if (day->forgotten)
			continue;
		if ((r = take_segment(presence, day, db_column_text(rows, 2), &segment, e)) < 0)
			break;
		if ((r = add_run(day, db_column_int(rows, 0), segment, e)) < 0) {
			segment_close(segment);
			break;
		}
	}
	db_finish(rows);
	return r;
}

static int
read_tail(struct presence *presence, struct state *state, struct error *e)
{
	struct db_statement *rows = NULL;
	struct day *day;
	const void *sealed;
	size_t length;
	int r;

	if ((r = db_start(presence->db, "SELECT day, sealed FROM presence_tail ORDER BY id", NULL, 0, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1) {
		sealed = db_column_blob(rows, 1, &length);
		if ((r = known_day(presence, state, (day_number)db_column_int(rows, 0), &day, e)) < 0 ||
			(!day->forgotten && (r = tail_read(day, sealed, length, e)) < 0))
			break;
	}
	db_finish(rows);
	return r;
}

static int
read_people(struct presence *presence, struct state *state, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < state->day_count && r == 0; i++)
		if (!state->days[i].forgotten)
			r = span_open(presence, state, state->days[i].day, false, e);
	return r;
}

static int
read_undone(struct presence *presence, struct state *state, struct error *e)
{
	struct db_statement *rows = NULL;
	int r;

	if ((r = db_start(
			 presence->db, "SELECT import, recorded_at FROM presence_undone ORDER BY import", NULL, 0, &rows, e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1) {
		if ((r = array_grow(&state->undone, &state->undone_capacity, state->undone_count + 1, sizeof *state->undone,
				 UNDONE_MAX, e)) < 0)
			break;
		state->undone[state->undone_count++] = (struct undone){db_column_int(rows, 0), db_column_int(rows, 1)};
	}
	db_finish(rows);
	return r;
}

static int
read_state(struct presence *presence, struct error *e)
{
	struct state state = {0};
	int r;

	if ((r = db_one_int(presence->db, "SELECT token FROM presence_state", NULL, 0, &state.token, e)) < 0 ||
		(r = read_segments(presence, &state, e)) < 0 || (r = read_tail(presence, &state, e)) < 0 ||
		(r = read_people(presence, &state, e)) < 0 || (r = read_undone(presence, &state, e)) < 0) {
		state_clear(&state);
		state_forget(presence);
		return r;
	}
	state_clear(&presence->state);
	presence->state = state;
	presence->known = true;
	return 0;
}

/* Everything from one moment. A segment whose file went between the list and its opening is one that a later moment
 * doesn't name any more (I4). */
static int
read_at_one_moment(struct presence *presence, struct error *e)
{
	const bool own = !db_in_transaction(presence->db);
	int r = 0;

	for (int tries = 0; tries < TRIES_MAX; tries++) {
		if (own && (r = db_begin_read(presence->db, e)) < 0)
			return r;
		r = read_state(presence, e);
		if (own)
			db_rollback(presence->db);
		if (r != ERROR_EXISTS_NOT || !own)
			break;
	}
	return r == ERROR_EXISTS_NOT ? error_set(e, ERROR_CORRUPT, "a segment of stays is missing in %s", presence->folder)
								 : r;
}

static int
read_tokens(struct presence *presence, int64_t *ret_token, int64_t *ret_places_token, struct error *e)
{
	struct db_statement *row = NULL;
	int r;

	if ((r = db_start(presence->db, "SELECT token, places_token FROM presence_state", NULL, 0, &row, e)) < 0)
		return r;
	if ((r = db_step(row, e)) == 1) {
		*ret_token = db_column_int(row, 0);
		*ret_places_token = db_column_int(row, 1);
	} else if (r == 0) {
		r = error_set(e, ERROR_CORRUPT, "the state of what presence keeps is missing");
	}
	db_finish(row);
	return r < 0 ? r : 0;
}

int
state_refresh(struct presence *presence, struct error *e)
{
	int64_t token, places_token;
	int r;

	if (presence->walks && presence->known)
		return 0;
	if ((r = read_tokens(presence, &token, &places_token, e)) < 0)
		return r;
	places_refresh(presence, places_token);
	return presence->known && token == presence->state.token ? 0 : read_at_one_moment(presence, e);
}

int
state_changed(struct presence *presence, struct error *e)
{
	struct db_value value;
	int64_t token;
	int r;

	keys_random(&token, sizeof token);
	value = db_int(token);
	if ((r = db_do(presence->db, "UPDATE presence_state SET token = $1", &value, 1, e)) < 0)
		return r;
	presence->state.token = token;
	return 0;
}

int
day_add_run(struct presence *presence, struct day *day, const struct segment_about *about, struct error *e)
{
	const struct db_value values[] = {
		db_int(about->day), db_text(about->name), db_int((int64_t)about->rows), db_int((int64_t)about->bytes)};
	struct segment *segment = NULL;
	int64_t id = 0;
	int r;

	if ((r = db_one_int(presence->db,
			 "INSERT INTO presence_segment (day, name, stays, bytes) VALUES ($1, $2, $3, $4) RETURNING id", values, 4,
			 &id, e)) < 0 ||
		(r = segment_open(presence->folder, about->name, about->day, day->key, presence->cache, &segment, e)) < 0)
		return r;
	if ((r = add_run(day, id, segment, e)) < 0)
		segment_close(segment);
	return r;
}
