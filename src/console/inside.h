/* console/inside.h: cases and contacts as evidence tells of them, one after the other by name. Inside the room. */

#ifndef HEALTHCODE_CONSOLE_INSIDE_H
#define HEALTHCODE_CONSOLE_INSIDE_H

#include "console/console.h"
#include "evidence/evidence.h"

enum { CASE_STATUSES_MAX = 64, CASE_NAME_SIZE = 65 };

/* One status of a case. */
struct case_status {
	instant at;
	person_number person;
	json_t *body;
};

/* A case: its statuses by own time. What a later one tells replaces what an earlier one told. */
struct case_line {
	char name[CASE_NAME_SIZE];
	person_number person;
	const char *status, *infected_by;                     /* NULL: not told */
	instant status_at, dates[CONSOLE_DATES], isolated_at; /* NO_DATE: not known */
	size_t count;
	struct case_status statuses[CASE_STATUSES_MAX];
};

#define NO_DATE INT64_MIN

/* Calls ${each} for each case above the case ${after} ("": all) that the filter takes, by name. A non-zero return ends the walk and is
 * returned. ${line} lives during the call. At most ${rows_max} rows are looked at; past them the walk ends with 0 and ${ret_next}
 * (EVIDENCE_KEY_MAX + 1 bytes, or NULL: then it is ERROR_TOO_LARGE) is the last case that was looked at; else it is "". */
typedef int case_each(const struct case_line *line, void *context, struct error *e);
int cases_walk(struct registry *registry, const struct console_cases *filter, const char *after, size_t rows_max,
	char *ret_next, case_each *each, void *context, struct error *e);

/* One contact of a case; ${body} lives during the call. */
struct contact_line {
	const char *key;
	char name[CASE_NAME_SIZE];
	person_number person;
	const json_t *body;
	instant first, last;
};

/* The same of contacts, by key; ${after} and ${ret_next} are keys. */
typedef int contact_each(const struct contact_line *line, void *context, struct error *e);
int contacts_walk(struct registry *registry, const struct console_contacts *filter, const char *after, size_t rows_max,
	char *ret_next, contact_each *each, void *context, struct error *e);

/* A text of the body, or NULL. */
const char *body_text(const json_t *body, const char *name);

/* The moment, as JSON text in UTC or null: a new reference. */
json_t *date_json(instant at);

/* cursor_read(cursor, key, e): the key (EVIDENCE_KEY_MAX + 1 bytes) that a cursor hides; "" for NULL. cursor_json: a new reference, null
 * for "". */
int cursor_read(const char *cursor, char *key, struct error *e);
json_t *cursor_json(const char *key);

/* A page of a list in the making. page_begin(page, limit, cursor, e): empty, after the cursor; page_full(page): whether it takes no more,
 * which it notes; page_add(page, key, item, e): takes the reference of ${item} (NULL: ERROR_NO_MEMORY), the last one's key is where the next
 * page begins; page_end(page, r, next, ret_page, e): {items, next}, after a walk that returned ${r} and left off at ${next}. */
struct page {
	json_t *items;
	size_t limit;
	char after[EVIDENCE_KEY_MAX + 1], last[EVIDENCE_KEY_MAX + 1];
	bool more;
};

int page_begin(struct page *page, size_t limit, const char *cursor, struct error *e);
bool page_full(struct page *page);
int page_add(struct page *page, const char *key, json_t *item, struct error *e);
int page_end(struct page *page, int r, const char *next, json_t **ret_page, struct error *e);

/* identity_opened(registry, person, look, at, ret_identity, e): open it and write the ledger's entry, in the open transaction. */
int identity_opened(struct registry *registry, person_number person, const struct console_look *look,
	struct registry_identity *ret_identity, struct error *e);
int look_check(const struct console_look *look, struct error *e);

#endif
