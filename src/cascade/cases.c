/* Cases as evidence tells of them: a row for each change of status, put together by the case's name. */

#include "cascade/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"

enum { CASES_MAX = 10000000 };

static int
read_time(const json_t *body, const char *name, instant *time, struct error *e)
{
	const char *text = json_string_value(json_object_get(body, name));

	return text ? time_read(text, strlen(text), &zone_utc, time, e) : 0;
}

/* A later status says more: what it gives replaces what was given before. But the case is known since it was confirmed (or,
 * where it never was, since its first status): that it recovered or was discarded does not move that moment. */
static int
add_status(struct cascade_case *c, const struct evidence_row *row, const json_t *body, struct error *e)
{
	const char *infected_by = json_string_value(json_object_get(body, "infected_by"));
	instant confirmed = EXPOSURE_UNKNOWN;
	int r;

	snprintf(c->status, sizeof c->status, "%s", json_string_value(json_object_get(body, "status")));
	c->status_at = row->at;
	if (row->person)
		c->exposure.person = row->person;
	if (infected_by)
		snprintf(c->infected_by, sizeof c->infected_by, "%s", infected_by);
	if ((r = read_time(body, "onset", &c->exposure.onset, e)) < 0 ||
		(r = read_time(body, "sampled", &c->exposure.sampled, e)) < 0 ||
		(r = read_time(body, "confirmed_at", &confirmed, e)) < 0 ||
		(r = read_time(body, "symptoms_ended", &c->exposure.symptoms_ended, e)) < 0)
		return r;
	if (c->exposure.confirmed == EXPOSURE_UNKNOWN || strcmp(c->status, "confirmed") == 0)
		c->exposure.confirmed = confirmed;
	return read_time(body, "isolated_at", &c->exposure.isolated, e);
}

static int
add_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct cascade_cases *cases = context;
	struct cascade_case *c = NULL;
	json_t *body = NULL;
	const char *name;
	int r;

	if ((r = json_read_own(row->body, "evidence of a case", &body, e)) < 0)
		return r;
	name = json_string_value(json_object_get(body, "case"));
	if (!name || !json_string_value(json_object_get(body, "status")) || strlen(name) >= sizeof c->name) {
		r = error_set(e, ERROR_CORRUPT, "evidence of a case has no name or status");
		goto out;
	}
	/* Rows come by person and own time, so that those of one case lie together. */
	for (size_t i = cases->count; i && cases->items[i - 1].exposure.person == row->person && !c; i--)
		if (strcmp(cases->items[i - 1].name, name) == 0)
			c = &cases->items[i - 1];
	if (!c) {
		if ((r = array_grow(&cases->items, &cases->capacity, cases->count + 1, sizeof *c, CASES_MAX, e)) < 0)
			goto out;
		c = &cases->items[cases->count++];
		*c = (struct cascade_case){.exposure = {.onset = EXPOSURE_UNKNOWN,
									   .sampled = EXPOSURE_UNKNOWN,
									   .confirmed = EXPOSURE_UNKNOWN,
									   .isolated = EXPOSURE_UNKNOWN,
									   .symptoms_ended = EXPOSURE_UNKNOWN}};
		strcpy(c->name, name);
	}
	r = add_status(c, row, body, e);
out:
	json_decref(body);
	return r;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct cascade_case *)a)->name, ((const struct cascade_case *)b)->name);
}

int
cases_read(struct cascade *cascade, instant now, instant known, struct cascade_cases *ret_cases, struct error *e)
{
	struct cascade_cases cases = {0};
	int r = evidence_each(cascade->db, EVIDENCE_CASE_STATUS, now, known, add_row, &cases, e);

	if (r < 0) {
		cases_free(&cases);
		return r;
	}
	if (cases.count)
		qsort(cases.items, cases.count, sizeof *cases.items, compare_names);
	*ret_cases = cases;
	return 0;
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
	struct cascade_cases cases = {0};
	const struct cascade_case *found;
	int r = cases_read(cascade, registry_now(cascade->registry), registry_known(cascade->registry), &cases, e);

	if (r < 0)
		return r;
	found = cases_find(&cases, name);
	if (found)
		*ret_case = *found;
	else
		r = error_set(e, ERROR_EXISTS_NOT, "there is no case '%s'", name);
	cases_free(&cases);
	return r;
}
