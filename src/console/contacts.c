/* Contacts of cases, as they were traced and stored. Their keys are "CASE/NUMBER". */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/inside.h"

enum { CHUNK_ROWS = 1000 };

struct walk {
	struct registry *registry;
	const struct console_contacts *filter;
	contact_each *each;
	void *context;
	char key[EVIDENCE_KEY_MAX + 1];
	size_t rows, chunk;
	bool past; /* the one case's rows are over */
};

static int
read_moment(const json_t *body, const char *name, instant *ret_at, struct error *e)
{
	const char *text = body_text(body, name);

	*ret_at = NO_DATE;
	if (text && time_read(text, strlen(text), &zone_utc, ret_at, NULL) < 0)
		return error_set(e, ERROR_CORRUPT, "evidence of a contact has a time that cannot be read");
	return 0;
}

/* 1, 0 or a code. */
static int
takes(const struct walk *w, const struct contact_line *line, struct error *e)
{
	const struct console_contacts *f = w->filter;
	const char *kind = body_text(line->body, "kind");
	instant withdrawn;
	int r;

	if ((f->kind && (!kind || strcmp(f->kind, kind) != 0)) ||
		(f->degree && json_integer_value(json_object_get(line->body, "degree")) != f->degree) || line->last < f->from ||
		line->last >= f->to)
		return 0;
	if (f->waiting)
		return json_is_true(json_object_get(line->body, "waiting"));
	if (!f->standing)
		return 1;
	if ((r = read_moment(line->body, "withdrawn_at", &withdrawn, e)) < 0)
		return r;
	return withdrawn == NO_DATE || withdrawn > registry_now(w->registry);
}

static int
add_row(const struct evidence_row *row, void *context, struct error *e)
{
	struct walk *w = context;
	struct contact_line line = {.key = row->key, .person = row->person};
	size_t length = strcspn(row->key, "/");
	json_t *body = NULL;
	int r;

	w->chunk++;
	if (w->filter->name && (strlen(w->filter->name) != length || memcmp(w->filter->name, row->key, length) != 0)) {
		w->past = true;
		return 1;
	}
	w->rows++;
	if (length >= sizeof line.name)
		return error_set(e, ERROR_CORRUPT, "evidence of a contact names no case");
	memcpy(line.name, row->key, length);
	if ((r = json_read_own(row->body, "evidence of a contact", &body, e)) < 0)
		return r;
	line.body = body;
	if ((r = read_moment(body, "first", &line.first, e)) == 0 && (r = read_moment(body, "last", &line.last, e)) == 0 &&
		(r = takes(w, &line, e)) > 0)
		r = w->each(&line, w->context, e);
	json_decref(body);
	snprintf(w->key, sizeof w->key, "%s", row->key);
	return r;
}

int
contacts_walk(struct registry *registry, const struct console_contacts *filter, const char *after, size_t rows_max,
	char *ret_next, contact_each *each, void *context, struct error *e)
{
	struct walk w = {.registry = registry, .filter = filter, .each = each, .context = context};
	int r = 0;

	if (ret_next)
		*ret_next = 0;
	if (!*after && filter->name && strlen(filter->name) < CASE_NAME_SIZE)
		snprintf(w.key, sizeof w.key, "%s/", filter->name);
	else
		snprintf(w.key, sizeof w.key, "%s", after);
	do {
		w.chunk = 0;
		r = evidence_each_by_key(registry_db(registry), EVIDENCE_CONTACT, w.key, CHUNK_ROWS, registry_now(registry),
			registry_known(registry), add_row, &w, e);
	} while (r == 0 && w.chunk == CHUNK_ROWS && w.rows < rows_max);
	if (w.past)
		return 0;
	if (r == 0 && w.chunk == CHUNK_ROWS) {
		if (!ret_next)
			return error_set(e, ERROR_TOO_LARGE, "more than %zu rows: narrow the question", rows_max);
		strcpy(ret_next, w.key);
	}
	return r;
}

static int
add_contact(const struct contact_line *line, void *context, struct error *e)
{
	struct page *page = context;

	if (page_full(page))
		return 1;
	return page_add(page, line->key,
		json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:s, s:s?, s:b}", "case", line->name, "person",
			(json_int_t)line->person, "kind", body_text(line->body, "kind"), "degree",
			json_integer_value(json_object_get(line->body, "degree")), "first", body_text(line->body, "first"), "last",
			body_text(line->body, "last"), "known_at", body_text(line->body, "known_at"), "withdrawn_at",
			body_text(line->body, "withdrawn_at"), "waiting", json_is_true(json_object_get(line->body, "waiting"))),
		e);
}

int
console_contacts_page(struct registry *registry, const struct console_contacts *filter, const char *cursor,
	size_t limit, json_t **ret_page, struct error *e)
{
	char next[EVIDENCE_KEY_MAX + 1];
	struct page page;
	int r;

	if ((r = page_begin(&page, limit, cursor, e)) < 0)
		return r;
	r = contacts_walk(registry, filter, page.after, CONSOLE_SCAN_MAX, next, add_contact, &page, e);
	return page_end(&page, r, next, ret_page, e);
}
