/* A destroyed day stays destroyed: nothing that is left of the store, its log or its backup opens it. */

#include "base/file.h"
#include "fixture.h"

enum { KEPT_MAX = 64 << 20, SEALED_KEY = KEYS_SIZE + KEYS_SEAL_EXTRA };

static const char key_name[] = "day-stays-1970-01-01";
static const char about_tail[] = "presence tail"; /* as the tail is sealed */

/* What is searched for: whatever opens this entry of the tail has the day's key. */
static struct {
	uint8_t root[KEYS_SIZE];
	struct buffer sealed;
	size_t raw, unwrapped, windows;
} canary;

static bool
opens(const uint8_t key[KEYS_SIZE])
{
	struct buffer plain = buffer_make(KEPT_MAX);
	bool opened =
		keys_open_with(key, about_tail, sizeof about_tail, canary.sealed.data, canary.sealed.length, &plain, NULL) == 0;

	buffer_free(&plain);
	return opened;
}

static void
try_window(const uint8_t *bytes, size_t left)
{
	struct buffer key = buffer_make(KEYS_SIZE);

	canary.windows++;
	canary.raw += opens(bytes);
	if (left >= SEALED_KEY && bytes[0] == 1 && /* the seal's version */
		keys_open_with(canary.root, key_name, strlen(key_name), bytes, SEALED_KEY, &key, NULL) == 0)
		canary.unwrapped += opens(key.data);
	buffer_free(&key);
}

static int
search_file(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	struct buffer bytes = buffer_make(KEPT_MAX);
	struct error e = {0};

	(void)walk;
	if (kind == FTW_F && status->st_size) {
		assert_int_equal(file_read(path, &bytes, &e), 0);
		for (size_t i = 0; i + KEYS_SIZE <= bytes.length; i++)
			try_window(bytes.data + i, bytes.length - i);
	}
	buffer_free(&bytes);
	return 0;
}

static void
search(const char *folder)
{
	canary.raw = canary.unwrapped = canary.windows = 0;
	assert_int_equal(nftw(folder, search_file, 16, FTW_PHYS), 0);
}

static void
keep_canary(struct fixture *f)
{
	struct buffer root = buffer_make(KEYS_SIZE);
	struct db_statement *entry = NULL;
	struct error e = {0};
	const void *sealed;
	char path[400];
	size_t length;

	snprintf(path, sizeof path, "%s/keys/root.key", f->folder);
	assert_int_equal(file_read(path, &root, &e), 0);
	memcpy(canary.root, root.data, KEYS_SIZE);
	buffer_free(&root);
	canary.sealed = buffer_make(KEPT_MAX);
	assert_int_equal(
		db_start(f->db, "SELECT sealed FROM presence_tail WHERE day = 0 ORDER BY id DESC", NULL, 0, &entry, &e), 0);
	assert_int_equal(db_step(entry, &e), 1);
	sealed = db_column_blob(entry, 0, &length);
	assert_int_equal(buffer_add(&canary.sealed, sealed, length, &e), 0);
	db_finish(entry);
}

static void
load_day(struct fixture *f, place_number place, uint32_t people)
{
	const struct presence_source source = {0, 1};
	struct presence_load *load = NULL;
	struct presence_counts counts;
	struct error e = {0};

	assert_int_equal(presence_load_new(f->presence, &source, &load, &e), 0);
	for (uint32_t i = 0; i < people; i++) {
		const struct presence_stay stay = {.person = 1 + i, .place = place, .start = 3600 + i, .end = 7200 + i};

		assert_int_equal(presence_load_add(load, &stay, &e), 0);
	}
	assert_int_equal(presence_load_finish(load, &counts, &e), 0);
	presence_load_free(load);
}

static void
no_window_opens_a_destroyed_day(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	struct presence_purged purged;
	struct error e = {0};
	char command[400], path[200];

	load_day(f, place, 5000);
	put_stay(f, 9, place, 40000, 41000);
	put_stay(f, 9, place, DAY_S + 100, DAY_S + 200);
	assert_int_equal(db_commit(f->db, &e), 0);
	keep_canary(f);
	snprintf(path, sizeof path, "%s/backup.db", f->folder);
	assert_int_equal(db_backup(f->db, path, &e), 0);
	snprintf(command, sizeof command, "cp -r %s/presence %s/backup", f->folder, f->folder);
	assert_int_equal(system(command), 0);

	search(f->folder); /* before: the key store has it, sealed under the root, and nothing else does */
	assert_int_equal(canary.raw, 0);
	assert_int_equal(canary.unwrapped, 1);

	assert_int_equal(presence_purge(f->presence, 1, &purged, &e), 0);
	assert_int_equal(purged.days, 1);
	search(f->folder);
	assert_true(canary.windows > 100000);
	assert_int_equal(canary.raw, 0);
	assert_int_equal(canary.unwrapped, 0);
	buffer_free(&canary.sealed);
}

static void
what_was_destroyed_is_told(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	struct presence_purged purged;
	struct error e = {0};
	instant until;

	put_stay(f, 1, place, 1000, 2000);
	assert_int_equal(presence_forgotten(f->presence, &until, &e), 0);
	assert_true(until == INT64_MIN);
	assert_int_equal(presence_purge(f->presence, 3, &purged, &e), 0);
	assert_int_equal(presence_forgotten(f->presence, &until, &e), 0);
	assert_int_equal(until, 3 * DAY_S);
	assert_int_equal(presence_purge(f->presence, 2, &purged, &e), 0);
	assert_int_equal(presence_forgotten(f->presence, &until, &e), 0);
	assert_int_equal(until, 3 * DAY_S);
}

static int64_t
lists_of_people(struct fixture *f)
{
	struct error e = {0};
	int64_t count;

	assert_int_equal(db_one_int(f->db, "SELECT count(*) FROM presence_people", NULL, 0, &count, &e), 0);
	return count;
}

static void
the_list_of_people_goes_with_the_last_of_its_days(void **state)
{
	struct fixture *f = *state;
	place_number place = put_place(f, "shop", "venue");
	struct presence_purged purged;
	struct error e = {0};

	put_stay(f, 1, place, 1000, 2000);
	put_stay(f, 1, place, 40 * DAY_S, 40 * DAY_S + 1000);
	assert_int_equal(lists_of_people(f), 2);
	assert_int_equal(presence_purge(f->presence, 31, &purged, &e), 0);
	assert_int_equal(lists_of_people(f), 2);
	assert_false(keys_destroyed(f->keys, "day-people-1970-02-01"));
	assert_int_equal(presence_purge(f->presence, 32, &purged, &e), 0);
	assert_int_equal(lists_of_people(f), 1);
	assert_true(keys_destroyed(f->keys, "day-people-1970-02-01"));
	assert_int_equal(put_stay(f, 1, place, 40 * DAY_S, 40 * DAY_S + 2000), PRESENCE_CHANGED);
	assert_int_equal(lists_of_people(f), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_window_opens_a_destroyed_day),
		TEST(what_was_destroyed_is_told),
		TEST(the_list_of_people_goes_with_the_last_of_its_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
