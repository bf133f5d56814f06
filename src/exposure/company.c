/* Time together at a place, found by a sweep.
 *
 * C1. Stays of one person at one place that say the same beside their times, and overlap or touch, are one: whatever is
 *     shared with them is shared with one or the other, and what is shared without a break stays without one.
 * C2. A place is walked over once for each time in which any of those asked about was there, however many they were and
 *     however often they are recorded.
 * C3. The sweep goes from start to start: who comes meets whom of the other side is there. It looks at one who has left
 *     once. So the cost grows with the stays, and with the time together that is found. */

#include <stdlib.h>

#include "base/array.h"
#include "exposure/internal.h"

/* A stay, as far as it matters to whom one met. ${says}: all but the times, so that equal ones can become one (C1). */
struct side {
	place_number place;
	person_number person;
	uint32_t says;
	instant from, to;
};

enum { SAYS_DAY_ONLY = 1, SAYS_PROTECTED = 2, SAYS_OUTDOOR = 4, SAYS_CREW = 8, SAYS_ROW_SHIFT = 4 };

struct sides {
	struct side *items;
	size_t count, capacity;
};

struct company {
	struct presence *presence;
	const struct company_subject *subject; /* whose stays are being found */
	const struct presence_view *view;
	const struct company_filter *filter;
	struct sides own, others;
	struct overlaps overlaps;
};

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_what_they_say(const void *left, const void *right)
{
	const struct side *a = left, *b = right;
	int order;

	if ((order = compare(a->place, b->place)) || (order = compare(a->person, b->person)) ||
		(order = compare(a->says, b->says)))
		return order;
	return compare(a->from, b->from);
}

static int
by_place_and_start(const void *left, const void *right)
{
	const struct side *a = left, *b = right;
	int order;

	if ((order = compare(a->place, b->place)) || (order = compare(a->from, b->from)))
		return order;
	return compare(a->person, b->person);
}

/* C1. Sorted by place and start afterwards. */
static void
unite(struct sides *sides)
{
	size_t kept = 0;

	if (sides->count == 0)
		return;
	qsort(sides->items, sides->count, sizeof *sides->items, by_what_they_say);
	for (size_t i = 1; i < sides->count; i++) {
		struct side *last = &sides->items[kept];
		const struct side *side = &sides->items[i];

		if (side->place == last->place && side->person == last->person && side->says == last->says &&
			side->from <= last->to) {
			if (side->to > last->to)
				last->to = side->to;
		} else {
			sides->items[++kept] = *side;
		}
	}
	sides->count = kept + 1;
	qsort(sides->items, sides->count, sizeof *sides->items, by_place_and_start);
}

static int
add_side(struct sides *sides, const struct presence_stay *stay, instant from, instant to, struct error *e)
{
	int r = array_grow(&sides->items, &sides->capacity, sides->count + 1, sizeof *sides->items, OVERLAPS_MAX, e);

	if (r < 0)
		return r;
	sides->items[sides->count++] = (struct side){
		.place = stay->place,
		.person = stay->person,
		.says = (stay->day_only ? SAYS_DAY_ONLY : 0) | (stay->protected ? SAYS_PROTECTED : 0) |
			(stay->outdoor ? SAYS_OUTDOOR : 0) | (stay->seat == PRESENCE_SEAT_CREW ? SAYS_CREW : 0) |
			(uint32_t)presence_seat_row(stay->seat) << SAYS_ROW_SHIFT,
		.from = from,
		.to = to,
	};
	return 0;
}

static int
add_own(const struct presence_stay *stay, void *context, struct error *e)
{
	struct company *company = context;
	const struct exposure_window *window = &company->subject->window;

	return add_side(&company->own, stay, stay->start > window->from ? stay->start : window->from,
		stay->end < window->to ? stay->end : window->to, e);
}

static int
add_other(const struct presence_stay *stay, void *context, struct error *e)
{
	struct company *company = context;

	if (!company->filter->person(stay->person, company->filter->context))
		return 0;
	return add_side(&company->others, stay, stay->start, stay->end, e);
}

static int
rows_apart(const struct side *a, const struct side *b)
{
	const int x = (int)(a->says >> SAYS_ROW_SHIFT), y = (int)(b->says >> SAYS_ROW_SHIFT);

	return x && y ? abs(x - y) : -1;
}

static int
add_overlap(struct overlaps *overlaps, const struct side *own, const struct side *other, struct error *e)
{
	const uint32_t either = own->says | other->says;
	int r;

	if (own->person == other->person)
		return 0;
	if ((r = array_grow(
			 &overlaps->items, &overlaps->capacity, overlaps->count + 1, sizeof *overlaps->items, OVERLAPS_MAX, e)) < 0)
		return r;
	overlaps->items[overlaps->count++] = (struct overlap){
		.through = own->person,
		.person = other->person,
		.place = own->place,
		.from = other->from > own->from ? other->from : own->from,
		.to = other->to < own->to ? other->to : own->to,
		.timed = !(either & SAYS_DAY_ONLY),
		.rows = rows_apart(own, other),
		.crew = either & SAYS_CREW,
		.staff = other->says & SAYS_CREW,
		.protected = either & SAYS_PROTECTED,
		.outdoor = either & SAYS_OUTDOOR,
	};
	return 0;
}

/* Who is there, as the sweep goes on: places in an array of sides. */
struct present {
	size_t *items, count;
};

/* ${comer} meets those of the other side who are still there; who has left is let go of. ${is_own}: ${comer} is one of those
 * asked about. */
static int
meet(const struct side *comer, bool is_own, const struct side *sides, struct present *present,
	struct overlaps *overlaps, struct error *e)
{
	size_t kept = 0;
	int r;

	for (size_t i = 0; i < present->count; i++) {
		const struct side *side = &sides[present->items[i]];

		if (side->to <= comer->from)
			continue;
		present->items[kept++] = present->items[i];
		if ((r = add_overlap(overlaps, is_own ? comer : side, is_own ? side : comer, e)) < 0)
			return r;
	}
	present->count = kept;
	return 0;
}

/* C3. Both sorted by start. */
static int
sweep(const struct side *own, size_t own_count, const struct sides *others, struct overlaps *overlaps, struct error *e)
{
	struct present own_there = {0}, others_there = {0};
	size_t i = 0, j = 0;
	int r = 0;

	own_there.items = calloc(own_count + 1, sizeof *own_there.items);
	others_there.items = calloc(others->count + 1, sizeof *others_there.items);
	if (!own_there.items || !others_there.items)
		r = error_no_memory(e);
	while (r == 0 && (i < own_count || j < others->count)) {
		if (j == others->count || (i < own_count && own[i].from <= others->items[j].from)) {
			r = meet(&own[i], true, others->items, &others_there, overlaps, e);
			own_there.items[own_there.count++] = i++;
		} else {
			r = meet(&others->items[j], false, own, &own_there, overlaps, e);
			others_there.items[others_there.count++] = j++;
		}
	}
	free(own_there.items);
	free(others_there.items);
	return r;
}

/* Everybody who was at the place while any of the ${own} was (C2): these are sorted by start. */
static int
find_others(struct company *company, const struct side *own, size_t count, struct error *e)
{
	int r = 0;

	company->others.count = 0;
	for (size_t i = 0, next; i < count && r == 0; i = next) {
		instant to = own[i].to;

		for (next = i + 1; next < count && own[next].from <= to; next++)
			to = own[next].to > to ? own[next].to : to;
		r = presence_each_stay_at(
			company->presence, own[i].place, own[i].from, to, company->view, add_other, company, e);
	}
	unite(&company->others);
	return r;
}

static int
find_at_place(struct company *company, const struct side *own, size_t count, struct error *e)
{
	const struct company_filter *filter = company->filter;
	struct presence_place place;
	int r;

	r = presence_place(company->presence, own->place, company->view, &place, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (r < 0)
		place = (struct presence_place){0};
	if (!filter->place(place.kind, filter->context))
		return 0;
	company->overlaps.count = 0;
	if ((r = find_others(company, own, count, e)) < 0 ||
		(r = sweep(own, count, &company->others, &company->overlaps, e)) < 0)
		return r;
	return company->overlaps.count ? filter->found(&place, &company->overlaps, filter->context, e) : 0;
}

int
company_find(struct presence *presence, const struct company_subject *subjects, size_t count,
	const struct presence_view *view, const struct company_filter *filter, struct error *e)
{
	struct company company = {.presence = presence, .view = view, .filter = filter};
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		company.subject = &subjects[i];
		r = presence_each_stay_of(
			presence, subjects[i].person, subjects[i].window.from, subjects[i].window.to, view, add_own, &company, e);
	}
	if (r == 0)
		unite(&company.own);
	for (size_t i = 0, next; i < company.own.count && r == 0; i = next) {
		for (next = i + 1; next < company.own.count && company.own.items[next].place == company.own.items[i].place;
			 next++)
			;
		r = find_at_place(&company, &company.own.items[i], next - i, e);
	}
	free(company.own.items);
	free(company.others.items);
	free(company.overlaps.items);
	return r;
}
