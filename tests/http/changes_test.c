#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../failing_allocation.h"
#include "http/changes.h"

static char folder[64];
static struct changes *changes;
static struct db *db, *reader;

#define GOOD(call) assert_int_equal(call, 0)

static int
set_up(void **state)
{
	static const char *const aside[] = {"other", NULL};
	struct error e = {0};

	(void)state;
	strcpy(folder, "/tmp/changes-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	GOOD(db_open(folder, true, &db, &e));
	GOOD(db_run(db, "CREATE TABLE thing(a BIGINT); CREATE TABLE other(a BIGINT)", &e));
	GOOD(db_note_changes(db, aside, &e));
	GOOD(db_open(folder, false, &reader, &e));
	return changes_new(&changes, &e);
}

static int
tear_down(void **state)
{
	char command[96];

	(void)state;
	changes_free(changes);
	changes_free(NULL);
	db_close(reader);
	db_close(db);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static void
commit(const char *sql, int64_t who)
{
	struct error e = {0};

	GOOD(db_begin(db, &e));
	GOOD(db_do(db, sql, (struct db_value[]){db_int(who)}, 1, &e));
	GOOD(db_commit(db, &e));
}

static const char about_one[] = "INSERT INTO thing(a) VALUES($1){of $1}",
				  about_all[] = "INSERT INTO thing(a) VALUES($1)", aside[] = "INSERT INTO other(a) VALUES($1)";

static bool
none_about(uint32_t block, int64_t number)
{
	return changes_none(changes, &(struct db_about){.count = 1, .blocks = {block}}, number);
}

static void
a_change_is_about_whom_it_says_and_those_alone(void **state)
{
	const struct db_about two = {.count = 2, .blocks = {6, 7}}, all = {.all = true};
	int64_t known = 0, before, after;
	struct error e = {0};

	(void)state;
	GOOD(changes_read(changes, reader, &known, &before, &e));
	assert_true(none_about(7, before));
	commit(about_one, 7);
	assert_true(none_about(7, before)); /* not learnt yet */
	GOOD(changes_read(changes, reader, &known, &after, &e));
	assert_true(after > before);
	assert_false(none_about(7, before));
	assert_true(none_about(7, after));
	assert_true(none_about(8, before));
	assert_false(changes_none(changes, &two, before));
	assert_false(changes_none(changes, &all, before));
	assert_false(changes_none(changes, NULL, before));
	assert_true(changes_none(changes, NULL, after));
}

static void
one_that_does_not_say_is_about_everybody_and_one_aside_about_nobody(void **state)
{
	int64_t known = 0, before, after;
	struct error e = {0};

	(void)state;
	GOOD(changes_read(changes, reader, &known, &before, &e));
	commit(aside, 7);
	GOOD(changes_read(changes, reader, &known, &after, &e));
	assert_int_equal(after, before);
	assert_true(changes_none(changes, NULL, before));
	commit(about_all, 7);
	GOOD(changes_read(changes, reader, &known, &after, &e));
	assert_false(none_about(8, before));
	assert_true(none_about(8, after));
}

static void
what_one_thread_learnt_another_knows(void **state)
{
	int64_t known = 0, others = 0, number, again;
	struct error e = {0};

	(void)state;
	commit(about_one, 7);
	GOOD(changes_read(changes, reader, &known, &number, &e));
	GOOD(changes_read(changes, db, &others, &again, &e));
	assert_int_equal(again, number);
	assert_false(none_about(7, number - 1));
}

/* Nothing is taken for known that was not read. */
static void
notes_that_cannot_be_read_are_read_the_next_time(void **state)
{
	int64_t known = 0, seen, number = -1;
	struct error e = {0};

	(void)state;
	GOOD(changes_read(changes, reader, &known, &seen, &e));
	commit(about_one, 7);
	GOOD(db_run(db, "ALTER TABLE change_note RENAME TO away", &e));
	{
		const int64_t before = known;

		assert_true(changes_read(changes, reader, &known, &number, &e) < 0);
		assert_true(known == before && number == -1);
	}
	GOOD(db_run(db, "ALTER TABLE away RENAME TO change_note", &e));
	GOOD(changes_read(changes, reader, &known, &number, &e));
	assert_true(number > seen);
	assert_false(none_about(7, seen));
}

static int
make_and_read(void *context)
{
	struct changes *made = NULL;
	int64_t known = 0, number = -1;
	struct error e = {0};
	int r = changes_new(&made, &e);

	(void)context;
	assert_true((r == 0) == (made != NULL));
	if (r == 0) {
		r = changes_read(made, reader, &known, &number, &e);
		assert_true((r == 0) == (number != -1));
	}
	changes_free(made);
	return r;
}

static void
no_failure_of_memory_is_hidden(void **state)
{
	(void)state;
	commit(about_one, 7);
	assert_true(failing_allocation_sweep(make_and_read, NULL) >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_change_is_about_whom_it_says_and_those_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_does_not_say_is_about_everybody_and_one_aside_about_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_one_thread_learnt_another_knows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(notes_that_cannot_be_read_are_read_the_next_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_failure_of_memory_is_hidden, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
