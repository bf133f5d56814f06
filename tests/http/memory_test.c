#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/memory.h"

static const struct db_about about = {.count = 1, .blocks = {7}};
static char folder[] = "/tmp/memory-test-XXXXXX";
static struct changes *changes;
static struct memory *memory;
static struct db *db, *reader;
static int64_t version, number;

#define GOOD(call) assert_int_equal(call, 0)

/* Somebody commits what is about that block, or (DB_BLOCK_ALL) about nobody that they say. */
static void
commit_about(uint32_t block)
{
	const char *sql =
		block == DB_BLOCK_ALL ? "INSERT INTO thing(a) VALUES($1)" : "INSERT INTO thing(a) VALUES($1){of $1}";
	struct error e = {0};

	GOOD(db_begin(db, &e));
	GOOD(db_do(db, sql, (struct db_value[]){db_int(block)}, 1, &e));
	GOOD(db_commit(db, &e));
	GOOD(changes_read(changes, reader, &version, &number, &e));
}

static int
set_up(void **state)
{
	static const char *const aside[] = {"other", NULL};
	struct error e = {0};

	(void)state;
	strcpy(folder, "/tmp/memory-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	GOOD(db_open(folder, true, &db, &e));
	GOOD(db_run(db, "CREATE TABLE thing(a BIGINT); CREATE TABLE other(a BIGINT)", &e));
	GOOD(db_note_changes(db, aside, &e));
	GOOD(db_open(folder, false, &reader, &e));
	GOOD(changes_new(&changes, &e));
	version = number = 0;
	GOOD(changes_read(changes, reader, &version, &number, &e));
	return memory_new(sizeof(int64_t), changes, &memory, &e);
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	memory_free(memory);
	memory_free(NULL);
	changes_free(changes);
	changes_free(NULL);
	db_close(reader);
	db_close(db);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

/* Keys of which those with the same ${start} want the same place. */
static const uint8_t *
key(uint64_t start, uint64_t which)
{
	static uint8_t bytes[MEMORY_KEY_SIZE];

	memcpy(bytes, &start, sizeof start);
	memcpy(bytes + sizeof start, &which, sizeof which);
	return bytes;
}

static void
put(const uint8_t *under, instant from, instant until, int64_t value)
{
	memory_put(memory, under, &about, number, from, until, &value);
}

static int64_t
found(const uint8_t *under, instant now)
{
	int64_t value = -1;

	return memory_find(memory, under, now, &value) ? value : -1;
}

static void
what_is_put_is_found_from_its_beginning_until_its_end(void **state)
{
	(void)state;
	assert_int_equal(found(key(1, 1), 100), -1);
	put(key(1, 1), 100, 200, 42);
	assert_int_equal(found(key(1, 1), 100), 42);
	assert_int_equal(found(key(1, 1), 199), 42);
	assert_int_equal(found(key(1, 1), 200), -1);
	assert_int_equal(found(key(1, 1), 99), -1);
	assert_int_equal(found(key(1, 2), 100), -1);
}

static void
after_a_commit_about_them_nothing_of_before_is_found(void **state)
{
	(void)state;
	put(key(1, 1), 100, 200, 42);
	commit_about(7);
	assert_int_equal(found(key(1, 1), 100), -1);
	put(key(1, 1), 100, 200, 43);
	assert_int_equal(found(key(1, 1), 100), 43);
}

static void
a_commit_about_others_leaves_it(void **state)
{
	struct error e = {0};

	(void)state;
	put(key(1, 1), 100, 200, 42);
	commit_about(8);
	assert_int_equal(found(key(1, 1), 100), 42);
	GOOD(db_do(db, "INSERT INTO other(a) VALUES(7)", NULL, 0, &e)); /* a table that nobody reads from */
	GOOD(changes_read(changes, reader, &version, &number, &e));
	assert_int_equal(found(key(1, 1), 100), 42);
}

static void
a_commit_that_says_not_about_whom_is_about_everybody(void **state)
{
	(void)state;
	put(key(1, 1), 100, 200, 42);
	commit_about(DB_BLOCK_ALL);
	assert_int_equal(found(key(1, 1), 100), -1);
}

static void
what_was_read_before_a_commit_and_put_after_is_not_found(void **state)
{
	int64_t before = number, value = 42;

	(void)state;
	commit_about(7);
	memory_put(memory, key(1, 1), &about, before, 100, 200, &value);
	assert_int_equal(found(key(1, 1), 100), -1);
}

static void
what_is_about_too_many_holds_until_any_commit(void **state)
{
	struct db_about many = {0};
	int64_t value = 42;

	(void)state;
	for (int64_t i = 0; i <= DB_ABOUT_MAX; i++)
		db_about_add(&many, db_int(100 + i));
	assert_true(many.all);
	memory_put(memory, key(1, 1), &many, number, 100, 200, &value);
	assert_int_equal(found(key(1, 1), 100), 42);
	commit_about(8);
	assert_int_equal(found(key(1, 1), 100), -1);
}

static void
what_holds_for_no_moment_is_not_kept(void **state)
{
	(void)state;
	put(key(1, 1), 100, 100, 42);
	put(key(1, 1), 100, 90, 42);
	assert_int_equal(found(key(1, 1), 100), -1);
}

static void
what_holds_no_more_gives_way_first_and_then_the_oldest(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 16; i++)
		put(key(5, i), i == 3 ? 200 : 100 + (instant)i, i == 9 ? 150 : 1000, (int64_t)i);
	put(key(5, 16), 300, 1000, 16); /* in the place of the one that ended */
	assert_int_equal(found(key(5, 9), 110), -1);
	assert_int_equal(found(key(5, 0), 300), 0);
	put(key(5, 17), 300, 1000, 17); /* and then of the oldest */
	assert_int_equal(found(key(5, 0), 300), -1);
	for (uint64_t i = 1; i <= 17; i++)
		if (i != 9)
			assert_int_equal(found(key(5, i), 300), i);
}

static void
a_hundred_thousand_are_kept_but_for_a_few(void **state)
{
	int64_t kept = 0;

	(void)state;
	srandom(1);
	for (uint64_t i = 0; i < 100000; i++)
		put(key((uint64_t)random(), i), 100, 200, (int64_t)i);
	srandom(1);
	for (uint64_t i = 0; i < 100000; i++)
		kept += found(key((uint64_t)random(), i), 100) == (int64_t)i;
	assert_in_range(kept, 97000, 100000);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_is_found_from_its_beginning_until_its_end),
		TEST(after_a_commit_about_them_nothing_of_before_is_found),
		TEST(a_commit_about_others_leaves_it),
		TEST(a_commit_that_says_not_about_whom_is_about_everybody),
		TEST(what_was_read_before_a_commit_and_put_after_is_not_found),
		TEST(what_is_about_too_many_holds_until_any_commit),
		TEST(what_holds_for_no_moment_is_not_kept),
		TEST(what_holds_no_more_gives_way_first_and_then_the_oldest),
		TEST(a_hundred_thousand_are_kept_but_for_a_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
