#include "keys/keys.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static char *
in_folder(const char *name)
{
	static char path[2][160];
	static unsigned turn;

	snprintf(path[turn ^= 1], sizeof path[0], "%s/%s", folder, name);
	return path[turn];
}

static struct keys *
reopen(struct keys *keys)
{
	struct error e = {0};

	keys_close(keys);
	keys = NULL;
	if (keys_open(folder, false, &keys, &e) < 0)
		fail_msg("%s", e.message);
	return keys;
}

static int
set_up(void **state)
{
	struct keys *keys = NULL;

	strcpy(folder, "/tmp/healthcode-keys-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(keys_open(folder, true, &keys, NULL), 0);
	*state = keys;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const suffixes[] = {".key", ".gone", ""};

	keys_close(*state);
	for (size_t i = 0; i < 3; i++) {
		struct file_names names = {0};

		assert_int_equal(file_list(folder, suffixes[i], &names, NULL), 0);
		for (size_t n = 0; n < names.count; n++)
			unlink(in_folder(names.names[n]));
		file_names_free(&names);
	}
	return rmdir(folder); /* fails if a hidden file was left */
}

static void
a_reopened_store_has_the_same_keys(void **state)
{
	uint8_t before[KEYS_SIZE], after[KEYS_SIZE], value[64];
	size_t length;

	keys_hash(*state, "p", "x", 1, before);
	assert_int_equal(keys_put(*state, "issuer-a", "secret", 6, NULL), 0);
	*state = reopen(*state);
	keys_hash(*state, "p", "x", 1, after);
	assert_memory_equal(before, after, KEYS_SIZE);
	assert_int_equal(keys_get(*state, "issuer-a", value, sizeof value, &length, NULL), 0);
	assert_int_equal(length, 6);
	assert_memory_equal(value, "secret", 6);
}

static void
only_the_owner_reads_the_files_and_none_holds_a_named_key_in_the_clear(void **state)
{
	struct file_names names = {0};

	assert_int_equal(keys_put(*state, "issuer-a", "a secret that can be found", 26, NULL), 0);
	assert_int_equal(file_list(folder, "", &names, NULL), 0);
	assert_int_equal(names.count, 4);
	for (size_t i = 0; i < names.count; i++) {
		struct buffer content = buffer_make(100000);
		struct stat about;

		assert_int_equal(stat(in_folder(names.names[i]), &about), 0);
		assert_int_equal(about.st_mode & 0777, 0600);
		assert_int_equal(file_read(in_folder(names.names[i]), &content, NULL), 0);
		assert_null(memmem(content.data, content.length, "secret", 6));
		buffer_free(&content);
	}
	file_names_free(&names);
}

static void
a_missing_store_is_not_made_unasked(void **state)
{
	struct keys *keys = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(keys_open(in_folder("nowhere"), false, &keys, &e), ERROR_EXISTS_NOT);
	assert_null(keys);
	assert_int_not_equal(access(in_folder("nowhere"), F_OK), 0);
}

static void
a_lost_master_key_is_not_replaced(void **state)
{
	struct keys *keys = NULL;
	struct error e = {0};

	(void)state;
	unlink(in_folder("hash.key"));
	assert_int_equal(keys_open(folder, true, &keys, &e), ERROR_CORRUPT);
	assert_null(keys);
}

static void
an_interrupted_creation_is_done_again(void **state)
{
	unlink(in_folder("root.key"));
	keys_close(*state);
	*state = NULL;
	assert_int_equal(keys_open(folder, true, (struct keys **)state, NULL), 0);
	*state = reopen(*state);
}

static void
a_root_key_that_others_may_read_is_refused(void **state)
{
	struct keys *keys = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(chmod(in_folder("root.key"), 0640), 0);
	assert_int_equal(keys_open(folder, false, &keys, &e), ERROR_DENIED);
}

static void
another_root_key_opens_nothing(void **state)
{
	static const uint8_t other[KEYS_SIZE] = {1};
	struct keys *keys = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(file_write(in_folder("root.key"), other, sizeof other, 0600, NULL), 0);
	assert_int_equal(keys_open(folder, false, &keys, &e), ERROR_CORRUPT);
}

static void
a_key_moved_to_another_name_does_not_open(void **state)
{
	uint8_t value[64];
	struct error e = {0};
	size_t length;

	assert_int_equal(keys_put(*state, "issuer-a", "secret", 6, NULL), 0);
	assert_int_equal(rename(in_folder("issuer-a.key"), in_folder("issuer-b.key")), 0);
	assert_int_equal(keys_get(*state, "issuer-b", value, sizeof value, &length, &e), ERROR_CORRUPT);
}

static void
a_name_is_taken_once(void **state)
{
	struct error e = {0};

	assert_int_equal(keys_put(*state, "a", "1", 1, NULL), 0);
	assert_int_equal(keys_put(*state, "a", "2", 1, &e), ERROR_EXISTS);
}

static void
names_that_could_leave_the_folder_are_refused(void **state)
{
	static const char *const names[] = {"", "../a", "a/b", ".a", "A", "root", "hash", "seal", "a b"};
	char longest[KEYS_NAME_MAX + 2];
	struct error e = {0};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(keys_put(*state, names[i], "1", 1, &e), ERROR_USAGE);
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(keys_put(*state, longest, "1", 1, &e), ERROR_USAGE);
	longest[KEYS_NAME_MAX] = '\0';
	assert_int_equal(keys_put(*state, longest, "1", 1, &e), 0);
}

static void
a_days_key_is_made_once_and_destroyed_for_good(void **state)
{
	uint8_t first[KEYS_SIZE], again[KEYS_SIZE];
	struct error e = {0};
	size_t length;

	assert_int_equal(keys_get_or_make(*state, "day-stays-2020-03-10", first, NULL), 0);
	assert_int_equal(keys_get_or_make(*state, "day-stays-2020-03-10", again, NULL), 0);
	assert_memory_equal(first, again, KEYS_SIZE);
	assert_int_equal(keys_destroy(*state, "day-stays-2020-03-10", NULL), 0);
	assert_int_not_equal(access(in_folder("day-stays-2020-03-10.key"), F_OK), 0);
	assert_int_equal(keys_get(*state, "day-stays-2020-03-10", again, KEYS_SIZE, &length, &e), ERROR_EXISTS_NOT);
	assert_non_null(strstr(e.message, "destroyed"));
	assert_int_equal(keys_get_or_make(*state, "day-stays-2020-03-10", again, &e), ERROR_DENIED);
	assert_int_equal(keys_destroy(*state, "day-stays-2020-03-10", NULL), 0);
	assert_int_equal(keys_destroy(*state, "day-stays-2020-03-11", &e), ERROR_EXISTS_NOT);
}

static void
an_interrupted_destruction_is_finished_on_opening(void **state)
{
	uint8_t key[KEYS_SIZE];

	assert_int_equal(keys_get_or_make(*state, "day-stays-2020-03-10", key, NULL), 0);
	assert_int_equal(file_write(in_folder("day-stays-2020-03-10.gone"), "", 0, 0600, NULL), 0);
	*state = reopen(*state);
	assert_int_not_equal(access(in_folder("day-stays-2020-03-10.key"), F_OK), 0);
}

static void
keys_are_listed_by_the_start_of_their_names(void **state)
{
	struct file_names names = {0};

	assert_int_equal(keys_put(*state, "day-b", "1", 1, NULL), 0);
	assert_int_equal(keys_put(*state, "day-a", "1", 1, NULL), 0);
	assert_int_equal(keys_put(*state, "issuer-a", "1", 1, NULL), 0);
	assert_int_equal(keys_list(*state, "day-", &names, NULL), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.names[0], "day-a");
	assert_string_equal(names.names[1], "day-b");
	file_names_free(&names);
	assert_int_equal(keys_list(*state, "", &names, NULL), 0);
	assert_int_equal(names.count, 3);
	file_names_free(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_reopened_store_has_the_same_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_the_owner_reads_the_files_and_none_holds_a_named_key_in_the_clear, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_missing_store_is_not_made_unasked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_master_key_is_not_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_interrupted_creation_is_done_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_root_key_that_others_may_read_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_root_key_opens_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_moved_to_another_name_does_not_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_is_taken_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_that_could_leave_the_folder_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_days_key_is_made_once_and_destroyed_for_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_interrupted_destruction_is_finished_on_opening, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_are_listed_by_the_start_of_their_names, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
