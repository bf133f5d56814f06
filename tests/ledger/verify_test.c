#include "ledger/ledger.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"

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

enum { ENTRIES = 21 };

static struct ledger_verdict
verify(void)
{
	struct ledger_verdict verdict;
	struct error e = {0};

	if (ledger_verify(db, &verdict, &e) < 0)
		fail_msg("%s", e.message);
	return verdict;
}

static void
damage(const char *sql)
{
	struct error e = {0};

	if (db_run(db, sql, &e) < 0)
		fail_msg("%s", e.message);
}

static void
an_empty_ledger_is_sound(void **state)
{
	struct ledger_verdict verdict = verify();

	(void)state;
	assert_int_equal(verdict.wrong, -1);
	assert_int_equal(verdict.size, 0);
}

static void
a_sound_ledger_has_the_root_that_is_stored(void **state)
{
	struct ledger_verdict verdict;
	struct ledger_hash root;

	(void)state;
	append(ENTRIES);
	verdict = verify();
	assert_int_equal(verdict.wrong, -1);
	assert_int_equal(verdict.size, ENTRIES);
	assert_int_equal(ledger_root(db, ENTRIES, &root, NULL), 0);
	assert_memory_equal(&verdict.root, &root, sizeof root);
}

static void
the_first_wrong_entry_is_named(void **state)
{
	static const struct {
		const char *sql;
		int64_t wrong;
	} damages[] = {
		{"UPDATE ledger SET body = '{\"n\":99}' WHERE seq IN (5, 9)", 5},
		{"UPDATE ledger SET at = at + 1 WHERE seq = 20", 20},
		{"UPDATE ledger SET kind = 'other' WHERE seq = 0", 0},
		{"DELETE FROM ledger WHERE seq = 7", 7},
		{"DELETE FROM ledger WHERE seq >= 19", 19},
		{"UPDATE ledger SET leaf = (SELECT leaf FROM ledger WHERE seq = 1) WHERE seq = 4", 4},
		{"UPDATE ledger SET leaf = x'00' WHERE seq = 4", 4},
		{"UPDATE ledger_node SET hash = x'00' WHERE level = 2 AND number = 1", 7},
		{"UPDATE ledger_node SET hash = (SELECT hash FROM ledger_node WHERE level = 1 AND number = 1)"
		 " WHERE level = 1 AND number = 0",
			1},
		{"DELETE FROM ledger_node WHERE level = 4", 15},
		{"INSERT INTO ledger_node(level, number, hash) VALUES(1, 10, x'00')", 21},
	};

	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		struct ledger_verdict verdict;

		append(ENTRIES);
		damage(damages[i].sql);
		verdict = verify();
		assert_int_equal(verdict.wrong, damages[i].wrong);
		assert_int_equal(verdict.size, damages[i].wrong);
		assert_true(verdict.reason[0]);
		tear_down(state);
		set_up(state);
	}
}

static void
a_rewritten_past_fails_against_a_root_that_was_kept(void **state)
{
	struct ledger_hash kept, now;
	struct ledger_proof proof;

	(void)state;
	append(ENTRIES);
	assert_int_equal(ledger_root(db, ENTRIES, &kept, NULL), 0);
	tear_down(state);
	set_up(state);
	append(ENTRIES - 1);
	append(4);
	assert_int_equal(verify().wrong, -1);
	assert_int_equal(ledger_root(db, ENTRIES + 3, &now, NULL), 0);
	assert_int_equal(ledger_prove_consistency(db, ENTRIES, ENTRIES + 3, &proof, NULL), 0);
	assert_false(ledger_check_consistency(ENTRIES, ENTRIES + 3, &kept, &now, &proof));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_ledger_is_sound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_sound_ledger_has_the_root_that_is_stored, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_first_wrong_entry_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rewritten_past_fails_against_a_root_that_was_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
