/* Each read of a segment is disturbed once: it fails, it is interrupted, it brings fewer bytes than asked for, the file ends.
 * What can be mended is, what cannot is told with the file's name, and afterwards the same question has the same answer. */

#include <errno.h>

#include "fixture.h"

enum { PLACES = 4, HALF = 2 };

/* The linker's --wrap gives these names to the real one (64 bits of offset). */
ssize_t __real_pread64(int fd, void *bytes, size_t length, off_t offset);
ssize_t __wrap_pread64(int fd, void *bytes, size_t length, off_t offset);

static enum how { FAILING, INTERRUPTED, SHORT, ENDED } how;
static size_t left; /* reads until the one that is disturbed, itself counted; 0: none is */

ssize_t
__wrap_pread64(int fd, void *bytes, size_t length, off_t offset)
{
	if (left == 0 || --left > 0)
		return __real_pread64(fd, bytes, length, offset);
	switch (how) {
	case FAILING:
		errno = EIO;
		return -1;
	case INTERRUPTED:
		errno = EINTR;
		return -1;
	case SHORT:
		return __real_pread64(fd, bytes, (length + 1) / HALF, offset);
	case ENDED:
		break;
	}
	return 0;
}

static bool
is_mended(void)
{
	return how == INTERRUPTED || how == SHORT;
}

static int
load_crowd(struct fixture *f, int64_t import, uint32_t first_person, uint32_t people, struct error *e)
{
	const struct presence_source source = {import, import};
	struct presence_load *load = NULL;
	struct presence_counts counts;
	int r;

	if ((r = presence_load_new(f->presence, &source, &load, e)) < 0)
		return r;
	for (uint32_t i = 0; i < people && r == 0; i++) {
		const uint32_t person = first_person + i;
		const struct presence_stay stay = {
			.person = person, .place = 1 + person % PLACES, .start = 3600 + person, .end = 4200 + person + import};

		r = presence_load_add(load, &stay, e);
	}
	if (r == 0)
		r = presence_load_finish(load, &counts, e);
	presence_load_free(load);
	return r;
}

/* Two segments of a day, which are not merged. */
static void
fill(struct fixture *f)
{
	struct error e = {0};

	for (int i = 0; i < PLACES; i++)
		put_place(f, (const char *[]){"a", "b", "c", "d"}[i], "venue");
	assert_int_equal(load_crowd(f, 1, 1, 10000, &e), 0);
	assert_int_equal(load_crowd(f, 2, 20001, 4500, &e), 0);
	assert_int_equal(db_commit(f->db, &e), 0);
}

static int
count_one(const struct presence_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)e;
	++*(size_t *)context;
	return 0;
}

/* Everything that is read: where, who, and the check. */
static int
ask(struct fixture *f, size_t *ret_found, struct error *e)
{
	struct presence_checked checked;
	size_t found = 0;
	int r;

	if ((r = presence_each_stay_at(f->presence, 1, 0, DAY_S, &see_all, count_one, &found, e)) < 0 ||
		(r = presence_each_stay_of(f->presence, 20001, 0, DAY_S, &see_all, count_one, &found, e)) < 0 ||
		(r = presence_check(f->presence, &checked, e)) < 0)
		return r;
	*ret_found = found + checked.stays;
	return 0;
}

static const size_t everything = 10000 / PLACES + 4500 / PLACES + 1 + 14500;

static void
is_told_with_the_file(const struct fixture *f, int r, const struct error *e)
{
	char folder[80];

	snprintf(folder, sizeof folder, "%s/presence/", f->folder);
	assert_int_equal(r, how == FAILING ? ERROR_IO : ERROR_CORRUPT);
	assert_int_equal(strncmp(e->file, folder, strlen(folder)), 0);
	assert_true(e->message[0]);
}

/* Disturb each read of opening and asking. Return how many there are. */
static size_t
sweep_questions(struct fixture *f)
{
	for (size_t number = 1;; number++) {
		struct error e = {0};
		size_t found = 0;
		bool disturbed;
		int r;

		presence_close(f->presence);
		f->presence = NULL;
		left = number;
		if ((r = fixture_try_presence(f, &e)) == 0)
			r = ask(f, &found, &e);
		disturbed = left == 0;
		left = 0;
		if (disturbed && !is_mended())
			is_told_with_the_file(f, r, &e);
		else
			assert_int_equal(r, 0);
		if (!f->presence)
			fixture_open_presence(f);
		if (r < 0) /* the next time all is well */
			assert_int_equal(ask(f, &found, &e), 0);
		assert_int_equal(found, everything);
		if (!disturbed)
			return number - 1;
	}
}

/* Disturb each read of an import that is compared with what is kept, and that the day's segments are merged with. */
static size_t
sweep_import(struct fixture *f)
{
	for (size_t number = 1;; number++) {
		struct error e = {0};
		size_t found = 0;
		bool disturbed;
		int r;

		presence_close(f->presence);
		fixture_open_presence(f);
		assert_int_equal(db_begin(f->db, &e), 0);
		left = number;
		r = load_crowd(f, 3, 8001, 5000, &e); /* 2,000 known people, corrected, and 3,000 new ones */
		disturbed = left == 0;
		left = 0;
		if (disturbed && !is_mended()) {
			is_told_with_the_file(f, r, &e);
		} else {
			assert_int_equal(r, 0);
			assert_int_equal(presence_each_stay_at(f->presence, 1, 0, DAY_S, &see_all, count_one, &found, &e), 0);
			assert_int_equal(found, 14500 / PLACES + 3000 / PLACES);
		}
		db_rollback(f->db);
		assert_int_equal(ask(f, &found, &e), 0);
		assert_int_equal(found, everything);
		if (!disturbed)
			return number - 1;
	}
}

static void
each_question_survives_each_disturbed_read(void **state)
{
	struct fixture *f = *state;

	fill(f);
	for (how = FAILING; how <= ENDED; how++)
		assert_true(sweep_questions(f) > 40);
}

static void
each_import_survives_each_disturbed_read(void **state)
{
	struct fixture *f = *state;

	fill(f);
	for (how = FAILING; how <= ENDED; how++)
		assert_true(sweep_import(f) > 40);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_question_survives_each_disturbed_read),
		TEST(each_import_survives_each_disturbed_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
