/* A store in a folder of its own, and short ways to fill it. */

#ifndef HEALTHCODE_TESTS_PRESENCE_FIXTURE_H
#define HEALTHCODE_TESTS_PRESENCE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ftw.h>

#include <cmocka.h>

#include "db/db.h"
#include "keys/keys.h"
#include "presence/presence.h"

struct fixture {
	char folder[64];
	struct db *db;
	struct keys *keys;
	struct presence *presence;
};

static const char *fixture_uri; /* PostgreSQL's, or NULL: SQLite in the fixture's folder */

static const struct presence_view see_all = {INT64_MAX, INT64_MAX};

/* Open the store's stays, as a program that starts does. */
static inline int
fixture_try_presence(struct fixture *f, struct error *e)
{
	char folder[80];
	const struct presence_where where = {.db = f->db, .keys = f->keys, .folder = folder, .zone = &zone_utc};

	snprintf(folder, sizeof folder, "%s/presence", f->folder);
	return presence_open(&where, &f->presence, e);
}

static inline void
fixture_open_presence(struct fixture *f)
{
	struct error e = {0};

	assert_int_equal(fixture_try_presence(f, &e), 0);
}

static inline int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct error e = {0};
	char folder[80];

	assert_non_null(f);
	snprintf(f->folder, sizeof f->folder, "/tmp/healthcode-presence-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(folder, sizeof folder, "%s/keys", f->folder);
	assert_int_equal(keys_open(folder, true, &f->keys, &e), 0);
	assert_int_equal(db_open(fixture_uri ? fixture_uri : f->folder, true, &f->db, &e), 0);
	if (fixture_uri)
		assert_int_equal(db_run(f->db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &e), 0);
	fixture_open_presence(f);
	assert_int_equal(db_begin(f->db, &e), 0);
	*state = f;
	return 0;
}

static inline int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline int
fixture_close(void **state)
{
	struct fixture *f = *state;

	presence_close(f->presence);
	db_close(f->db);
	keys_close(f->keys);
	nftw(f->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static inline place_number
put_place(struct fixture *f, const char *code, const char *kind)
{
	const struct presence_source source = {0, 1};
	struct presence_place place = {0};
	struct error e = {0};
	place_number number;

	snprintf(place.code, sizeof place.code, "%s", code);
	snprintf(place.kind, sizeof place.kind, "%s", kind);
	assert_true(presence_put_place(f->presence, &place, &source, &number, &e) >= 0);
	return number;
}

static inline int
put_stay_at(
	struct fixture *f, person_number person, place_number place, instant start, instant end, instant recorded_at)
{
	const struct presence_source source = {recorded_at, recorded_at + 1};
	const struct presence_stay stay = {.person = person, .place = place, .start = start, .end = end};
	struct error e = {0};

	return presence_put_stay(f->presence, &stay, &source, &e);
}

static inline int
put_stay(struct fixture *f, person_number person, place_number place, instant start, instant end)
{
	return put_stay_at(f, person, place, start, end, 0);
}

#endif
