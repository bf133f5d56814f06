#include "policy/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_memory.h"
#include "policy/days.h"
#include "policy/holds.h"

enum { WIDER = 4 };

/* A residence or visit: its item in the view, and the areas with counts in which it lies: its division, its city, its
 * province, its country. At a moment it falls in the first of them whose level is known then. */
struct place {
	const struct fact *fact;
	const struct area *areas[WIDER], *area;
	size_t area_count;
	json_t *item;
	bool shown, ended;
	enum level level, level_at_end;
};

struct view {
	const struct pack *pack;
	const struct facts *facts;
	instant before, at, since; /* ${before}: the moment shown before */
	json_t *data, *payload, *latest, *lists[VIEW_DERIVED];
	size_t shown[FACT_LIST_COUNT];
	struct place *places; /* by own time, residences first, then text */
	size_t place_count, places_shown;
	struct days *days[PACK_DERIVED_MAX]; /* DAILY */
	json_t *derived[PACK_DERIVED_MAX];   /* borrowed from the payload */
	instant derived_next;
	view_parts changed;
};

static int
compare_places(const void *a, const void *b)
{
	const struct fact *x = ((const struct place *)a)->fact, *y = ((const struct place *)b)->fact;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	return x < y ? -1 : x > y; /* of one list, which is sorted (F2) */
}

static void
add_area(struct place *place, const struct area *area)
{
	if (area && (place->area_count == 0 || place->areas[place->area_count - 1] != area))
		place->areas[place->area_count++] = area;
}

static void
find_areas(struct place *place, const struct facts *facts)
{
	const char *division = json_string_value(json_object_get(place->fact->json, "division"));
	char code[7];

	for (size_t kept = 6; division && kept >= 2; kept -= 2) {
		memcpy(code, "000000", sizeof code);
		memcpy(code, division, kept);
		add_area(place, facts_area(facts, code));
	}
	add_area(place, facts_area(facts, json_string_value(json_object_get(place->fact->json, "country"))));
}

/* The area in which the place falls at ${at}: the nearest that is known then, the nearest of all where none is. */
static const struct area *
area_at(const struct place *place, instant at)
{
	for (size_t i = 0; i < place->area_count; i++)
		if (area_level(place->areas[i], at) != LEVEL_UNKNOWN)
			return place->areas[i];
	return place->area_count ? place->areas[0] : NULL;
}

static int
set(json_t *object, const char *name, json_t *value, struct error *e)
{
	return json_object_set_new(object, name, value) < 0 ? error_no_memory(e) : 0;
}

static json_t *
division_part(const char *division, size_t kept)
{
	char code[] = "000000";

	if (!division)
		return json_null();
	memcpy(code, division, kept);
	return json_string(code);
}

/* The item of a place in the view: the fact's fields, its province, city and county. */
static int
make_place_item(struct place *place, struct error *e)
{
	const char *division = json_string_value(json_object_get(place->fact->json, "division"));
	bool is_county = division && strcmp(division + 4, "00") != 0,
		 is_city = division && strcmp(division + 2, "0000") != 0;
	json_t *item;
	int code;

	if (!(item = place->item = json_copy_shallow(place->fact->json)))
		return error_no_memory(e);
	if ((code = set(item, "kind", json_string(place->fact->list == FACT_VISITS ? "visit" : "residence"), e)) < 0 ||
		(code = set(item, "province", division_part(division, 2), e)) < 0 ||
		(code = set(item, "city", division_part(is_city ? division : NULL, 4), e)) < 0 ||
		(code = set(item, "county", division_part(is_county ? division : NULL, 6), e)) < 0 ||
		(code = set(item, "ended", json_false(), e)) < 0 ||
		(code = set(item, "to", json_string(CERTLOGIC_CLOCK_TEXT), e)) < 0)
		return code;
	return 0;
}

static int
make_places(struct view *view, struct error *e)
{
	const struct fact_items *residences = &view->facts->lists[FACT_RESIDENCES],
							*visits = &view->facts->lists[FACT_VISITS];
	int code;

	if (!(view->places = calloc(residences->count + visits->count + 1, sizeof *view->places)))
		return error_no_memory(e);
	for (size_t i = 0; i < residences->count; i++)
		view->places[view->place_count++].fact = &residences->items[i];
	for (size_t i = 0; i < visits->count; i++)
		view->places[view->place_count++].fact = &visits->items[i];
	qsort(view->places, view->place_count, sizeof *view->places, compare_places);
	for (size_t i = 0; i < view->place_count; i++) {
		find_areas(&view->places[i], view->facts);
		if ((code = make_place_item(&view->places[i], e)) < 0)
			return code;
	}
	return 0;
}

static int
make_payload(struct view *view, struct error *e)
{
	static const enum fact_list with_latest[] = {FACT_CHECKINS, FACT_DECLARATIONS, FACT_CASES, FACT_TESTS};
	char text[TIME_TEXT_SIZE];
	json_t *external;
	int code;

	if (!(view->data = json_object()) || !(view->payload = json_object()) ||
		json_object_set_new(view->data, "payload", view->payload) < 0)
		return error_no_memory(e);
	if (!(external = json_object()) || json_object_set_new(view->data, "external", external) < 0)
		return error_no_memory(e);
	if ((code = set(external, "validationClock", json_string(CERTLOGIC_CLOCK_TEXT), e)) < 0 ||
		(code = set(view->data, "item", json_null(), e)) < 0)
		return code;
	for (int i = 0; i < VIEW_DERIVED; i++)
		if (i != FACT_OVERRIDES &&
			((view->lists[i] = json_array()) == NULL ||
				json_object_set_new(view->payload, pack_list_name(view->pack, i), view->lists[i]) < 0))
			return error_no_memory(e);
	if (!(view->latest = json_object()) || json_object_set_new(view->payload, "latest", view->latest) < 0)
		return error_no_memory(e);
	for (size_t i = 0; i < sizeof with_latest / sizeof with_latest[0]; i++)
		if ((code = set(view->latest, fact_list_name(with_latest[i]), json_null(), e)) < 0)
			return code;
	time_write(view->facts->applied_at, &view->pack->zone, text);
	if ((code = set(view->payload, "applied_at", json_string(text), e)) < 0)
		return code;
	return set(
		view->payload, "birth_date", view->facts->birth_date ? json_string(view->facts->birth_date) : json_null(), e);
}

int
view_new(const struct pack *pack, const struct facts *facts, struct view **ret_view, struct error *e)
{
	struct view *view = NULL;
	int code;

	if (!(view = calloc(1, sizeof *view)))
		return error_no_memory(e);
	view->pack = pack;
	view->facts = facts;
	view->at = INT64_MIN;
	view->derived_next = INT64_MAX;
	view->changed = VIEW_PARTS_ALL;
	if ((code = make_payload(view, e)) < 0 || (code = make_places(view, e)) < 0)
		goto out;
	for (size_t i = 0; i < pack->derived_count; i++)
		if (pack->derived[i].kind == DERIVED_DAILY &&
			(code = days_new(&pack->zone, facts->lists[FACT_CHECKINS].count, &view->days[i], e)) < 0)
			goto out;
	if ((code = view_set_colour(view, pack->first_colour, facts->applied_at, e)) < 0)
		goto out;
	*ret_view = view;
	view = NULL;
out:
	view_free(view);
	return code;
}

void
view_free(struct view *view)
{
	if (!view)
		return;
	for (size_t i = 0; i < PACK_DERIVED_MAX; i++)
		days_free(view->days[i]);
	for (size_t i = 0; i < view->place_count; i++)
		json_decref(view->places[i].item);
	free(view->places);
	json_decref(view->data);
	free(view);
}

/* Mark a check-in normal or not, once, by each DAILY value's expression over the item alone. */
static int
mark_checkin(struct view *view, json_t *item, instant at, struct error *e)
{
	for (size_t i = 0; i < view->pack->derived_count; i++) {
		const struct derived *derived = &view->pack->derived[i];
		bool normal;
		int code;

		if (derived->kind != DERIVED_DAILY)
			continue;
		if ((code = view_set_item(view, item, e)) < 0 ||
			(code = program_holds(derived->normal, view->data, at, at, &normal, NULL, e)) < 0 ||
			(code = set(item, derived->name, json_boolean(normal), e)) < 0)
			return code;
		days_add(view->days[i], at, normal);
	}
	return view_set_item(view, NULL, e);
}

/* The fact's own item is shown, and marked, for facts are read for one fold; but what a contact ends with is still needed. */
static int
show_fact(struct view *view, const struct fact *fact, struct error *e)
{
	json_t *item = fact->list == FACT_CONTACTS ? json_copy_shallow(fact->json) : json_incref(fact->json);
	const char *name = fact_list_name(fact->list);
	int code;

	view->changed |= VIEW_PART(fact->list);
	if (!item || json_array_append_new(view->lists[fact->list], item) < 0)
		return error_no_memory(e);
	if (fact->list == FACT_CONTACTS && fact->lasts > view->at &&
		(code = set(item, "last", json_string(CERTLOGIC_CLOCK_TEXT), e)) < 0)
		return code;
	if (fact->list == FACT_CHECKINS && (code = mark_checkin(view, item, fact->at, e)) < 0)
		return code;
	return json_object_get(view->latest, name) && json_object_set(view->latest, name, item) < 0 ? error_no_memory(e)
																								: 0;
}

/* Whether an end lies between the moment shown before and this one. */
static bool
comes_true(const struct view *view, instant end)
{
	return end > view->before && end <= view->at;
}

/* A contact's withdrawal and last moment come true. */
static int
update_contacts(struct view *view, struct error *e)
{
	const struct fact_items *contacts = &view->facts->lists[FACT_CONTACTS];
	int code = 0;

	for (size_t i = 0; i < view->shown[FACT_CONTACTS] && code == 0; i++) {
		const struct fact *fact = &contacts->items[i];
		json_t *item = json_array_get(view->lists[FACT_CONTACTS], i);

		if (json_object_get(item, "withdrawn") && !comes_true(view, fact->ends) && !comes_true(view, fact->lasts))
			continue;
		view->changed |= VIEW_PART(FACT_CONTACTS);
		code = set(item, "withdrawn", json_boolean(fact->ends <= view->at), e);
		if (code == 0)
			code = set(item, "withdrawn_at",
				fact->ends <= view->at ? json_incref(json_object_get(fact->json, "withdrawn_at")) : json_null(), e);
		if (code == 0 && fact->lasts <= view->at &&
			json_object_set(item, "last", json_object_get(fact->json, "last")) < 0)
			code = error_no_memory(e);
	}
	return code;
}

static int
update_place(struct view *view, struct place *place, bool first, struct error *e)
{
	bool ended = place->fact->lasts <= view->at;
	const struct area *area = area_at(place, ended ? place->fact->lasts : view->at);
	enum level level = area_level(area_at(place, view->at), view->at),
			   level_at_end = ended ? area_level(area, place->fact->lasts) : level;
	int code;

	if (!first && area == place->area && level == place->level && level_at_end == place->level_at_end &&
		ended == place->ended)
		return 0;
	view->changed |= VIEW_PART(VIEW_PLACES) | VIEW_PART(place->fact->list);
	if (first || area != place->area)
		if ((code = set(place->item, "area", area ? json_string(area->code) : json_null(), e)) < 0)
			return code;
	if (first || level != place->level)
		if ((code = set(place->item, "level", json_string(level_name(level)), e)) < 0)
			return code;
	if (first || level_at_end != place->level_at_end)
		if ((code = set(place->item, "level_at_end", json_string(level_name(level_at_end)), e)) < 0)
			return code;
	if (ended && !place->ended &&
		((code = set(place->item, "ended", json_true(), e)) < 0 ||
			json_object_set(place->item, "to", json_object_get(place->fact->json, "to")) < 0))
		return error_no_memory(e);
	place->area = area;
	place->level = level;
	place->level_at_end = level_at_end;
	place->ended = ended;
	return 0;
}

static int
update_places(struct view *view, struct error *e)
{
	int code;

	while (view->places_shown < view->place_count && view->places[view->places_shown].fact->at <= view->at) {
		struct place *place = &view->places[view->places_shown++];

		if (json_array_append(view->lists[VIEW_PLACES], place->item) < 0 ||
			json_array_append(view->lists[place->fact->list], place->item) < 0)
			return error_no_memory(e);
		if ((code = update_place(view, place, true, e)) < 0)
			return code;
	}
	for (size_t i = 0; i < view->places_shown; i++)
		if ((code = update_place(view, &view->places[i], false, e)) < 0)
			return code;
	return 0;
}

static void
sooner(instant candidate, instant at, instant *next)
{
	if (candidate > at && candidate < *next)
		*next = candidate;
}

static int
add_up_stays(
	const struct view *view, const struct derived *derived, json_t **ret_value, instant *ret_next, struct error *e)
{
	struct stays *stays = NULL;
	int code;

	if ((code = stays_new(derived, &view->pack->zone, view->facts, view->at, &stays, e)) < 0)
		return code;
	for (size_t i = 0; i < view->places_shown && code == 0; i++) {
		const struct place *place = &view->places[i];

		if (derived->of == VIEW_PLACES || derived->of == (int)place->fact->list)
			code = stays_add(stays, place->fact, place->item, e);
	}
	if (code == 0)
		code = stays_value(stays, ret_value, ret_next, e);
	stays_free(stays);
	return code;
}

/* Work out the derived values of the moment, and when they next change by themselves. */
static int
derive(struct view *view, struct error *e)
{
	view->derived_next = INT64_MAX;
	for (size_t i = 0; i < view->pack->derived_count; i++) {
		const struct derived *derived = &view->pack->derived[i];
		instant next = INT64_MAX;
		json_t *value = NULL;
		int code;

		if (derived->kind == DERIVED_DAILY)
			code = days_value(view->days[i], view->at, view->since, &value, &next, e);
		else
			code = add_up_stays(view, derived, &value, &next, e);
		if (code < 0)
			return code;
		sooner(next, view->at, &view->derived_next);
		if (view->derived[i] && json_equal(value, view->derived[i])) {
			json_decref(value);
			continue;
		}
		if ((code = set(view->payload, derived->name, value, e)) < 0)
			return code;
		view->derived[i] = value;
		view->changed |= VIEW_PART(VIEW_DERIVED + (int)i);
	}
	return 0;
}

int
view_move(struct view *view, instant at, struct error *e)
{
	int code;

	view->before = view->at;
	view->at = at;
	for (int list = 0; list < FACT_LIST_COUNT; list++) {
		const struct fact_items *items = &view->facts->lists[list];

		for (; view->shown[list] < items->count && items->items[view->shown[list]].at <= at; view->shown[list]++)
			if (list != FACT_RESIDENCES && list != FACT_VISITS && list != FACT_OVERRIDES &&
				(code = show_fact(view, &items->items[view->shown[list]], e)) < 0)
				return code;
	}
	if ((code = update_contacts(view, e)) < 0 || (code = update_places(view, e)) < 0)
		return code;
	return derive(view, e);
}

int
view_set_colour(struct view *view, enum colour colour, instant since, struct error *e)
{
	char text[TIME_TEXT_SIZE];
	int code;

	view->since = since;
	view->changed |= VIEW_PART_COLOUR;
	if ((code = set(view->payload, "colour", json_string(colour_name(colour)), e)) < 0 ||
		(code = set(view->payload, "since", json_string(time_write(since, &view->pack->zone, text)), e)) < 0)
		return code;
	return view->at == INT64_MIN ? 0 : derive(view, e);
}

/* Whether items of the list end at a moment of their own. */
static bool
has_ends(int list)
{
	return list == FACT_RESIDENCES || list == FACT_VISITS || list == FACT_CONTACTS || list == FACT_OVERRIDES;
}

instant
view_next(const struct view *view)
{
	instant next = view->derived_next;

	for (int list = 0; list < FACT_LIST_COUNT; list++) {
		const struct fact_items *items = &view->facts->lists[list];

		if (view->shown[list] < items->count)
			sooner(items->items[view->shown[list]].at, view->at, &next);
		for (size_t i = 0; has_ends(list) && i < view->shown[list]; i++) {
			sooner(items->items[i].ends, view->at, &next);
			sooner(items->items[i].lasts, view->at, &next);
		}
	}
	for (size_t i = 0; i < view->places_shown; i++)
		for (size_t k = 0; k < view->places[i].area_count; k++)
			sooner(area_next_step(view->places[i].areas[k], view->at), view->at, &next);
	return next;
}

view_parts
view_take_changed(struct view *view)
{
	view_parts changed = view->changed;

	view->changed = 0;
	return changed;
}

json_t *
view_data(struct view *view)
{
	return view->data;
}

json_t *
view_list(const struct view *view, int list)
{
	return list < VIEW_DERIVED ? view->lists[list] : view->derived[list - VIEW_DERIVED];
}

json_t *
view_derived(const struct view *view, size_t number)
{
	return view->derived[number];
}

int
view_set_item(struct view *view, json_t *item, struct error *e)
{
	if (!item)
		return set(view->data, "item", json_null(), e);
	return json_object_set(view->data, "item", item) < 0 ? error_no_memory(e) : 0;
}
