/* Cases as evidence tells of them: a row for each change of status, put together by the case's name. */

#include "cascade/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "cascade/grounds.h"

enum { STATUSES_MAX = 20000000 };

static int
read_time(const json_t *body, const char *name, instant *time, struct error *e)
{
	const char *text = json_string_value(json_object_get(body, name));

	*time = EXPOSURE_UNKNOWN;
	return text ? time_read(text, strlen(text), &zone_utc, time, e) : 0;
}

/* What one row says of its case. */
static int
read_status(const struct pack *pack, const struct evidence_row *row, const json_t *body,
	struct cascade_case *ret_status, struct error *e)
{
	const char *name = json_string_value(json_object_get(body, "case"));
	const char *status = json_string_value(json_object_get(body, "status"));
	const char *infected_by = json_string_value(json_object_get(body, "infected_by"));
	struct cascade_case c = {.status_at = row->at,
		.grounded_at = EXPOSURE_UNKNOWN,
		.grounded_until = INT64_MAX,
		.exposure = {.person = row->person}};
	int r;

	if (!name || !status || strlen(name) >= sizeof c.name)
		return error_set(e, ERROR_CORRUPT, "evidence of a case has no name or status");
	strcpy(c.name, name);
	snprintf(c.status, sizeof c.status, "%s", status);
	snprintf(c.infected_by, sizeof c.infected_by, "%s", infected_by ? infected_by : "");
	if ((r = read_time(body, "onset", &c.exposure.onset, e)) < 0 ||
		(r = read_time(body, "sampled", &c.exposure.sampled, e)) < 0 ||
		(r = read_time(body, "confirmed_at", &c.exposure.confirmed, e)) < 0 ||
		(r = read_time(body, "isolated_at", &c.exposure.isolated, e)) < 0 ||
		(r = read_time(body, "symptoms_ended", &c.exposure.symptoms_ended, e)) < 0)
		return r;
	if (grounds_of_row(pack, row, body))
		c.grounded_at = row->at;
	*ret_status = c;
	return 0;
}

/* Statuses on their way, read by the default jurisdiction's pack. */
struct reading {
	const struct pack *pack;
	const char *name; /* of the one case that is wanted, or NULL */
	struct cascade_cases cases;
};

static int
add_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct reading *reading = context;
	struct cascade_cases *statuses = &reading->cases;
	json_t *body = NULL;
	int r;

	if ((r = json_read_own(row->body, "evidence of a case", &body, e)) == 0 &&
		(r = array_grow(&statuses->items, &statuses->capacity, statuses->count + 1, sizeof *statuses->items,
			 STATUSES_MAX, e)) == 0 &&
		(r = read_status(reading->pack, row, body, &statuses->items[statuses->count], e)) == 0)
		statuses->count++;
	json_decref(body);
	return r;
}

static void
say(instant *known, instant later)
{
	if (later != EXPOSURE_UNKNOWN)
		*known = later;
}

/* A case is of a person, not of one of their numbers. */
static int
name_persons(struct cascade *cascade, instant known, struct cascade_cases *cases, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < cases->count; i++)
		r = same_person(cascade, known, cases->items[i].exposure.person, &cases->items[i].exposure.person, e);
	return r;
}

/* A later status says more: what it gives replaces what was given before. But the case is known since it was confirmed (or,
 * where it never was, since its first status): that it recovered or was discarded does not move that moment. */
static void
add_status(struct cascade_case *c, const struct cascade_case *status)
{
	strcpy(c->status, status->status);
	c->status_at = status->status_at;
	if (status->exposure.person)
		c->exposure.person = status->exposure.person;
	if (*status->infected_by)
		strcpy(c->infected_by, status->infected_by);
	say(&c->exposure.onset, status->exposure.onset);
	say(&c->exposure.sampled, status->exposure.sampled);
	say(&c->exposure.isolated, status->exposure.isolated);
	say(&c->exposure.symptoms_ended, status->exposure.symptoms_ended);
	if (c->exposure.confirmed == EXPOSURE_UNKNOWN || strcmp(status->status, "confirmed") == 0)
		say(&c->exposure.confirmed, status->exposure.confirmed);
	if (!grounds_ever(c))
		c->grounded_at = status->grounded_at;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct cascade_case *)a)->name, ((const struct cascade_case *)b)->name);
}

static int
compare_statuses(const void *a, const void *b)
{
	const struct cascade_case *x = a, *y = b;
	int names = compare_names(a, b);

	if (names)
		return names;
	if (x->status_at != y->status_at)
		return x->status_at < y->status_at ? -1 : 1;
	return x->exposure.person < y->exposure.person ? -1 : x->exposure.person > y->exposure.person;
}

/* Put the statuses together to cases; ${r} is how they were read. */
static int
finish(struct cascade *cascade, instant now, instant known, int r, struct cascade_cases *cases,
	struct cascade_cases *ret_cases, struct error *e)
{
	size_t count = 0;

	if (r < 0 || (r = name_persons(cascade, known, cases, e)) < 0) {
		cases_free(cases);
		return r;
	}
	if (cases->count)
		qsort(cases->items, cases->count, sizeof *cases->items, compare_statuses);
	for (size_t i = 0; i < cases->count; i++) {
		const struct cascade_case status = cases->items[i];

		if (count && strcmp(cases->items[count - 1].name, status.name) == 0)
			add_status(&cases->items[count - 1], &status);
		else
			cases->items[count++] = status;
	}
	cases->count = count;
	if ((r = grounds_add_words(cascade, cases, now, known, e)) < 0) {
		cases_free(cases);
		return r;
	}
	*ret_cases = *cases;
	return 0;
}

int
cases_read(struct cascade *cascade, instant now, instant known, struct cascade_cases *ret_cases, struct error *e)
{
	struct reading reading = {0};
	int r;

	if ((r = contact_rules(cascade, &reading.pack, e)) < 0)
		return r;
	r = evidence_each(cascade->db, EVIDENCE_CASE_STATUS, now, known, add_row, &reading, e);
	return finish(cascade, now, known, r, &reading.cases, ret_cases, e);
}

/* A status's key is the case's name, "/", and a word. Names may hold a "/" too: what stands in the row decides. */
static int
add_row_of(const struct evidence_row *row, void *context, struct error *e)
{
	struct reading *reading = context;
	size_t length = strlen(reading->name), count = reading->cases.count;
	int r;

	if (strncmp(row->key, reading->name, length) != 0 || row->key[length] != '/')
		return 1;
	if ((r = add_row(row, reading, e)) == 0 && strcmp(reading->cases.items[count].name, reading->name) != 0)
		reading->cases.count = count;
	return r;
}

static int
read_one_by(struct cascade *cascade, const struct pack *pack, const char *name, instant now, instant known,
	struct cascade_case *ret_case, struct error *e)
{
	char after[CASCADE_CASE_SIZE + 1];
	struct reading reading = {.pack = pack, .name = name};
	struct cascade_cases cases;
	int r = 0;

	if (strlen(name) < CASCADE_CASE_SIZE) {
		snprintf(after, sizeof after, "%s/", name);
		r = evidence_each_by_key(
			cascade->db, EVIDENCE_CASE_STATUS, after, STATUSES_MAX, now, known, add_row_of, &reading, e);
	}
	if ((r = finish(cascade, now, known, r, &reading.cases, &cases, e)) < 0)
		return r;
	if (cases.count)
		*ret_case = cases.items[0];
	else
		r = error_set(e, ERROR_EXISTS_NOT, "there is no case '%s'", name);
	cases_free(&cases);
	return r;
}

int
cases_read_one(struct cascade *cascade, const char *name, instant now, instant known, struct cascade_case *ret_case,
	struct error *e)
{
	const struct pack *pack;
	int r = contact_rules(cascade, &pack, e);

	return r < 0 ? r : read_one_by(cascade, pack, name, now, known, ret_case, e);
}

void
cases_free(struct cascade_cases *cases)
{
	free(cases->items);
	*cases = (struct cascade_cases){0};
}

const struct cascade_case *
cases_find(const struct cascade_cases *cases, const char *name)
{
	struct cascade_case wanted = {0};

	if (!cases->count || strlen(name) >= sizeof wanted.name)
		return NULL;
	strcpy(wanted.name, name);
	return bsearch(&wanted, cases->items, cases->count, sizeof wanted, compare_names);
}

int
cascade_case(struct cascade *cascade, const char *name, struct cascade_case *ret_case, struct error *e)
{
	return cases_read_one(
		cascade, name, registry_now(cascade->registry), registry_known(cascade->registry), ret_case, e);
}

int
cascade_case_then(
	struct cascade *cascade, const char *name, instant then, struct cascade_case *ret_case, struct error *e)
{
	const struct pack *pack;
	int r = registry_pack_then(cascade->registry, NULL, then, &pack, e);

	return r < 0 ? r : read_one_by(cascade, pack, name, then, then, ret_case, e);
}

int
cascade_each_case(struct cascade *cascade, cascade_each_case_function *each, void *context, struct error *e)
{
	struct cascade_cases cases = {0};
	int r = cases_read(cascade, registry_now(cascade->registry), registry_known(cascade->registry), &cases, e);

	for (size_t i = 0; i < cases.count && r == 0; i++)
		r = each(&cases.items[i], context, e);
	cases_free(&cases);
	return r;
}
