#include <stdlib.h>

#include "presence/internal.h"

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* By start, then person, then place, the timed before the date-only. */
static int
compare_records(const void *a, const void *b)
{
	const struct presence_stay *x = &((const struct record *)a)->stay, *y = &((const struct record *)b)->stay;
	int r = compare(x->start, y->start);

	if (r == 0)
		r = compare(x->person, y->person);
	if (r == 0)
		r = compare(x->place, y->place);
	return r ? r : compare(x->day_only, y->day_only);
}

/* Runs come one after the other, each sorted but for people whose numbers there do not ascend as they do: nearly always a
 * record is a step or two from its place. Where it is further, there are several runs, and sorting all costs less. */
static void
sort_records(struct found *found)
{
	struct record *records = found->records;
	size_t steps = 0;

	for (size_t i = 1; i < found->count; i++) {
		struct record record;
		size_t at = i;

		if (compare_records(&records[i - 1], &records[i]) <= 0)
			continue;
		record = records[i];
		for (; at && compare_records(&records[at - 1], &record) > 0; at--)
			records[at] = records[at - 1];
		records[at] = record;
		if ((steps += i - at) > found->count) {
			qsort(records, found->count, sizeof *records, compare_records);
			return;
		}
	}
}

/* Keep of the records from ${first} on, all of one day, those that are what was known (I1, I2). */
static int
keep_known(
	struct presence *presence, struct day *day, instant known, struct found *found, size_t first, struct error *e)
{
	struct found same = {0};
	size_t kept = first;
	int r = 0;

	if (!day->again && !presence->state.undone_count && known == INT64_MAX) /* I6: all are */
		return 0;
	for (size_t i = first; i < found->count; i++) {
		const struct record *record = &found->records[i], *last;

		if (!source_counts(presence, &record->source, known))
			continue;
		if (day->again) {
			if ((r = day_records(presence, day, &record->stay, &same, e)) < 0)
				break;
			last = found_known(presence, &same, known);
			if (!last || record_after(last, record) || record_after(record, last))
				continue;
		}
		found->records[kept++] = *record;
	}
	if (r == 0)
		found->count = kept;
	free(same.records);
	return r;
}

static int
collect_days(struct presence *presence, enum order order, uint32_t major, instant from, instant to, instant known,
	struct found *found, struct error *e)
{
	struct state *state = &presence->state;
	int r;

	for (size_t i = 0; i < state->day_count && run_base(state->days[i].day) < to; i++) {
		const size_t first = found->count;

		if ((r = day_collect(presence, &state->days[i], order, major, from, to, found, e)) < 0 ||
			(r = keep_known(presence, &state->days[i], known, found, first, e)) < 0)
			return r;
	}
	return 0;
}

static int
compare_aliases(const void *a, const void *b)
{
	return compare(((const struct presence_alias *)a)->alias, ((const struct presence_alias *)b)->alias);
}

static person_number
person_of(const struct presence_same *same, person_number number)
{
	const struct presence_alias wanted = {.alias = number};
	const struct presence_alias *found =
		same && same->count ? bsearch(&wanted, same->by_alias, same->count, sizeof wanted, compare_aliases) : NULL;

	return found ? found->person : number;
}

/* The first of the person's aliases in same->by_person. */
static size_t
first_alias(const struct presence_same *same, person_number person)
{
	size_t low = 0, high = same ? same->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (same->by_person[middle].person < person)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The stays of a place, or of all numbers of the person who has the number ${major}. */
static int
collect(struct presence *presence, enum order order, uint32_t major, instant from, instant to,
	const struct presence_view *view, struct found *found, struct error *e)
{
	const struct presence_same *same = view->same;
	int r;

	if (order == ORDER_PERSON)
		major = person_of(same, major);
	r = collect_days(presence, order, major, from, to, view->known, found, e);
	for (size_t i = order == ORDER_PERSON ? first_alias(same, major) : SIZE_MAX;
		 r == 0 && same && i < same->count && same->by_person[i].person == major; i++)
		r = collect_days(presence, order, same->by_person[i].alias, from, to, view->known, found, e);
	for (size_t i = 0; r == 0 && same && same->count && i < found->count; i++)
		found->records[i].stay.person = person_of(same, found->records[i].stay.person);
	return r;
}

static instant
clamp(instant at)
{
	const instant far = (instant)1 << 41;

	return at < -far ? -far : at > far ? far : at;
}

static void
give_back(struct presence *presence, struct found *found)
{
	if (found->records)
		keys_wipe(found->records, found->count * sizeof *found->records);
	found->count = 0;
	if (presence->spare.records || found->capacity > SPARE_ROOM)
		free(found->records);
	else
		presence->spare = *found;
}

/* The stays are found before the first is handed on, so that what is called may read too, from the same moment. */
static int
walk(struct presence *presence, enum order order, uint32_t major, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e)
{
	const instant until = to < view->now ? to : view->now;
	struct found found;
	int r;

	if (until <= from)
		return 0;
	if ((r = state_refresh(presence, e)) < 0)
		return r;
	presence->walks++;
	found = presence->spare;
	presence->spare = (struct found){0};
	r = collect(presence, order, major, clamp(from), clamp(until), view, &found, e);
	if (r == 0)
		sort_records(&found);
	for (size_t i = 0; r == 0 && i < found.count; i++) {
		struct presence_stay *stay = &found.records[i].stay;

		if (stay->end > view->now && !stay->day_only)
			stay->end = view->now;
		r = each(stay, context, e);
	}
	presence->walks--;
	give_back(presence, &found);
	return r;
}

int
presence_each_stay_of(struct presence *presence, person_number person, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e)
{
	return walk(presence, ORDER_PERSON, person, from, to, view, each, context, e);
}

int
presence_each_stay_at(struct presence *presence, place_number place, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e)
{
	return walk(presence, ORDER_PLACE, place, from, to, view, each, context, e);
}

int
presence_hold(struct presence *presence, struct error *e)
{
	int r = state_refresh(presence, e);

	if (r == 0)
		presence->walks++;
	return r;
}

void
presence_release(struct presence *presence)
{
	presence->walks--;
}
