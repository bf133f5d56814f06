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
	person_number subject, through;
	int degree;
	person_number *close; /* sorted; what degree 2 leaves out */
	size_t close_count;
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

	if ((order = compare(a->person, b->person)) || (order = compare(a->place, b->place)) ||
		(order = compare(a->from, b->from)) || (order = compare(a->to, b->to)) ||
		(order = compare(a->timed, b->timed)) || (order = compare(a->rows, b->rows)) ||
		(order = compare(a->crew, b->crew)) || (order = compare(a->protected, b->protected)))
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
		if (rule && (!fits(rule->protected, o->protected) || !fits(rule->outdoor, o->outdoor)))
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

/* How many of the sorted overlaps of one person at one place are the first stretch. */
static size_t
stretch_count(const struct overlap *overlaps, size_t count)
{
	instant to = overlaps[0].to;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct overlap *o = &overlaps[i];

		if (o->person != overlaps[0].person || o->place != overlaps[0].place || o->from > to)
			break;
		if (o->to > to)
			to = o->to;
	}
	return i;
}

/* How long somebody was at a place. */
struct dwelling {
	place_number place;
	instant to, counted_to;
	int64_t seconds;
};

static int
add_dwelling(const struct presence_stay *stay, void *context, struct error *e)
{
	struct dwelling *dwelling = context;
	instant from = stay->start > dwelling->counted_to ? stay->start : dwelling->counted_to;
	instant to = stay->end < dwelling->to ? stay->end : dwelling->to;

	(void)e;
	if (stay->place != dwelling->place || stay->day_only || to <= from)
		return 0;
	dwelling->seconds += to - from;
	dwelling->counted_to = to;
	return 0;
}

static int
dwelt_for(const struct trace *trace, const struct exposure_rule *rule, person_number person, place_number place,
	instant to, struct error *e)
{
	instant from = to - (instant)rule->within_days * DAY_S;
	struct dwelling dwelling = {.place = place, .to = to, .counted_to = from};
	int r = presence_each_stay_of(trace->presence, person, from, to, trace->view, add_dwelling, &dwelling, e);

	return r < 0 ? r : dwelling.seconds > rule->hours * 3600;
}

/* Whether one of the two was there for longer than the rule's hours, where it asks. Return 1, 0 or a code. */
static int
was_at_home_there(const struct trace *trace, const struct exposure_rule *rule, const struct overlap *first,
	const struct stretch *stretch, struct error *e)
{
	int r;

	if (rule->hours == 0)
		return 1;
	r = dwelt_for(trace, rule, first->person, first->place, stretch->to, e);
	return r != 0 ? r : dwelt_for(trace, rule, trace->through, first->place, stretch->to, e);
}

/* The first rule that is satisfied (E4), or NULL. Return 0 or a code. */
static int
find_rule(const struct trace *trace, const struct exposure_place_rules *rules, const struct overlap *first,
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
add_contact(struct trace *trace, const struct overlap *first, size_t overlap_count, struct error *e)
{
	struct stretch stretch;
	struct exposure_contacts *contacts = trace->contacts;
	const struct exposure_rule *rule;
	struct presence_place place = {0};
	int r;

	r = presence_place(trace->presence, first->place, trace->view, &place, e);
	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	if ((r = find_rule(trace, parameters_for(trace->parameters, place.kind), first, overlap_count, &rule, e)) < 0)
		return r;
	if (!rule || (trace->degree == 2 && rule->kind != EXPOSURE_CLOSE))
		return 0;
	stretch_measure(first, overlap_count, NULL, &stretch);
	if ((r = array_grow(&contacts->items, &contacts->capacity, contacts->count + 1, sizeof *contacts->items,
			 EXPOSURE_CONTACTS_MAX, e)) < 0)
		return r;
	contacts->items[contacts->count++] = (struct exposure_contact){
		.person = first->person,
		.through = trace->through,
		.place = first->place,
		.kind = trace->degree == 2 ? EXPOSURE_SECONDARY : rule->kind,
		.degree = trace->degree,
		.from = stretch.from,
		.to = stretch.to,
		.minutes = stretch.timed ? stretch.shared_s / 60 : -1,
	};
	return 0;
}

/* The rows of everybody who kept company with ${trace->through} within the window. */
static int
trace_company(struct trace *trace, const struct exposure_window *window, struct error *e)
{
	const struct company_filter filter = {has_rules, may_be_contact, trace};
	struct overlaps overlaps = {0};
	size_t count;
	int r;

	if ((r = company_find(trace->presence, trace->through, window, trace->view, &filter, &overlaps, e)) < 0)
		goto out;
	if (overlaps.count)
		qsort(overlaps.items, overlaps.count, sizeof *overlaps.items, compare_overlaps);
	for (size_t i = 0; i < overlaps.count; i += count) {
		count = stretch_count(&overlaps.items[i], overlaps.count - i);
		if ((r = add_contact(trace, &overlaps.items[i], count, e)) < 0)
			goto out;
	}
out:
	overlaps_free(&overlaps);
	return r;
}

/* The close contacts among the rows of degree 1, each once and with the first exposure, by person. */
static int
close_contacts(const struct exposure_contacts *contacts, person_number **ret_close, instant **ret_first,
	size_t *ret_count, struct error *e)
{
	person_number *close = calloc(contacts->count + 1, sizeof *close);
	instant *first = calloc(contacts->count + 1, sizeof *first);
	size_t count = 0;

	if (!close || !first) {
		free(close);
		free(first);
		return error_no_memory(e);
	}
	/* Rows are sorted by person, then from. */
	for (size_t i = 0; i < contacts->count; i++) {
		const struct exposure_contact *c = &contacts->items[i];

		if (c->kind == EXPOSURE_CLOSE && (count == 0 || close[count - 1] != c->person)) {
			close[count] = c->person;
			first[count++] = c->from;
		}
	}
	*ret_close = close;
	*ret_first = first;
	*ret_count = count;
	return 0;
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
		.through = subject->person,
		.degree = 1};
	struct exposure_window window;
	instant *first = NULL;
	int r = 0;

	if (exposure_window(parameters, subject, zone, &window) && (r = trace_company(&trace, &window, e)) < 0)
		goto out;
	if (contacts.count)
		qsort(contacts.items, contacts.count, sizeof *contacts.items, compare_contacts);
	if ((r = close_contacts(&contacts, &trace.close, &first, &trace.close_count, e)) < 0)
		goto out;

	trace.degree = 2; /* E5 */
	for (size_t i = 0; i < trace.close_count; i++) {
		instant at = quarantine ? quarantine(trace.close[i], context) : EXPOSURE_UNKNOWN;

		trace.through = trace.close[i];
		window.from = first[i];
		window.to = zone_day_start(zone, zone_day(zone, first[i]) + parameters->secondary_days + 1);
		if (at != EXPOSURE_UNKNOWN && at < window.to)
			window.to = at;
		if (window.from < window.to && (r = trace_company(&trace, &window, e)) < 0)
			goto out;
	}
	if (contacts.count)
		qsort(contacts.items, contacts.count, sizeof *contacts.items, compare_contacts);
	*ret_contacts = contacts;
	contacts = (struct exposure_contacts){0};
out:
	free(trace.close);
	free(first);
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
