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

#include <cmocka.h>

#include "db/db.h"
#include "presence/presence.h"

struct fixture {
	char folder[64];
	struct db *db;
	struct presence *presence;
};

static const char *fixture_uri; /* PostgreSQL's, or NULL: SQLite in the fixture's folder */

static const struct presence_view see_all = {INT64_MAX, INT64_MAX};

static inline int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct error e = {0};

	assert_non_null(f);
	snprintf(f->folder, sizeof f->folder, "/tmp/healthcode-presence-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(db_open(fixture_uri ? fixture_uri : f->folder, true, &f->db, &e), 0);
	if (fixture_uri)
		assert_int_equal(db_run(f->db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &e), 0);
	assert_int_equal(presence_open(f->db, &f->presence, &e), 0);
	assert_int_equal(db_begin(f->db, &e), 0);
	*state = f;
	return 0;
}

static inline int
fixture_close(void **state)
{
	static const char *const files[] = {"registry.db", "registry.db-wal", "registry.db-shm"};
	struct fixture *f = *state;
	char path[128];

	presence_close(f->presence);
	db_close(f->db);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", f->folder, files[i]);
		unlink(path);
	}
	rmdir(f->folder);
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
