/* presence/presence.h: where people were, found by place and time or by person.
 *
 * A stay is half-open: [start, end), seconds since 1970-01-01T00:00:00Z, start < end. People are numbers that mean
 * nothing outside the registry; places are numbers given out here, one for each code from outside.
 *
 * A stay, with all its records, belongs to the local day in which it starts, and is sealed under that day's key, which
 * is in the key store alone ("day-stays-YYYY-MM-DD"): destroying the key destroys the day, in every copy. Days that were
 * destroyed are not found, and nothing is put into them again (ERROR_DENIED). Whose stays there are is kept in a sealed
 * list for 32 days, which is destroyed with the last of them ("day-people-YYYY-MM-DD").
 *
 * Stays are in immutable files of one day each, and those put one by one wait, sealed, in the registry's database until
 * a day has enough of them. Both are seen once the transaction that put them is committed. A struct presence is for
 * one thread at a time, like the database's connection that it uses; many may be open on one store.
 *
 * What is put is never overwritten: a correction is a record beside the old one, with the time it was recorded and
 * the import that brought it. Each read says what it may see (struct presence_view).
 *
 * Codes of every call that can fail, beside those it names: what the database gives (db/db.h) and ERROR_NO_MEMORY. */

#ifndef HEALTHCODE_PRESENCE_PRESENCE_H
#define HEALTHCODE_PRESENCE_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"
#include "presence/detect.h"

typedef uint32_t person_number; /* 0 is nobody */
typedef uint32_t place_number;  /* 0 is nowhere */

enum {
	PRESENCE_CODE_SIZE = 65, /* bytes with the NUL, like the three after it */
	PRESENCE_KIND_SIZE = 33,
	PRESENCE_NAME_SIZE = 257,
	PRESENCE_DIVISION_SIZE = 7,
	PRESENCE_COUNTRY_SIZE = 3,
	PRESENCE_SEAT_SIZE = 6,
	PRESENCE_SEAT_ROWS_MAX = 1022,
	PRESENCE_SEAT_CREW = 1023 * 16 + 15, /* the seat of who serves everybody: a crew */
	PRESENCE_STAY_MAX_S = 366 * DAY_S,   /* a longer stay is a mistake */
	PRESENCE_FOUND_MAX = 4000000,        /* stays that one walk may find */
	PRESENCE_CACHE_BYTES = 256 << 20,
};

struct db;
struct keys;
struct presence;

/* Where stays are kept: names and the tail in the open registry ${db}, files in ${folder} (0700, made where it is
 * missing), days as they are in ${zone}, their keys in ${keys}. Opened blocks take at most ${cache_bytes} of memory
 * (0: PRESENCE_CACHE_BYTES); beside them are about 36 bytes for 192 stays of either order, 9 to 15 for each of the people
 * of 32 days, and those of the tail. */
struct presence_where {
	struct db *db;
	struct keys *keys;
	const char *folder;
	const struct zone *zone;
	size_t cache_bytes;
};

/* presence_open(where, ret_presence, e):
 * ${where->db} and ${where->keys} stay the caller's and are needed until presence_close; the rest is copied. The
 * database's transactions hold for what is put here. Nothing is read before the first question. Return 0 or a code. */
int presence_open(const struct presence_where *where, struct presence **ret_presence, struct error *e);

/* Accepts NULL. */
void presence_close(struct presence *presence);

/* When something was recorded, and by which import (0: by none). */
struct presence_source {
	instant recorded_at;
	int64_t import;
};

/* Who is known under several numbers: ${by_alias} is sorted by alias, ${by_person}, the same pairs, by person, then alias. No
 * ${person} is an alias. */
struct presence_alias {
	person_number alias, person;
};

struct presence_same {
	size_t count;
	const struct presence_alias *by_alias, *by_person;
};

/* What a read may see: nothing that begins at or after ${now}, nothing recorded after ${known}. A stay that goes on at
 * ${now} is given with its end there. INT64_MAX sets no limit. ${same}, where not NULL, makes stays of aliases their person's:
 * who is asked for and who is found is a person. */
struct presence_view {
	instant now, known;
	const struct presence_same *same;
};

/* What a put did. */
enum presence_change { PRESENCE_UNCHANGED = 0, PRESENCE_NEW = 1, PRESENCE_CHANGED = 2 };

/* A venue, household, cell, carriage, coach, aircraft, ...: places have a kind, and one tracer serves them all. Texts
 * are "" where they are not known. ${kind} is [a-z_]+; what a kind means for contacts is a pack's to say. */
struct presence_place {
	place_number number;
	char code[PRESENCE_CODE_SIZE], kind[PRESENCE_KIND_SIZE], name[PRESENCE_NAME_SIZE];
	char division[PRESENCE_DIVISION_SIZE], country[PRESENCE_COUNTRY_SIZE];
	bool positioned;
	int32_t latitude_e7, longitude_e7; /* degrees * 10^7; 0 where not ${positioned} */
};

/* What people call it: its name, or its code where it has none. */
static inline const char *
presence_place_called(const struct presence_place *place)
{
	return *place->name ? place->name : place->code;
}

/* presence_put_place(presence, place, source, ret_number, e):
 * Record the place with natural key ${place->code} (${place->number} is ignored). Return an enum presence_change and
 * the place's number, or ERROR_BAD_INPUT (empty code or kind, a text too long or not UTF-8, a position off the earth). */
int presence_put_place(struct presence *presence, const struct presence_place *place,
	const struct presence_source *source, place_number *ret_number, struct error *e);

/* presence_put_cell(presence, latitude_e7, longitude_e7, size_m, source, ret_number, e):
 * The place of kind "cell" that holds the position in the grid of ${size_m} metres (place/cell.h), recorded if it is new, as no
 * import's word. Return as presence_put_place. */
int presence_put_cell(struct presence *presence, int32_t latitude_e7, int32_t longitude_e7, uint32_t size_m,
	const struct presence_source *source, place_number *ret_number, struct error *e);

/* presence_find_place(presence, code, view, ret_place, e), presence_place(presence, number, view, ret_place, e):
 * The place as it was known. Return 0 or ERROR_EXISTS_NOT. */
int presence_find_place(struct presence *presence, const char *code, const struct presence_view *view,
	struct presence_place *ret_place, struct error *e);
int presence_place(struct presence *presence, place_number number, const struct presence_view *view,
	struct presence_place *ret_place, struct error *e);

/* presence_each_place(presence, view, each, context, e): call ${each} for every place as it was known, by code. A
 * non-zero return from ${each} ends the walk and is returned. Cost grows with the places. */
typedef int presence_each_place_function(const struct presence_place *place, void *context, struct error *e);
int presence_each_place(struct presence *presence, const struct presence_view *view, presence_each_place_function *each,
	void *context, struct error *e);

/* ${day_only}: only the day is known, [start, end) is the whole local day, and no minutes can be told from it.
 * ${seat} is row * 16 + column, 0 where the place has none; see presence_seat_read. ${protected}: known to have been
 * protected all the time (a mask, a doctor's gown); ${outdoor}: known to have been in the open; false where nobody said so. */
struct presence_stay {
	person_number person;
	place_number place;
	instant start, end;
	uint16_t seat;
	bool day_only;
	bool protected, outdoor;
};

/* presence_put_stay(presence, stay, source, e):
 * Record the stay. Its natural key is person, place, start and day_only: the same stay again is PRESENCE_UNCHANGED,
 * another end or seat PRESENCE_CHANGED. Return an enum presence_change, or ERROR_BAD_INPUT (nobody, nowhere, an end not
 * after its start, longer than PRESENCE_STAY_MAX_S), or ERROR_EXISTS_NOT (no such place), or ERROR_DENIED (its day was destroyed). */
int presence_put_stay(
	struct presence *presence, const struct presence_stay *stay, const struct presence_source *source, struct error *e);

/* Many stays at once. */
struct presence_load;

struct presence_counts {
	int64_t added, changed, unchanged;
};

/* presence_load_new(presence, source, ret_load, e):
 * Begin to load stays of ${source} in the open transaction, which is rolled back if anything of the load fails. It holds
 * at most 512 MiB of rows (24 bytes each); what is more is written, and merged at the end.
 * presence_load_add(load, stay, e): as presence_put_stay, but what it does shows at the end. ERROR_DENIED if the day was
 * destroyed. A row that is refused leaves the load as it was.
 * presence_load_tell(load, what, context): before the first is added: call ${what} for each that was, by its ordinal (from 0), with
 * what it did, in no order, until the load is finished.
 * presence_load_finish(load, ret_counts, e): keep them; they are seen from then on.
 * presence_load_free(load): accepts NULL. */
int presence_load_new(
	struct presence *presence, const struct presence_source *source, struct presence_load **ret_load, struct error *e);
int presence_load_add(struct presence_load *load, const struct presence_stay *stay, struct error *e);
typedef void presence_load_told(uint32_t ordinal, enum presence_change change, void *context);
void presence_load_tell(struct presence_load *load, presence_load_told *what, void *context);
int presence_load_finish(struct presence_load *load, struct presence_counts *ret_counts, struct error *e);
void presence_load_free(struct presence_load *load);

/* presence_undo(presence, import, recorded_at, e):
 * From ${recorded_at} on, what ${import} put does not count, and what it corrected counts again. Return 0 or a code. */
int presence_undo(struct presence *presence, int64_t import, instant recorded_at, struct error *e);

/* presence_each_rest(presence, on, each, context, e):
 * Call ${each} for each import (0: single stays of none) that was not undone and found stays of import ${on} unchanged, or
 * corrected them, by number: what it said was not recorded, or is recorded as a correction. A non-zero return from ${each}
 * ends the walk and is returned.
 * presence_orphaned(presence, import, ret_place, e): whether there are stays at a place of which only ${import} said what it
 * is: 1 and the place's number and code, 0, or a code. To be asked once ${import} is undone. */
typedef int
presence_each_rest_function(int64_t import, int64_t unchanged, int64_t corrected, void *context, struct error *e);
int presence_each_rest(
	struct presence *presence, int64_t on, presence_each_rest_function *each, void *context, struct error *e);
int presence_orphaned(struct presence *presence, int64_t import, struct presence_place *ret_place, struct error *e);

/* presence_hold(presence, e), presence_release(presence): whoever holds, in an open transaction, reads from its moment, and asks no more whether it is
 * still that. Nothing is to be put before it is released, as often as it was held. */
int presence_hold(struct presence *presence, struct error *e);
void presence_release(struct presence *presence);

/* Called for a stay found; a non-zero return ends the walk, and the walk returns it (negative with ${e} filled). It may
 * read from presence, and must not put. */
typedef int presence_each(const struct presence_stay *stay, void *context, struct error *e);

/* presence_each_stay_of(presence, person, from, to, view, each, context, e),
 * presence_each_stay_at(presence, place, from, to, view, each, context, e):
 * Call ${each} for every stay of ${person}, or at ${place}, that shares at least a second with [${from}, ${to}), whole
 * (not cut to those bounds), by start, then person, then place, the timed before the date-only. Cost grows with the
 * stays found, not with the stays kept; a long stay elsewhere in time costs nothing. Return 0, what ${each} returned,
 * or a code: ERROR_TOO_LARGE if there are more than PRESENCE_FOUND_MAX. */
int presence_each_stay_of(struct presence *presence, person_number person, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e);
int presence_each_stay_at(struct presence *presence, place_number place, instant from, instant to,
	const struct presence_view *view, presence_each *each, void *context, struct error *e);

/* presence_changes(presence, from, to, ret_changes, e):
 * How often stays that touch a local day of [${from}, ${to}), places, or what was undone were changed in this store:
 * the same number twice means that the same would be found. Return 0 or a code. */
int presence_changes(struct presence *presence, instant from, instant to, int64_t *ret_changes, struct error *e);

/* What a purge destroyed: ${days} keys, of the days from ${first} to ${last}, and so many bytes of files. */
struct presence_purged {
	int64_t days, bytes;
	day_number first, last;
};

/* presence_purge(presence, before, ret_purged, e):
 * Destroy the keys of all local days before ${before}, then remove what they sealed. The keys are gone whatever becomes
 * of the transaction; what is left of those days then is of no use to anybody, and the next purge removes it. */
int presence_purge(struct presence *presence, day_number before, struct presence_purged *ret_purged, struct error *e);

/* presence_forgotten(presence, ret_until, e): the moment before which stays were destroyed, so that who finds none there
 * doesn't take it for their absence; INT64_MIN if none were. */
int presence_forgotten(struct presence *presence, instant *ret_until, struct error *e);

/* presence_each_file(presence, each, context, e):
 * Call ${each} for every file of stays that is kept, with its name in the folder and an open descriptor to read it by (of
 * presence's, valid during the call). The database's other tables belong to the same moment in the open transaction only;
 * without one it is ERROR_USAGE. A non-zero return from ${each} ends the walk and is returned.
 * presence_file_name(name): whether a file of stays can be named so.
 * presence_catch_up(presence, ret_purged, e): for a store that is put back from a copy: days of it whose keys were
 * destroyed since the copy was made are destroyed in it too, and all before them. ${ret_purged}: those days, and the bytes of
 * their files. */
typedef int presence_each_file_function(const char *name, int fd, void *context, struct error *e);
int presence_each_file(struct presence *presence, presence_each_file_function *each, void *context, struct error *e);
bool presence_file_name(const char *name);
int presence_catch_up(struct presence *presence, struct presence_purged *ret_purged, struct error *e);

/* What a check read; ${bytes} of segments and of the lists of their people. */
struct presence_checked {
	int64_t days, segments, stays, bytes;
};

/* presence_check(presence, ret_checked, e):
 * Read everything that is kept: every part opens under its day's key, is sorted, holds the same stays by person as by
 * place, and names people of the list. Return 0, or ERROR_CORRUPT with the first fault. */
int presence_check(struct presence *presence, struct presence_checked *ret_checked, struct error *e);

/* presence_seat_read(text, ret_seat): read a row (1 to 1022; a compartment, a bay, a table, a zone) and a column letter ("12A",
 * "3f") or a row alone ("12"), or "crew". Columns are A to O. Return success. presence_seat_write(seat, text): the same back; "" for 0. Return ${text}, which
 * has PRESENCE_SEAT_SIZE bytes. presence_seat_row(seat): the row, 0 where there is none, as for a crew. */
bool presence_seat_read(const char *text, uint16_t *ret_seat);
char *presence_seat_write(uint16_t seat, char *text);
int presence_seat_row(uint16_t seat);

#endif
