#include <stdlib.h>

#include "base/array.h"
#include "exposure/internal.h"

/* One walk over a person's stays, and within it one over each place. */
struct company {
	struct presence *presence;
	const struct exposure_window *window;
	const struct presence_view *view;
	const struct company_filter *filter;
	struct overlaps *overlaps;
	struct presence_stay own; /* cut to the window */
};

static int
rows_apart(uint16_t a, uint16_t b)
{
	return presence_seat_row(a) && presence_seat_row(b) ? abs(presence_seat_row(a) - presence_seat_row(b)) : -1;
}

static int
add_companion(const struct presence_stay *stay, void *context, struct error *e)
{
	struct company *company = context;
	const struct presence_stay *own = &company->own;
	const struct company_filter *filter = company->filter;
	struct overlaps *overlaps = company->overlaps;
	int r;

	if (stay->person == own->person || !filter->person(stay->person, filter->context))
		return 0;
	if ((r = array_grow(
			 &overlaps->items, &overlaps->capacity, overlaps->count + 1, sizeof *overlaps->items, OVERLAPS_MAX, e)) < 0)
		return r;
	overlaps->items[overlaps->count++] = (struct overlap){
		.person = stay->person,
		.place = stay->place,
		.from = stay->start > own->start ? stay->start : own->start,
		.to = stay->end < own->end ? stay->end : own->end,
		.timed = !stay->day_only && !own->day_only,
		.rows = rows_apart(stay->seat, own->seat),
		.crew = stay->seat == PRESENCE_SEAT_CREW || own->seat == PRESENCE_SEAT_CREW,
		.protected = stay->protected || own->protected,
		.outdoor = stay->outdoor || own->outdoor,
	};
	return 0;
}

static int
add_company_during(const struct presence_stay *stay, void *context, struct error *e)
{
	struct company *company = context;
	struct presence_place place;
	int r;

	r = presence_place(company->presence, stay->place, company->view, &place, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if (!company->filter->place(r < 0 ? "" : place.kind, company->filter->context))
		return 0;
	company->own = *stay;
	if (company->own.start < company->window->from)
		company->own.start = company->window->from;
	if (company->own.end > company->window->to)
		company->own.end = company->window->to;
	return presence_each_stay_at(
		company->presence, stay->place, company->own.start, company->own.end, company->view, add_companion, company, e);
}

int
company_find(struct presence *presence, person_number person, const struct exposure_window *window,
	const struct presence_view *view, const struct company_filter *filter, struct overlaps *overlaps, struct error *e)
{
	struct company company = {
		.presence = presence, .window = window, .view = view, .filter = filter, .overlaps = overlaps};

	return presence_each_stay_of(presence, person, window->from, window->to, view, add_company_during, &company, e);
}

void
overlaps_free(struct overlaps *overlaps)
{
	free(overlaps->items);
	*overlaps = (struct overlaps){0};
}
