/* presence/internal.h: what the engine's files share. Places are plain tables of the registry's database; stays are in
 * segments, files of one local day each, and in the tail, sealed rows of the database that wait to become a segment.
 *
 * I1. A record is never changed: a correction is another record of the same key. Of a key's records that count (I2) the
 *     one recorded last is what was known; of two recorded in the same second, that of the later import, then the one
 *     put last. Of two of one import and second only the one put last is kept.
 * I2. A record counts at ${known} if it was recorded by then and its import was not undone by then.
 * I3. A stay, with all its records, belongs to the local day in which it starts, and is sealed under that day's key.
 * I4. A segment is in the folder, whole and synced, before a transaction names it (presence_segment). A file that no
 *     transaction names is a leftover: the next writer removes it once it is a minute old, so that a reader that read
 *     the list before can still open it.
 * I5. Whoever changes what is kept draws a new token in the same transaction. A reader whose token is the database's
 *     has read what is kept; tokens never come again, so neither a rollback nor another writer can deceive it.
 * I6. Where the records of a day's stays are one each, nothing is looked up twice: ${again} counts the others.
 * I7. Rows name people by the numbers of their day's span (presence/people.h), PEOPLE_DAYS days that have a list of people
 *     of their own (presence_people), sealed under the key of the span, which goes with its last day's.
 * I8. A change of a stay is counted for every local day that it touches, in the transaction that makes it; that of a place
 *     or of an import's standing for all days. Purging is no change: what was destroyed is not known to be otherwise.
 * I9. Whoever changes what is said of a place, or an import's standing, draws a new token of places in the same transaction. What a
 *     reader keeps of places is of the token that it read before, or of a later one. */

#ifndef HEALTHCODE_PRESENCE_INTERNAL_H
#define HEALTHCODE_PRESENCE_INTERNAL_H

#include "db/db.h"
#include "keys/keys.h"
#include "presence/people.h"
#include "presence/presence.h"
#include "presence/segment.h"

enum {
	TAIL_ROWS = 4096,       /* of a day: as many become a segment */
	RUNS_MAX = 12,          /* segments of a day: more are merged */
	LEFTOVER_S = 60,        /* the age at which a leftover goes */
	PEOPLE_DAYS = 32,       /* a span, counted from 1970-01-01 */
	KEY_NAME_SIZE = 48,     /* "day-stays-YYYY-MM-DD" */
	SPARE_ROOM = 1 << 12,   /* records that a walk's room may hold to be kept */
	LOAD_BYTES = 512 << 20, /* rows that a load holds in memory */
	PLACES_KEPT = 1 << 14,  /* places in memory, 6 MiB */
};

/* Prefixes of keys' names: a day's, and a span's, which is named by its last day. */
#define KEY_DAY "day-stays-"
#define KEY_SPAN "day-people-"

/* A stay's record. ${rank} orders the runs of its day by age: of one source the higher was put later. */
struct record {
	struct presence_stay stay;
	struct presence_source source;
	size_t rank;
};

struct found {
	struct record *records;
	size_t count, capacity;
};

/* A day's rows that wait in the database: sorted both ways once they are settled. */
struct tail {
	struct row *rows[ORDERS];
	size_t count, capacity[ORDERS];
	struct presence_source *sources;
	size_t source_count, source_capacity;
	bool settled;
};

struct run {
	int64_t id;
	struct segment *segment;
};

struct day {
	day_number day;
	bool forgotten; /* its key was destroyed */
	uint8_t key[KEYS_SIZE];
	struct run *runs; /* by id */
	size_t run_count, run_capacity;
	struct tail tail;
	uint64_t again; /* I6 */
};

/* I7 */
struct span {
	day_number number; /* its days / PEOPLE_DAYS */
	uint8_t key[KEYS_SIZE];
	struct people people;
	size_t kept;                /* of them: those in the database */
	int64_t last_id, last_mark; /* of its last row there; 0: there is none */
	size_t bytes;               /* of its rows there */
};

/* What is kept, as of ${token}. */
struct state {
	int64_t token;
	struct day *days; /* by day */
	size_t day_count, day_capacity;
	struct span *spans;
	size_t span_count, span_capacity;
	struct undone {
		int64_t import;
		instant recorded_at;
	} * undone; /* by import */
	size_t undone_count, undone_capacity;
};

struct presence {
	struct db *db; /* the caller's, like the two after it */
	struct keys *keys;
	struct zone zone; /* its steps are ours */
	char *folder;
	struct cache *cache;
	bool known; /* ${state} was read */
	struct state state;
	unsigned walks;     /* that are under way: what they call reads from the same moment */
	struct found spare; /* empty: the room of a walk that ended, for the next one */
	int64_t places_token;
	struct presence_place *places; /* PLACES_KEPT, each where its number says; NULL: none was kept yet (I9) */
};

/* SQL: whether ${row} counts at ${known} (I2). */
#define RECORD_COUNTS(row, known)                                                                                      \
	row ".recorded_at <= " known " AND NOT EXISTS (SELECT 1 FROM presence_undone u WHERE u.import = " row              \
		".import AND u.recorded_at <= " known ")"

/* own_begin(presence, ret_own, e), own_end(presence, own, r, e): a transaction of our own where none is open; own_end
 * commits, or rolls back if ${r} is negative, and returns the code. */
int own_begin(struct presence *presence, bool *ret_own, struct error *e);
int own_end(struct presence *presence, bool own, int r, struct error *e);

/* state_refresh(presence, e): read what is kept, if it is not what was read before (I5). During a walk it changes
 * nothing.
 * state_forget(presence): forget what was read. */
int state_refresh(struct presence *presence, struct error *e);
void state_forget(struct presence *presence);

/* state_changed(presence, e): draw a new token; ${state} was changed alike. */
int state_changed(struct presence *presence, struct error *e);

/* changes_of_days(presence, first, last, e), changes_everywhere(presence, e): count a change of what is kept of those days,
 * or of all (I8), the latter of what is said of places too (I9). In the transaction that makes it. */
int changes_of_days(struct presence *presence, day_number first, day_number last, struct error *e);
int changes_everywhere(struct presence *presence, struct error *e);

/* state_find(presence, day): the day, or NULL if nothing of it is kept. Valid until a day is added.
 * state_day(presence, day, ret_day, e): the same, made with its key where it is not there yet, its span too.
 * ERROR_DENIED if its key was destroyed. */
struct day *state_find(struct presence *presence, day_number day);
int state_day(struct presence *presence, day_number day, struct day **ret_day, struct error *e);

/* span_find(state, day): the day's span, or NULL. Valid until one is added.
 * span_open(presence, state, day, make, e): have the day's span in ${state}, with its key, made with ${make}; the people
 * that are in the database are read, but for those that ${presence} has from before. ERROR_DENIED, with ${make}, if its
 * key was destroyed.
 * span_keep(presence, span, e): put the people numbered since into the database.
 * span_clear(span): wipe and free.
 * span_of(day): its number. */
struct span *span_find(const struct state *state, day_number day);
int span_open(struct presence *presence, struct state *state, day_number day, bool make, struct error *e);
int span_keep(struct presence *presence, struct span *span, struct error *e);
void span_clear(struct span *span);
day_number span_of(day_number day);

/* The name of a day's key; ${name} has KEY_NAME_SIZE bytes. Return ${name}. */
char *day_key_name(day_number day, char *name);

/* day_add_run(presence, day, about, e): name the finished segment in the open transaction, and open it. */
int day_add_run(struct presence *presence, struct day *day, const struct segment_about *about, struct error *e);

/* Whether what ${source} recorded counts at ${known} (I2). */
bool source_counts(const struct presence *presence, const struct presence_source *source, instant known);

/* Whether ${a} was recorded after ${b} (I1). */
bool record_after(const struct record *a, const struct record *b);

/* How a stay's circumstances stand in a row's seat, beside the seat itself. */
enum { ROW_SEAT = 0x3fff, ROW_OUTDOOR = 0x4000, ROW_PROTECTED = 0x8000 };

/* A stay as a row, and back: the person stays the number that it is (I7). */
struct row row_of(const struct presence_stay *stay, day_number day);
struct presence_stay stay_of(const struct row *row, day_number day);

/* Whether two stays are one by their natural key. */
bool stay_same(const struct presence_stay *a, const struct presence_stay *b);

/* Whether two stays of one key say the same beside it. */
bool stay_says_the_same(const struct presence_stay *a, const struct presence_stay *b);

/* day_collect(presence, day, order, major, from, to, found, e):
 * Append every record of ${major} that starts before ${to} and ends after ${from}, counting or not.
 * day_records(presence, day, stay, found, e): every record of the stay's key. ${found} holds nothing else. */
int day_collect(struct presence *presence, struct day *day, enum order order, uint32_t major, instant from, instant to,
	struct found *found, struct error *e);
int day_records(
	struct presence *presence, struct day *day, const struct presence_stay *stay, struct found *found, struct error *e);

/* Of records of one key, what was known at ${known}, or NULL. */
const struct record *found_known(const struct presence *presence, const struct found *found, instant known);

/* stay_check(stay, e): 0, or ERROR_BAD_INPUT. */
int stay_check(const struct presence_stay *stay, struct error *e);

/* places_refresh(presence, token): forget the places kept, unless they are of that token. */
void places_refresh(struct presence *presence, int64_t token);

/* place_must_exist(presence, place, e): 0, or ERROR_EXISTS_NOT. */
int place_must_exist(struct presence *presence, place_number place, struct error *e);

/* tail_append(tail, row, source, e): add a row to what is in memory; its ${source} is found or added.
 * tail_settle(tail, e): sort what was added, and let go of what the same source put again (I1).
 * tail_clear(tail): free it. */
int tail_append(struct tail *tail, const struct row *row, const struct presence_source *source, struct error *e);
int tail_settle(struct tail *tail, struct error *e);
void tail_clear(struct tail *tail);

/* tail_keep(presence, day, rows, count, again, source, e): put the rows into the database and into memory.
 * tail_read(day, sealed, length, e): take an entry of the database into memory. */
int tail_keep(struct presence *presence, struct day *day, const struct row *rows, size_t count, uint64_t again,
	const struct presence_source *source, struct error *e);
int tail_read(struct day *day, const void *sealed, size_t length, struct error *e);

/* rows_unique(rows, count): of rows sorted by person keep the last of each key and source. Return how many are left. */
size_t rows_unique(struct row *rows, size_t count);

/* How much of other imports' stays a load repeats or corrects: an item an import. ${last} is the one found before. */
struct rests {
	struct rest {
		int64_t on, unchanged, corrected;
	} * items;
	size_t count, capacity, last;
};

/* rests_add(rests, on, corrected, e): count one more of ${on} (0: of none, nothing is counted).
 * rests_keep(presence, rests, import, e): put what was counted into the database.
 * rests_note(presence, import, on, corrected, e): both, of a single one. */
int rests_add(struct rests *rests, int64_t on, bool corrected, struct error *e);
int rests_keep(struct presence *presence, const struct rests *rests, int64_t import, struct error *e);
void rests_free(struct rests *rests);
int rests_note(struct presence *presence, int64_t import, int64_t on, bool corrected, struct error *e);

/* Who is told of each row what it did, by the ordinal that it has for a source; ${what} NULL: nobody. */
struct told {
	presence_load_told *what;
	void *context;
};

/* absorb(presence, day, rows, scratch, count, source, counts, rests, told, e):
 * Take rows of one day and source, sorted by person, of one key in the order in which they were put: compare them with
 * what is kept, add to ${counts} and ${rests}, tell ${told}, and keep what is new, in the tail if the day's are few, else, with the tail, as a
 * segment. ${rows} and ${scratch} have room for ${count}, and are overwritten. In the open transaction.
 * fold(presence, day, e): make the day's tail a segment. */
int absorb(struct presence *presence, struct day *day, struct row *rows, struct row *scratch, size_t count,
	const struct presence_source *source, struct presence_counts *counts, struct rests *rests, const struct told *told,
	struct error *e);
int fold(struct presence *presence, struct day *day, struct error *e);

/* runs_to_merge(runs, count): of a day's segments, the oldest first: the first of those that are to become one, up to the
 * youngest, so that each is more than twice as large as the younger ones together, or ${count} if that already is so.
 * compact(presence, day, e): merge them.
 * leftovers_remove(presence, e): I4. In a writing transaction, with a fresh state. */
struct run_size {
	uint64_t rows;
	size_t sources;
};
size_t runs_to_merge(const struct run_size *runs, size_t count);
int compact(struct presence *presence, struct day *day, struct error *e);
int leftovers_remove(struct presence *presence, struct error *e);

#endif
