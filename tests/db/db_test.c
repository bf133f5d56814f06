/* What both engines do alike: each test runs on SQLite and on PostgreSQL. */

#include "db/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server.h"

static struct server *server;
static char folder[64];

struct fixture {
	const char *where;
	struct db *db;
};

static struct db *
connect_to(const char *where)
{
	struct error e = {0};
	struct db *db = NULL;

	if (db_open(where, true, &db, &e) < 0)
		fail_msg("%s", e.message);
	return db;
}

static void
run(struct db *db, const char *sql)
{
	struct error e = {0};

	if (db_run(db, sql, &e) < 0)
		fail_msg("%s: %s", sql, e.message);
}

static int64_t
count(struct db *db)
{
	int64_t n = -1;

	assert_int_equal(db_one_int(db, "SELECT count(*) FROM item", NULL, 0, &n, NULL), 0);
	return n;
}

static int
set_up(void **state, const char *where)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->where = where;
	f->db = connect_to(where);
	run(f->db,
		"DROP TABLE IF EXISTS item; DROP TABLE IF EXISTS migration; DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS b;"
		"CREATE TABLE item(id {key}, name {text} UNIQUE, size BIGINT, bytes {blob})");
	*state = f;
	return 0;
}

static int
set_up_sqlite(void **state)
{
	return set_up(state, folder);
}

static int
set_up_postgresql(void **state)
{
	return set_up(state, server_uri(server));
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	free(f);
	return 0;
}

static int
insert(struct db *db, const char *name, int64_t size, struct error *e)
{
	return db_do(
		db, "INSERT INTO item(name, size) VALUES($1, $2)", (struct db_value[]){db_text(name), db_int(size)}, 2, e);
}

static void
values_come_back_as_they_were_given(void **state)
{
	struct fixture *f = *state;
	static const uint8_t bytes[] = {0, 1, 0xff, 0};
	const int64_t numbers[] = {INT64_MIN, -1, 0, INT64_MAX};
	struct db_statement *s = NULL;
	struct error e = {0};
	size_t length;

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(db_do(f->db, "INSERT INTO item(size, bytes, name) VALUES($2, $3, $1)",
							 (struct db_value[]){i ? db_null() : db_text_of("荆门市, more", 9), db_int(numbers[i]),
								 i == 1 ? db_null() : db_blob(bytes, i == 2 ? 0 : 4)},
							 3, &e),
			0);
	assert_int_equal(db_changes(f->db), 1);
	assert_int_equal(db_start(f->db, "SELECT name, size, bytes FROM item ORDER BY id", NULL, 0, &s, &e), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(db_step(s, &e), 1);
		if (i == 0)
			assert_string_equal(db_column_text(s, 0), "荆门市");
		else
			assert_null(db_column_text(s, 0));
		assert_int_equal(db_column_is_null(s, 0), i != 0);
		assert_true(db_column_int(s, 1) == numbers[i]);
		if (i == 1) {
			assert_null(db_column_blob(s, 2, &length));
			assert_int_equal(length, 0);
		} else {
			assert_non_null(db_column_blob(s, 2, &length));
			assert_int_equal(length, i == 2 ? 0 : 4);
			assert_memory_equal(db_column_blob(s, 2, NULL), bytes, length);
		}
	}
	assert_int_equal(db_step(s, &e), 0);
	db_finish(s);
}

static void
a_generated_key_is_returned_by_its_insert(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};
	int64_t first, second;

	assert_int_equal(db_one_int(f->db, "INSERT INTO item(name) VALUES($1) RETURNING id",
						 (struct db_value[]){db_text("a")}, 1, &first, &e),
		0);
	assert_int_equal(db_one_int(f->db, "INSERT INTO item(name) VALUES($1) RETURNING id",
						 (struct db_value[]){db_text("b")}, 1, &second, &e),
		0);
	assert_true(second > first);
}

static int64_t
version_of(struct db *db)
{
	struct error e = {0};
	int64_t version = 0;

	if (db_version(db, &version, &e) < 0)
		fail_msg("%s", e.message);
	return version;
}

static void
a_version_is_the_same_until_somebody_commits(void **state)
{
	struct fixture *f = *state;
	struct db *other = connect_to(f->where);
	struct error e = {0};
	int64_t version = version_of(f->db), others = version_of(other);

	assert_true(version_of(f->db) == version);
	(void)count(other);
	assert_true(version_of(f->db) == version);

	assert_int_equal(insert(other, "another connection's", 1, &e), 0);
	assert_true(version_of(f->db) != version);
	assert_true(version_of(other) != others);

	version = version_of(f->db);
	others = version_of(other);
	assert_int_equal(insert(f->db, "one's own", 1, &e), 0);
	assert_true(version_of(f->db) != version);
	assert_true(version_of(other) != others);

	/* A transaction counts once it is committed, and what is read in between is of before. */
	version = version_of(f->db);
	assert_int_equal(db_begin(other, &e), 0);
	assert_int_equal(insert(other, "later", 1, &e), 0);
	assert_int_equal(count(f->db), 2);
	assert_int_equal(db_commit(other, &e), 0);
	assert_true(version_of(f->db) != version);
	assert_int_equal(count(f->db), 3);
	db_close(other);
}

static void
text_sorts_by_its_bytes(void **state)
{
	struct fixture *f = *state;
	struct db_statement *s = NULL;
	struct error e = {0};
	const char *order[] = {"B", "a", "é"};

	for (size_t i = 3; i-- > 0;)
		assert_int_equal(insert(f->db, order[i], 0, &e), 0);
	assert_int_equal(db_start(f->db, "SELECT name FROM item ORDER BY name", NULL, 0, &s, &e), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(db_step(s, &e), 1);
		assert_string_equal(db_column_text(s, 0), order[i]);
	}
	db_finish(s);
}

static void
the_same_statement_can_be_walked_inside_itself(void **state)
{
	static const char sql[] = "SELECT size FROM item WHERE size > $1 ORDER BY size";
	struct fixture *f = *state;
	struct db_statement *outer = NULL, *inner = NULL;
	struct error e = {0};
	int rows = 0;

	for (int i = 1; i <= 3; i++)
		assert_int_equal(insert(f->db, (char[]){(char)('a' + i), 0}, i, &e), 0);
	assert_int_equal(db_start(f->db, sql, (struct db_value[]){db_int(0)}, 1, &outer, &e), 0);
	while (db_step(outer, &e) > 0) {
		int64_t size = db_column_int(outer, 0);

		assert_int_equal(db_start(f->db, sql, (struct db_value[]){db_int(size)}, 1, &inner, &e), 0);
		while (db_step(inner, &e) > 0)
			rows++;
		db_finish(inner);
		assert_int_equal(db_column_int(outer, 0), size);
	}
	db_finish(outer);
	assert_int_equal(rows, 3);
}

static void
what_is_rolled_back_was_never_there(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};

	assert_int_equal(db_begin(f->db, &e), 0);
	assert_true(db_in_transaction(f->db));
	assert_int_equal(db_begin(f->db, &e), ERROR_USAGE);
	assert_int_equal(insert(f->db, "a", 1, &e), 0);
	db_rollback(f->db);
	assert_false(db_in_transaction(f->db));
	assert_int_equal(count(f->db), 0);
	assert_int_equal(db_commit(f->db, &e), ERROR_USAGE);
}

static void
a_second_connection_sees_what_was_committed_and_only_that(void **state)
{
	struct fixture *f = *state;
	struct db *other = connect_to(f->where);
	struct error e = {0};

	assert_int_equal(db_begin(f->db, &e), 0);
	assert_int_equal(insert(f->db, "a", 1, &e), 0);
	assert_int_equal(count(other), 0);
	assert_int_equal(db_commit(f->db, &e), 0);
	assert_int_equal(count(other), 1);
	db_close(other);
}

static void
a_reading_transaction_sees_one_moment(void **state)
{
	struct fixture *f = *state;
	struct db *reader = connect_to(f->where);
	struct error e = {0};

	assert_int_equal(db_begin_read(reader, &e), 0);
	assert_int_equal(count(reader), 0);
	assert_int_equal(insert(f->db, "a", 1, &e), 0);
	assert_int_equal(count(reader), 0);
	assert_int_equal(db_commit(reader, &e), 0);
	assert_int_equal(count(reader), 1);
	db_close(reader);
}

static void
a_key_that_is_there_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};

	assert_int_equal(insert(f->db, "a", 1, &e), 0);
	assert_int_equal(insert(f->db, "a", 2, &e), ERROR_EXISTS);
	assert_int_equal(count(f->db), 1);
}

static void
wrong_statements_are_refused_and_the_connection_goes_on(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};
	int64_t n;

	assert_int_equal(db_do(f->db, "SELEC 1", NULL, 0, &e), ERROR_USAGE);
	assert_int_equal(db_do(f->db, "SELECT size FROM nowhere", NULL, 0, &e), ERROR_USAGE);
	assert_int_equal(db_do(f->db, "SELECT {word}", NULL, 0, &e), ERROR_USAGE);
	assert_int_equal(db_do(f->db, "INSERT INTO item(size) VALUES($1)", NULL, 0, &e), ERROR_USAGE);
	assert_int_equal(
		db_do(f->db, "INSERT INTO item(name) VALUES($1)", (struct db_value[]){db_text_of("a\0b", 3)}, 1, &e),
		ERROR_USAGE);
	assert_int_equal(db_one_int(f->db, "SELECT size FROM item", NULL, 0, &n, &e), ERROR_EXISTS_NOT);
	assert_int_equal(db_one_int(f->db, "SELECT '{key} $1'", NULL, 0, &n, &e), 0);
	assert_int_equal(count(f->db), 0);
}

static void
a_program_that_makes_its_statements_from_pieces_does_not_fill_the_memory(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};
	char sql[64];

	for (int i = 0; i < DB_STATEMENTS_MAX + 40; i++) {
		int64_t n = -1;

		snprintf(sql, sizeof sql, "SELECT CAST(%d AS BIGINT)", i);
		assert_int_equal(db_one_int(f->db, sql, NULL, 0, &n, &e), 0);
		assert_int_equal(n, i);
	}
}

static void
migrations_run_once_and_in_order(void **state)
{
	static const char *const texts[] = {
		"CREATE TABLE a(x BIGINT)", "INSERT INTO a VALUES(1); CREATE TABLE b(x BIGINT)"};
	struct fixture *f = *state;
	struct error e = {0};
	int64_t n;

	assert_int_equal(db_migrate(f->db, "room", texts, 1, &e), 0);
	assert_int_equal(db_migrate(f->db, "room", texts, 2, &e), 0);
	assert_int_equal(db_migrate(f->db, "room", texts, 2, &e), 0);
	assert_int_equal(db_one_int(f->db, "SELECT count(*) FROM a", NULL, 0, &n, &e), 0);
	assert_int_equal(n, 1);
}

static void
a_migration_that_fails_leaves_nothing(void **state)
{
	static const char *const texts[] = {"CREATE TABLE a(x BIGINT)", "CREATE TABLE a(x BIGINT)"};
	struct fixture *f = *state;
	struct error e = {0};

	assert_int_equal(db_migrate(f->db, "room", texts, 2, &e), ERROR_USAGE);
	assert_false(db_in_transaction(f->db));
	assert_int_equal(db_run(f->db, "SELECT * FROM a", &e), ERROR_USAGE);
}

static void
a_store_from_a_newer_program_is_refused(void **state)
{
	static const char *const texts[] = {"CREATE TABLE a(x BIGINT)", "CREATE TABLE b(x BIGINT)"};
	struct fixture *f = *state;
	struct error e = {0};

	assert_int_equal(db_migrate(f->db, "room", texts, 2, &e), 0);
	assert_int_equal(db_migrate(f->db, "room", texts, 1, &e), ERROR_USAGE);
	assert_non_null(strstr(e.message, "newer program"));
}

static void
a_sound_store_passes_its_check(void **state)
{
	struct fixture *f = *state;
	struct buffer problems = buffer_make(65536);
	struct error e = {0};

	assert_int_equal(insert(f->db, "a", 1, &e), 0);
	assert_int_equal(db_check(f->db, &problems, &e), 0);
	assert_int_equal(problems.length, 0);
	buffer_free(&problems);
}

#define TESTS(set_up)                                                                                                  \
	{                                                                                                                  \
		cmocka_unit_test_setup_teardown(values_come_back_as_they_were_given, set_up, tear_down),                       \
			cmocka_unit_test_setup_teardown(a_generated_key_is_returned_by_its_insert, set_up, tear_down),             \
			cmocka_unit_test_setup_teardown(a_version_is_the_same_until_somebody_commits, set_up, tear_down),          \
			cmocka_unit_test_setup_teardown(text_sorts_by_its_bytes, set_up, tear_down),                               \
			cmocka_unit_test_setup_teardown(the_same_statement_can_be_walked_inside_itself, set_up, tear_down),        \
			cmocka_unit_test_setup_teardown(what_is_rolled_back_was_never_there, set_up, tear_down),                   \
			cmocka_unit_test_setup_teardown(                                                                           \
				a_second_connection_sees_what_was_committed_and_only_that, set_up, tear_down),                         \
			cmocka_unit_test_setup_teardown(a_reading_transaction_sees_one_moment, set_up, tear_down),                 \
			cmocka_unit_test_setup_teardown(a_key_that_is_there_is_told_as_such, set_up, tear_down),                   \
			cmocka_unit_test_setup_teardown(                                                                           \
				wrong_statements_are_refused_and_the_connection_goes_on, set_up, tear_down),                           \
			cmocka_unit_test_setup_teardown(                                                                           \
				a_program_that_makes_its_statements_from_pieces_does_not_fill_the_memory, set_up, tear_down),          \
			cmocka_unit_test_setup_teardown(migrations_run_once_and_in_order, set_up, tear_down),                      \
			cmocka_unit_test_setup_teardown(a_migration_that_fails_leaves_nothing, set_up, tear_down),                 \
			cmocka_unit_test_setup_teardown(a_store_from_a_newer_program_is_refused, set_up, tear_down),               \
			cmocka_unit_test_setup_teardown(a_sound_store_passes_its_check, set_up, tear_down),                        \
	}

int
main(void)
{
	const struct CMUnitTest sqlite[] = TESTS(set_up_sqlite);
	const struct CMUnitTest postgresql[] = TESTS(set_up_postgresql);
	char path[128];
	int failed;

	strcpy(folder, "/tmp/healthcode-db-XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests_name("SQLite", sqlite, NULL, NULL);
	snprintf(path, sizeof path, "%s/registry.db", folder);
	unlink(path);
	rmdir(folder);
	if (!(server = server_start())) {
		fprintf(stderr, "PostgreSQL is not installed, or does not start\n");
		return failed ? failed : 77;
	}
	failed += cmocka_run_group_tests_name("PostgreSQL", postgresql, NULL, NULL);
	server_stop(server);
	return failed;
}
