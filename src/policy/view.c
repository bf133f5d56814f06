#include "policy/view.h"

#include <stdlib.h>
#include <string.h>

#include "policy/days.h"
#include "policy/holds.h"

enum { CODE_SIZE = 7, WIDER = 4 };

/* A residence or visit, and the areas with counts in which it lies: its division, its city, its province, its country. At a
 * moment it falls in the first of them whose level is known then. */
struct place {
	const struct fact *fact;
	const struct area *areas[WIDER], *area;
	size_t area_count;
	bool ended;
	enum level level, level_at_end;
	char province[CODE_SIZE], city[CODE_SIZE];
};

struct view {
	const struct pack *pack;
	const struct facts *facts;
	struct workspace *work;
	instant before, at, since; /* ${before}: the moment shown before */
	struct value data;
	struct row *root, *payload, *latest;
	struct value_list *lists[VIEW_DERIVED];
	size_t shown[FACT_LIST_COUNT];
	struct place *places; /* by own time, residences first, then text */
	size_t place_count, places_shown;
	struct days *days[PACK_DERIVED_MAX];   /* DAILY */
	struct stays *stays[PACK_DERIVED_MAX]; /* STAYS */
	struct value derived[PACK_DERIVED_MAX];
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
	const char *division = row_text(place->fact->row, SYMBOL_DIVISION);
	char code[CODE_SIZE];

	for (size_t kept = 6; division && kept >= 2; kept -= 2) {
		memcpy(code, "000000", sizeof code);
		memcpy(code, division, kept);
		add_area(place, facts_area(facts, code));
	}
	add_area(place, facts_area(facts, row_text(place->fact->row, SYMBOL_COUNTRY)));
}

/* The area in which the place falls at ${at}, and its level: the nearest that is known then, the nearest of all where none is. */
static const struct area *
area_at(const struct place *place, instant at, enum level *ret_level)
{
	for (size_t i = 0; i < place->area_count; i++)
		if ((*ret_level = area_level(place->areas[i], at)) != LEVEL_UNKNOWN)
			return place->areas[i];
	*ret_level = LEVEL_UNKNOWN;
	return place->area_count ? place->areas[0] : NULL;
}

/* What the lists of the payload are called. */
static const enum symbol list_symbols[VIEW_DERIVED] = {
	[FACT_RESIDENCES] = SYMBOL_RESIDENCES,
	[FACT_VISITS] = SYMBOL_VISITS,
	[FACT_CHECKINS] = SYMBOL_CHECKINS,
	[FACT_DECLARATIONS] = SYMBOL_DECLARATIONS,
	[FACT_CASES] = SYMBOL_CASES,
	[FACT_CONTACTS] = SYMBOL_CONTACTS,
	[FACT_TESTS] = SYMBOL_TESTS,
	[FACT_VACCINATIONS] = SYMBOL_VACCINATIONS,
	[FACT_RECOVERIES] = SYMBOL_RECOVERIES,
	[FACT_RECOGNITIONS] = SYMBOL_RECOGNITIONS,
	[VIEW_PLACES] = SYMBOL_PLACES,
};

static struct value
the_clock(void)
{
	return (struct value){.kind = VALUE_TEXT, .text = CERTLOGIC_CLOCK_TEXT, .length = sizeof CERTLOGIC_CLOCK_TEXT - 1};
}

/* The members of a place that the view adds for good: its province, city and county. */
static void
make_place(const struct view *view, struct place *place)
{
	struct row *row = place->fact->row;
	const char *code = row_text(row, SYMBOL_DIVISION);
	bool is_county = code && strcmp(code + 4, "00") != 0, is_city = code && strcmp(code + 2, "0000") != 0;

	find_areas(place, view->facts);
	memcpy(place->province, "000000", CODE_SIZE);
	memcpy(place->city, "000000", CODE_SIZE);
	if (code) {
		memcpy(place->province, code, 2);
		memcpy(place->city, code, 4);
	}
	*row_member(row, SYMBOL_KIND) = value_text(place->fact->list == FACT_VISITS ? "visit" : "residence");
	*row_member(row, SYMBOL_PROVINCE) = value_text(code ? place->province : NULL);
	*row_member(row, SYMBOL_CITY) = value_text(is_city ? place->city : NULL);
	*row_member(row, SYMBOL_COUNTY) = value_text(is_county ? code : NULL);
	*row_member(row, SYMBOL_ENDED) = value_boolean(false);
	*row_member(row, SYMBOL_TO) = the_clock();
}

static int
make_places(struct view *view, struct error *e)
{
	const struct fact_items *residences = &view->facts->lists[FACT_RESIDENCES],
							*visits = &view->facts->lists[FACT_VISITS];
	bool sorted = true;
	int code;

	if ((code = arena_take(
			 &view->work->memory, (residences->count + visits->count) * sizeof *view->places, &view->places, e)) < 0)
		return code;
	for (size_t i = 0; i < residences->count + visits->count; i++) {
		view->places[i] = (struct place){
			.fact = i < residences->count ? &residences->items[i] : &visits->items[i - residences->count]};
		sorted = sorted && (i == 0 || compare_places(&view->places[i - 1], &view->places[i]) < 0);
	}
	view->place_count = residences->count + visits->count;
	if (!sorted)
		qsort(view->places, view->place_count, sizeof *view->places, compare_places);
	for (size_t i = 0; i < view->place_count; i++)
		make_place(view, &view->places[i]);
	return 0;
}

static int
make_list(struct view *view, size_t maximum, struct value_list **ret_list, struct error *e)
{
	struct value_list *list;
	int code = arena_take(&view->work->memory, sizeof *list + maximum * sizeof list->items[0], &list, e);

	if (code < 0)
		return code;
	*list = (struct value_list){0};
	*ret_list = list;
	return 0;
}

static int
make_payload(struct view *view, struct error *e)
{
	const struct shape *shapes = view->pack->shapes;
	const struct facts *facts = view->facts;
	struct arena *memory = &view->work->memory;
	struct row *external;
	int code;

	if ((code = row_new(memory, &shapes[SHAPE_ROOT], &view->root, e)) < 0 ||
		(code = row_new(memory, &shapes[SHAPE_PAYLOAD], &view->payload, e)) < 0 ||
		(code = row_new(memory, &shapes[SHAPE_LATEST], &view->latest, e)) < 0 ||
		(code = row_new(memory, &shapes[SHAPE_EXTERNAL], &external, e)) < 0)
		return code;
	view->data = value_row(view->root);
	*row_member(view->root, SYMBOL_PAYLOAD) = value_row(view->payload);
	*row_member(view->root, SYMBOL_EXTERNAL) = value_row(external);
	*row_member(external, SYMBOL_CLOCK) = the_clock();
	*row_member(view->payload, SYMBOL_LATEST) = value_row(view->latest);
	*row_member(view->payload, SYMBOL_APPLIED_AT) = value_time(facts->applied_at, &view->pack->zone);
	*row_member(view->payload, SYMBOL_BIRTH_DATE) =
		facts->born == FACTS_BORN_UNKNOWN ? value_text(NULL) : value_time(facts->born, &view->pack->zone);
	for (int i = 0; i < VIEW_DERIVED; i++) {
		size_t maximum = i == VIEW_PLACES ? view->place_count : facts->lists[i].count;

		if (i == FACT_OVERRIDES)
			continue;
		if ((code = make_list(view, maximum, &view->lists[i], e)) < 0)
			return code;
		*row_member(view->payload, list_symbols[i]) = value_rows(view->lists[i]);
	}
	return 0;
}

static int
make_derived(struct view *view, struct error *e)
{
	struct arena *memory = &view->work->memory;
	int code = 0;

	for (size_t i = 0; i < view->pack->derived_count && code == 0; i++) {
		const struct derived *derived = &view->pack->derived[i];

		code = derived->kind == DERIVED_DAILY
			? days_new(view->pack, view->facts->lists[FACT_CHECKINS].count, memory, &view->days[i], e)
			: stays_new(view->pack, derived, view->facts, view->place_count, memory, &view->stays[i], e);
	}
	return code;
}

int
view_new(
	const struct pack *pack, const struct facts *facts, struct workspace *work, struct view **ret_view, struct error *e)
{
	struct view *view;
	int code;

	work->keep.epoch++;
	if ((code = arena_take(&work->memory, sizeof *view, &view, e)) < 0)
		return code;
	*view = (struct view){.pack = pack,
		.facts = facts,
		.work = work,
		.at = INT64_MIN,
		.derived_next = INT64_MAX,
		.changed = VIEW_PARTS_ALL};
	if ((code = make_places(view, e)) < 0 || (code = make_payload(view, e)) < 0 || (code = make_derived(view, e)) < 0)
		return code;
	view_set_colour(view, pack->first_colour, facts->applied_at);
	*ret_view = view;
	return 0;
}

/* Mark a check-in normal or not, once, by each DAILY value's expression over the item alone. */
static int
mark_checkin(struct view *view, const struct fact *fact, struct error *e)
{
	for (size_t i = 0; i < view->pack->derived_count; i++) {
		const struct derived *derived = &view->pack->derived[i];
		bool normal = false;
		int code;

		if (derived->kind != DERIVED_DAILY)
			continue;
		view_set_item(view, fact->row);
		if ((code = program_holds(
				 derived->normal, &view->data, fact->at, fact->at, NULL, &view->work->scratch, &normal, NULL, e)) < 0)
			return code;
		*row_member(fact->row, derived->symbol) = value_boolean(normal);
		days_add(view->days[i], fact->at, normal);
	}
	view_set_item(view, NULL);
	return 0;
}

static int
show_fact(struct view *view, const struct fact *fact, struct error *e)
{
	static const enum symbol latest[FACT_LIST_COUNT] = {
		[FACT_CHECKINS] = SYMBOL_CHECKINS,
		[FACT_DECLARATIONS] = SYMBOL_DECLARATIONS,
		[FACT_CASES] = SYMBOL_CASES,
		[FACT_TESTS] = SYMBOL_TESTS,
		[FACT_VACCINATIONS] = SYMBOL_VACCINATIONS,
		[FACT_RECOVERIES] = SYMBOL_RECOVERIES,
		[FACT_RECOGNITIONS] = SYMBOL_RECOGNITIONS,
	};
	struct value_list *list = view->lists[fact->list];
	int code;

	view->changed |= VIEW_PART(fact->list);
	view->work->keep.epoch++;
	list->items[list->count++] = value_row(fact->row);
	if (fact->list == FACT_CONTACTS && fact->lasts > view->at)
		*row_member(fact->row, SYMBOL_LAST) = the_clock();
	if (fact->list == FACT_CHECKINS && (code = mark_checkin(view, fact, e)) < 0)
		return code;
	if (latest[fact->list] != SYMBOL_NONE)
		*row_member(view->latest, latest[fact->list]) = value_row(fact->row);
	return 0;
}

/* Whether an end lies between the moment shown before and this one. */
static bool
comes_true(const struct view *view, instant end)
{
	return end > view->before && end <= view->at;
}

/* A contact's withdrawal and last moment come true; one that is shown for the first time has come true as far as it has. */
static void
update_contacts(struct view *view, size_t shown_before)
{
	const struct fact_items *contacts = &view->facts->lists[FACT_CONTACTS];
	const struct zone *zone = &view->pack->zone;

	for (size_t i = 0; i < view->shown[FACT_CONTACTS]; i++) {
		const struct fact *fact = &contacts->items[i];
		bool withdrawn = fact->ends <= view->at;

		if (i < shown_before && !comes_true(view, fact->ends) && !comes_true(view, fact->lasts))
			continue;
		view->changed |= VIEW_PART(FACT_CONTACTS);
		*row_member(fact->row, SYMBOL_WITHDRAWN) = value_boolean(withdrawn);
		*row_member(fact->row, SYMBOL_WITHDRAWN_AT) = withdrawn ? value_time(fact->ends, zone) : (struct value){0};
		if (fact->lasts <= view->at)
			*row_member(fact->row, SYMBOL_LAST) = value_time(fact->lasts, zone);
	}
}

static void
update_place(struct view *view, struct place *place, bool first)
{
	bool ended = place->fact->lasts <= view->at;
	enum level level, level_at_end;
	const struct area *area = area_at(place, view->at, &level);
	struct row *row = place->fact->row;

	level_at_end = level;
	if (ended)
		area = area_at(place, place->fact->lasts, &level_at_end);
	if (!first && area == place->area && level == place->level && level_at_end == place->level_at_end &&
		ended == place->ended)
		return;
	view->changed |= VIEW_PART(VIEW_PLACES) | VIEW_PART(place->fact->list);
	*row_member(row, SYMBOL_AREA) = value_text(area ? area->code : NULL);
	*row_member(row, SYMBOL_LEVEL) = value_text(level_name(level));
	*row_member(row, SYMBOL_LEVEL_AT_END) = value_text(level_name(level_at_end));
	if (ended && !place->ended) {
		*row_member(row, SYMBOL_ENDED) = value_boolean(true);
		*row_member(row, SYMBOL_TO) = value_time(place->fact->lasts, &view->pack->zone);
	}
	place->area = area;
	place->level = level;
	place->level_at_end = level_at_end;
	place->ended = ended;
}

static void
append(struct value_list *list, const struct row *row)
{
	list->items[list->count++] = value_row(row);
}

static void
update_places(struct view *view)
{
	size_t shown_before = view->places_shown;

	while (view->places_shown < view->place_count && view->places[view->places_shown].fact->at <= view->at) {
		struct place *place = &view->places[view->places_shown++];

		view->work->keep.epoch++;
		append(view->lists[VIEW_PLACES], place->fact->row);
		append(view->lists[place->fact->list], place->fact->row);
		update_place(view, place, true);
	}
	for (size_t i = 0; i < shown_before; i++)
		update_place(view, &view->places[i], false);
}

static void
sooner(instant candidate, instant at, instant *next)
{
	if (candidate > at && candidate < *next)
		*next = candidate;
}

static bool
add_up_stays(struct view *view, size_t number, struct value *ret_value, instant *ret_next)
{
	struct stays *stays = view->stays[number];
	int of = view->pack->derived[number].of;
	const struct value_list *list;
	bool changed;

	stays_begin(stays, view->at);
	for (size_t i = 0; i < view->places_shown; i++)
		if (of == VIEW_PLACES || of == (int)view->places[i].fact->list)
			stays_add(stays, view->places[i].fact);
	changed = stays_value(stays, &list, ret_next);
	*ret_value = value_rows(list);
	return changed;
}

static bool
count_days(struct view *view, size_t number, struct value *ret_value, instant *ret_next)
{
	const struct row *row;
	bool changed = days_value(view->days[number], view->at, view->since, &row, ret_next);

	*ret_value = value_row(row);
	return changed;
}

/* A row that is written over stays where it is; lists take turns. */
static void
put_derived(struct view *view, unsigned symbol, const struct value *value)
{
	struct value *member = row_member(view->payload, symbol);

	if (member->kind != value->kind ||
		(value->kind == VALUE_ROW ? member->row != value->row : member->list != value->list))
		view->work->keep.epoch++;
	*member = *value;
}

/* Work out the derived values of the moment, and when they next change by themselves. */
static void
derive(struct view *view)
{
	view->derived_next = INT64_MAX;
	for (size_t i = 0; i < view->pack->derived_count; i++) {
		const struct derived *derived = &view->pack->derived[i];
		instant next = INT64_MAX;
		bool changed;

		if (!derived->needed)
			continue;
		changed = derived->kind == DERIVED_DAILY ? count_days(view, i, &view->derived[i], &next)
												 : add_up_stays(view, i, &view->derived[i], &next);
		sooner(next, view->at, &view->derived_next);
		if (!changed)
			continue;
		put_derived(view, derived->symbol, &view->derived[i]);
		view->changed |= VIEW_PART(VIEW_DERIVED + (int)i);
	}
}

int
view_move(struct view *view, instant at, struct error *e)
{
	size_t contacts_before = view->shown[FACT_CONTACTS];
	int code;

	view->work->keep.moment++;
	view->before = view->at;
	view->at = at;
	for (int list = 0; list < FACT_LIST_COUNT; list++) {
		const struct fact_items *items = &view->facts->lists[list];

		for (; view->shown[list] < items->count && items->items[view->shown[list]].at <= at; view->shown[list]++)
			if (list != FACT_RESIDENCES && list != FACT_VISITS && list != FACT_OVERRIDES &&
				(code = show_fact(view, &items->items[view->shown[list]], e)) < 0)
				return code;
	}
	update_contacts(view, contacts_before);
	update_places(view);
	derive(view);
	return 0;
}

void
view_set_colour(struct view *view, enum colour colour, instant since)
{
	view->work->keep.moment++;
	view->since = since;
	view->changed |= VIEW_PART_COLOUR;
	*row_member(view->payload, SYMBOL_COLOUR) = value_text(colour_name(colour));
	*row_member(view->payload, SYMBOL_SINCE) = value_time(since, &view->pack->zone);
	if (view->at != INT64_MIN)
		derive(view);
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

		if (!(view->pack->watched & VIEW_PART(list)))
			continue;
		if (view->shown[list] < items->count)
			sooner(items->items[view->shown[list]].at, view->at, &next);
		for (size_t i = 0; has_ends(list) && i < view->shown[list]; i++) {
			sooner(items->items[i].ends, view->at, &next);
			sooner(items->items[i].lasts, view->at, &next);
		}
	}
	for (size_t i = 0; i < view->places_shown; i++)
		for (size_t k = 0;
			 view->pack->watched & VIEW_PART(view->places[i].fact->list) && k < view->places[i].area_count; k++)
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

const struct value *
view_data(const struct view *view)
{
	return &view->data;
}

const struct value_list *
view_list(const struct view *view, int list)
{
	return list < VIEW_DERIVED ? view->lists[list] : view->derived[list - VIEW_DERIVED].list;
}

const struct value *
view_derived(const struct view *view, size_t number)
{
	return &view->derived[number];
}

void
view_set_item(struct view *view, const struct row *item)
{
	*row_member(view->root, SYMBOL_ITEM) = item ? value_row(item) : (struct value){0};
	view->work->keep.item = item;
}
