/* From the company that somebody kept to rows.
 *
 *   overlaps   |--timed--|   |--day only--------|          of one person at one place, sorted
 *                    |--timed--|
 *   a row      [-------------------------------)           minutes: the union of the timed ones
 *
 * E1. Time is half-open: a stay that ends as the case arrives is no contact.
 * E2. Nothing outside the window counts: what is shared is cut to it.
 * E3. What one person shared at one place without a break is one row; no second of it counts twice.
 * E4. The first rule of the place's kind that is satisfied gives the kind. Unknown minutes satisfy no minimum, unknown
 *     seats no distance. Of several seats in one row the nearest counts.
 *     A rule that does not take time in which one of the two was protected, or in the open, looks at the rest alone.
 * E5. The second degree begins at the close contact's first exposure, ends as that one is quarantined or
 *     secondary_days later, holds only in the places that the pack names, and hands on no further.
 * E6. The case is in no row, and a close contact in no row of degree 2.
 * E7. Rows depend on the stays alone, not on the order in which they were recorded or walked. */

#include <stdlib.h>

#include "base/array.h"
#include "exposure/internal.h"

struct trace {
	struct presence *presence;
	const struct exposure_parameters *parameters;
	const struct presence_view *view;
	struct exposure_contacts *contacts;
	person_number subject;
	int degree;
	person_number *close; /* sorted; what degree 2 leaves out */
	size_t close_count;
	struct dwellings {
		person_number person;
		place_number place;
		struct dwelling {
			instant from, to;
			int64_t seconds; /* in all up to ${to} */
		} * items;           /* apart from each other, by time */
		size_t count, capacity;
	} of_person, of_through; /* those asked for last: rows come by who handed on, then by person */
};

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_overlaps(const void *left, const void *right)
{
	const struct overlap *a = left, *b = right;
	int order;

	if ((order = compare(a->through, b->through)) || (order = compare(a->person, b->person)) ||
		(order = compare(a->from, b->from)) || (order = compare(a->to, b->to)) ||
		(order = compare(a->timed, b->timed)) || (order = compare(a->rows, b->rows)) ||
		(order = compare(a->crew, b->crew)) || (order = compare(a->staff, b->staff)) ||
		(order = compare(a->protected, b->protected)))
		return order;
	return compare(a->outdoor, b->outdoor);
}

static int
compare_contacts(const void *left, const void *right)
{
	const struct exposure_contact *a = left, *b = right;
	int order;

	if ((order = compare(a->degree, b->degree)) || (order = compare(a->person, b->person)) ||
		(order = compare(a->from, b->from)) || (order = compare(a->place, b->place)))
		return order;
	return compare(a->through, b->through);
}

static int
compare_persons(const void *left, const void *right)
{
	const person_number *a = left, *b = right;

	return compare(*a, *b);
}

static bool
has_rules(const char *kind, const void *context)
{
	const struct trace *trace = context;
	const struct exposure_place_rules *rules = parameters_for(trace->parameters, kind);

	return rules && rules->count > 0 && (trace->degree == 1 || rules->secondary);
}

static bool
may_be_contact(person_number person, const void *context)
{
	const struct trace *trace = context;

	return person != trace->subject &&
		(trace->degree == 1 || !trace->close_count ||
			!bsearch(&person, trace->close, trace->close_count, sizeof person, compare_persons));
}

/* What was shared without a break (E3). */
struct stretch {
	instant from, to;
	int64_t shared_s;
	bool timed;
	int rows; /* the nearest known, or -1 */
	bool crew;
};

static bool
fits(enum exposure_condition condition, bool is_so)
{
	return condition == EXPOSURE_EITHER || (condition == EXPOSURE_ONLY) == is_so;
}

/* What the rule (NULL: any) takes of one stretch's overlaps. Return whether it takes any. */
static bool
stretch_measure(
	const struct overlap *overlaps, size_t count, const struct exposure_rule *rule, struct stretch *ret_stretch)
{
	struct stretch stretch = {overlaps[0].from, overlaps[0].to, 0, false, -1, false};
	instant counted_to = INT64_MIN;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		const struct overlap *o = &overlaps[i];

		if (o->to > stretch.to)
			stretch.to = o->to;
		if (rule &&
			(!fits(rule->protected, o->protected) || !fits(rule->outdoor, o->outdoor) || (rule->staff && !o->staff)))
			continue;
		any = true;
		if (o->rows >= 0 && (stretch.rows < 0 || o->rows < stretch.rows))
			stretch.rows = o->rows;
		stretch.crew = stretch.crew || o->crew;
		if (o->timed && o->to > counted_to) {
			stretch.shared_s += o->to - (o->from > counted_to ? o->from : counted_to);
			stretch.timed = true;
			counted_to = o->to;
		}
	}
	*ret_stretch = stretch;
	return any;
}

/* How many of one place's sorted overlaps are the first stretch. */
static size_t
stretch_count(const struct overlap *overlaps, size_t count)
{
	instant to = overlaps[0].to;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct overlap *o = &overlaps[i];

		if (o->through != overlaps[0].through || o->person != overlaps[0].person || o->from > to)
			break;
		if (o->to > to)
			to = o->to;
	}
	return i;
}

static int
add_dwelling(const struct presence_stay *stay, void *context, struct error *e)
{
	struct dwellings *dwellings = context;
	struct dwelling *last = dwellings->count ? &dwellings->items[dwellings->count - 1] : NULL;
	int64_t before;
	int r;

	if (stay->place != dwellings->place || stay->day_only)
		return 0;
	if (last && stay->start <= last->to) {
		if (stay->end > last->to) {
			last->seconds += stay->end - last->to;
			last->to = stay->end;
		}
		return 0;
	}
	before = last ? last->seconds : 0;
	if ((r = array_grow(&dwellings->items, &dwellings->capacity, dwellings->count + 1, sizeof *dwellings->items,
			 OVERLAPS_MAX, e)) < 0)
		return r;
	dwellings->items[dwellings->count++] = (struct dwelling){stay->start, stay->end, before + stay->end - stay->start};
	return 0;
}

/* When the person was at the place, unless it is known from the row before. */
static int
find_dwellings(
	const struct trace *trace, person_number person, place_number place, struct dwellings *dwellings, struct error *e)
{
	int r;

	if (dwellings->person == person && dwellings->place == place)
		return 0;
	dwellings->person = person;
	dwellings->place = place;
	dwellings->count = 0;
	if ((r = presence_each_stay_of(
			 trace->presence, person, INT64_MIN, INT64_MAX, trace->view, add_dwelling, dwellings, e)) < 0)
		dwellings->person = 0;
	return r;
}

/* How long they were there before ${at}. */
static int64_t
dwelt_before(const struct dwellings *dwellings, instant at)
{
	size_t low = 0, high = dwellings->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (dwellings->items[middle].from < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	return dwellings->items[low - 1].seconds -
		(dwellings->items[low - 1].to > at ? dwellings->items[low - 1].to - at : 0);
}

static int
dwelt_for(const struct trace *trace, const struct exposure_rule *rule, person_number person, place_number place,
	instant to, struct dwellings *dwellings, struct error *e)
{
	int r;

	if ((r = find_dwellings(trace, person, place, dwellings, e)) < 0)
		return r;
	return dwelt_before(dwellings, to) - dwelt_before(dwellings, to - (instant)rule->within_days * DAY_S) >
		rule->hours * 3600;
}

/* Whether one of the two was there for longer than the rule's hours, where it asks. Return 1, 0 or a code. */
static int
was_at_home_there(struct trace *trace, const struct exposure_rule *rule, const struct overlap *first,
	const struct stretch *stretch, struct error *e)
{
	int r;

	if (rule->hours == 0)
		return 1;
	r = dwelt_for(trace, rule, first->person, first->place, stretch->to, &trace->of_person, e);
	return r != 0 ? r : dwelt_for(trace, rule, first->through, first->place, stretch->to, &trace->of_through, e);
}

/* The first rule that is satisfied (E4), or NULL. Return 0 or a code. */
static int
find_rule(struct trace *trace, const struct exposure_place_rules *rules, const struct overlap *first,
	size_t overlap_count, const struct exposure_rule **ret_rule, struct error *e)
{
	struct stretch stretch;

	*ret_rule = NULL;
	for (size_t i = 0; i < rules->count; i++) {
		const struct exposure_rule *rule = &rules->rules[i];
		bool long_enough, near_enough;
		int r;

		if (!stretch_measure(first, overlap_count, rule, &stretch))
			continue;
		long_enough = rule->minutes == 0 || (stretch.timed && stretch.shared_s >= rule->minutes * 60);
		near_enough = rule->rows == EXPOSURE_ANY_ROW || (stretch.rows >= 0 && stretch.rows <= rule->rows) ||
			(rule->crew && stretch.crew);
		if (!long_enough || !near_enough)
			continue;
		if ((r = was_at_home_there(trace, rule, first, &stretch, e)) < 0)
			return r;
		if (r > 0) {
			*ret_rule = rule;
			return 0;
		}
	}
	return 0;
}

static int
add_contact(struct trace *trace, const struct exposure_place_rules *rules, const struct overlap *first,
	size_t overlap_count, struct error *e)
{
	struct stretch stretch;
	struct exposure_contacts *contacts = trace->contacts;
	const struct exposure_rule *rule;
	int r;

	if ((r = find_rule(trace, rules, first, overlap_count, &rule, e)) < 0)
		return r;
	if (!rule || (trace->degree == 2 && rule->kind != EXPOSURE_CLOSE))
		return 0;
	stretch_measure(first, overlap_count, NULL, &stretch);
	if ((r = array_grow(&contacts->items, &contacts->capacity, contacts->count + 1, sizeof *contacts->items,
			 EXPOSURE_CONTACTS_MAX, e)) < 0)
		return r;
	contacts->items[contacts->count++] = (struct exposure_contact){
		.person = first->person,
		.through = first->through,
		.place = first->place,
		.kind = trace->degree == 2 ? EXPOSURE_SECONDARY : rule->kind,
		.degree = trace->degree,
		.setting = rule->setting,
		.from = stretch.from,
		.to = stretch.to,
		.minutes = stretch.timed ? stretch.shared_s / 60 : -1,
	};
	return 0;
}

/* The rows of everybody who kept company at the place. */
static int
add_contacts(const struct presence_place *place, struct overlaps *overlaps, void *context, struct error *e)
{
	struct trace *trace = context;
	const struct exposure_place_rules *rules = parameters_for(trace->parameters, place->kind);
	size_t count;
	int r;

	qsort(overlaps->items, overlaps->count, sizeof *overlaps->items, compare_overlaps);
	for (size_t i = 0; i < overlaps->count; i += count) {
		count = stretch_count(&overlaps->items[i], overlaps->count - i);
		if ((r = add_contact(trace, rules, &overlaps->items[i], count, e)) < 0)
			return r;
	}
	return 0;
}

static int
trace_company(struct trace *trace, const struct company_subject *subjects, size_t count, struct error *e)
{
	const struct company_filter filter = {has_rules, may_be_contact, add_contacts, trace};

	return company_find(trace->presence, subjects, count, trace->view, &filter, e);
}

/* The close contacts among the rows of degree 1, each once and with the first exposure, by person. */
static int
close_contacts(
	const struct exposure_contacts *contacts, struct company_subject **ret_close, size_t *ret_count, struct error *e)
{
	struct company_subject *close = calloc(contacts->count + 1, sizeof *close);
	size_t count = 0;

	if (!close)
		return error_no_memory(e);
	/* Rows are sorted by person, then from. */
	for (size_t i = 0; i < contacts->count; i++) {
		const struct exposure_contact *c = &contacts->items[i];

		if (c->kind == EXPOSURE_CLOSE && (count == 0 || close[count - 1].person != c->person))
			close[count++] = (struct company_subject){c->person, {c->from, c->from}};
	}
	*ret_close = close;
	*ret_count = count;
	return 0;
}

/* E5. ${close} are the close contacts; those who could hand on nothing are taken out. */
static int
trace_second_degree(struct trace *trace, struct company_subject *close, size_t count, const struct zone *zone,
	exposure_quarantine *quarantine, void *context, struct error *e)
{
	size_t left = 0;

	if (!(trace->close = calloc(count + 1, sizeof *trace->close)))
		return error_no_memory(e);
	for (size_t i = 0; i < count; i++)
		trace->close[i] = close[i].person;
	trace->close_count = count;
	trace->degree = 2;
	for (size_t i = 0; i < count; i++) {
		const instant at = quarantine ? quarantine(close[i].person, context) : EXPOSURE_UNKNOWN;
		struct company_subject subject = close[i];

		subject.window.to =
			zone_day_start(zone, zone_day(zone, subject.window.from) + trace->parameters->secondary_days + 1);
		if (at != EXPOSURE_UNKNOWN && at < subject.window.to)
			subject.window.to = at;
		if (subject.window.from < subject.window.to)
			close[left++] = subject;
	}
	return trace_company(trace, close, left, e);
}

static void
sort_contacts(struct exposure_contacts *contacts)
{
	if (contacts->count)
		qsort(contacts->items, contacts->count, sizeof *contacts->items, compare_contacts);
}

int
exposure_trace(struct presence *presence, const struct exposure_parameters *parameters,
	const struct exposure_case *subject, const struct zone *zone, const struct presence_view *view,
	exposure_quarantine *quarantine, void *context, struct exposure_contacts *ret_contacts, struct error *e)
{
	struct exposure_contacts contacts = {0};
	struct trace trace = {.presence = presence,
		.parameters = parameters,
		.view = view,
		.contacts = &contacts,
		.subject = subject->person,
		.degree = 1};
	struct company_subject self = {.person = subject->person}, *close = NULL;
	size_t close_count = 0;
	int r = 0;

	if (exposure_window(parameters, subject, zone, &self.window) && (r = trace_company(&trace, &self, 1, e)) < 0)
		goto out;
	sort_contacts(&contacts);
	if ((r = close_contacts(&contacts, &close, &close_count, e)) < 0 ||
		(r = trace_second_degree(&trace, close, close_count, zone, quarantine, context, e)) < 0)
		goto out;
	sort_contacts(&contacts);
	*ret_contacts = contacts;
	contacts = (struct exposure_contacts){0};
out:
	free(close);
	free(trace.close);
	free(trace.of_person.items);
	free(trace.of_through.items);
	exposure_contacts_free(&contacts);
	return r;
}

void
exposure_contacts_free(struct exposure_contacts *contacts)
{
	free(contacts->items);
	*contacts = (struct exposure_contacts){0};
}

const char *
exposure_kind_name(enum exposure_kind kind)
{
	static const char *const names[] = {"close", "secondary", "co-exposed", "companion"};

	return names[kind];
}
