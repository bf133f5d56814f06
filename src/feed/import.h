/* feed/import.h: an import under way, and what every kind of file does with it. Inside the room. */

#ifndef HEALTHCODE_FEED_IMPORT_H
#define HEALTHCODE_FEED_IMPORT_H

#include "feed/feed.h"
#include "feed/moved.h"
#include "feed/rows.h"
#include "feed/texts.h"
#include "presence/presence.h"
#include "registry/registry.h"

struct import {
	struct registry *registry;
	struct presence *presence;
	const struct feed_import_options *options;
	struct window window;          /* the file, where its format is not rows */
	struct rows *rows;             /* or NULL */
	const struct pack *pack;       /* of the default jurisdiction */
	const struct zone *zone;       /* its zone: times without offset are local to it */
	struct presence_source source; /* when and by which import things are recorded */
	struct time_before before;     /* the last one that was read of many */
	struct feed_totals totals;
	struct moved moved; /* whose stays it puts */
	struct stays_known {
		struct texts places; /* codes that were looked up, and their numbers */
		place_number *place_numbers;
		size_t place_capacity;
		person_number *people; /* that were found to exist, each in the slot of its number; NULL: none yet */
	} known;
	void *state; /* the kind's own */
};

/* What became of a row. */
enum taken {
	TAKEN_NEW = EVIDENCE_NEW,
	TAKEN_CHANGED = EVIDENCE_CHANGED,
	TAKEN_UNCHANGED = EVIDENCE_UNCHANGED,
	TAKEN_LATER, /* it is part of a sum: the kind's finish says */
};

/* A format of messages that a kind's files may have instead of rows. ${is} says whether a file that begins with these bytes
 * (spaces before them left out) has it. ${read} reads all of import->window, and counts each message as read and, by
 * import_count or import_reject, as what became of it; it fails only with what ends the import. */
struct import_format {
	bool (*is)(const char *bytes, size_t length);
	int (*read)(struct import *import, struct error *e);
};

/* A kind of file. ${formats}, ending in NULL, or NULL. ${begin}, ${finish} and ${end} may be NULL. ${take} stores a row and says what became of it, or fails: with
 * ERROR_BAD_INPUT, and the place in ${e} (import_refuse), before anything was written, the row is refused. ${finish} comes after
 * the last row, ${end} in any case. ${take_plain}, or NULL, comes before each row: it takes, and counts as read, those that come next as long as
 * rows_plain gives them and nothing is to be refused; it fails only with what ends the import. */
struct import_kind {
	const char *name;
	const struct row_form *forms;
	size_t form_count;
	const struct import_format *const *formats;
	int (*begin)(struct import *import, struct error *e);
	int (*take)(struct import *import, const struct row *row, enum taken *ret_taken, struct error *e);
	int (*take_plain)(struct import *import, struct error *e);
	int (*finish)(struct import *import, struct error *e);
	void (*end)(struct import *import);
};

extern const struct import_kind import_residents, import_checkins, import_places, import_stays, import_visits,
	import_areas, import_cases, import_certificates, import_labs, import_flights, import_rail, import_devices,
	import_pings, import_orders, import_venue_checkins, import_vaccinations, import_risk_areas;

#define FORM(name, table)                                                                                              \
	&(const struct row_form)                                                                                           \
	{                                                                                                                  \
		name, sizeof(table) / sizeof *(table), table                                                                   \
	}

/* import_count(import, taken, rows): add ${rows} rows of which that became to the totals. */
void import_count(struct import *import, enum taken taken, uint64_t rows);

/* import_reject(import, why, bytes, length, e): a message is refused: count it, tell ${why}, copy its bytes. Return 0 or a
 * failure to copy. import_notice(import, note): tell what is worth knowing. */
int import_reject(struct import *import, const struct error *why, const void *bytes, size_t length, struct error *e);
void import_notice(struct import *import, const struct error *note);

/* import_refuse(import, row, column, e, why):
 * Refuse the row: ${why} and the place of the column's value (the row's start where it has none). Return ERROR_BAD_INPUT. */
int import_refuse(struct import *import, const struct row *row, size_t column, struct error *e, const char *why);

/* import_refuse_for(import, row, column, code, e):
 * Where another room's ${code} is about what stands in the row (ERROR_BAD_INPUT, _EXISTS_NOT, _TOO_LARGE, _DENIED), make it
 * a refusal at that column, with its message; return any other code as it is. */
int import_refuse_for(struct import *import, const struct row *row, size_t column, int code, struct error *e);

/* The text of a column, NULL where the row has none. */
const char *import_text(const struct row *row, size_t column);

/* import_time(import, row, column, ret_at, e): an instant; local times are the jurisdiction's. */
int import_time(struct import *import, const struct row *row, size_t column, instant *ret_at, struct error *e);

/* The same where the row may have none: ${absent} then. */
int import_time_or(
	struct import *import, const struct row *row, size_t column, instant absent, instant *ret_at, struct error *e);

/* import_person(import, row, column, ret_person, e): the person with that ID number, made known if need be: call it when
 * everything else in the row is right. */
int
import_person(struct import *import, const struct row *row, size_t column, person_number *ret_person, struct error *e);

/* import_check_id(import, row, column, e): whether it is an ID number, before anything is written. */
int import_check_id(struct import *import, const struct row *row, size_t column, struct error *e);

/* import_country(import, row, column, code, e): a country by alpha-2, alpha-3 or name, as alpha-2 in ${code}. */
int import_country(struct import *import, const struct row *row, size_t column, char code[3], struct error *e);

/* import_check_division(import, row, column, e): a known division's code. Nothing is checked where the row has none. */
int import_check_division(struct import *import, const struct row *row, size_t column, struct error *e);

/* coordinates_read(latitude, longitude, ret_latitude_e7, ret_longitude_e7, ret_which): degrees. Return NULL, or what is wrong with the first or
 * the second of the two. */
const char *coordinates_read(const struct field_text *latitude, const struct field_text *longitude,
	int32_t *ret_latitude_e7, int32_t *ret_longitude_e7, size_t *ret_which);

/* import_coordinates(import, row, latitude_column, ret_latitude_e7, ret_longitude_e7, e):
 * Degrees of latitude, and of longitude in the next column. Both must be there. */
int import_coordinates(struct import *import, const struct row *row, size_t latitude_column, int32_t *ret_latitude_e7,
	int32_t *ret_longitude_e7, struct error *e);

/* import_is_word(text): [a-z][a-z0-9_-]*, at most 32 bytes. */
bool import_is_word(const char *text);

/* import_evidence(import, kind, person, key, at, body, ret_taken, e): put canonical ${body}, whose reference is taken (NULL: no
 * memory). */
int import_evidence(struct import *import, enum evidence_kind kind, person_number person, const char *key, instant at,
	json_t *body, enum taken *ret_taken, struct error *e);

/* A time as evidence holds it, RFC 3339 in UTC: a new reference, or NULL. */
json_t *import_time_json(instant at);

#endif
