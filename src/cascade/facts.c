/* A person's facts: the registry's, and the stays that presence keeps as visits to their divisions. */

#include <stdlib.h>
#include <string.h>

#include "cascade/inside.h"

/* Stays at places of one division that follow without a gap are one visit. */
struct visiting {
	struct cascade *cascade;
	struct presence_view view;
	const struct zone *zone; /* the pack's: times in facts are local to it, and so sort as texts */
	json_t *visits;
	char country[PRESENCE_COUNTRY_SIZE], division[PRESENCE_DIVISION_SIZE];
	instant from, to;
	bool open;
};

static int
end_visit(struct visiting *v, struct error *e)
{
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	json_t *visit;

	if (!v->open)
		return 0;
	v->open = false;
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

int
cascade_facts(struct cascade *cascade, const struct pack *pack, person_number person, json_t **ret_facts,
	struct registry_seen *ret_seen, struct error *e)
{
	instant now = registry_now(cascade->registry), known = registry_known(cascade->registry);
	struct visiting v = {.cascade = cascade, .view = {.now = INT64_MAX, .known = known}, .zone = pack_zone(pack)};
	json_t *facts = NULL;
	size_t before;
	int r;

	if ((r = registry_facts(
			 cascade->registry, pack, person, unapplied_from(pack, now), now, known, &facts, ret_seen, e)) < 0)
		return r;
	v.visits = json_object_get(facts, "visits");
	if (!v.visits) {
		v.visits = json_array();
		json_object_set_new(facts, "visits", v.visits);
	}
	before = json_array_size(v.visits);
	if ((r = presence_each_stay_of(cascade->presence, person, 0, now, &v.view, add_stay, &v, e)) < 0 ||
		(r = end_visit(&v, e)) < 0)
		goto out;
	if (json_array_size(v.visits) != before &&
		(r = registry_facts_finish(cascade->registry, pack, facts, known, ret_seen, e)) < 0)
		goto out;
	*ret_facts = facts;
	facts = NULL;
out:
	json_decref(facts);
	return r;
}
