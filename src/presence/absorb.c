#include <stdlib.h>
#include <string.h>

#include "presence/internal.h"
#include "presence/sort.h"

/* What is kept of a day, read along by person. */
struct kept {
	struct day *day;
	struct kept_run {
		struct segment_cursor *cursor;
		const struct presence_source *sources;
		struct row row;
		int has; /* 1: ${row} is its next row; 0: it is at its end */
	} * runs;
	size_t run_count, tail_at;
};

static void
kept_close(struct kept *kept)
{
	for (size_t i = 0; i < kept->run_count; i++)
		segment_cursor_free(kept->runs[i].cursor);
	free(kept->runs);
}

static int
kept_open(struct day *day, struct kept *kept, struct error *e)
{
	size_t count;
	int r;

	*kept = (struct kept){.day = day};
	if ((r = tail_settle(&day->tail, e)) < 0)
		return r;
	if (!(kept->runs = calloc(day->run_count + 1, sizeof *kept->runs)))
		return error_no_memory(e);
	for (; kept->run_count < day->run_count; kept->run_count++) {
		struct kept_run *run = &kept->runs[kept->run_count];

		if ((r = segment_cursor_new(day->runs[kept->run_count].segment, ORDER_PERSON, &run->cursor, e)) < 0)
			return r;
		run->sources = segment_sources(day->runs[kept->run_count].segment, &count);
		run->has = -1;
	}
	return 0;
}

/* Bring the run to ${row}'s key or behind it. */
static int
run_seek(struct kept_run *run, const struct row *row, struct error *e)
{
	if (run->has == 0 || (run->has == 1 && row_compare_keys(&run->row, row, ORDER_PERSON) >= 0))
		return 0;
	segment_cursor_skip(run->cursor, row);
	do {
		if ((run->has = segment_cursor_next(run->cursor, &run->row, e)) < 0)
			return run->has;
	} while (run->has == 1 && row_compare_keys(&run->row, row, ORDER_PERSON) < 0);
	return 0;
}

/* Of the records of ${row}'s key what was known at ${known}, in ${ret_last}: return 1 if there was any, 0 if not.
 * ${ret_any}: whether there are records at all. */
static int
kept_known(const struct presence *presence, struct kept *kept, const struct row *row, instant known,
	struct record *ret_last, bool *ret_any, struct error *e)
{
	const struct tail *tail = &kept->day->tail;
	struct record record = {0};
	int r, found = 0;

	*ret_any = false;
	for (size_t i = 0; i < kept->run_count; i++) {
		struct kept_run *run = &kept->runs[i];

		if ((r = run_seek(run, row, e)) < 0)
			return r;
		while (run->has == 1 && row_compare_keys(&run->row, row, ORDER_PERSON) == 0) {
			record = (struct record){stay_of(&run->row, kept->day->day), run->sources[run->row.source], i};
			*ret_any = true;
			if (source_counts(presence, &record.source, known) && (!found || record_after(&record, ret_last))) {
				*ret_last = record;
				found = 1;
			}
			if ((run->has = segment_cursor_next(run->cursor, &run->row, e)) < 0)
				return run->has;
		}
	}
	while (kept->tail_at < tail->count &&
		row_compare_keys(&tail->rows[ORDER_PERSON][kept->tail_at], row, ORDER_PERSON) < 0)
		kept->tail_at++;
	for (; kept->tail_at < tail->count &&
		 row_compare_keys(&tail->rows[ORDER_PERSON][kept->tail_at], row, ORDER_PERSON) == 0;
		 kept->tail_at++) {
		const struct row *waiting = &tail->rows[ORDER_PERSON][kept->tail_at];

		record = (struct record){stay_of(waiting, kept->day->day), tail->sources[waiting->source], SIZE_MAX};
		*ret_any = true;
		if (source_counts(presence, &record.source, known) && (!found || record_after(&record, ret_last))) {
			*ret_last = record;
			found = 1;
		}
	}
	return found;
}

/* Where nobody asks, ${what} is NULL. */
static void
tell(const struct told *told, const struct row *row, enum presence_change change)
{
	if (told->what)
		told->what(row->source, change, told->context);
}

/* The rows of one key, in the order in which they were put: what each did. Return 1 if the last is to be kept, 0, or a code. */
static int
take_group(const struct row *rows, size_t count, day_number day, bool was_known, const struct record *last,
	struct presence_counts *counts, struct rests *rests, const struct told *told, struct error *e)
{
	struct presence_stay known = was_known ? last->stay : (struct presence_stay){0};
	bool changed = false;
	int r;

	for (size_t i = 0; i < count; i++) {
		const struct presence_stay stay = stay_of(&rows[i], day);

		const bool same = was_known && stay_says_the_same(&known, &stay);

		if (was_known && !changed && (r = rests_add(rests, last->source.import, !same, e)) < 0)
			return r;
		tell(told, &rows[i], same ? PRESENCE_UNCHANGED : was_known ? PRESENCE_CHANGED : PRESENCE_NEW);
		if (same) {
			counts->unchanged++;
			continue;
		}
		if (was_known)
			counts->changed++;
		else
			counts->added++;
		was_known = changed = true;
		known = stay;
	}
	return changed;
}

/* Of the rows keep what is to be kept, in ${ret_count}; ${ret_again} is I6's. */
static int
compare_with_kept(const struct presence *presence, struct day *day, struct row *rows, size_t count,
	const struct presence_source *source, struct presence_counts *counts, struct rests *rests, const struct told *told,
	size_t *ret_count, uint64_t *ret_again, struct error *e)
{
	const bool empty = day->run_count == 0 && day->tail.count == 0;
	struct presence_counts done = *counts;
	struct record last = {0};
	size_t left = 0;
	uint64_t again = 0;
	struct kept kept;
	int r;

	if ((r = kept_open(day, &kept, e)) < 0)
		goto out;
	for (size_t i = 0, end; i < count; i = end) {
		bool any = false;

		for (end = i + 1; end < count && row_compare_keys(&rows[i], &rows[end], ORDER_PERSON) == 0; end++)
			;
		r = empty ? 0 : kept_known(presence, &kept, &rows[i], source->recorded_at, &last, &any, e);
		if (r < 0 || (r = take_group(rows + i, end - i, day->day, r == 1, &last, &done, rests, told, e)) < 0)
			goto out;
		if (r == 1) {
			rows[left] = rows[end - 1];
			rows[left++].source = 0; /* the only one of theirs, no longer an ordinal */
			again += any;
		}
	}
	*counts = done;
	*ret_count = left;
	*ret_again = again;
	r = 0;
out:
	kept_close(&kept);
	return r;
}

/* Write rows sorted by person as a segment, and name it. */
static int
write_segment(struct presence *presence, struct day *day, struct row *rows, struct row *scratch, size_t count,
	const struct presence_source *sources, size_t source_count, uint64_t again, struct error *e)
{
	struct segment_writer *writer = NULL;
	struct segment_about about;
	int r;

	if ((r = segment_writer_new(presence->folder, day->day, day->key, &writer, e)) < 0 ||
		(r = segment_write(writer, rows, count, ORDER_PERSON, e)) < 0)
		goto out;
	rows_sort(rows, scratch, count, ORDER_PLACE);
	if ((r = segment_write(writer, rows, count, ORDER_PLACE, e)) < 0 ||
		(r = segment_writer_finish(writer, sources, source_count, again, &about, e)) < 0)
		goto out;
	r = day_add_run(presence, day, &about, e);
out:
	segment_writer_free(writer);
	return r;
}

/* The tail was written as a segment. */
static int
empty_tail(struct presence *presence, struct day *day, struct error *e)
{
	const struct db_value value = db_int(day->day);
	int r;

	if (day->tail.count == 0)
		return 0;
	if ((r = db_do(presence->db, "DELETE FROM presence_tail WHERE day = $1", &value, 1, e)) < 0)
		return r;
	tail_clear(&day->tail);
	return 0;
}

/* Again in the tail is again in the segment that it becomes. */
static uint64_t
again_of_tail(const struct day *day)
{
	uint64_t again = day->again;

	for (size_t i = 0; i < day->run_count; i++)
		again -= segment_about(day->runs[i].segment)->again;
	return again;
}

/* Rows and the tail, together a segment. */
static int
write_with_tail(struct presence *presence, struct day *day, const struct row *rows, size_t count, uint64_t again,
	const struct presence_source *source, struct error *e)
{
	const size_t waiting = day->tail.count, all = waiting + count;
	const uint64_t waiting_again = again_of_tail(day);
	struct row *both = malloc((all + 1) * sizeof *both), *scratch = malloc((all + 1) * sizeof *scratch);
	size_t left;
	int r = 0;

	if (!both || !scratch) {
		r = error_no_memory(e);
		goto out;
	}
	memcpy(both, day->tail.rows[ORDER_PERSON], waiting * sizeof *both);
	if (count) {
		/* As if they had been put into the tail, so that they have a source there. */
		if ((r = tail_append(&day->tail, rows, source, e)) < 0)
			goto out;
		for (size_t i = 0; i < count; i++) {
			both[waiting + i] = rows[i];
			both[waiting + i].source = day->tail.rows[ORDER_PERSON][waiting].source;
		}
	}
	rows_sort(both, scratch, all, ORDER_PERSON);
	left = rows_unique(both, all);
	r = write_segment(
		presence, day, both, scratch, left, day->tail.sources, day->tail.source_count, waiting_again + again, e);
	if (r == 0)
		r = empty_tail(presence, day, e);
	if (r == 0)
		day->again -= waiting_again;
out:
	if (both)
		keys_wipe(both, (all + 1) * sizeof *both);
	if (scratch)
		keys_wipe(scratch, (all + 1) * sizeof *scratch);
	free(both);
	free(scratch);
	return r;
}

int
fold(struct presence *presence, struct day *day, struct error *e)
{
	int r;

	if ((r = tail_settle(&day->tail, e)) < 0)
		return r;
	if (day->tail.count == 0)
		return 0;
	if ((r = write_with_tail(presence, day, NULL, 0, 0, NULL, e)) < 0 || (r = compact(presence, day, e)) < 0)
		return r;
	return state_changed(presence, e);
}

/* The last local day that any of the rows touches. */
static day_number
last_day(const struct presence *presence, const struct day *day, const struct row *rows, size_t count)
{
	instant end = INT64_MIN;

	for (size_t i = 0; i < count; i++) {
		const struct presence_stay stay = stay_of(&rows[i], day->day);

		end = stay.end > end ? stay.end : end;
	}
	return zone_day(&presence->zone, end - 1);
}

int
absorb(struct presence *presence, struct day *day, struct row *rows, struct row *scratch, size_t count,
	const struct presence_source *source, struct presence_counts *counts, struct rests *rests, const struct told *told,
	struct error *e)
{
	size_t left = 0;
	uint64_t again = 0;
	int r;

	if ((r = compare_with_kept(presence, day, rows, count, source, counts, rests, told, &left, &again, e)) < 0 ||
		left == 0)
		return r;
	if ((r = changes_of_days(presence, day->day, last_day(presence, day, rows, left), e)) < 0)
		return r;
	if (left + day->tail.count < TAIL_ROWS)
		r = tail_keep(presence, day, rows, left, again, source, e);
	else if (day->tail.count)
		r = write_with_tail(presence, day, rows, left, again, source, e);
	else
		r = write_segment(presence, day, rows, scratch, left, source, 1, again, e);
	return r < 0 ? r : state_changed(presence, e);
}
