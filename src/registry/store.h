/* registry/store.h: an opened store and its clock. */

#ifndef HEALTHCODE_REGISTRY_STORE_H
#define HEALTHCODE_REGISTRY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

struct db;
struct keys;
struct registry;

typedef uint32_t person_number; /* 0 is nobody */

/* Where a store is. ${data} is its folder. With ${database} (a PostgreSQL URI, or NULL) the tables are there, and the
 * folder holds the keys, the outbox and the stays. ${presence} is the folder of the stays, NULL for "presence" in
 * ${data}. */
struct registry_where {
	const char *data, *database, *presence;
};

/* registry_create(where, packs, pack_count, clock, e):
 * Make a new store with keys and the jurisdictions whose pack folders are ${packs}, the first of them the default one.
 * ${clock} is NULL, or the moment at which a demo store's time starts. Return 0; ERROR_EXISTS if a store is there;
 * ERROR_BAD_INPUT (with file, line and column) for a pack that is none, ERROR_EXISTS for two packs of one name. */
int registry_create(const struct registry_where *where, const char *const *packs, size_t pack_count,
	const instant *clock, struct error *e);

/* registry_open(where, ret_registry, e):
 * Open the store, its tables brought up to date. The caller closes it with registry_close. Return 0, or
 * ERROR_EXISTS_NOT if there is none. */
int registry_open(const struct registry_where *where, struct registry **ret_registry, struct error *e);

/* registry_open_beside(registry, ret_beside, e): the same store once more, for another thread, that answers as of ${registry}'s
 * present registry_now and registry_known. */
int registry_open_beside(const struct registry *registry, struct registry **ret_beside, struct error *e);

/* Roll back what is open and close. Accepts NULL. */
void registry_close(struct registry *registry);

/* The store's tables and keys, for the rooms that keep things beside the registry's; they stay the registry's. */
struct db *registry_db(struct registry *registry);
struct keys *registry_keys(struct registry *registry);

/* The folder of the stays. */
const char *registry_presence(const struct registry *registry);

/* registry_begin, registry_commit, registry_rollback: one writing transaction, as db_begin and so on; what the registry
 * remembers of it is forgotten on rollback, and notices are delivered after the commit. */
int registry_begin(struct registry *registry, struct error *e);
int registry_commit(struct registry *registry, struct error *e);
void registry_rollback(struct registry *registry);

/* Whether the store is a demo: its own clock, an issuer that nobody else trusts. */
bool registry_is_demo(const struct registry *registry);

/* The store's clock: the wall's, or a demo's: its start + the time since it was made. What runs out (codes, sessions,
 * receipts) runs out by this one. */
instant registry_clock(const struct registry *registry);

/* registry_set_times(registry, now, known): from here on answer as of ${now} (NULL: the clock) from what was recorded up
 * to ${known} (NULL: all). */
void registry_set_times(struct registry *registry, const instant *now, const instant *known);

/* registry_now(registry): the moment that answers are about: what was set, or the clock.
 * registry_known(registry): what was set, or INT64_MAX.
 * registry_recording_time(registry): when something recorded now is recorded: the clock, but a demo's ${now} if set. */
instant registry_now(const struct registry *registry);
instant registry_known(const struct registry *registry);
instant registry_recording_time(const struct registry *registry);

#endif
