/* A person's facts: the registry's, and the stays that presence keeps as visits to their divisions. */

#include <stdlib.h>
#include <string.h>

#include "cascade/inside.h"

/* Stays at places of one division that follow without a gap are one visit. */
struct visiting {
	struct cascade *cascade;
	struct presence_view view;
	const struct zone *zone; /* the pack's: times in facts are local to it, and so sort as texts */
	json_t *visits;          /* or NULL: then they are kept in ${list} */
	struct stays_visits *list;
	char country[PRESENCE_COUNTRY_SIZE], division[PRESENCE_DIVISION_SIZE];
	instant from, to;
	bool open;
};

static int
keep_visit(struct visiting *v, struct error *e)
{
	struct stays_visit *visit;

	if (v->list->count == PACKED_VISITS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more visits than can be added to a row");
	visit = &v->list->visits[v->list->count++];
	memcpy(visit->country, v->country, sizeof visit->country);
	memcpy(visit->division, v->division, sizeof visit->division);
	visit->from = v->from;
	visit->to = v->to;
	return 0;
}

static int
end_visit(struct visiting *v, struct error *e)
{
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	json_t *visit;

	if (!v->open)
		return 0;
	v->open = false;
	if (!v->visits)
		return keep_visit(v, e);
	visit = json_pack("{s:s, s:s?, s:s, s:s}", "country", v->country, "division", *v->division ? v->division : NULL,
		"from", time_write(v->from, v->zone, from), "to", time_write(v->to, v->zone, to));
	if (!visit || json_array_append_new(v->visits, visit) < 0)
		return error_no_memory(e);
	return 0;
}

static int
add_stay(const struct presence_stay *stay, void *context, struct error *e)
{
	struct visiting *v = context;
	struct presence_place place;
	int r = presence_place(v->cascade->presence, stay->place, &v->view, &place, e);

	if (r < 0 || (!*place.country && !*place.division))
		return r;
	if (!*place.country)
		strcpy(place.country, "CN"); /* divisions are GB/T 2260's */
	if (v->open && stay->start <= v->to && strcmp(v->division, place.division) == 0 &&
		strcmp(v->country, place.country) == 0) {
		if (stay->end > v->to)
			v->to = stay->end;
		return 0;
	}
	if ((r = end_visit(v, e)) < 0)
		return r;
	memcpy(v->country, place.country, sizeof v->country);
	memcpy(v->division, place.division, sizeof v->division);
	v->from = stay->start;
	v->to = stay->end;
	v->open = true;
	return 0;
}

/* The moment from which somebody counts who has not applied: a travel card is there for everyone, from the pack's
 * beginning on (or, asked for before that, from now). */
static instant
unapplied_from(const struct pack *pack, instant now)
{
	instant from, to;

	if (!cascade_is_travel_card(pack))
		return REGISTRY_NEVER;
	pack_valid(pack, &from, &to);
	return from < now ? from : now;
}

/* The row of facts without stays; empty where they make none, which is left to the evaluation to tell. */
static int
pack_row(const json_t *facts, struct buffer *row, struct error *e)
{
	int r = facts_pack(facts, &zone_utc, row, e);

	if (r < 0)
		buffer_clear(row);
	return r == ERROR_NO_MEMORY ? r : 0;
}

int
facts_own(struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_facts,
	instant *ret_until, struct buffer *row, struct error *e)
{
	instant now = registry_now(cascade->registry);
	json_t *facts = NULL;
	int r;

	if ((r = registry_facts_own(cascade->registry, pack, person, unapplied_from(pack, now), now,
			 registry_known(cascade->registry), &facts, ret_until, e)) == 0 &&
		row && (r = pack_row(facts, row, e)) < 0) {
		json_decref(facts);
		return r;
	}
	if (r == 0)
		*ret_facts = facts;
	return r;
}

int
facts_complete(struct cascade *cascade, const struct pack *pack, person_number person, json_t *facts,
	struct registry_seen *seen, struct error *e)
{
	instant now = registry_now(cascade->registry), known = registry_known(cascade->registry);
	struct visiting v = {.cascade = cascade, .view = {.now = INT64_MAX, .known = known}, .zone = pack_zone(pack)};
	int r;

	v.visits = json_object_get(facts, "visits");
	if ((r = same_read(cascade, known, &v.view.same, e)) < 0 ||
		(r = presence_each_stay_of(cascade->presence, person, 0, now, &v.view, add_stay, &v, e)) < 0 ||
		(r = end_visit(&v, e)) < 0)
		return r;
	return registry_facts_finish(cascade->registry, pack, facts, known, seen, e);
}

int
cascade_facts(struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_facts,
	struct registry_seen *ret_seen, struct error *e)
{
	struct registry_seen seen = {0};
	json_t *facts = NULL;
	int r;

	if ((r = facts_own(cascade, pack, person, &facts, &seen.until, NULL, e)) == 0 &&
		(r = facts_complete(cascade, pack, person, facts, &seen, e)) == 0) {
		if (ret_seen)
			*ret_seen = seen;
		*ret_facts = facts;
		facts = NULL;
	}
	json_decref(facts);
	return r;
}

int
facts_add_stays(struct cascade *cascade, person_number person, instant now, struct packed *packed,
	struct stays_visits *room, struct error *e)
{
	struct visiting v = {.cascade = cascade, .view = {.now = INT64_MAX, .known = INT64_MAX}, .list = room};
	int r;

	room->count = 0;
	if ((r = same_read(cascade, INT64_MAX, &v.view.same, e)) < 0 ||
		(r = presence_each_stay_of(cascade->presence, person, 0, now, &v.view, add_stay, &v, e)) < 0 ||
		(r = end_visit(&v, e)) < 0)
		return r;
	for (size_t i = 0; i < room->count && r == 0; i++) {
		const struct stays_visit *visit = &room->visits[i];

		r = packed_add_visit(
			packed, visit->country, *visit->division ? visit->division : NULL, visit->from, visit->to, e);
	}
	return r;
}
