/* Each allocation of an append fails once: the failure is told, nothing leaks, and after the rollback the ledger is what it
 * was. */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../failing_allocation.h"
#include "ledger/ledger.h"

static char folder[] = "/tmp/healthcode-ledger-XXXXXX";

static int
append(void *context)
{
	struct db *db = context;
	struct error e = {0};
	int64_t size, seq;
	int r;

	assert_int_equal(db_begin(db, NULL), 0);
	r = ledger_append(db, 7, "evaluation",
		"{\"root\": \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\", \"changes\": [1, 2.5, null]}",
		&seq, &e);
	db_rollback(db);
	if (ledger_size(db, &size, NULL) == 0)
		assert_int_equal(size, 3);
	return r;
}

static void
an_append_survives_each_failed_allocation(void **state)
{
	struct error e = {0};

	assert_int_equal(db_begin(*state, &e), 0);
	for (int i = 0; i < 3; i++) /* the fourth completes two subtrees */
		assert_int_equal(ledger_append(*state, i, "test", "{}", NULL, &e), 0);
	assert_int_equal(db_commit(*state, &e), 0);
	assert_int_equal(append(*state), 0); /* statements are prepared and kept */
	assert_true(failing_allocation_sweep(append, *state) > 10);
}

static int
set_up(void **state)
{
	struct db *db = NULL;
	struct error e = {0};

	assert_non_null(mkdtemp(folder));
	assert_int_equal(db_open(folder, true, &db, &e), 0);
	assert_int_equal(ledger_migrate(db, &e), 0);
	*state = db;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = {"registry.db", "registry.db-wal", "registry.db-shm"};
	char path[128];

	db_close(*state);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_append_survives_each_failed_allocation, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
