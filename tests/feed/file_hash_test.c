/* What a file is known by; and what can be read only once is left to who reads it. */

#include "../test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "feed/feed.h"
#include "scratch.h"

enum { SIZE = 32 };

static const char *
hash_of(const char *path)
{
	static char hex[2 * SIZE + 1];
	struct error e = {0};
	uint8_t hash[SIZE];

	assert_int_equal(feed_file_hash(path, hash, &e), 0);
	return text_hex(hash, sizeof hash, hex);
}

static void
a_file_is_known_by_its_sha256(void **state)
{
	static char many[200000];

	(void)state;
	/* FIPS 180-4's examples. */
	assert_string_equal(
		hash_of(scratch_text("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	scratch_remove();
	assert_string_equal(hash_of(scratch_text("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	scratch_remove();
	/* In more than one piece: python3 -c "import hashlib; print(hashlib.sha256(b'a' * 200000).hexdigest())" */
	memset(many, 'a', sizeof many);
	assert_string_equal(
		hash_of(scratch_file(many, sizeof many)), "2287d207f24a941ff3b56c04c8a25ad56b63e3023207b3bb5b4ac0c9869d74be");
	scratch_remove();
}

static void
a_pipe_is_not_read_and_has_no_hash(void **state)
{
	static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
	char path[32], got[8] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	assert_string_equal(hash_of(path), zeros);
	assert_string_equal(hash_of("-"), zeros);
	assert_int_equal(read(ends[0], got, sizeof got), 3);
	assert_string_equal(got, "abc");
	close(ends[0]);
	close(ends[1]);
}

/* It would wait for who writes, who would lose the reader as soon as the hash was made. */
static void
a_pipe_with_a_name_is_not_opened(void **state)
{
	const char *path = scratch_text("");

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	hash_of(path);
	scratch_remove();
}

static void
what_cannot_be_read_is_told_with_its_name(void **state)
{
	struct error e = {0};
	uint8_t hash[SIZE];

	(void)state;
	assert_int_equal(feed_file_hash("/nonexistent/pings.csv", hash, &e), ERROR_EXISTS_NOT);
	assert_string_equal(e.file, "/nonexistent/pings.csv");
	assert_int_equal(feed_file_hash("/", hash, &e), ERROR_IO);
	assert_string_equal(e.file, "/");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_known_by_its_sha256),
		cmocka_unit_test(a_pipe_is_not_read_and_has_no_hash),
		cmocka_unit_test(a_pipe_with_a_name_is_not_opened),
		cmocka_unit_test(what_cannot_be_read_is_told_with_its_name),
	};

	return cmocka_run_group_tests_name("feed/file hash", tests, NULL, NULL);
}
