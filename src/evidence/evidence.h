/* evidence/evidence.h: append-only tables of everything that can change a colour.
 *
 * A piece of evidence has a kind and a natural key, unique in its kind, such as "case 17, confirmed" or a person and the
 * moment of a check-in. What is said of it later under the same key, with another content, is a correction: a row of
 * its own, and the one recorded last counts (of two recorded in the same second, the one put last). Nothing is ever
 * changed or removed.
 *
 * Two times are kept apart: ${at} is the evidence's own time, and ${recorded_at} is when the store learned of it.
 * Readers give both limits:
 *
 *   known   what was recorded after it, and an undo after it, is not seen (EVIDENCE_NOW: everything recorded counts)
 *   now     of each key's last version that is seen, those with a later own time are left out
 *
 * So an answer for (now, known) is the same forever, and does not depend on the order in which files were imported.
 *
 * Rows come from imports, or one at a time (import 0). Undoing an import is a row too: from its recorded time on, no
 * row of that import counts, and the versions before it count again.
 *
 * Persons are numbers that mean nothing outside the registry; 0 is no person. Bodies are canonical JSON (json_write) in
 * the shape that docs/facts.schema.json gives for the kind. Functions that write need an open transaction
 * (ERROR_USAGE). A non-zero return from a callback ends the walk and is returned; the texts it is shown are valid
 * during the call. Beside what is named, all return the db room's codes. */

#ifndef HEALTHCODE_EVIDENCE_EVIDENCE_H
#define HEALTHCODE_EVIDENCE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"
#include "db/db.h"

#define EVIDENCE_NOW INT64_MAX /* for known, and for now: no limit */

enum {
	EVIDENCE_KEY_MAX = 256,       /* bytes of a natural key */
	EVIDENCE_BODY_MAX = 65536,    /* bytes of a body */
	EVIDENCE_AREA_MAX = 96,       /* bytes of an area's code */
	EVIDENCE_SOURCE_MAX = 32,     /* bytes of the name of a source of counts */
	EVIDENCE_FILE_NAME_MAX = 255, /* bytes kept of an import's file name, from its end */
	EVIDENCE_SHA256_SIZE = 32,
	EVIDENCE_SAME_MAX = 32, /* numbers of one person */
};

/* Stored as these numbers: a new kind is added at the end. */
enum evidence_kind {
	EVIDENCE_ALL = 0, /* in questions only */
	EVIDENCE_APPLICATION = 1,
	EVIDENCE_RESIDENCE = 2,
	EVIDENCE_CHECKIN = 3,
	EVIDENCE_VISIT = 4,
	EVIDENCE_DECLARATION = 5,
	EVIDENCE_CASE_STATUS = 6,
	EVIDENCE_CONTACT = 7,
	EVIDENCE_TEST = 8,
	EVIDENCE_OVERRIDE = 9,
	EVIDENCE_VOUCHER = 10,     /* somebody confirms that a phone speaks for an ID number */
	EVIDENCE_ORDER = 11,       /* isolation, quarantine, release */
	EVIDENCE_TEMPERATURE = 12, /* measured by others: at a gate */
	EVIDENCE_CERTIFICATE = 13,
	EVIDENCE_DEVICE = 14,       /* a device is the person's from a moment on */
	EVIDENCE_TRAVEL_ORDER = 15, /* from when people may leave or enter an area; of no person */
	EVIDENCE_RECOGNITION = 16,  /* what colour another service says that the person has */
	EVIDENCE_CASE_WORD = 17,    /* a clinician's word that a case is one, or that it is taken back; of no person */
	EVIDENCE_MANDATE = 18,      /* somebody lets another act for them */
	EVIDENCE_KIND_END,
};

enum evidence_outcome { EVIDENCE_NEW, EVIDENCE_CHANGED, EVIDENCE_UNCHANGED };

struct evidence_row {
	enum evidence_kind kind;
	uint32_t person;
	const char *key;
	instant at;
	const char *body;
	instant recorded_at;
	int64_t import_id; /* 0: none */
};

/* Make or update the tables. */
int evidence_migrate(struct db *db, struct error *e);

/* The kind's name ("checkin", "case_status"), or NULL for a number that is none. */
const char *evidence_kind_name(enum evidence_kind kind);

/* evidence_put(db, row, ret_outcome, e):
 * Record ${row}, unless the last version of its key that is seen at its recorded_at says the same (person, at and body
 * equal). ERROR_USAGE for a kind, key or body that cannot be, ERROR_TOO_LARGE.
 * evidence_put_numbered: ${ret_seq} is the number that the row has from then on, by which evidence_row_find finds it; 0 where
 * nothing was recorded. ${ret_before}, where the outcome is not EVIDENCE_NEW, is whom and when the version before was of. */
struct evidence_before {
	uint32_t person;
	instant at;
};

int evidence_put(struct db *db, const struct evidence_row *row, enum evidence_outcome *ret_outcome, struct error *e);
int evidence_put_numbered(struct db *db, const struct evidence_row *row, enum evidence_outcome *ret_outcome,
	int64_t *ret_seq, struct evidence_before *ret_before, struct error *e);

typedef int evidence_callback(const struct evidence_row *row, void *context, struct error *e);

/* evidence_each_of(db, person, kind, now, known, each, context, e):
 * Call ${each} for the evidence about ${person} of ${kind} (or EVIDENCE_ALL), by kind, own time, key. */
int evidence_each_of(struct db *db, uint32_t person, enum evidence_kind kind, instant now, instant known,
	evidence_callback *each, void *context, struct error *e);

/* evidence_next_of(db, person, kind, now, ret_at, e): the first own time after ${now} that anything recorded about ${person} of
 * ${kind} has, or EVIDENCE_NOW: until then, what is seen of it stays the same unless something is recorded. */
int evidence_next_of(
	struct db *db, uint32_t person, enum evidence_kind kind, instant now, instant *ret_at, struct error *e);

/* evidence_each(db, kind, now, known, each, context, e):
 * The same of one ${kind} for all persons, by person, own time, key. */
int evidence_each(struct db *db, enum evidence_kind kind, instant now, instant known, evidence_callback *each,
	void *context, struct error *e);

/* evidence_each_by_key(db, kind, after, limit, now, known, each, context, e):
 * The same by key: at most ${limit} of those whose key is above ${after} ("": all), so that a list can be read a page at a time. */
int evidence_each_by_key(struct db *db, enum evidence_kind kind, const char *after, size_t limit, instant now,
	instant known, evidence_callback *each, void *context, struct error *e);

/* evidence_find(db, kind, key, known, each, context, e):
 * Call ${each} for the last version under ${key}; ERROR_EXISTS_NOT if there is none. */
int evidence_find(struct db *db, enum evidence_kind kind, const char *key, instant known, evidence_callback *each,
	void *context, struct error *e);

/* evidence_row_find(db, seq, each, context, e):
 * Call ${each} for the row of that number, whether or not it still counts; ERROR_EXISTS_NOT if there is none.
 * evidence_row_next_given(db, from, ret_seq, e): the first number from ${from} on of a row that no import brought and that is no
 * contact (contacts are traced, not told); ERROR_EXISTS_NOT if there is none. */
int evidence_row_find(struct db *db, int64_t seq, evidence_callback *each, void *context, struct error *e);
int evidence_row_next_given(struct db *db, int64_t from, int64_t *ret_seq, struct error *e);

/* One person under several numbers (evidence/same.c). A person who was taken for two, by a passport and then an ID card, or by a
 * laboratory's own number, is one from a moment on: one number becomes the other's alias, and which evidence came for which
 * number stays as it is.
 *
 * evidence_same(db, person, known, ret_same, e): all numbers of ${person}, the first one first; that number alone where it is the
 * only one.
 * evidence_same_first(db, person, known, ret_first, e): the first one.
 * evidence_each_of_same(...): as evidence_each_of, for all of a person's numbers, one after another: the order holds within each. */
struct evidence_same {
	uint32_t numbers[EVIDENCE_SAME_MAX];
	size_t count;
};

int evidence_same(struct db *db, uint32_t person, instant known, struct evidence_same *ret_same, struct error *e);
int evidence_same_first(struct db *db, uint32_t person, instant known, uint32_t *ret_first, struct error *e);
int evidence_each_of_same(struct db *db, uint32_t person, enum evidence_kind kind, instant now, instant known,
	evidence_callback *each, void *context, struct error *e);

/* evidence_same_put(db, alias, person, moved, recorded_at, ret_link, e):
 * From ${recorded_at} on the two are one: the first number of ${alias} is an alias of that of ${person}. ${moved} says whether anybody
 * knows where the alias was. ERROR_EXISTS where they are one already, ERROR_TOO_LARGE for too many numbers.
 * evidence_same_end(db, link, moved, recorded_at, e): from then on they are two again. ERROR_EXISTS_NOT where the link does not hold.
 * evidence_same_link(db, link, ret_alias, ret_person, e): whom it joined. ERROR_EXISTS_NOT. */
int evidence_same_put(struct db *db, uint32_t alias, uint32_t person, bool moved, instant recorded_at,
	int64_t *ret_link, struct error *e);
int evidence_same_end(struct db *db, int64_t link, bool moved, instant recorded_at, struct error *e);
int evidence_same_link(struct db *db, int64_t link, uint32_t *ret_alias, uint32_t *ret_person, struct error *e);

/* evidence_same_version(db, moved, ret_version, e): a number that each link and each end of one raises; with ${moved}, those alone
 * of whom stays are known.
 * evidence_same_each(db, known, each, context, e): call ${each} for the links that hold, by alias. */
int evidence_same_version(struct db *db, bool moved, int64_t *ret_version, struct error *e);
int evidence_same_each(struct db *db, instant known,
	int (*each)(uint32_t alias, uint32_t person, void *context, struct error *e), void *context, struct error *e);

/* Imports. */

struct evidence_counts {
	int64_t read, new_rows, changed, unchanged, rejected;
};

struct evidence_import {
	int64_t id;
	const char *kind, *file_name, *by; /* by: the user who imported, or NULL */
	uint8_t sha256[EVIDENCE_SHA256_SIZE];
	instant recorded_at;
	bool ended; /* its counts are set */
	struct evidence_counts counts;
	bool undone;
	instant undone_at; /* where undone */
};

/* evidence_import_begin(db, kind, file_name, sha256, by, recorded_at, ret_import_id, e):
 * Record that a file is being imported; its rows then name ${ret_import_id} (from 1). ${by} may be NULL.
 * evidence_import_end(db, import_id, counts, e): record what became of its rows. */
int evidence_import_begin(struct db *db, const char *kind, const char *file_name,
	const uint8_t sha256[EVIDENCE_SHA256_SIZE], const char *by, instant recorded_at, int64_t *ret_import_id,
	struct error *e);
int evidence_import_end(struct db *db, int64_t import_id, const struct evidence_counts *counts, struct error *e);

/* evidence_import_undo(db, import_id, recorded_at, e):
 * From ${recorded_at} on, no row of that import counts. The versions of the areas that it counted are raised.
 * ERROR_EXISTS_NOT if there is no such import, ERROR_EXISTS if it was undone before. */
int evidence_import_undo(struct db *db, int64_t import_id, instant recorded_at, struct error *e);

/* An import rests on another one where what became of its rows would have been otherwise without that one: a row that it
 * found unchanged was recorded by the other alone; one that it changed is a correction of the other's; or it was made by
 * means of the other's rows (stays of pings, by whose the device is). evidence_put and evidence_area_put note the first two.
 *
 * evidence_import_rests(db, import_id, on, how, e): note that one more row of ${import_id} (0: of none) rests on ${on}; nothing
 * where ${on} is 0 or the same.
 * evidence_import_each_rest(db, on, known, each, context, e): call ${each} for each import that rests on ${on} and was not
 * undone by ${known}, by number. */
enum evidence_rest { EVIDENCE_REST_UNCHANGED, EVIDENCE_REST_CORRECTED, EVIDENCE_REST_USED };

struct evidence_rests {
	int64_t import_id; /* 0: single rows of no import */
	int64_t unchanged, corrected, used;
};

int evidence_import_rests(struct db *db, int64_t import_id, int64_t on, enum evidence_rest how, struct error *e);
int evidence_import_each_rest(struct db *db, int64_t on, instant known,
	int (*each)(const struct evidence_rests *rests, void *context, struct error *e), void *context, struct error *e);

/* evidence_import_refused(db, import_id, why, e): keep the line, column and message of a row that was refused.
 * evidence_import_each_refused(db, import_id, each, context, e): call ${each} with each, in the order in which they were kept. */
int evidence_import_refused(struct db *db, int64_t import_id, const struct error *why, struct error *e);
int evidence_import_each_refused(struct db *db, int64_t import_id,
	int (*each)(const struct error *why, void *context, struct error *e), void *context, struct error *e);

/* Call ${each} for the imports recorded up to ${known}, by number. */
int evidence_import_each(struct db *db, instant known,
	int (*each)(const struct evidence_import *import, void *context, struct error *e), void *context, struct error *e);

/* The same for one; ERROR_EXISTS_NOT where there is none by then. */
int evidence_import_find(struct db *db, int64_t import_id, instant known,
	int (*each)(const struct evidence_import *import, void *context, struct error *e), void *context, struct error *e);

/* Call ${each} for each person that the import's rows name, in order: those whom an undo concerns. */
int evidence_import_each_person(struct db *db, int64_t import_id,
	int (*each)(uint32_t person, void *context, struct error *e), void *context, struct error *e);

/* Counts of cases by area: cumulative, as they were reported. */

enum { EVIDENCE_NOT_REPORTED = -1 };

/* ${source} names who counted: two sources count differently, so their counts of one area stand side by side.
 * ${area} is a division's code of six digits or a country's of two letters, or such a code, a colon and the name of a part
 * that is no place of its own ("420000:监狱系统"); ${country} is the country it is in ("ZZ": none). A count
 * that was not reported is EVIDENCE_NOT_REPORTED. */
struct evidence_area_count {
	const char *source, *area, *country;
	day_number day;
	int64_t confirmed, deaths, recovered;
	instant recorded_at;
	int64_t import_id; /* 0: none */
};

/* evidence_area_put(db, count, ret_outcome, e):
 * As evidence_put; the key is the source, the area and the day. Raises the area's version unless the outcome is UNCHANGED. */
int evidence_area_put(
	struct db *db, const struct evidence_area_count *count, enum evidence_outcome *ret_outcome, struct error *e);

typedef int evidence_area_callback(const struct evidence_area_count *count, void *context, struct error *e);

/* evidence_area_series(db, area, until_day, known, each, context, e):
 * Call ${each} for the counts of ${area} up to and with ${until_day}, by source, then day; none if it has none. */
int evidence_area_series(struct db *db, const char *area, day_number until_day, instant known,
	evidence_area_callback *each, void *context, struct error *e);

/* evidence_area_coverage(db, country, source, known, ret_day, e):
 * The last day for which ${source} reported any area of ${country}: up to it, an area that it counted before and does not
 * name has the count of the day before. ERROR_EXISTS_NOT if it never did. */
int evidence_area_coverage(
	struct db *db, const char *country, const char *source, instant known, day_number *ret_day, struct error *e);

/* Areas by risk, as an authority lists them. A list is all that ${source} has from one moment for one country: an area that it listed
 * before and does not list any more is of low risk from that moment. */
struct evidence_area_level {
	const char *source, *area, *country;
	instant from;
	const char *level; /* "low", "medium", "high"; NULL, in a series: listed before, and not in this list */
	instant recorded_at;
	int64_t import_id; /* 0: none */
};

/* evidence_area_level_put(db, level, ret_outcome, e):
 * As evidence_put; the key is the source, the area and the moment. Raises the versions of the area and, with the first row of a list, of
 * all areas of its country, unless the outcome is UNCHANGED. */
int evidence_area_level_put(
	struct db *db, const struct evidence_area_level *level, enum evidence_outcome *ret_outcome, struct error *e);

/* evidence_area_level_series(db, area, known, each, context, e):
 * Call ${each} for every list of each source that ever lists ${area}, from the first one that does, by source, then moment. */
typedef int evidence_area_level_callback(const struct evidence_area_level *level, void *context, struct error *e);
int evidence_area_level_series(
	struct db *db, const char *area, instant known, evidence_area_level_callback *each, void *context, struct error *e);

/* evidence_area_version(db, area, ret_version, e):
 * A number that is raised by each change of the area's counts or listed levels, or of how far its country is counted (evidence_area_coverage), above
 * every version that any area had before: whoever
 * saw version v of the store saw all areas whose version is not above v. 0 for an area never counted.
 * evidence_area_version_last(db, ret_version, e): the highest of all areas. */
int evidence_area_version(struct db *db, const char *area, int64_t *ret_version, struct error *e);
int evidence_area_version_last(struct db *db, int64_t *ret_version, struct error *e);

/* Call ${each} for every area that ever had a count, by code. */
int evidence_area_each(struct db *db,
	int (*each)(const char *area, const char *country, int64_t version, void *context, struct error *e), void *context,
	struct error *e);

#endif
