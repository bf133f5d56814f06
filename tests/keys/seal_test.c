#include "keys/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct keys *keys;

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/healthcode-keys-XXXXXX");
	assert_non_null(mkdtemp(folder));
	return keys_open(folder, true, &keys, NULL);
}

static int
tear_down(void **state)
{
	static const char *const names[] = {"root", "hash", "seal"};
	char path[128];

	(void)state;
	keys_close(keys);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s.key", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static void
a_hash_is_the_same_again_and_another_for_another_purpose(void **state)
{
	uint8_t a[KEYS_SIZE], b[KEYS_SIZE];

	(void)state;
	keys_hash(keys, "id-number", "x", 1, a);
	keys_hash(keys, "id-number", "x", 1, b);
	assert_memory_equal(a, b, KEYS_SIZE);
	keys_hash(keys, "id-number", "y", 1, b);
	assert_memory_not_equal(a, b, KEYS_SIZE);
	keys_hash(keys, "phone", "x", 1, b);
	assert_memory_not_equal(a, b, KEYS_SIZE);
}

static void
what_is_sealed_opens_only_as_it_was_sealed(void **state)
{
	struct buffer sealed = buffer_make(1000), opened = buffer_make(1000);
	struct error e = {0};

	(void)state;
	assert_int_equal(keys_seal(keys, "name", "7", 1, "Feng", 4, &sealed, &e), 0);
	assert_int_equal(sealed.length, 4 + KEYS_SEAL_EXTRA);
	assert_null(memmem(sealed.data, sealed.length, "Feng", 4));
	assert_int_equal(keys_open_sealed(keys, "name", "7", 1, sealed.data, sealed.length, &opened, &e), 0);
	assert_string_equal(buffer_text(&opened), "Feng");
	buffer_clear(&opened);
	assert_int_equal(keys_open_sealed(keys, "name", "8", 1, sealed.data, sealed.length, &opened, &e), ERROR_CORRUPT);
	assert_int_equal(keys_open_sealed(keys, "phone", "7", 1, sealed.data, sealed.length, &opened, &e), ERROR_CORRUPT);
	for (size_t i = 0; i < sealed.length; i++) {
		sealed.data[i] ^= 1;
		assert_int_equal(
			keys_open_sealed(keys, "name", "7", 1, sealed.data, sealed.length, &opened, &e), ERROR_CORRUPT);
		assert_int_equal(keys_open_sealed(keys, "name", "7", 1, sealed.data, i, &opened, &e), ERROR_CORRUPT);
		sealed.data[i] ^= 1;
	}
	assert_int_equal(opened.length, 0);
	buffer_free(&sealed);
	buffer_free(&opened);
}

static void
nothing_can_be_sealed_too(void **state)
{
	struct buffer sealed = buffer_make(1000), opened = buffer_make(1000);

	(void)state;
	assert_int_equal(keys_seal(keys, "name", NULL, 0, "", 0, &sealed, NULL), 0);
	assert_int_equal(keys_open_sealed(keys, "name", NULL, 0, sealed.data, sealed.length, &opened, NULL), 0);
	assert_int_equal(opened.length, 0);
	buffer_free(&sealed);
	buffer_free(&opened);
}

static void
the_same_text_is_never_sealed_to_the_same_bytes(void **state)
{
	struct buffer sealed = buffer_make(1000);

	(void)state;
	assert_int_equal(keys_seal(keys, "name", NULL, 0, "Feng", 4, &sealed, NULL), 0);
	assert_int_equal(keys_seal(keys, "name", NULL, 0, "Feng", 4, &sealed, NULL), 0);
	assert_memory_not_equal(sealed.data, sealed.data + 4 + KEYS_SEAL_EXTRA, 4 + KEYS_SEAL_EXTRA);
	buffer_free(&sealed);
}

static void
a_full_buffer_stays_as_it_was(void **state)
{
	struct buffer sealed = buffer_make(4 + KEYS_SEAL_EXTRA - 1);
	struct error e = {0};

	(void)state;
	assert_int_equal(keys_seal(keys, "name", NULL, 0, "Feng", 4, &sealed, &e), ERROR_TOO_LARGE);
	assert_int_equal(sealed.length, 0);
	buffer_free(&sealed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_is_the_same_again_and_another_for_another_purpose),
		cmocka_unit_test(what_is_sealed_opens_only_as_it_was_sealed),
		cmocka_unit_test(nothing_can_be_sealed_too),
		cmocka_unit_test(the_same_text_is_never_sealed_to_the_same_bytes),
		cmocka_unit_test(a_full_buffer_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
