#include <stdlib.h>

#include "base/array.h"
#include "presence/internal.h"

bool
source_counts(const struct presence *presence, const struct presence_source *source, instant known)
{
	const struct state *state = &presence->state;
	size_t low = 0, high = state->undone_count;

	if (source->recorded_at > known)
		return false;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (state->undone[middle].import == source->import)
			return state->undone[middle].recorded_at > known;
		if (state->undone[middle].import < source->import)
			low = middle + 1;
		else
			high = middle;
	}
	return true;
}

bool
record_after(const struct record *a, const struct record *b)
{
	if (a->source.recorded_at != b->source.recorded_at)
		return a->source.recorded_at > b->source.recorded_at;
	if (a->source.import != b->source.import)
		return a->source.import > b->source.import;
	return a->rank > b->rank;
}

struct row
row_of(const struct presence_stay *stay, day_number day)
{
	return (struct row){.person = stay->person,
		.place = stay->place,
		.start = (uint32_t)(stay->start - run_base(day)),
		.duration_s = (uint32_t)(stay->end - stay->start),
		.seat = (uint16_t)(stay->seat | (stay->outdoor ? ROW_OUTDOOR : 0) | (stay->protected ? ROW_PROTECTED : 0)),
		.day_only = stay->day_only};
}

struct presence_stay
stay_of(const struct row *row, day_number day)
{
	return (struct presence_stay){.person = row->person,
		.place = row->place,
		.start = run_base(day) + row->start,
		.end = run_base(day) + row->start + row->duration_s,
		.seat = row->seat & ROW_SEAT,
		.day_only = row->day_only,
		.protected = row->seat & ROW_PROTECTED,
		.outdoor = row->seat & ROW_OUTDOOR};
}

bool
stay_says_the_same(const struct presence_stay *a, const struct presence_stay *b)
{
	return a->end == b->end && a->seat == b->seat && a->protected == b->protected && a->outdoor == b->outdoor;
}

bool
stay_same(const struct presence_stay *a, const struct presence_stay *b)
{
	return a->person == b->person && a->place == b->place && a->start == b->start && a->day_only == b->day_only;
}

/* What a walk over one run brings. */
struct collection {
	day_number day;
	const struct people *people;
	size_t rank;
	struct found *found;
};

static int
collect(const struct collection *collection, const struct row *rows, size_t count,
	const struct presence_source *sources, struct error *e)
{
	struct found *found = collection->found;
	const size_t wanted = found->count + count;
	int r = array_grow(&found->records, &found->capacity, wanted, sizeof *found->records, PRESENCE_FOUND_MAX, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].person >= collection->people->count)
			return error_set(e, ERROR_CORRUPT, "a stay is nobody's");
		__builtin_prefetch(&collection->people->persons[rows[i].person]);
		found->records[found->count++] =
			(struct record){stay_of(&rows[i], collection->day), sources[rows[i].source], collection->rank};
	}
	return 0;
}

/* Whose the records from ${first} on are. Apart from finding them, so that looking up one doesn't wait for another: the
 * list is larger than the processor's caches. */
static void
name_people(const struct people *people, struct found *found, size_t first)
{
	for (size_t i = first; i < found->count; i++)
		found->records[i].stay.person = people->persons[found->records[i].stay.person];
}

static int
collect_from_segment(
	const struct segment *segment, const struct row *rows, size_t count, void *context, struct error *e)
{
	size_t source_count;

	return collect(context, rows, count, segment_sources(segment, &source_count), e);
}

static int
collect_from_tail(struct tail *tail, enum order order, uint32_t major, uint32_t from, uint32_t to,
	const struct collection *collection, struct error *e)
{
	size_t low = 0, high;
	int r;

	if ((r = tail_settle(tail, e)) < 0)
		return r;
	high = tail->count;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (row_major(&tail->rows[order][middle], order) < major)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < tail->count; low++) {
		const struct row *row = &tail->rows[order][low];

		if (row_major(row, order) != major || row->start >= to)
			break;
		if (row_end(row) > from && (r = collect(collection, row, 1, tail->sources, e)) < 0)
			return r;
	}
	return 0;
}

static uint32_t
offset_of(instant at, instant base)
{
	return at <= base ? 0 : at - base > UINT32_MAX ? UINT32_MAX : (uint32_t)(at - base);
}

int
day_collect(struct presence *presence, struct day *day, enum order order, uint32_t major, instant from, instant to,
	struct found *found, struct error *e)
{
	const instant base = run_base(day->day);
	const struct span *span = span_find(&presence->state, day->day);
	struct collection collection = {day->day, span ? &span->people : NULL, 0, found};
	const size_t first = found->count;
	uint32_t from_offset = offset_of(from, base), to_offset = offset_of(to, base);
	int r;

	if (to <= base || day->forgotten || !span)
		return 0;
	if (order == ORDER_PERSON && !people_find(&span->people, major, &major))
		return 0;
	for (size_t i = 0; i < day->run_count; i++) {
		struct segment *segment = day->runs[i].segment;

		if (segment_first_start(segment) >= to_offset || segment_last_end(segment) <= from_offset)
			continue;
		collection.rank = i;
		if ((r = segment_find(segment, order, major, from_offset, to_offset, collect_from_segment, &collection, e)) < 0)
			return r;
	}
	collection.rank = SIZE_MAX;
	if ((r = collect_from_tail(&day->tail, order, major, from_offset, to_offset, &collection, e)) < 0)
		return r;
	name_people(&span->people, found, first);
	return 0;
}

int
day_records(
	struct presence *presence, struct day *day, const struct presence_stay *stay, struct found *found, struct error *e)
{
	size_t kept = 0;
	int r;

	found->count = 0;
	if ((r = day_collect(presence, day, ORDER_PERSON, stay->person, stay->start, stay->start + 1, found, e)) < 0)
		return r;
	for (size_t i = 0; i < found->count; i++)
		if (stay_same(&found->records[i].stay, stay))
			found->records[kept++] = found->records[i];
	found->count = kept;
	return 0;
}

const struct record *
found_known(const struct presence *presence, const struct found *found, instant known)
{
	const struct record *last = NULL;

	for (size_t i = 0; i < found->count; i++)
		if (source_counts(presence, &found->records[i].source, known) &&
			(!last || record_after(&found->records[i], last)))
			last = &found->records[i];
	return last;
}
