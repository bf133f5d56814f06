/* tests/ledger/store.h: an empty store in a folder of its own. */

#ifndef HEALTHCODE_TESTS_LEDGER_STORE_H
#define HEALTHCODE_TESTS_LEDGER_STORE_H

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"
#include "ledger/ledger.h"

static char folder[64];
static struct db *db;

static int
set_up(void **state)
{
	struct error e = {0};

	(void)state;
	strcpy(folder, "/tmp/healthcode-ledger-XXXXXX");
	assert_non_null(mkdtemp(folder));
	if (db_open(folder, true, &db, &e) < 0 || ledger_migrate(db, &e) < 0)
		fail_msg("%s", e.message);
	return 0;
}

static int
tear_down(void **state)
{
	char path[128];

	(void)state;
	db_close(db);
	snprintf(path, sizeof path, "%s/registry.db", folder);
	unlink(path);
	return rmdir(folder);
}

/* Add ${count} entries. */
static void
append(int count)
{
	struct error e = {0};
	char body[64];

	assert_int_equal(db_begin(db, &e), 0);
	for (int i = 0; i < count; i++) {
		snprintf(body, sizeof body, "{\"n\": %d}", i);
		if (ledger_append(db, 1585008000 + i, "test", body, NULL, &e) < 0)
			fail_msg("%s", e.message);
	}
	assert_int_equal(db_commit(db, &e), 0);
}

#endif
