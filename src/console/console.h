/* console/console.h: what the health department looks at: line lists of cases and contacts, exports of them, the epidemic curve,
 * transmission chains, and single identities opened for a named purpose.
 *
 * Everything is read from evidence as of registry_now and registry_known, and is what is stored: nothing is added up before it
 * is asked for, and times stand as evidence holds them (RFC 3339 in UTC). People are the registry's numbers, which mean nothing
 * outside it; only console_identity and an export that asks for it open who they are, each for a purpose. That is
 * written to the log that the person can read, and to the ledger:
 *
 *   identity.opened   {"by", "purpose", "opened_at", "person": the commitment SHA-256(salt || "NUMBER"), its salt a keyed hash of the
 *                     moment and the number}
 *   export.made       {"by", "list", "rows", "sha256": of its bytes, "identities": how many were opened, "purpose": or null}
 *
 * Codes of every call, beside those it names: what the registry gives. */

#ifndef HEALTHCODE_CONSOLE_CONSOLE_H
#define HEALTHCODE_CONSOLE_CONSOLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "registry/registry.h"

enum {
	CONSOLE_PAGE_MAX = 200,
	CONSOLE_SCAN_MAX = 20000,     /* rows looked at for one page */
	CONSOLE_LISTED_MAX = 1000000, /* rows of evidence that a curve, chains or an export look at */
	CONSOLE_EDGES_MAX = 20000,
	CONSOLE_EXPORT_MAX = 64 << 20, /* bytes */
	CONSOLE_DAYS_MAX = 3660,
	CONSOLE_CURSOR_SIZE = 2 * EVIDENCE_KEY_MAX + 1,
	CONSOLE_PURPOSE_MAX = 128, /* bytes */
	CONSOLE_VIEWS_MAX = 500,
	CONSOLE_VIEW_NAME_MAX = 64, /* bytes */
};

/* By which of a case's moments. */
enum console_date { CONSOLE_ONSET, CONSOLE_SAMPLED, CONSOLE_REPORTED, CONSOLE_DATES };

/* "onset", "sampled", "reported"; reading returns success. */
const char *console_date_name(enum console_date date);
bool console_date_read(const char *text, enum console_date *ret_date);

enum console_linked { CONSOLE_ANY, CONSOLE_LINKED, CONSOLE_UNLINKED };

/* Which cases. NULL or INT64_MIN and INT64_MAX: any. ${by} says which moment lies in [${from}, ${to}); a case without it is in
 * no such range. ${division} is where the person lives: the code of a division that holds it. ${linked}: whether it is
 * known who infected the case. */
struct console_cases {
	const char *status, *division;
	enum console_date by;
	instant from, to;
	enum console_linked linked;
};

/* Which contacts. NULL, 0: any. ${from}, ${to}: the last exposure lies in there. */
struct console_contacts {
	const char *name; /* of the case */
	const char *kind;
	int degree;
	instant from, to;
	bool standing; /* not withdrawn by registry_now */
	bool waiting;  /* those alone whose case has no grounds (cascade.h) */
};

/* console_cases_page(registry, filter, cursor, limit, ret_page, e):
 * At most ${limit} (1 to CONSOLE_PAGE_MAX) cases of ${filter}, by name, as a new reference to {"items": [{"case", "person" or null,
 * "status", "status_at", "onset", "sampled", "reported", "isolated_at", "infected_by" (each or null), "statuses": [{"status",
 * "at"}]}], "next"}. "next" is the ${cursor} of the page after (NULL: the first) or null; a page may hold fewer, even none, and
 * go on, where CONSOLE_SCAN_MAX rows were looked at. ERROR_BAD_INPUT for a cursor that is none.
 * console_contacts_page: the same of contacts, by case and person: {"case", "person", "kind", "degree", "first", "last",
 * "known_at", "withdrawn_at" or null, "waiting": whether the case lacks the grounds to colour them}. */
int console_cases_page(struct registry *registry, const struct console_cases *filter, const char *cursor, size_t limit,
	json_t **ret_page, struct error *e);
int console_contacts_page(struct registry *registry, const struct console_contacts *filter, const char *cursor,
	size_t limit, json_t **ret_page, struct error *e);

/* console_curve(registry, filter, ret_curve, e):
 * The cases of ${filter} by the local day of its moment ${filter->by}, in the default jurisdiction's zone: {"by", "days": [{"date",
 * "cases", "by_status": {STATUS: n}}], "reclassified": [{"date", "by_status"}], "undated", "discarded"}: every day from the first to the last, also those without;
 * how many have no such moment; how many were discarded, which count nowhere else.
 * "reclassified": how many cases, of those counted in "days", went over to which class (suspected, probable, clinical, confirmed, asymptomatic)
 * from another on which day: new cases of that day they are not. ERROR_TOO_LARGE past CONSOLE_DAYS_MAX days
 * or CONSOLE_LISTED_MAX rows. */
int console_curve(struct registry *registry, const struct console_cases *filter, json_t **ret_curve, struct error *e);

/* console_indicators(registry, from, to, ret_indicators, e):
 * How fast and well the cases reported, and the tests sampled, in [${from}, ${to}) were found and followed, as of registry_now (docs/concepts.md
 * says what each is, and of whom): {"from", "to", "indicators": [{"id", "count", "of", "unknown"}]}, "onset_to_isolation" with
 * "median_hours" (null where nothing is known) besides. "of" counts whom it is known of, "unknown" the others. ERROR_BAD_INPUT for a period
 * that ends before it begins, ERROR_TOO_LARGE past CONSOLE_LISTED_MAX rows. */
int console_indicators(struct registry *registry, instant from, instant to, json_t **ret_indicators, struct error *e);

/* console_chains(registry, name, ret_chains, e):
 * Who infected whom, around the case ${name} (NULL: everywhere): {"cases": [{"case", "person", "status", "onset", "reported"}],
 * "links": [{"from", "to", "certainty", "contact": {"kind", "degree", "first", "last"} or null}]}. The certainty is
 *   probable   it was told ("infected_by"), and the one was traced as a contact of the other
 *   told       it was told, and no contact was found
 *   possible   a contact was found that began before the other's onset (sampling, report), and nobody told of another source
 * Discarded cases are in none. ERROR_EXISTS_NOT for a case that is none, ERROR_TOO_LARGE past CONSOLE_EDGES_MAX links. */
int console_chains(struct registry *registry, const char *name, json_t **ret_chains, struct error *e);

/* Whom to follow up. NULL, false: any. ${name}: of a case, whose contacts they are. With ${task} or ${state} only such tasks are
 * given, and only people who have any. */
struct console_follow_ups {
	const char *name, *task, *state;
	bool lost;
};

/* console_follow_ups_page(registry, filter, cursor, limit, ret_page, e):
 * Contacts in quarantine or monitored and cases in isolation, which are different things, with what is to be done about the contacts, by the
 * section "follow_up" of the default jurisdiction's pack (docs/packs.md): {"items": [{"person",
 *   "quarantine": {"from", "until", "ended_at" or null, "because": "days", "tests", "case" or null,
 *                  "contacts": [{"case", "kind", "setting" or null, "degree", "last"}]} or null,
 *   "monitoring": the same, of contacts who may go out, or null,
 *   "isolation": {"case", "from", "until" or null, "ended_at" or null, "because": "tests", "days", "status" or null} or null,
 *   "lost": whether as many check-ins in a row are missed as the pack says,
 *   "tasks": [{"task": "call", "test" or "checkin", "day", "from", "due", "state": "planned", "open", "missed" or "done",
 *              "done_at" or null}]}], "next"}.
 * It is worked out from the evidence and reports that are seen, and stored nowhere: a discarded case takes its part away, a new
 * exposure adds its own. A call is done by a report, a check-in by one of the person's or a report, a test by a result. What would be
 * due after the end is no task any more. ERROR_EXISTS_NOT where the pack has no such section, ERROR_BAD_INPUT for a cursor that is
 * none.
 * console_follow_up(registry, person, ret_item, e): one person; ERROR_EXISTS_NOT where there is nothing to follow. */
int console_follow_ups_page(struct registry *registry, const struct console_follow_ups *filter, const char *cursor,
	size_t limit, json_t **ret_page, struct error *e);
int console_follow_up(struct registry *registry, person_number person, json_t **ret_item, struct error *e);

/* console_follow_up_check(section, check): tell every fault of a pack's "follow_up" section. */
struct json_check;
void console_follow_up_check(const json_t *section, struct json_check *check);

/* Who looks, and what for (1 to CONSOLE_PURPOSE_MAX bytes). */
struct console_look {
	const char *by, *purpose;
};

/* console_identity(registry, person, look, ret_identity, e): open one identity, logged and in the ledger. The caller wipes it
 * (registry_identity_wipe). ERROR_EXISTS_NOT, ERROR_USAGE without a purpose. */
int console_identity(struct registry *registry, person_number person, const struct console_look *look,
	struct registry_identity *ret_identity, struct error *e);

/* console_export_cases(registry, filter, look, identities, csv, e):
 * Append the evidence of the cases of ${filter} to ${csv}, which is empty, as "import cases" reads it: a heading, then a line for each
 * status of each case. With ${identities} the column id_number is opened for ${look->purpose}; without it there is a column
 * person instead, and no import takes the file. Every row that is stored stands in it, each value as it is stored; the ledger keeps its
 * hash. ERROR_TOO_LARGE past ${csv}'s maximum or CONSOLE_LISTED_MAX rows.
 * console_export_contacts: the contacts (case, person or id_number, kind, degree, first, last, known_at, withdrawn_at, waiting). */
int console_export_cases(struct registry *registry, const struct console_cases *filter, const struct console_look *look,
	bool identities, struct buffer *csv, struct error *e);
int console_export_contacts(struct registry *registry, const struct console_contacts *filter,
	const struct console_look *look, bool identities, struct buffer *csv, struct error *e);

/* A view: the filter of a list, "cases" or "contacts", under a name that no other view of that list has. ${filter} is an object of the words of
 * a question, which its caller checked; ${by} made it. */
struct console_view {
	const char *list, *name, *by;
	const json_t *filter;
};

/* console_view_put(registry, view, ret_number, e): keep it for everybody at the console. ERROR_USAGE (no such list, a name of none or too
 * many bytes), ERROR_EXISTS, ERROR_TOO_LARGE past CONSOLE_VIEWS_MAX.
 * console_views(registry, ret_views, e): all, by list and name, as a new reference to [{"view", "list", "name", "filter", "by", "made_at"}].
 * console_view_drop(registry, number, by, e): ERROR_EXISTS_NOT, or ERROR_DENIED where ${by} (NULL: anybody) did not make it. */
int console_view_put(struct registry *registry, const struct console_view *view, int64_t *ret_number, struct error *e);
int console_views(struct registry *registry, json_t **ret_views, struct error *e);
int console_view_drop(struct registry *registry, int64_t number, const char *by, struct error *e);

#endif
