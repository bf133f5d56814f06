#include "db/db.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KILLS = 12, ITEMS_A_COMMIT = 5 };

static char folder[64];

static char *
in_folder(const char *name)
{
	static char path[2][128];
	static unsigned turn;

	snprintf(path[turn ^= 1], sizeof path[0], "%s/%s", folder, name);
	return path[turn];
}

static struct db *
connect_to(const char *where)
{
	struct error e = {0};
	struct db *db = NULL;

	if (db_open(where, true, &db, &e) < 0)
		fail_msg("%s", e.message);
	return db;
}

static int
set_up(void **state)
{
	struct db *db;

	strcpy(folder, "/tmp/healthcode-db-XXXXXX");
	assert_non_null(mkdtemp(folder));
	db = connect_to(folder);
	assert_int_equal(db_run(db, "CREATE TABLE item(n BIGINT PRIMARY KEY, pad {text})", NULL), 0);
	db_close(db);
	*state = NULL;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {
		"registry.db", "registry.db-wal", "registry.db-shm", "copy/registry.db", "copy"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		(void)remove(in_folder(names[i]));
	return rmdir(folder);
}

static void
only_its_owner_may_read_the_store(void **state)
{
	struct db *db = connect_to(folder);
	struct stat about;

	(void)state;
	assert_int_equal(db_run(db, "INSERT INTO item VALUES(1, 'x')", NULL), 0);
	assert_int_equal(stat(in_folder("registry.db"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_int_equal(stat(in_folder("registry.db-wal"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	db_close(db);
}

static void
a_store_that_is_not_there_is_not_made_unasked(void **state)
{
	struct error e = {0};
	struct db *db = NULL;

	(void)state;
	assert_int_equal(db_open(in_folder("nowhere"), false, &db, &e), ERROR_EXISTS_NOT);
	assert_null(db);
	assert_int_not_equal(access(in_folder("nowhere"), F_OK), 0);
}

static void
a_file_that_is_no_database_is_corrupt(void **state)
{
	struct error e = {0};
	struct db *db = NULL;
	int fd = open(in_folder("registry.db"), O_WRONLY);

	(void)state;
	assert_int_equal(write(fd, "this was a database once", 24), 24);
	close(fd);
	assert_int_equal(db_open(folder, false, &db, &e), ERROR_CORRUPT);
	assert_null(db);
}

static void
a_damaged_page_is_found_by_the_check(void **state)
{
	struct buffer problems = buffer_make(65536);
	struct db *db = connect_to(folder);
	struct error e = {0};
	int fd;

	(void)state;
	for (int i = 0; i < 400; i++)
		assert_int_equal(db_do(db, "INSERT INTO item VALUES($1, 'a text that fills some pages of the file')",
							 (struct db_value[]){db_int(i)}, 1, &e),
			0);
	db_close(db);
	fd = open(in_folder("registry.db"), O_WRONLY);
	assert_int_equal(pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, 5 * 4096 + 2), 8);
	close(fd);
	db = connect_to(folder);
	assert_int_equal(db_check(db, &problems, &e), ERROR_CORRUPT);
	assert_true(problems.length > 0);
	db_close(db);
	buffer_free(&problems);
}

static void
a_backup_is_a_whole_store(void **state)
{
	struct db *db = connect_to(folder), *copy;
	struct error e = {0};
	struct stat about;
	int64_t n;

	(void)state;
	assert_int_equal(db_run(db, "INSERT INTO item VALUES(1, 'x')", &e), 0);
	assert_int_equal(mkdir(in_folder("copy"), 0700), 0);
	assert_int_equal(db_backup(db, in_folder("copy/registry.db"), &e), 0);
	assert_int_equal(db_backup(db, in_folder("copy/registry.db"), &e), ERROR_EXISTS);
	assert_int_not_equal(access(in_folder("copy/registry.db.partial"), F_OK), 0);
	assert_int_equal(stat(in_folder("copy/registry.db"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	db_close(db);
	copy = connect_to(in_folder("copy"));
	assert_int_equal(db_one_int(copy, "SELECT n FROM item", NULL, 0, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_int_equal(db_check(copy, NULL, &e), 0);
	db_close(copy);
}

/* Commit items, ITEMS_A_COMMIT at a time, and write the number of the last one acknowledged to ${fd}, until killed. */
static void
write_until_killed(int fd, bool beside)
{
	struct db *db = NULL;
	int64_t n;

	if (db_open(folder, false, &db, NULL) < 0 || (beside && db_checkpoint_beside(db, NULL) < 0) ||
		db_one_int(db, "SELECT COALESCE(MAX(n), 0) FROM item", NULL, 0, &n, NULL) < 0)
		_exit(1);
	for (;;) {
		if (db_begin(db, NULL) < 0)
			_exit(1);
		for (int i = 0; i < ITEMS_A_COMMIT; i++)
			if (db_do(db, "INSERT INTO item VALUES($1, 'some text')", (struct db_value[]){db_int(++n)}, 1, NULL) < 0)
				_exit(1);
		if (db_commit(db, NULL) < 0 || write(fd, &n, sizeof n) != sizeof n)
			_exit(1);
	}
}

static void
what_was_acknowledged_survives_a_kill(void **state)
{
	int64_t acknowledged = 0;

	(void)state;
	srand(20200324);
	for (int i = 0; i < KILLS; i++) {
		struct error e = {0};
		int ends[2], status;
		int64_t last, n;
		struct db *db;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		if ((child = fork()) == 0) {
			close(ends[0]);
			write_until_killed(ends[1], i % 2 == 1);
		}
		close(ends[1]);
		assert_int_equal(read(ends[0], &n, sizeof n), sizeof n);
		usleep((useconds_t)(rand() % 30000));
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		assert_true(WIFSIGNALED(status));
		do
			acknowledged = n;
		while (read(ends[0], &n, sizeof n) == sizeof n);
		close(ends[0]);

		db = connect_to(folder);
		assert_int_equal(db_check(db, NULL, &e), 0);
		assert_int_equal(db_one_int(db, "SELECT MAX(n) FROM item", NULL, 0, &last, &e), 0);
		assert_true(last == acknowledged || last == acknowledged + ITEMS_A_COMMIT);
		assert_int_equal(db_one_int(db, "SELECT count(*) FROM item", NULL, 0, &n, &e), 0);
		assert_true(n == last);
		db_close(db);
	}
}

static off_t
size_of_the_file(void)
{
	struct stat about;

	assert_int_equal(stat(in_folder("registry.db"), &about), 0);
	return about.st_size;
}

/* So few pages would stay in the WAL otherwise. */
static void
what_is_committed_is_carried_beside(void **state)
{
	enum { ITEMS = 40, TIMES = 1000 };
	static char pad[4097];
	struct db *db = connect_to(folder);
	struct error e = {0};
	off_t before = size_of_the_file();
	int64_t n;
	int times = 0;

	(void)state;
	memset(pad, 'p', sizeof pad - 1);
	assert_int_equal(db_checkpoint_beside(db, &e), 0);
	assert_int_equal(db_checkpoint_beside(db, &e), 0);
	for (n = 1; n <= ITEMS; n++)
		assert_int_equal(
			db_do(db, "INSERT INTO item VALUES($1, $2)", (struct db_value[]){db_int(n), db_text(pad)}, 2, &e), 0);
	while (size_of_the_file() < before + ITEMS * 4096 && ++times < TIMES)
		usleep(10000);
	assert_true(times < TIMES);
	db_checkpoint_alone(db);
	before = size_of_the_file();
	for (; n <= 2 * ITEMS; n++)
		assert_int_equal(
			db_do(db, "INSERT INTO item VALUES($1, $2)", (struct db_value[]){db_int(n), db_text(pad)}, 2, &e), 0);
	assert_true(size_of_the_file() == before);
	db_close(db);
	db = connect_to(folder);
	assert_int_equal(db_check(db, NULL, &e), 0);
	assert_int_equal(db_one_int(db, "SELECT count(*) FROM item", NULL, 0, &n, &e), 0);
	assert_int_equal(n, 2 * ITEMS);
	db_close(db);
}

/* What another program does that counts the items and ends: this one, called with the folder. */
static int
count_and_end(const char *where)
{
	struct error e = {0};
	struct db *db = NULL;
	int64_t n;
	int r;

	if (db_open(where, false, &db, &e) < 0)
		return 100;
	r = db_one_int(db, "SELECT count(*) FROM item", NULL, 0, &n, &e);
	db_close(db);
	return r < 0 ? 101 : (int)n;
}

static int
another_program_counts(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execl("/proc/self/exe", "sqlite_test", folder, (char *)NULL);
		_exit(127);
	}
	assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A server opens a connection in each thread, and people use the command line beside it. */
static void
what_is_written_while_another_program_comes_and_goes_is_kept(void **state)
{
	struct db *first = connect_to(folder), *second = connect_to(folder);
	struct error e = {0};
	int64_t n = 0;

	(void)state;
	assert_int_equal(db_run(first, "INSERT INTO item(n) VALUES(1)", &e), 0);
	assert_int_equal(another_program_counts(), 1);
	assert_int_equal(db_run(first, "INSERT INTO item(n) VALUES(2)", &e), 0);
	assert_int_equal(another_program_counts(), 2);
	assert_int_equal(db_run(second, "INSERT INTO item(n) VALUES(3)", &e), 0);
	assert_int_equal(another_program_counts(), 3);
	db_close(first);
	db_close(second);
	first = connect_to(folder);
	assert_int_equal(db_one_int(first, "SELECT count(*) FROM item", NULL, 0, &n, &e), 0);
	assert_int_equal(n, 3);
	db_close(first);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_its_owner_may_read_the_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_store_that_is_not_there_is_not_made_unasked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_no_database_is_corrupt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_page_is_found_by_the_check, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_backup_is_a_whole_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_acknowledged_survives_a_kill, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_committed_is_carried_beside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_written_while_another_program_comes_and_goes_is_kept, set_up, tear_down),
	};

	if (argc == 2)
		return count_and_end(argv[1]);

	return cmocka_run_group_tests(tests, NULL, NULL);
}
