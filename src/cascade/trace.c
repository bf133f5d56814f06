/* Contacts of cases, computed and kept as evidence.
 *
 * T1. A contact's own time is the moment at which both the case was confirmed and the contact had begun: never the moment of
 *     tracing. So the order of imports does not matter.
 * T2. Tracing again with the same stays and cases adds nothing.
 * T3. Who is no longer a contact of a case gets a row that says so; the older row stays for --known. A correction
 *     withdraws from the start; a case that was discarded withdraws from then on, and stays what it was before.
 * T4. A close contact hands on from the first exposure until the case is known: from then on they are quarantined.
 * T5. What was found in stays that were destroyed since is not found again: it stands as it was, unless the case was
 *     discarded.
 * T6. Of a case without grounds (grounds.h) contacts wait: their rows are withdrawn from the start and say so. With grounds they count from the
 *     moment at which it has them; where it loses them, until then. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "cascade/alerts.h"
#include "cascade/grounds.h"
#include "cascade/settings.h"
#include "cascade/traced.h"

enum {
	BODY_SIZE = 512 + SETTINGS_TEXT_SIZE,
	KEY_SIZE = CASCADE_CASE_SIZE + 16,
	DUE_MARKS = 1 << 20 /* marked before they are put */
};

#define CONTACT_STANDS INT64_MAX

static const char discarded[] = "discarded";

/* The contact parameters that count in this store: the default jurisdiction's, or those of the retracing under way. */
static int
parameters_of(
	struct cascade *cascade, struct exposure_parameters *ret_parameters, const struct zone **ret_zone, struct error *e)
{
	const struct pack *pack;
	const json_t *contact;
	int r;

	if ((r = contact_rules(cascade, &pack, e)) < 0)
		return r;
	contact = pack_section(pack, "contact");
	if (!contact)
		return error_set(e, ERROR_EXISTS_NOT, "the pack %s has no \"contact\" section", pack_jurisdiction(pack));
	*ret_zone = pack_zone(pack);
	return exposure_parameters_read(contact, ret_parameters, e);
}

/* T4 */
static instant
quarantined_at(person_number person, void *context)
{
	const struct cascade_case *c = context;
	instant at = c->exposure.confirmed;

	(void)person;
	return grounds_ever(c) && at != EXPOSURE_UNKNOWN && c->grounded_at > at ? c->grounded_at : at;
}

static int
trace(struct cascade *cascade, const struct exposure_parameters *parameters, const struct zone *zone,
	const struct cascade_case *c, const struct presence_view *view, struct exposure_contacts *ret_contacts,
	struct error *e)
{
	*ret_contacts = (struct exposure_contacts){0};
	if (!c->exposure.person)
		return 0;
	return exposure_trace(
		cascade->presence, parameters, &c->exposure, zone, view, quarantined_at, (void *)c, ret_contacts, e);
}

/* All that one person shared with the case: the closest kind, from the first moment to the last. */
struct met {
	person_number person;
	enum exposure_kind kind;
	int degree;
	instant first, last;
	bool waits; /* of one that stands: until the case has grounds */
	struct settings settings;
};

static int
compare_met(const void *a, const void *b)
{
	const struct met *x = a, *y = b;

	return x->person < y->person ? -1 : x->person > y->person;
}

static int
merge_contacts(const struct exposure_contacts *contacts, struct met **ret_met, size_t *ret_count, struct error *e)
{
	struct met *met = NULL;
	size_t count = 0, capacity = 0;
	int r;

	for (size_t i = 0; i < contacts->count; i++) {
		const struct exposure_contact *contact = &contacts->items[i];

		if ((r = array_grow(&met, &capacity, i + 1, sizeof *met, EXPOSURE_CONTACTS_MAX, e)) < 0) {
			free(met);
			return r;
		}
		met[i] = (struct met){.person = contact->person,
			.kind = contact->kind,
			.degree = contact->degree,
			.first = contact->from,
			.last = contact->to};
		settings_add(&met[i].settings, contact->setting, contact->kind, contact->degree, contact->to);
	}
	if (contacts->count)
		qsort(met, contacts->count, sizeof *met, compare_met);
	for (size_t i = 0; i < contacts->count; i++) {
		struct met *last = count ? &met[count - 1] : NULL;

		if (!last || last->person != met[i].person) {
			met[count++] = met[i];
			continue;
		}
		if (met[i].kind < last->kind) {
			last->kind = met[i].kind;
			last->degree = met[i].degree;
		}
		if (met[i].first < last->first)
			last->first = met[i].first;
		if (met[i].last > last->last)
			last->last = met[i].last;
		settings_unite(&last->settings, &met[i].settings);
	}
	*ret_met = met;
	*ret_count = count;
	return 0;
}

/* The moment from which the case was a case. */
static instant
known_at(const struct cascade_case *c, instant first)
{
	instant at = c->exposure.confirmed;

	if (at == EXPOSURE_UNKNOWN || at < first)
		at = first;
	return grounds_ever(c) && c->grounded_at > at ? c->grounded_at : at;
}

/* T6 */
static bool
is_without_grounds(const struct cascade_case *c)
{
	return !grounds_ever(c) || c->grounded_until != INT64_MAX;
}

/* From when on those whom the case met are no contacts: CONTACT_STANDS where they are. */
static instant
withdrawn_from(const struct cascade_case *c, bool gone)
{
	instant from = gone ? c->status_at : CONTACT_STANDS;

	if (!grounds_ever(c))
		return INT64_MIN;
	return c->grounded_until < from ? c->grounded_until : from;
}

/* ${withdrawn_at} is CONTACT_STANDS, or from when on they are no contact; ${waits}: until the case has grounds. */
static int
put_contact(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_case *c,
	const struct met *met, instant withdrawn_at, bool waits, struct error *e)
{
	char body[BODY_SIZE], settings[SETTINGS_TEXT_SIZE], key[KEY_SIZE], first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE],
		known[TIME_TEXT_SIZE];
	char withdrawn[TIME_TEXT_SIZE + 2] = "null";
	instant at = known_at(c, met->first);
	struct evidence_row row = {.kind = EVIDENCE_CONTACT,
		.person = met->person,
		.key = key,
		.at = at,
		.body = body,
		.recorded_at = registry_recording_time(cascade->registry)};
	enum evidence_outcome outcome;

	if (withdrawn_at != CONTACT_STANDS)
		snprintf(
			withdrawn, sizeof withdrawn, "\"%s\"", time_write(withdrawn_at < at ? at : withdrawn_at, &zone_utc, known));
	snprintf(key, sizeof key, "%s/%u", c->name, met->person);
	snprintf(body, sizeof body,
		"{\"degree\":%d,\"first\":\"%s\",\"kind\":\"%s\",\"known_at\":\"%s\",\"last\":\"%s\",%s%s\"withdrawn_at\":%s}",
		met->degree, time_write(met->first, &zone_utc, first), exposure_kind_name(met->kind),
		time_write(at, &zone_utc, known), time_write(met->last, &zone_utc, last),
		settings_write(&met->settings, parameters, settings), waits ? "\"waiting\":true," : "", withdrawn);
	return cascade->retracing ? retracing_keep(cascade, &row, e)
							  : registry_evidence_put_marking(cascade->registry, &row, &cascade->due, &outcome, e);
}

static int
note_contact(struct cascade *cascade, const struct cascade_case *c, person_number person, struct error *e)
{
	if (cascade->retracing)
		return 0;
	return db_do(cascade->db, "INSERT INTO case_contact (case_name, person) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		(struct db_value[]){db_text(c->name), db_int(person)}, 2, e);
}

struct withdrawing {
	const struct exposure_parameters *parameters;
	struct met met;
	bool withdrawn;
};

/* Read the contact row as it stands, so that its withdrawal repeats what it said. */
static int
read_contact(const struct evidence_row *row, void *context, struct error *e)
{
	struct withdrawing *withdrawing = context;
	json_t *body = NULL;
	const char *first, *last, *kind;
	int r;

	if ((r = json_read_own(row->body, "evidence of a contact", &body, e)) < 0)
		return r;
	first = json_string_value(json_object_get(body, "first"));
	last = json_string_value(json_object_get(body, "last"));
	kind = json_string_value(json_object_get(body, "kind"));
	withdrawing->met.waits = json_is_true(json_object_get(body, "waiting"));
	withdrawing->withdrawn = !json_is_null(json_object_get(body, "withdrawn_at")) && !withdrawing->met.waits;
	withdrawing->met.degree = (int)json_integer_value(json_object_get(body, "degree"));
	while (strcmp(exposure_kind_name(withdrawing->met.kind), kind) != 0)
		withdrawing->met.kind++;
	if ((r = time_read(first, strlen(first), &zone_utc, &withdrawing->met.first, e)) == 0 &&
		(r = time_read(last, strlen(last), &zone_utc, &withdrawing->met.last, e)) == 0)
		r = settings_read(body, withdrawing->parameters, &withdrawing->met.settings, e);
	json_decref(body);
	return r;
}

/* The contact as it stands, or waits: return 1, or 0 if there is none or it was withdrawn. */
static int
standing(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_case *c,
	person_number person, struct met *ret_met, struct error *e)
{
	struct withdrawing withdrawing = {.parameters = parameters, .met = {.person = person}};
	char key[KEY_SIZE];
	int r;

	snprintf(key, sizeof key, "%s/%u", c->name, person);
	r = evidence_find(cascade->db, EVIDENCE_CONTACT, key, contact_known(cascade), read_contact, &withdrawing, e);
	if (r == ERROR_EXISTS_NOT || (r == 0 && withdrawing.withdrawn))
		return 0;
	if (r < 0)
		return r;
	*ret_met = withdrawing.met;
	return 1;
}

static int
withdraw(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_case *c,
	person_number person, instant forgotten, struct error *e)
{
	struct met met;
	int r = standing(cascade, parameters, c, person, &met, e);

	if (r <= 0)
		return r;
	if (met.first >= forgotten)
		return put_contact(cascade, parameters, c, &met, INT64_MIN, false, e);
	if (strcmp(c->status, discarded) == 0)
		return put_contact(cascade, parameters, c, &met, withdrawn_from(c, true), false, e);
	return met.waits != is_without_grounds(c)
		? put_contact(cascade, parameters, c, &met, withdrawn_from(c, false), is_without_grounds(c), e)
		: 0; /* T5 */
}

/* T5: what is found now is added to what was found before ${forgotten}. */
static int
add_what_stands(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_case *c,
	struct met *met, instant forgotten, struct error *e)
{
	struct met before;
	int r;

	if (forgotten == INT64_MIN || (r = standing(cascade, parameters, c, met->person, &before, e)) == 0)
		return 0;
	if (r < 0 || before.first >= forgotten)
		return r < 0 ? r : 0;
	if (before.kind < met->kind) {
		met->kind = before.kind;
		met->degree = before.degree;
	}
	met->first = before.first < met->first ? before.first : met->first;
	met->last = before.last > met->last ? before.last : met->last;
	settings_unite(&met->settings, &before.settings);
	return 0;
}

/* T3: whoever was noted as a contact of the case and is not among ${met}. */
static int
withdraw_others(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_case *c,
	const struct met *met, size_t count, instant forgotten, struct error *e)
{
	struct db_statement *row = NULL;
	person_number *gone = NULL;
	size_t gone_count = 0, capacity = 0;
	int r;

	if ((r = db_start(cascade->db, "SELECT person FROM case_contact WHERE case_name = $1 ORDER BY person",
			 (struct db_value[]){db_text(c->name)}, 1, &row, e)) < 0)
		return r;
	while ((r = db_step(row, e)) == 1) {
		struct met wanted = {.person = (person_number)db_column_int(row, 0)};

		if (count && bsearch(&wanted, met, count, sizeof *met, compare_met))
			continue;
		if ((r = array_grow(&gone, &capacity, gone_count + 1, sizeof *gone, EXPOSURE_CONTACTS_MAX, e)) < 0)
			break;
		gone[gone_count++] = wanted.person;
	}
	db_finish(row);
	for (size_t i = 0; r == 0 && i < gone_count; i++)
		r = withdraw(cascade, parameters, c, gone[i], forgotten, e);
	free(gone);
	return r;
}

static int
keep_contacts(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_case *c,
	const struct exposure_contacts *contacts, struct error *e)
{
	struct met *met = NULL;
	size_t count = 0;
	bool gone = strcmp(c->status, discarded) == 0, waits = !gone && is_without_grounds(c);
	instant withdrawn_at = withdrawn_from(c, gone);
	instant forgotten = INT64_MIN;
	int r = merge_contacts(contacts, &met, &count, e);

	if (r == 0)
		r = presence_forgotten(cascade->presence, &forgotten, e);
	for (size_t i = 0; r == 0 && i < count; i++)
		if ((r = add_what_stands(cascade, parameters, c, &met[i], forgotten, e)) == 0 &&
			(r = put_contact(cascade, parameters, c, &met[i], withdrawn_at, waits, e)) == 0)
			r = note_contact(cascade, c, met[i].person, e);
	if (r == 0)
		r = withdraw_others(cascade, parameters, c, met, count, forgotten, e);
	free(met);
	return r;
}

static int
trace_case(struct cascade *cascade, const struct exposure_parameters *parameters, const struct zone *zone,
	const struct cascade_case *c, instant known, struct error *e)
{
	struct presence_view all = {.now = INT64_MAX, .known = known};
	struct exposure_contacts contacts = {0};
	int r;

	if ((r = same_read(cascade, known, &all.same, e)) == 0 &&
		(r = trace(cascade, parameters, zone, c, &all, &contacts, e)) == 0)
		r = keep_contacts(cascade, parameters, c, &contacts, e);
	exposure_contacts_free(&contacts);
	return r;
}

/* Trace the case, if it was not traced from the same before. */
static int
trace_again(struct cascade *cascade, const struct exposure_parameters *parameters, const struct zone *zone,
	const struct cascade_case *c, struct error *e)
{
	struct exposure_window reach;
	bool reads = exposure_reach(parameters, &c->exposure, zone, quarantined_at(0, (void *)c), &reach);
	struct traced_from from;
	int r;

	if ((r = traced_from(cascade, c, reads ? &reach : NULL, &from, e)) < 0 ||
		(r = traced_find(cascade, c->name, &from, e)) != 0)
		return r < 0 ? r : 0;
	r = trace_case(cascade, parameters, zone, c, INT64_MAX, e);
	return r < 0 ? r : traced_keep(cascade, c->name, &from, e);
}

/* Who is due for many contacts is looked up once. */
static int
put_due(struct cascade *cascade, size_t at_least, struct error *e)
{
	if (cascade->due.count < at_least)
		return 0;
	return registry_due_put_marks(cascade->registry, &cascade->due, evidence_kind_name(EVIDENCE_CONTACT), e);
}

static int
trace_all(struct cascade *cascade, const struct exposure_parameters *parameters, const struct zone *zone,
	const struct cascade_cases *cases, struct error *e)
{
	int r = presence_hold(cascade->presence, e);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < cases->count; i++)
		if ((r = trace_again(cascade, parameters, zone, &cases->items[i], e)) == 0)
			r = put_due(cascade, DUE_MARKS, e);
	presence_release(cascade->presence);
	return r;
}

int
trace_named(struct cascade *cascade, const char *name, struct error *e)
{
	struct exposure_parameters *parameters = calloc(1, sizeof *parameters);
	const struct zone *zone;
	struct cascade_case c;
	int r;

	if (!parameters)
		return error_no_memory(e);
	if ((r = cases_read_one(cascade, name, EVIDENCE_NOW, EVIDENCE_NOW, &c, e)) == 0 &&
		(r = parameters_of(cascade, parameters, &zone, e)) == 0 &&
		(r = trace_again(cascade, parameters, zone, &c, e)) == 0)
		r = put_due(cascade, 0, e);
	else if (r == ERROR_EXISTS_NOT)
		r = 0;
	registry_due_marks_clear(&cascade->due);
	free(parameters);
	return r;
}

/* Cases whose imports were undone. */
static int
let_go(struct cascade *cascade, const struct exposure_parameters *parameters, const struct cascade_cases *cases,
	struct error *e)
{
	char(*names)[CASCADE_CASE_SIZE] = NULL;
	size_t count = 0;
	int r = traced_others(cascade, cases, &names, &count, e);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct cascade_case gone = {0};

		strcpy(gone.name, names[i]);
		if ((r = withdraw_others(cascade, parameters, &gone, NULL, 0, INT64_MIN, e)) == 0)
			r = traced_forget(cascade, gone.name, e);
	}
	free(names);
	return r;
}

int
cascade_trace_cases(struct cascade *cascade, struct error *e)
{
	bool own = !db_in_transaction(cascade->db);
	struct cascade_cases cases = {0};
	struct exposure_parameters *parameters = calloc(1, sizeof *parameters);
	const struct zone *zone = NULL; /* of no use where there is no case */
	int r;

	if (!parameters)
		return error_no_memory(e);
	if (own && (r = registry_begin(cascade->registry, e)) < 0)
		goto out;
	if ((r = match_settle(cascade, e)) < 0 || (r = cases_read(cascade, EVIDENCE_NOW, EVIDENCE_NOW, &cases, e)) < 0 ||
		(cases.count && (r = parameters_of(cascade, parameters, &zone, e)) < 0))
		goto out;
	r = trace_all(cascade, parameters, zone, &cases, e);
	if (r == 0 && (r = let_go(cascade, parameters, &cases, e)) == 0 && (r = put_due(cascade, 0, e)) == 0 &&
		(r = alerts_settle(cascade, &cases, parameters, zone, e)) == 0 && own)
		r = registry_commit(cascade->registry, e);
out:
	registry_due_marks_clear(&cascade->due);
	if (r < 0 && own)
		registry_rollback(cascade->registry);
	cases_free(&cases);
	free(parameters);
	return r;
}

int
trace_apart(struct cascade *cascade, instant known, struct error *e)
{
	struct exposure_parameters *parameters = calloc(1, sizeof *parameters);
	struct cascade_cases cases = {0};
	const struct zone *zone;
	int r;

	if (!parameters)
		return error_no_memory(e);
	if ((r = cases_read(cascade, EVIDENCE_NOW, known, &cases, e)) < 0 ||
		(r = parameters_of(cascade, parameters, &zone, e)) < 0 || (r = presence_hold(cascade->presence, e)) < 0)
		goto out;
	for (size_t i = 0; r == 0 && i < cases.count; i++)
		r = trace_case(cascade, parameters, zone, &cases.items[i], known, e);
	presence_release(cascade->presence);
out:
	cases_free(&cases);
	free(parameters);
	return r;
}

/* What both questions about one case need. */
struct question {
	struct cascade_case c;
	struct exposure_parameters parameters;
	const struct zone *zone;
	struct presence_view view;
};

static int
prepare(struct cascade *cascade, const char *name, struct question *q, struct error *e)
{
	int r;

	q->view =
		(struct presence_view){.now = registry_now(cascade->registry), .known = registry_known(cascade->registry)};
	if ((r = cases_read_one(cascade, name, q->view.now, q->view.known, &q->c, e)) < 0 ||
		(r = same_read(cascade, q->view.known, &q->view.same, e)) < 0)
		return r;
	return parameters_of(cascade, &q->parameters, &q->zone, e);
}

int
cascade_contacts(
	struct cascade *cascade, const char *case_name, struct exposure_contacts *ret_contacts, struct error *e)
{
	struct question *q = calloc(1, sizeof *q);
	int r;

	if (!q)
		return error_no_memory(e);
	if ((r = prepare(cascade, case_name, q, e)) == 0 && strcmp(q->c.status, discarded) != 0)
		r = trace(cascade, &q->parameters, q->zone, &q->c, &q->view, ret_contacts, e);
	free(q);
	return r;
}

/* Whether somebody said that one of the two infected the other. */
static bool
are_linked(const struct cascade_case *a, const struct cascade_case *b)
{
	return strcmp(a->infected_by, b->name) == 0 || strcmp(b->infected_by, a->name) == 0;
}

static int
compare_people(const void *a, const void *b)
{
	const struct exposure_case *x = a, *y = b;

	return x->person < y->person ? -1 : x->person > y->person;
}

int
cascade_origins(struct cascade *cascade, const char *case_name, struct exposure_origins *ret_origins, struct error *e)
{
	struct question *q = calloc(1, sizeof *q);
	struct cascade_cases cases = {0};
	struct exposure_case *others = NULL;
	size_t count = 0, kept = 0;
	int r;

	if (!q)
		return error_no_memory(e);
	if ((r = prepare(cascade, case_name, q, e)) < 0 ||
		(r = cases_read(cascade, q->view.now, q->view.known, &cases, e)) < 0)
		goto out;
	others = calloc(cases.count, sizeof *others);
	if (!others) {
		r = error_no_memory(e);
		goto out;
	}
	for (size_t i = 0; i < cases.count; i++)
		if (cases.items[i].exposure.person && strcmp(cases.items[i].status, discarded) != 0) {
			others[count] = cases.items[i].exposure;
			others[count++].linked = are_linked(&q->c, &cases.items[i]);
		}
	qsort(others, count, sizeof *others, compare_people);
	for (size_t i = 0; i < count; i++) /* a person who was a case twice is asked for once */
		if (!kept || others[kept - 1].person != others[i].person)
			others[kept++] = others[i];
	r = exposure_backward(
		cascade->presence, &q->parameters, &q->c.exposure, others, kept, q->zone, &q->view, ret_origins, e);
out:
	free(others);
	cases_free(&cases);
	free(q);
	return r;
}
