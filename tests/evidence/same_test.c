/* One person under several numbers. S1 to S3 are in evidence/same.c. */

#include "evidence/evidence.h"

#include "engines.h"

enum { THEN = 100, LATER = 200, LAST = 300 };

static void
make_tables(void)
{
	struct error e = {0};

	if (evidence_migrate(db, &e) < 0)
		fail_msg("%s", e.message);
}

static int
join(uint32_t alias, uint32_t person, instant at, int64_t *ret_link)
{
	struct error e = {0};
	int r;

	assert_int_equal(db_begin(db, &e), 0);
	r = evidence_same_put(db, alias, person, false, at, ret_link, &e);
	if (r < 0)
		db_rollback(db);
	else
		assert_int_equal(db_commit(db, &e), 0);
	return r;
}

static int
part(int64_t link, instant at)
{
	struct error e = {0};
	int r;

	assert_int_equal(db_begin(db, &e), 0);
	r = evidence_same_end(db, link, true, at, &e);
	if (r < 0)
		db_rollback(db);
	else
		assert_int_equal(db_commit(db, &e), 0);
	return r;
}

static struct evidence_same
numbers(uint32_t person, instant known)
{
	struct evidence_same same = {0};
	struct error e = {0};

	if (evidence_same(db, person, known, &same, &e) < 0)
		fail_msg("%s", e.message);
	return same;
}

static void
put(uint32_t person, const char *key)
{
	struct evidence_row row = {EVIDENCE_CHECKIN, person, key, 50, "{}", THEN, 0};
	enum evidence_outcome outcome;
	struct error e = {0};

	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(evidence_put(db, &row, &outcome, &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
}

static int
count_row(const struct evidence_row *row, void *context, struct error *e)
{
	(void)row;
	(void)e;
	++*(int *)context;
	return 0;
}

static int
rows_of(uint32_t person, instant known)
{
	struct error e = {0};
	int count = 0;

	assert_int_equal(evidence_each_of_same(db, person, EVIDENCE_ALL, EVIDENCE_NOW, known, count_row, &count, &e), 0);
	return count;
}

static void
whoever_is_one_has_the_evidence_of_all_numbers(void **state)
{
	int64_t first = 0, second = 0;

	(void)state;
	make_tables();
	put(17, "a");
	put(4, "b");
	put(9, "c");
	assert_int_equal(rows_of(17, EVIDENCE_NOW), 1);
	assert_int_equal(join(17, 4, THEN, &first), 0);
	assert_int_equal(join(9, 17, LATER, &second), 0);
	assert_int_equal(numbers(9, EVIDENCE_NOW).count, 3);
	assert_int_equal(numbers(9, EVIDENCE_NOW).numbers[0], 4);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(rows_of((const uint32_t[]){4, 9, 17}[i], EVIDENCE_NOW), 3);
	assert_int_equal(rows_of(5, EVIDENCE_NOW), 0);
}

/* S1 */
static void
who_is_one_already_is_not_joined_again(void **state)
{
	int64_t link = 0, none = -1;

	(void)state;
	make_tables();
	assert_int_equal(join(1, 2, THEN, &link), 0);
	assert_int_equal(join(3, 2, THEN, &link), 0);
	assert_int_equal(join(1, 3, THEN, &none), ERROR_EXISTS);
	assert_int_equal(join(2, 1, THEN, &none), ERROR_EXISTS);
	assert_int_equal(join(2, 2, THEN, &none), ERROR_EXISTS);
	assert_int_equal(none, -1);
	for (uint32_t i = 4; i <= EVIDENCE_SAME_MAX; i++)
		assert_int_equal(join(i, 2, THEN, &link), 0);
	assert_int_equal(join(1000, 2, THEN, &none), ERROR_TOO_LARGE);
	assert_int_equal(numbers(1, EVIDENCE_NOW).count, EVIDENCE_SAME_MAX);
}

/* S2, S3 */
static void
parting_restores_and_what_was_known_stays_known(void **state)
{
	int64_t link = 0;

	(void)state;
	make_tables();
	put(1, "a");
	put(2, "b");
	assert_int_equal(join(1, 2, LATER, &link), 0);
	assert_int_equal(part(link, LAST), 0);
	assert_int_equal(part(link, LAST), ERROR_EXISTS_NOT);
	assert_int_equal(part(link + 1, LAST), ERROR_EXISTS_NOT);
	assert_int_equal(rows_of(1, EVIDENCE_NOW), 1);
	assert_int_equal(rows_of(1, LAST), 1);
	assert_int_equal(rows_of(1, LAST - 1), 2);
	assert_int_equal(rows_of(2, LATER), 2);
	assert_int_equal(rows_of(2, LATER - 1), 1);
	assert_int_equal(join(2, 1, LAST, &link), 0);
	assert_int_equal(numbers(2, EVIDENCE_NOW).numbers[0], 1);
}

static int
count_link(uint32_t alias, uint32_t person, void *context, struct error *e)
{
	(void)e;
	assert_int_equal(alias, 1);
	assert_int_equal(person, 2);
	++*(int *)context;
	return 0;
}

static void
a_version_tells_that_something_changed(void **state)
{
	int64_t before, after, moved, link = 0;
	struct error e = {0};
	int count = 0;

	(void)state;
	make_tables();
	assert_int_equal(evidence_same_version(db, false, &before, &e), 0);
	assert_int_equal(join(1, 2, THEN, &link), 0);
	assert_int_equal(evidence_same_version(db, false, &after, &e), 0);
	assert_true(after > before);
	assert_int_equal(evidence_same_version(db, true, &moved, &e), 0);
	assert_int_equal(moved, 0);
	assert_int_equal(evidence_same_each(db, EVIDENCE_NOW, count_link, &count, &e), 0);
	assert_int_equal(count, 1);
	assert_int_equal(part(link, LATER), 0);
	assert_int_equal(evidence_same_version(db, true, &moved, &e), 0);
	assert_true(moved > 0);
	assert_int_equal(evidence_same_each(db, EVIDENCE_NOW, count_link, &count, &e), 0);
	assert_int_equal(count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY_STORE_TEST(whoever_is_one_has_the_evidence_of_all_numbers),
		EMPTY_STORE_TEST(who_is_one_already_is_not_joined_again),
		EMPTY_STORE_TEST(parting_restores_and_what_was_known_stays_known),
		EMPTY_STORE_TEST(a_version_tells_that_something_changed),
	};

	return RUN_ON_ENGINES(tests);
}
