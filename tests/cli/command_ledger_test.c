/* The program itself, on a store with a few entries: argv[1] is healthcode. */

#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db.h"
#include "ledger/ledger.h"
#include "registry/registry.h"

enum { ENTRIES = 5, NOON = 1585022400 /* 2020-03-24T04:00:00Z */ };

static const char *program;
static char folder[64], output[65536];

static int
set_up(void **state)
{
	struct error e = {0};
	struct db *db = NULL;

	const struct registry_where where = {.data = folder};
	char pack[512];

	(void)state;
	strcpy(folder, "/tmp/healthcode-cli-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(pack, sizeof pack, "%s/packs/hubei-2020", getenv("HEALTHCODE_SOURCE"));
	assert_int_equal(registry_create(&where, (const char *const[]){pack}, 1, NULL, &e), 0);
	assert_int_equal(db_open(folder, false, &db, &e), 0);
	assert_int_equal(ledger_migrate(db, &e), 0);
	assert_int_equal(db_begin(db, &e), 0);
	for (int i = 0; i < ENTRIES; i++)
		assert_int_equal(ledger_append(db, NOON + i, "override.approve", "{\"cause\":\"a\"}", NULL, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	db_close(db);
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

/* Run "healthcode --data FOLDER ARGUMENTS"; keep what it prints in output. Return its exit code. */
static int
run(const char *arguments)
{
	char command[4096];
	size_t length;
	FILE *from;

	snprintf(command, sizeof command, "%s --data %s %s 2>&1", program, folder, arguments);
	from = popen(command, "r");
	assert_non_null(from);
	length = fread(output, 1, sizeof output - 1, from);
	output[length] = '\0';
	return WEXITSTATUS(pclose(from));
}

static void
change(const char *sql)
{
	struct db *db = NULL;

	assert_int_equal(db_open(folder, false, &db, NULL), 0);
	assert_int_equal(db_run(db, sql, NULL), 0);
	db_close(db);
}

static void
show_prints_entries_in_order(void **state)
{
	(void)state;
	assert_int_equal(run("ledger show --from 1 --limit 2"), 0);
	assert_string_equal(output,
		"1 2020-03-24T12:00:01+08:00 override.approve {\"cause\":\"a\"}\n"
		"2 2020-03-24T12:00:02+08:00 override.approve {\"cause\":\"a\"}\n");
	assert_int_equal(run("ledger show --json --limit 1"), 0);
	assert_non_null(strstr(output,
		"{\"at\":\"2020-03-24T12:00:00+08:00\",\"body\":{\"cause\":\"a\"},"
		"\"kind\":\"override.approve\",\"leaf\":\""));
}

static void
verify_says_no_when_an_entry_was_changed(void **state)
{
	(void)state;
	assert_int_equal(run("ledger verify"), 0);
	assert_non_null(strstr(output, "ledger: 5 entries, root "));
	change("UPDATE ledger SET body = '{\"cause\":\"b\"}' WHERE seq = 3");
	assert_int_equal(run("ledger verify"), 1);
	assert_non_null(strstr(output, "wrong at entry 3"));
	assert_int_equal(run("--json ledger verify"), 1);
	assert_non_null(strstr(output, "\"valid\":false,\"wrong\":3"));
}

static void
verify_compares_with_a_root_that_was_kept(void **state)
{
	char root[65], arguments[160];

	(void)state;
	assert_int_equal(run("ledger verify"), 0);
	memcpy(root, strstr(output, "root ") + 5, 64);
	root[64] = '\0';
	snprintf(arguments, sizeof arguments, "ledger verify --size 5 --root %s", root);
	assert_int_equal(run(arguments), 0);
	root[0] = root[0] == '0' ? '1' : '0';
	snprintf(arguments, sizeof arguments, "ledger verify --size 5 --root %s", root);
	assert_int_equal(run(arguments), 1);
	snprintf(arguments, sizeof arguments, "ledger verify --size 6 --root %s", root);
	assert_int_equal(run(arguments), 1);
}

static void
check_proof(const char *arguments, const char *from, const char *to)
{
	char command[512], *changed;
	FILE *file;

	snprintf(command, sizeof command, "--json %s", arguments);
	assert_int_equal(run(command), 0);
	snprintf(command, sizeof command, "%s/proof.json", folder);
	for (int turn = 0; turn < 2; turn++) {
		if (turn == 1) {
			changed = strstr(output, from);
			assert_non_null(changed);
			memcpy(changed, to, strlen(to));
		}
		file = fopen(command, "w");
		fputs(output, file);
		fclose(file);
		char keep[sizeof output], check[600];

		strcpy(keep, output);
		snprintf(check, sizeof check, "ledger verify --proof %s", command);
		assert_int_equal(run(check), turn);
		assert_string_equal(output, turn ? "not valid\n" : "valid\n");
		strcpy(output, keep);
	}
}

static void
a_proof_is_checked_without_the_store(void **state)
{
	(void)state;
	check_proof("ledger prove 3", "\"cause\":\"a\"", "\"cause\":\"b\"");
	check_proof("ledger prove 1 --size 2", "\"seq\":1", "\"seq\":0");
	check_proof("ledger prove --since 3", "\"old_size\":3", "\"old_size\":2");
}

static void
wrong_usage_is_one_line_and_exit_2(void **state)
{
	static const char *const usages[] = {"ledger", "ledger burn", "ledger prove", "ledger prove x",
		"ledger prove 1 --since 1", "ledger prove 5", "ledger show --from -1", "ledger verify --size 3",
		"ledger verify --size 3 --root 00"};

	(void)state;
	for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
		assert_int_equal(run(usages[i]), 2);
		assert_ptr_equal(strchr(output, '\n'), output + strlen(output) - 1);
	}
}

static void
a_proof_that_is_none_is_bad_input(void **state)
{
	char path[128], arguments[256];
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s/proof.json", folder);
	file = fopen(path, "w");
	fputs("{\"size\":1}", file);
	fclose(file);
	snprintf(arguments, sizeof arguments, "ledger verify --proof %s", path);
	assert_int_equal(run(arguments), 3);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(show_prints_entries_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(verify_says_no_when_an_entry_was_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(verify_compares_with_a_root_that_was_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_proof_is_checked_without_the_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrong_usage_is_one_line_and_exit_2, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_proof_that_is_none_is_bad_input, set_up, tear_down),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
