/* Cases, put together from the evidence of their statuses. Keys of that evidence are "CASE/...", so that those of one case lie
 * together in the order of keys. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/inside.h"
#include "place/place.h"

enum { CHUNK_ROWS = 1000 };

struct walk {
	struct registry *registry;
	const struct console_cases *filter;
	case_each *each;
	void *context;
	const struct division *division;
	struct case_line line;
	char key[EVIDENCE_KEY_MAX + 1];  /* the last row's */
	char done[EVIDENCE_KEY_MAX + 1]; /* the last case that was shown or left out */
	size_t rows, chunk;
};

static void
line_clear(struct case_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		json_decref(line->statuses[i].body);
	line->count = 0;
	line->name[0] = 0;
}

static int
compare_statuses(const void *a, const void *b)
{
	const struct case_status *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(body_text(x->body, "status"), body_text(y->body, "status"));
}

static int
note_date(const json_t *body, const char *name, instant *date, struct error *e)
{
	const char *text = body_text(body, name);

	return text ? time_read(text, strlen(text), &zone_utc, date, e) : 0;
}

/* A later status says more, but the case is reported since it was confirmed, or where it never was, since its first status. */
static int
line_finish(struct case_line *line, struct error *e)
{
	int r;

	qsort(line->statuses, line->count, sizeof *line->statuses, compare_statuses);
	line->person = 0;
	line->infected_by = line->status = NULL;
	line->isolated_at = NO_DATE;
	for (size_t i = 0; i < CONSOLE_DATES; i++)
		line->dates[i] = NO_DATE;
	for (size_t i = 0; i < line->count; i++) {
		const struct case_status *s = &line->statuses[i];
		const char *source = body_text(s->body, "infected_by");

		line->status = body_text(s->body, "status");
		line->status_at = s->at;
		if (s->person)
			line->person = s->person;
		if (source && *source)
			line->infected_by = source;
		if (line->dates[CONSOLE_REPORTED] == NO_DATE || strcmp(line->status, "confirmed") == 0)
			line->dates[CONSOLE_REPORTED] = s->at;
		if ((r = note_date(s->body, "onset", &line->dates[CONSOLE_ONSET], e)) < 0 ||
			(r = note_date(s->body, "sampled", &line->dates[CONSOLE_SAMPLED], e)) < 0 ||
			(r = note_date(s->body, "isolated_at", &line->isolated_at, e)) < 0)
			return error_set(e, ERROR_CORRUPT, "evidence of a case has a time that cannot be read");
	}
	return 0;
}

struct living {
	const struct division *within;
	instant now;
	bool there;
};

/* Where the person lives now, as far as told. */
static int
note_residence(const struct evidence_row *row, void *context, struct error *e)
{
	struct living *living = context;
	const struct division *division;
	const char *code, *to;
	instant end = INT64_MAX;
	json_t *body = NULL;
	int r;

	if ((r = json_read_own(row->body, "evidence of a residence", &body, e)) < 0)
		return r;
	code = body_text(body, "division");
	to = body_text(body, "to");
	division = code ? division_find_text(code, strlen(code)) : NULL;
	if (to)
		(void)time_read(to, strlen(to), &zone_utc, &end, NULL);
	living->there |= division && end > living->now && division_contains(living->within, division);
	json_decref(body);
	return 0;
}

/* 1, 0 or a code. */
static int
takes(const struct walk *w, struct error *e)
{
	const struct console_cases *f = w->filter;
	const struct case_line *line = &w->line;
	struct living living = {w->division, registry_now(w->registry), false};
	instant date = line->dates[f->by];
	int r;

	if (f->status && strcmp(f->status, line->status) != 0)
		return 0;
	if ((f->from != INT64_MIN || f->to != INT64_MAX) && (date == NO_DATE || date < f->from || date >= f->to))
		return 0;
	if (f->linked != CONSOLE_ANY && (f->linked == CONSOLE_LINKED) != (line->infected_by != NULL))
		return 0;
	if (!w->division)
		return 1;
	if (!line->person)
		return 0;
	r = evidence_each_of_same(registry_db(w->registry), line->person, EVIDENCE_RESIDENCE, registry_now(w->registry),
		registry_known(w->registry), note_residence, &living, e);
	return r < 0 ? r : living.there;
}

static int
show(struct walk *w, struct error *e)
{
	int r = 0;

	if (!w->line.count)
		return 0;
	strcpy(w->done, w->line.name);
	if ((r = line_finish(&w->line, e)) == 0 && w->line.status && (r = takes(w, e)) > 0)
		r = w->each(&w->line, w->context, e);
	line_clear(&w->line);
	return r;
}

static int
add_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct walk *w = context;
	struct case_line *line = &w->line;
	size_t length = strcspn(row->key, "/");
	json_t *body = NULL;
	int r;

	w->chunk++;
	w->rows++;
	if (length >= sizeof line->name)
		return error_set(e, ERROR_CORRUPT, "evidence of a case has no name");
	snprintf(w->key, sizeof w->key, "%s", row->key);
	if ((strlen(line->name) != length || memcmp(line->name, row->key, length) != 0) && (r = show(w, e)) != 0)
		return r;
	if (line->count == CASE_STATUSES_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a case has more than %d statuses", CASE_STATUSES_MAX);
	if ((r = json_read_own(row->body, "evidence of a case", &body, e)) < 0)
		return r;
	if (!body_text(body, "status")) {
		json_decref(body);
		return error_set(e, ERROR_CORRUPT, "evidence of a case has no status");
	}
	memcpy(line->name, row->key, length);
	line->name[length] = 0;
	line->statuses[line->count++] = (struct case_status){row->at, row->person, body};
	return 0;
}

/* After the keys "CASE/..." of that case comes "CASE0". */
static void
key_after(const char *name, char *key)
{
	snprintf(key, EVIDENCE_KEY_MAX + 1, "%s%s", name, *name ? "0" : "");
}

int
cases_walk(struct registry *registry, const struct console_cases *filter, const char *after, size_t rows_max,
	char *ret_next, case_each *each, void *context, struct error *e)
{
	struct walk *w = calloc(1, sizeof *w);
	int r = 0;

	if (!w)
		return error_no_memory(e);
	*w = (struct walk){.registry = registry, .filter = filter, .each = each, .context = context};
	if (ret_next)
		*ret_next = 0;
	if (filter->division && !(w->division = division_find_text(filter->division, strlen(filter->division)))) {
		r = error_set(e, ERROR_BAD_INPUT, "no such division");
		goto out;
	}
	key_after(after, w->key);
	snprintf(w->done, sizeof w->done, "%s", after);
	do {
		w->chunk = 0;
		r = evidence_each_by_key(registry_db(registry), EVIDENCE_CASE_STATUS, w->key, CHUNK_ROWS,
			registry_now(registry), registry_known(registry), add_row, w, e);
	} while (r == 0 && w->chunk == CHUNK_ROWS && w->rows < rows_max);
	if (r != 0)
		goto out;
	if (w->chunk < CHUNK_ROWS) {
		r = show(w, e);
	} else if (ret_next) {
		strcpy(ret_next, w->done);
	} else {
		r = error_set(e, ERROR_TOO_LARGE, "more than %zu rows: narrow the question", rows_max);
	}
out:
	line_clear(&w->line);
	free(w);
	return r;
}

static json_t *
statuses_json(const struct case_line *line)
{
	json_t *statuses = json_array();

	for (size_t i = 0; i < line->count; i++)
		json_array_append_new(statuses,
			json_pack("{s:s, s:o}", "status", body_text(line->statuses[i].body, "status"), "at",
				date_json(line->statuses[i].at)));
	return statuses;
}

static int
add_case(const struct case_line *line, void *context, struct error *e)
{
	struct page *page = context;

	if (page_full(page))
		return 1;
	return page_add(page, line->name,
		json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:s?, s:o}", "case", line->name, "person",
			line->person ? json_integer(line->person) : json_null(), "status", line->status, "status_at",
			date_json(line->status_at), "onset", date_json(line->dates[CONSOLE_ONSET]), "sampled",
			date_json(line->dates[CONSOLE_SAMPLED]), "reported", date_json(line->dates[CONSOLE_REPORTED]),
			"isolated_at", date_json(line->isolated_at), "infected_by", line->infected_by, "statuses",
			statuses_json(line)),
		e);
}

int
console_cases_page(struct registry *registry, const struct console_cases *filter, const char *cursor, size_t limit,
	json_t **ret_page, struct error *e)
{
	char next[EVIDENCE_KEY_MAX + 1];
	struct page page;
	int r;

	if ((r = page_begin(&page, limit, cursor, e)) < 0)
		return r;
	r = cases_walk(registry, filter, page.after, CONSOLE_SCAN_MAX, next, add_case, &page, e);
	return page_end(&page, r, next, ret_page, e);
}
