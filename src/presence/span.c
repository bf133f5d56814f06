/* An entry of presence_people: a sealed list of people (presence/people.h) who have the span's next numbers, by id. */

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "presence/bits.h"
#include "presence/internal.h"

enum { SPANS_MAX = 10000, ENTRY_BYTES = PEOPLE_PACKED_BYTES(PEOPLE_PACKED_MAX) };

static const char about_people[] = "presence people";

day_number
span_of(day_number day)
{
	return day >= 0 ? day / PEOPLE_DAYS : -((PEOPLE_DAYS - 1 - day) / PEOPLE_DAYS);
}

static struct span *
find(const struct state *state, day_number number)
{
	for (size_t i = 0; i < state->span_count; i++)
		if (state->spans[i].number == number)
			return &state->spans[i];
	return NULL;
}

struct span *
span_find(const struct state *state, day_number day)
{
	return find(state, span_of(day));
}

void
span_clear(struct span *span)
{
	people_clear(&span->people);
	keys_wipe(span, sizeof *span);
}

static int
get_key(struct presence *presence, struct span *span, bool make, struct error *e)
{
	char name[KEY_NAME_SIZE], date[TIME_TEXT_SIZE];
	size_t length = 0;
	int r;

	snprintf(name, sizeof name, KEY_SPAN "%s", day_write((span->number + 1) * PEOPLE_DAYS - 1, date));
	if (make)
		return keys_get_or_make(presence->keys, name, span->key, e);
	r = keys_get(presence->keys, name, span->key, sizeof span->key, &length, e);
	if (r == ERROR_EXISTS_NOT || (r == 0 && length != sizeof span->key))
		return error_set(e, ERROR_CORRUPT, "the key %s is missing, or is none", name);
	return r;
}

/* Take what was read before, if the database still has its last row: rows are only added, so it has those before, too. */
static int
take_known(struct presence *presence, struct span *span, struct error *e)
{
	struct span *old = find(&presence->state, span->number);
	struct db_value id;
	int64_t mark = 0;
	int r;

	if (!old || !old->last_id || old->kept != old->people.count)
		return 0;
	id = db_int(old->last_id);
	r = db_one_int(presence->db, "SELECT mark FROM presence_people WHERE id = $1", &id, 1, &mark, e);
	if (r < 0 || mark != old->last_mark)
		return r == ERROR_EXISTS_NOT ? 0 : r;
	span->people = old->people;
	span->kept = old->kept;
	span->last_id = old->last_id;
	span->last_mark = old->last_mark;
	span->bytes = old->bytes;
	old->people = (struct people){0};
	old->kept = 0;
	return 0;
}

static int
read_entry(struct span *span, const void *sealed, size_t length, struct error *e)
{
	struct buffer plain = buffer_make(ENTRY_BYTES + BITS_SLACK);
	int r;

	if ((r = keys_open_with(span->key, about_people, sizeof about_people, sealed, length, &plain, e)) == 0 &&
		(r = buffer_reserve(&plain, BITS_SLACK, e)) == 0)
		r = people_unpack(&span->people, plain.data, plain.length, e);
	if (plain.data)
		keys_wipe(plain.data, plain.capacity);
	buffer_free(&plain);
	return r;
}

static int
read_entries(struct presence *presence, struct span *span, struct error *e)
{
	const struct db_value values[] = {db_int(span->number), db_int(span->last_id)};
	struct db_statement *rows = NULL;
	const void *sealed;
	size_t length;
	int r;

	if ((r = db_start(presence->db,
			 "SELECT id, mark, sealed FROM presence_people WHERE span = $1 AND id > $2 ORDER BY id", values, 2, &rows,
			 e)) < 0)
		return r;
	while ((r = db_step(rows, e)) == 1) {
		sealed = db_column_blob(rows, 2, &length);
		if ((r = read_entry(span, sealed, length, e)) < 0)
			break;
		span->last_id = db_column_int(rows, 0);
		span->last_mark = db_column_int(rows, 1);
		span->bytes += length;
	}
	db_finish(rows);
	span->kept = span->people.count;
	return r;
}

int
span_open(struct presence *presence, struct state *state, day_number day, bool make, struct error *e)
{
	struct span span = {.number = span_of(day)};
	int r;

	if (find(state, span.number))
		return 0;
	if ((r = get_key(presence, &span, make, e)) < 0 || (r = take_known(presence, &span, e)) < 0 ||
		(r = read_entries(presence, &span, e)) < 0 ||
		(r = array_grow(
			 &state->spans, &state->span_capacity, state->span_count + 1, sizeof *state->spans, SPANS_MAX, e)) < 0) {
		span_clear(&span);
		return r;
	}
	state->spans[state->span_count++] = span;
	keys_wipe(span.key, sizeof span.key);
	return 0;
}

static int
keep_some(struct presence *presence, struct span *span, size_t count, struct error *e)
{
	struct buffer plain = buffer_make(ENTRY_BYTES), sealed = buffer_make(ENTRY_BYTES + KEYS_SEAL_EXTRA);
	int64_t mark, id = 0;
	int r;

	if ((r = buffer_reserve(&plain, PEOPLE_PACKED_BYTES(count), e)) < 0)
		goto out;
	plain.length = people_pack(span->people.persons + span->kept, count, plain.data);
	if ((r = keys_seal_with(span->key, about_people, sizeof about_people, plain.data, plain.length, &sealed, e)) < 0)
		goto out;
	keys_random(&mark, sizeof mark);

	const struct db_value values[] = {db_int(span->number), db_int(mark), db_blob(sealed.data, sealed.length)};

	if ((r = db_one_int(presence->db,
			 "INSERT INTO presence_people (span, mark, sealed) VALUES ($1, $2, $3) RETURNING id", values, 3, &id, e)) <
		0)
		goto out;
	span->kept += count;
	span->last_id = id;
	span->last_mark = mark;
	span->bytes += sealed.length;
out:
	if (plain.data)
		keys_wipe(plain.data, plain.capacity);
	buffer_free(&plain);
	buffer_free(&sealed);
	return r;
}

int
span_keep(struct presence *presence, struct span *span, struct error *e)
{
	int r = 0;

	while (span->kept < span->people.count && r == 0) {
		const size_t left = span->people.count - span->kept;

		r = keep_some(presence, span, left < PEOPLE_PACKED_MAX ? left : PEOPLE_PACKED_MAX, e);
	}
	return r;
}
