/* tests/db/engines.h: runs a group of tests on both engines, each test on an empty store (the static db). */

#ifndef HEALTHCODE_TESTS_DB_ENGINES_H
#define HEALTHCODE_TESTS_DB_ENGINES_H

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"
#include "server.h"

static struct db *db;
static char engines_folder[64];
static struct server *engines_server;

/* The test's own: make its tables in db. */
static void make_tables(void);

static int
empty_store(void **state)
{
	struct error e = {0};

	(void)state;
	strcpy(engines_folder, "/tmp/healthcode-test-XXXXXX");
	assert_non_null(mkdtemp(engines_folder));
	if (db_open(engines_server ? server_uri(engines_server) : engines_folder, true, &db, &e) < 0)
		fail_msg("%s", e.message);
	if (engines_server && db_run(db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &e) < 0)
		fail_msg("%s", e.message);
	make_tables();
	return 0;
}

static int
forget_store(void **state)
{
	char path[128];

	(void)state;
	db_close(db);
	db = NULL;
	snprintf(path, sizeof path, "%s/registry.db", engines_folder);
	unlink(path);
	return rmdir(engines_folder);
}

#define EMPTY_STORE_TEST(test) cmocka_unit_test_setup_teardown(test, empty_store, forget_store)

/* Run the tests on SQLite, then on PostgreSQL; 77 (skipped) if PostgreSQL does not start. */
#define RUN_ON_ENGINES(tests) run_on_engines(tests, sizeof tests / sizeof *tests)

static int
run_on_engines(const struct CMUnitTest *tests, size_t count)
{
	int failed = _cmocka_run_group_tests("SQLite", tests, count, NULL, NULL);

	if (!(engines_server = server_start())) {
		fprintf(stderr, "PostgreSQL is not installed, or does not start\n");
		return failed ? failed : 77;
	}
	failed += _cmocka_run_group_tests("PostgreSQL", tests, count, NULL, NULL);
	server_stop(engines_server);
	return failed;
}

#endif
