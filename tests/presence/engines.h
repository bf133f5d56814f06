/* Runs the fixture's tests on SQLite, then on PostgreSQL. */

#ifndef HEALTHCODE_TESTS_PRESENCE_ENGINES_H
#define HEALTHCODE_TESTS_PRESENCE_ENGINES_H

#include "../db/server.h"
#include "fixture.h"

/* Return the number of failures, or 77 (skipped) if PostgreSQL does not start. */
static inline int
run_on_engines(const struct CMUnitTest *tests, size_t count)
{
	int failed = _cmocka_run_group_tests("SQLite", tests, count, NULL, NULL);
	struct server *server = server_start();

	if (!server) {
		fprintf(stderr, "PostgreSQL is not installed, or does not start\n");
		return failed ? failed : 77;
	}
	fixture_uri = server_uri(server);
	failed += _cmocka_run_group_tests("PostgreSQL", tests, count, NULL, NULL);
	server_stop(server);
	return failed;
}

#endif
