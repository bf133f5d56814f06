#include <stdlib.h>
#include <string.h>

#include "presence/internal.h"

/* Sum of a mixing function over the rows: equal for the same rows in any order. */
static uint64_t
mix(const struct row *row)
{
	const uint64_t words[] = {(uint64_t)row->person << 32 | row->place, (uint64_t)row->start << 32 | row->duration_s,
		(uint64_t)row->source << 17 | (uint64_t)row->seat << 1 | row->day_only};
	uint64_t h = 0;

	for (size_t i = 0; i < 3; i++) {
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15U;
		h ^= h >> 29;
	}
	return h;
}

struct sum {
	uint64_t rows, mixed;
};

static int
wrong(const struct segment *segment, struct error *e, const char *what)
{
	return error_set(e, ERROR_CORRUPT, "%s: %s", segment_about(segment)->name, what);
}

/* Read every row of one order: each block opens, the rows ascend. */
static int
read_order(struct segment *segment, enum order order, size_t people, struct sum *sum, struct error *e)
{
	struct segment_cursor *cursor = NULL;
	struct row row, last;
	int r;

	if ((r = segment_cursor_new(segment, order, &cursor, e)) < 0)
		return r;
	while ((r = segment_cursor_next(cursor, &row, e)) == 1) {
		if (sum->rows && row_compare_keys(&last, &row, order) > 0) {
			r = wrong(segment, e, "its stays are not in order");
			break;
		}
		if (row.person >= people) {
			r = wrong(segment, e, "a stay is nobody's");
			break;
		}
		last = row;
		sum->rows++;
		sum->mixed += mix(&row);
	}
	segment_cursor_free(cursor);
	return r;
}

static int
check_segment(struct segment *segment, size_t people, struct error *e)
{
	struct sum sums[ORDERS] = {{0, 0}};
	int r;

	for (int order = 0; order < ORDERS; order++)
		if ((r = read_order(segment, (enum order)order, people, &sums[order], e)) < 0)
			return r;
	if (sums[0].rows != sums[1].rows || sums[0].mixed != sums[1].mixed || sums[0].rows != segment_about(segment)->rows)
		return wrong(segment, e, "its two orders do not hold the same stays");
	return 0;
}

int
presence_check(struct presence *presence, struct presence_checked *ret_checked, struct error *e)
{
	struct presence_checked checked = {0};
	int r;

	state_forget(presence); /* every entry of the tail and every directory is read */
	if ((r = state_refresh(presence, e)) < 0)
		return r;
	for (size_t i = 0; i < presence->state.day_count; i++) {
		struct day *day = &presence->state.days[i];
		const struct span *span = span_find(&presence->state, day->day);
		const size_t people = span ? span->people.count : 0;

		checked.days++;
		for (size_t j = 0; j < day->tail.count; j++)
			if (day->tail.rows[ORDER_PERSON][j].person >= people)
				return error_set(e, ERROR_CORRUPT, "a stay that waits is nobody's");
		checked.stays += (int64_t)day->tail.count;
		for (size_t j = 0; j < day->run_count; j++) {
			if ((r = check_segment(day->runs[j].segment, people, e)) < 0)
				return r;
			checked.segments++;
			checked.stays += (int64_t)segment_about(day->runs[j].segment)->rows;
			checked.bytes += (int64_t)segment_about(day->runs[j].segment)->bytes;
		}
	}
	for (size_t i = 0; i < presence->state.span_count; i++)
		checked.bytes += (int64_t)presence->state.spans[i].bytes;
	*ret_checked = checked;
	return 0;
}
