/* A person's facts.
 *
 * F1. Lists are sorted by own time, then by canonical text, each item once; times are in the pack's zone. So equal evidence
 *     gives equal bytes.
 * F2. "areas" holds, for each place, the nearest area with counts: itself, its city, its province, its country, from the
 *     pack's risk unit on; where that one's counts begin only after the person counts there, the next one that has any
 *     too. Where none has, the smallest stands there without a step, for its name. What was looked at and had none is
 *     seen too: it may get counts. */

#include "registry/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/json_memory.h"
#include "place/place.h"

enum { ITEMS_MAX = 100000, ITEM_TEXT_MAX = 1 << 16 };

static const char recoveries[] = "recoveries";

/* Where the rows of a kind stand, and the field that is an item's own time. Of certificates, which are of two lists, the recoveries are told apart
 * as they are taken. */
static const struct list_of_kind {
	enum evidence_kind kind;
	const char *list, *at;
} lists[] = {
	{EVIDENCE_RESIDENCE, "residences", "from"},
	{EVIDENCE_VISIT, "visits", "from"},
	{EVIDENCE_CHECKIN, "checkins", "at"},
	{EVIDENCE_DECLARATION, "declarations", "at"},
	{EVIDENCE_CASE_STATUS, "cases", "at"},
	{EVIDENCE_CONTACT, "contacts", "known_at"},
	{EVIDENCE_TEST, "tests", "at"},
	{EVIDENCE_OVERRIDE, "overrides", "at"},
	{EVIDENCE_TEMPERATURE, "checkins", "at"},
	{EVIDENCE_CERTIFICATE, "vaccinations", "at"},
	{EVIDENCE_CERTIFICATE, recoveries, "at"},
	{EVIDENCE_RECOGNITION, "recognitions", "at"},
};

enum { LISTS = sizeof lists / sizeof *lists };

bool
registry_list_has(const char *list, enum evidence_kind kind)
{
	for (size_t i = 0; i < LISTS; i++)
		if (lists[i].kind == kind && strcmp(lists[i].list, list) == 0)
			return true;
	return false;
}

static const char *const time_fields[] = {
	"at", "from", "to", "first", "last", "known_at", "withdrawn_at", "until", "revoked_at"};

/* The facts being gathered. */
struct gathering {
	const struct pack *pack;
	const char *jurisdiction;
	json_t *facts;
	bool applied;
	instant applied_at; /* of their numbers' applications the first counts */
	instant now, until;
};

static int
to_zone(json_t *item, const struct zone *zone, struct error *e)
{
	for (size_t i = 0; i < sizeof time_fields / sizeof *time_fields; i++) {
		json_t *value = json_object_get(item, time_fields[i]);
		char text[TIME_TEXT_SIZE];
		instant at;

		if (!json_is_string(value))
			continue;
		if (time_read(json_string_value(value), json_string_length(value), &zone_utc, &at, e) < 0)
			return error_set(e, ERROR_CORRUPT, "evidence has a time that is none (%s)", time_fields[i]);
		if (json_string_set(value, time_write(at, zone, text)) < 0)
			return error_no_memory(e);
	}
	return 0;
}

static int
set_text(json_t *object, const char *name, const char *text, struct error *e)
{
	return json_object_set_new(object, name, json_string(text)) < 0 ? error_no_memory(e) : 0;
}

static int
take_application(const struct evidence_row *row, struct gathering *g, struct error *e)
{
	const char *jurisdiction = strchr(row->key, '/');
	char at[TIME_TEXT_SIZE];

	if (!jurisdiction || strcmp(jurisdiction + 1, g->jurisdiction) != 0)
		return 0;
	if (g->applied && row->at >= g->applied_at)
		return 0;
	g->applied = true;
	g->applied_at = row->at;
	return set_text(g->facts, "applied_at", time_write(row->at, pack_zone(g->pack), at), e);
}

/* Evidence of a case says more than its person's colour may depend on: the case's name, who infected whom. */
static int
keep_status(json_t **item, struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *kept =
		json_pack("{s:O, s:O}", "status", json_object_get(*item, "status"), "at", json_object_get(*item, "at"));

	if (!kept)
		return json_memory_failures() != failures
			? error_no_memory(e)
			: error_set(e, ERROR_CORRUPT, "evidence of a case has no status or time");
	json_decref(*item);
	*item = kept;
	return 0;
}

/* Where a contact met the case is follow-up's, and not the rules'. A contact of a case that has no grounds waits, and is none for the rules; where the grounds were taken back it was one until then. */
static bool
keep_contact(json_t *item)
{
	const char *known = json_string_value(json_object_get(item, "known_at"));
	const char *withdrawn = json_string_value(json_object_get(item, "withdrawn_at"));

	if (json_object_get(item, "settings"))
		json_object_del(item, "settings");
	if (!json_is_true(json_object_get(item, "waiting")))
		return true;
	json_object_del(item, "waiting");
	return known && withdrawn && strcmp(known, withdrawn) != 0;
}

/* Evidence of a test says when it was reported and more; a result that was withdrawn is none. */
static int
keep_result(json_t **item, bool *ret_kept, struct error *e)
{
	const char *result = json_string_value(json_object_get(*item, "result"));
	size_t failures = json_memory_failures();
	json_t *kept;

	*ret_kept = false;
	if (result && strcmp(result, "withdrawn") == 0)
		return 0;
	kept = json_pack("{s:O, s:O, s:O}", "kind", json_object_get(*item, "kind"), "result",
		json_object_get(*item, "result"), "at", json_object_get(*item, "at"));
	if (!kept)
		return json_memory_failures() != failures
			? error_no_memory(e)
			: error_set(e, ERROR_CORRUPT, "evidence of a test has no kind, result or time");
	json_decref(*item);
	*item = kept;
	*ret_kept = true;
	return 0;
}

static bool
is_recovery(const json_t *item)
{
	const char *kind = json_string_value(json_object_get(item, "kind"));

	return kind && strcmp(kind, "recovery") == 0;
}

/* Evidence of a recovery says besides that it is one. */
static int
keep_recovery(json_t **item, struct error *e)
{
	size_t failures = json_memory_failures();
	json_t *kept = json_pack("{s:O, s:O, s:O}", "at", json_object_get(*item, "at"), "from",
		json_object_get(*item, "from"), "to", json_object_get(*item, "to"));

	if (!kept)
		return json_memory_failures() != failures
			? error_no_memory(e)
			: error_set(e, ERROR_CORRUPT, "evidence of a recovery has not its three times");
	json_decref(*item);
	*item = kept;
	return 0;
}

/* Evidence of a vaccination says besides that it is one; one that was withdrawn, or whose vaccine nobody named, is none. */
static int
keep_vaccination(json_t **item, bool *ret_kept, struct error *e)
{
	const json_t *vaccine = json_object_get(*item, "vaccine"), *dose = json_object_get(*item, "dose"),
				 *doses = json_object_get(*item, "doses");
	const char *kind = json_string_value(json_object_get(*item, "kind"));
	size_t failures = json_memory_failures();
	json_t *kept;

	*ret_kept = false;
	if (!kind || strcmp(kind, "vaccination") != 0 || json_is_true(json_object_get(*item, "withdrawn")) ||
		json_string_length(vaccine) == 0)
		return 0;
	kept = json_pack(
		"{s:O, s:O?, s:O?, s:O}", "vaccine", vaccine, "dose", dose, "doses", doses, "at", json_object_get(*item, "at"));
	if (!kept)
		return json_memory_failures() != failures
			? error_no_memory(e)
			: error_set(e, ERROR_CORRUPT, "evidence of a vaccination has no time");
	json_decref(*item);
	*item = kept;
	*ret_kept = true;
	return 0;
}

/* An override, and another service's statement, is for one jurisdiction, which ${name} names; the rules need not know. Return whether it is
 * this one's. */
static bool
keep_own(json_t *item, const char *name, const struct gathering *g)
{
	const char *jurisdiction = json_string_value(json_object_get(item, name));
	bool own = jurisdiction && strcmp(jurisdiction, g->jurisdiction) == 0;

	json_object_del(item, name);
	return own;
}

static int
take_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct gathering *g = context;
	const char *list;
	json_t *item = NULL;
	bool kept = true;
	size_t i = 0;
	int r;

	if (row->at > g->now) {
		g->until = evidence_colours(row->kind) && row->at < g->until ? row->at : g->until;
		return 0;
	}
	if (row->kind == EVIDENCE_APPLICATION)
		return take_application(row, g, e);
	while (i < LISTS && lists[i].kind != row->kind)
		i++;
	if (i == LISTS)
		return 0;
	list = lists[i].list;
	if ((r = json_read_own(row->body, evidence_kind_name(row->kind), &item, e)) < 0)
		return r;
	if (row->kind == EVIDENCE_CASE_STATUS)
		r = keep_status(&item, e);
	else if (row->kind == EVIDENCE_CONTACT)
		kept = keep_contact(item);
	else if (row->kind == EVIDENCE_TEST)
		r = keep_result(&item, &kept, e);
	else if (row->kind == EVIDENCE_CERTIFICATE && is_recovery(item)) {
		r = keep_recovery(&item, e);
		list = recoveries;
	} else if (row->kind == EVIDENCE_CERTIFICATE)
		r = keep_vaccination(&item, &kept, e);
	else if (row->kind == EVIDENCE_OVERRIDE)
		kept = keep_own(item, "jurisdiction", g);
	else if (row->kind == EVIDENCE_RECOGNITION)
		kept = keep_own(item, "in", g);
	if (r < 0 || !kept) {
		json_decref(item);
		return r;
	}
	if ((r = to_zone(item, pack_zone(g->pack), e)) == 0 && json_array_append(json_object_get(g->facts, list), item) < 0)
		r = error_no_memory(e);
	json_decref(item);
	return r;
}

/* An item and what it is sorted by. */
struct sorted {
	const char *at;
	char *text;
	json_t *item;
};

static int
by_time_and_text(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;
	int order = strcmp(a->at, b->at);

	return order != 0 ? order : strcmp(a->text, b->text);
}

static const char *
time_of(const json_t *item, const char *at)
{
	const char *text = json_string_value(json_object_get(item, at));

	return text ? text : "";
}

/* Whether each item is later than the one before: then no texts have to be compared. */
static bool
is_ordered(const json_t *list, const char *at)
{
	for (size_t i = 1; i < json_array_size(list); i++)
		if (strcmp(time_of(json_array_get(list, i - 1), at), time_of(json_array_get(list, i), at)) >= 0)
			return false;
	return true;
}

/* Put the list's items in order, each once. ${items} are as many as the list has. */
static int
put_in_order(json_t *list, struct sorted *items, size_t count, struct error *e)
{
	const char *last = NULL;

	qsort(items, count, sizeof *items, by_time_and_text);
	json_array_clear(list);
	for (size_t i = 0; i < count; i++) {
		if (last && strcmp(last, items[i].text) == 0)
			continue;
		last = items[i].text;
		if (json_array_append(list, items[i].item) < 0)
			return error_no_memory(e);
	}
	return 0;
}

/* F1 for one list. Times of one zone sort as texts but where its offset changed, which the text after breaks alike. */
static int
order_list(json_t *list, const char *at, struct error *e)
{
	size_t count = json_array_size(list);
	struct sorted *items;
	int r = 0;

	if (is_ordered(list, at))
		return 0;
	items = calloc(count, sizeof *items);
	if (!items)
		return error_no_memory(e);
	for (size_t i = 0; i < count && r == 0; i++) {
		struct buffer text = buffer_make(ITEM_TEXT_MAX);

		items[i].item = json_incref(json_array_get(list, i));
		items[i].at = time_of(items[i].item, at);
		if ((r = json_write(items[i].item, &text, e)) == 0)
			items[i].text = buffer_take(&text);
		buffer_free(&text);
	}
	if (r == 0)
		r = put_in_order(list, items, count, e);
	for (size_t i = 0; i < count; i++) {
		json_decref(items[i].item);
		free(items[i].text);
	}
	free(items);
	return r;
}

void
seen_add(struct registry_seen *seen, const char *code)
{
	size_t length = strlen(seen->areas), size = strlen(code);

	for (const char *at = seen->areas; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
		if (strncmp(at, code, size) == 0 && (at[size] == ',' || !at[size]))
			return;
	if (strcmp(seen->areas, "*") == 0)
		return;
	if (length + size + 2 > sizeof seen->areas)
		strcpy(seen->areas, "*");
	else
		snprintf(seen->areas + length, sizeof seen->areas - length, "%s%s", length > 0 ? "," : "", code);
}

size_t
risk_unit_digits(const struct pack *pack)
{
	const char *unit = json_string_value(json_object_get(pack_section(pack, "risk"), "unit"));

	if (unit && strcmp(unit, "city") == 0)
		return 4;
	return unit && strcmp(unit, "province") == 0 ? 2 : 6;
}

/* The first moment at which a place's level may matter: not before it began or before the application, unless it had ended
 * by then. Times of the facts are texts of one zone (F1). */
static const char *
place_matters_from(const json_t *place, const char *applied_at)
{
	const char *from = json_string_value(json_object_get(place, "from"));
	const char *to = json_string_value(json_object_get(place, "to"));

	from = from && strcmp(from, applied_at) > 0 ? from : applied_at;
	return to && strcmp(to, from) < 0 ? to : from;
}

/* The areas in which a place lies, as they are looked at from the smallest on. */
struct lying_in {
	const char *from; /* the first moment that matters */
	char smallest[AREA_CODE_SIZE];
	bool counted; /* one of them has counts */
};

/* Put the area of ${code} in if it has counts: 1 if its level is known when it matters, 0 or a code. */
static int
add_area(struct registry *registry, const struct pack *pack, const char *code, struct lying_in *in, json_t *areas,
	struct registry_seen *seen, struct error *e)
{
	const char *known_from;
	json_t *area;
	int r;

	seen_add(seen, code);
	if (!*in->smallest)
		snprintf(in->smallest, sizeof in->smallest, "%s", code);
	if ((r = area_get(registry, pack, code, &area, e)) < 0 || !area)
		return r;
	in->counted = true;
	if (json_object_set(areas, code, area) < 0)
		return error_no_memory(e);
	known_from = json_string_value(json_object_get(json_array_get(json_object_get(area, "steps"), 0), "at"));
	return known_from && strcmp(known_from, in->from) <= 0;
}

/* F2 for one place. */
static int
add_areas_of(struct registry *registry, const struct pack *pack, const json_t *place, const char *applied_at,
	json_t *areas, struct registry_seen *seen, struct error *e)
{
	const char *division = json_string_value(json_object_get(place, "division"));
	const char *country = json_string_value(json_object_get(place, "country"));
	struct lying_in in = {.from = place_matters_from(place, applied_at)};
	json_t *area;
	int r = 0;

	if (division && strlen(division) == AREA_CODE_SIZE - 1)
		for (size_t digits = risk_unit_digits(pack); digits >= 2 && r == 0; digits -= 2) {
			char code[AREA_CODE_SIZE];

			snprintf(code, sizeof code, "%.*s%.*s", (int)digits, division, (int)(AREA_CODE_SIZE - 1 - digits), "0000");
			r = add_area(registry, pack, code, &in, areas, seen, e);
		}
	if (r == 0 && country && area_known(country))
		r = add_area(registry, pack, country, &in, areas, seen, e);
	if (r < 0 || in.counted || !*in.smallest || json_object_get(areas, in.smallest))
		return r < 0 ? r : 0;
	if ((r = area_uncounted(in.smallest, &area, e)) < 0)
		return r;
	return json_object_set_new(areas, in.smallest, area) < 0 ? error_no_memory(e) : 0;
}

static int
add_areas(
	struct registry *registry, const struct pack *pack, json_t *facts, struct registry_seen *seen, struct error *e)
{
	static const char *const places[] = {"residences", "visits"};
	const char *applied_at = json_string_value(json_object_get(facts, "applied_at"));
	json_t *areas = json_object();
	int r = 0;

	if (!areas || json_object_set_new(facts, "areas", areas) < 0)
		return error_no_memory(e);
	if (!pack_section(pack, "risk") || !applied_at)
		return 0;
	for (size_t i = 0; i < sizeof places / sizeof *places && r == 0; i++) {
		const json_t *list = json_object_get(facts, places[i]), *place;
		size_t at;

		json_array_foreach(list, at, place)
		{
			if ((r = add_areas_of(registry, pack, place, applied_at, areas, seen, e)) < 0)
				break;
		}
	}
	return r;
}

/* Opened for this alone; left out where no ID number holds one. */
int
registry_facts_birth_date(
	struct registry *registry, person_number person, instant known, json_t *facts, struct error *e)
{
	char text[TIME_TEXT_SIZE];
	day_number born;
	int r = birth_date_of(registry, person, known, false, &born, e);

	return r == 1 ? set_text(facts, "birth_date", day_write(born, text), e) : r;
}

static int
order_lists(json_t *facts, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < LISTS && r == 0; i++)
		r = order_list(json_object_get(facts, lists[i].list), lists[i].at, e);
	return r;
}

int
registry_facts_finish(struct registry *registry, const struct pack *pack, json_t *facts, instant known,
	struct registry_seen *ret_seen, struct error *e)
{
	struct registry_seen seen = {0};
	int r;

	if ((r = order_lists(facts, e)) < 0 || (r = areas_refresh(registry, known, &seen.area_version, e)) < 0 ||
		(r = add_areas(registry, pack, facts, &seen, e)) < 0)
		return r;
	if (ret_seen) {
		seen.until = ret_seen->until;
		*ret_seen = seen;
	}
	return 0;
}

int
registry_facts_own(struct registry *registry, const struct pack *pack, person_number person, instant unapplied_from,
	instant now, instant known, json_t **ret_facts, instant *ret_until, struct error *e)
{
	char from[TIME_TEXT_SIZE];
	struct gathering g = {
		.pack = pack, .jurisdiction = pack_jurisdiction(pack), .facts = json_object(), .now = now, .until = INT64_MAX};
	int r = g.facts ? 0 : error_no_memory(e);

	for (size_t i = 0; i < LISTS && r == 0; i++)
		if (!json_object_get(g.facts, lists[i].list) && json_object_set_new(g.facts, lists[i].list, json_array()) < 0)
			r = error_no_memory(e);
	if (r < 0 ||
		(r = evidence_each_of_same(registry->db, person, EVIDENCE_ALL, EVIDENCE_NOW, known, take_row, &g, e)) < 0)
		goto out;
	if (!g.applied && unapplied_from != REGISTRY_NEVER &&
		(r = set_text(g.facts, "applied_at", time_write(unapplied_from, pack_zone(pack), from), e)) < 0)
		goto out;
	if (!g.applied && unapplied_from == REGISTRY_NEVER) {
		r = error_set(e, ERROR_EXISTS_NOT, "the person has not applied in %s", g.jurisdiction);
		goto out;
	}
	if ((pack_reads_birth_date(pack) && (r = registry_facts_birth_date(registry, person, known, g.facts, e)) < 0) ||
		(r = order_lists(g.facts, e)) < 0)
		goto out;
	*ret_until = g.until;
	*ret_facts = g.facts;
	g.facts = NULL;
out:
	json_decref(g.facts);
	return r;
}

int
registry_facts_contacts(
	const struct pack *pack, instant now, const struct evidence_row *rows, size_t count, json_t *facts, struct error *e)
{
	struct gathering g = {
		.pack = pack, .jurisdiction = pack_jurisdiction(pack), .facts = facts, .now = now, .until = INT64_MAX};
	int r = json_object_set_new(facts, "contacts", json_array()) < 0 ? error_no_memory(e) : 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = take_row(&rows[i], &g, e);
	return r < 0 ? r : order_list(json_object_get(facts, "contacts"), "known_at", e);
}

int
registry_facts(struct registry *registry, const struct pack *pack, person_number person, instant unapplied_from,
	instant now, instant known, json_t **ret_facts, struct registry_seen *ret_seen, struct error *e)
{
	struct registry_seen seen = {0};
	json_t *facts = NULL;
	int r;

	if ((r = registry_facts_own(registry, pack, person, unapplied_from, now, known, &facts, &seen.until, e)) == 0 &&
		(r = registry_facts_finish(registry, pack, facts, known, &seen, e)) == 0) {
		if (ret_seen)
			*ret_seen = seen;
		*ret_facts = facts;
		facts = NULL;
	}
	json_decref(facts);
	return r;
}
