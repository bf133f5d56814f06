/* An entry of the tail, before it is sealed under its day's key:
 *
 *   recorded_at 8 | import 8 | again 8 | row ... row
 *   row: person 4, place 4, start 4, duration 4, seat 2, day_only 1 */

#include <stdlib.h>

#include "base/array.h"
#include "presence/internal.h"
#include "presence/segment_format.h"
#include "presence/sort.h"

enum { ENTRY_HEAD = 24, ENTRY_ROW = 19, TAIL_MAX = 1 << 20, ENTRY_MAX = ENTRY_HEAD + TAIL_MAX * ENTRY_ROW };

static const char about_tail[] = "presence tail";

static int
source_index(struct tail *tail, const struct presence_source *source, uint32_t *ret_index, struct error *e)
{
	int r;

	for (size_t i = tail->source_count; i-- > 0;)
		if (tail->sources[i].recorded_at == source->recorded_at && tail->sources[i].import == source->import) {
			*ret_index = (uint32_t)i;
			return 0;
		}
	if ((r = array_grow(
			 &tail->sources, &tail->source_capacity, tail->source_count + 1, sizeof *tail->sources, TAIL_MAX, e)) < 0)
		return r;
	*ret_index = (uint32_t)tail->source_count;
	tail->sources[tail->source_count++] = *source;
	return 0;
}

int
tail_append(struct tail *tail, const struct row *row, const struct presence_source *source, struct error *e)
{
	uint32_t index;
	int r;

	for (int order = 0; order < ORDERS; order++)
		if ((r = array_grow(&tail->rows[order], &tail->capacity[order], tail->count + 1, sizeof *row, TAIL_MAX, e)) < 0)
			return r;
	if ((r = source_index(tail, source, &index, e)) < 0)
		return r;
	tail->rows[ORDER_PERSON][tail->count] = *row;
	tail->rows[ORDER_PERSON][tail->count++].source = index;
	tail->settled = false;
	return 0;
}

size_t
rows_unique(struct row *rows, size_t count)
{
	size_t kept = 0, group = 0; /* ${group}: where the rows of the present key begin among those kept */

	for (size_t i = 0; i < count; i++) {
		size_t at;

		if (kept == 0 || row_compare_keys(&rows[group], &rows[i], ORDER_PERSON) != 0)
			group = kept;
		for (at = group; at < kept && rows[at].source != rows[i].source; at++)
			;
		rows[at] = rows[i];
		kept += at == kept;
	}
	return kept;
}

int
tail_settle(struct tail *tail, struct error *e)
{
	struct row *scratch;

	if (tail->settled)
		return 0;
	if (!(scratch = malloc((tail->count + 1) * sizeof *scratch)))
		return error_no_memory(e);
	rows_sort(tail->rows[ORDER_PERSON], scratch, tail->count, ORDER_PERSON);
	tail->count = rows_unique(tail->rows[ORDER_PERSON], tail->count);
	memcpy(tail->rows[ORDER_PLACE], tail->rows[ORDER_PERSON], tail->count * sizeof *scratch);
	rows_sort(tail->rows[ORDER_PLACE], scratch, tail->count, ORDER_PLACE);
	free(scratch);
	tail->settled = true;
	return 0;
}

void
tail_clear(struct tail *tail)
{
	for (int order = 0; order < ORDERS; order++) {
		if (tail->rows[order])
			keys_wipe(tail->rows[order], tail->capacity[order] * sizeof(struct row));
		free(tail->rows[order]);
	}
	free(tail->sources);
	*tail = (struct tail){.settled = true};
}

static int
take_rows(struct day *day, const struct row *rows, size_t count, uint64_t again, const struct presence_source *source,
	struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = tail_append(&day->tail, &rows[i], source, e);
	day->again += again;
	return r;
}

static uint8_t *
put_row(uint8_t *at, const struct row *row)
{
	at = format_put(at, row->person, 4);
	at = format_put(at, row->place, 4);
	at = format_put(at, row->start, 4);
	at = format_put(at, row->duration_s, 4);
	at = format_put(at, row->seat, 2);
	return format_put(at, row->day_only, 1);
}

int
tail_keep(struct presence *presence, struct day *day, const struct row *rows, size_t count, uint64_t again,
	const struct presence_source *source, struct error *e)
{
	struct buffer plain = buffer_make(ENTRY_MAX), sealed = buffer_make(ENTRY_MAX + KEYS_SEAL_EXTRA);
	uint8_t *at;
	int r;

	if ((r = buffer_reserve(&plain, ENTRY_HEAD + count * ENTRY_ROW, e)) < 0)
		goto out;
	at = format_put(plain.data, (uint64_t)source->recorded_at, 8);
	at = format_put(format_put(at, (uint64_t)source->import, 8), again, 8);
	for (size_t i = 0; i < count; i++)
		at = put_row(at, &rows[i]);
	plain.length = (size_t)(at - plain.data);
	if ((r = keys_seal_with(day->key, about_tail, sizeof about_tail, plain.data, plain.length, &sealed, e)) < 0)
		goto out;

	const struct db_value values[] = {db_int(day->day), db_blob(sealed.data, sealed.length)};

	if ((r = db_do(presence->db, "INSERT INTO presence_tail (day, sealed) VALUES ($1, $2)", values, 2, e)) < 0)
		goto out;
	r = take_rows(day, rows, count, again, source, e);
out:
	if (plain.data)
		keys_wipe(plain.data, plain.capacity);
	buffer_free(&plain);
	buffer_free(&sealed);
	return r;
}

int
tail_read(struct day *day, const void *sealed, size_t length, struct error *e)
{
	struct buffer plain = buffer_make(ENTRY_MAX);
	struct presence_source source;
	const uint8_t *at, *end;
	struct row row = {0};
	int r;

	if ((r = keys_open_with(day->key, about_tail, sizeof about_tail, sealed, length, &plain, e)) < 0)
		goto out;
	if (plain.length < ENTRY_HEAD || (plain.length - ENTRY_HEAD) % ENTRY_ROW != 0) {
		r = error_set(e, ERROR_CORRUPT, "an entry of stays is not as it was written");
		goto out;
	}
	at = plain.data;
	end = at + plain.length;
	source.recorded_at = (instant)format_get(&at, 8);
	source.import = (int64_t)format_get(&at, 8);
	day->again += format_get(&at, 8);
	while (at < end && r == 0) {
		row.person = (uint32_t)format_get(&at, 4);
		row.place = (uint32_t)format_get(&at, 4);
		row.start = (uint32_t)format_get(&at, 4);
		row.duration_s = (uint32_t)format_get(&at, 4);
		row.seat = (uint16_t)format_get(&at, 2);
		row.day_only = format_get(&at, 1) & 1;
		r = tail_append(&day->tail, &row, &source, e);
	}
out:
	if (plain.data)
		keys_wipe(plain.data, plain.capacity);
	buffer_free(&plain);
	return r;
}
