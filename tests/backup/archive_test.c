#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../failing_allocation.h"
#include "backup/archive.h"
#include "base/file.h"

enum { LARGE = ARCHIVE_PIECE * 2 + 12345, ARCHIVE_MAX = 1 << 22 };

struct fixture {
	char folder[64], path[128], other_path[128];
	struct keys *keys, *other_keys;
	struct buffer large;
};

static int
make_file(const struct fixture *f, const void *bytes, size_t length)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/content", f->folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	return fd;
}

static int
write_archive(const struct fixture *f)
{
	const int small = make_file(f, "a few bytes", 11);
	struct archive_writer *writer = NULL;
	struct error e = {0};
	uint64_t bytes = 0;
	int large, none, r;

	if ((r = archive_create(f->path, f->keys, &writer, &e)) == 0)
		r = archive_add(writer, "small", small, &e);
	close(small);
	large = make_file(f, f->large.data, f->large.length);
	if (r == 0)
		r = archive_add(writer, "large", large, &e);
	close(large);
	none = make_file(f, "", 0);
	if (r == 0)
		r = archive_add(writer, "none", none, &e);
	close(none);
	if (r == 0)
		r = archive_finish(writer, &bytes, &e);
	archive_writer_free(writer);
	return r;
}

/* Read it to its end: what is in "large" is what was put there, if it is given at all. */
static int
read_archive(const struct fixture *f, const char *path, const struct keys *keys)
{
	struct buffer found = buffer_make(ARCHIVE_MAX);
	struct archive_reader *reader = NULL;
	char name[ARCHIVE_NAME_SIZE], out[128];
	struct error e = {0};
	int r, count = 0;

	snprintf(out, sizeof out, "%s/out", f->folder);
	if ((r = archive_open(path, keys, &reader, &e)) == 0)
		while ((r = archive_next(reader, name, &e)) == 1) {
			int fd = open(out, O_RDWR | O_CREAT | O_TRUNC, 0600);

			count++;
			r = strcmp(name, "small") == 0 ? 0 : archive_copy(reader, fd, &e); /* one is passed by */
			close(fd);
			if (r < 0)
				break;
			if (strcmp(name, "large") == 0 && (r = file_read(out, &found, &e)) < 0)
				break;
		}
	if (r == 0) {
		assert_int_equal(count, 3);
		assert_int_equal(found.length, f->large.length);
		assert_memory_equal(found.data, f->large.data, found.length);
	}
	archive_reader_free(reader);
	buffer_free(&found);
	return r;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct error e = {0};
	char folder[80];

	assert_non_null(f);
	strcpy(f->folder, "/tmp/healthcode-archive-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/archive", f->folder);
	snprintf(f->other_path, sizeof f->other_path, "%s/other", f->folder);
	snprintf(folder, sizeof folder, "%s/keys", f->folder);
	assert_int_equal(keys_open(folder, true, &f->keys, &e), 0);
	snprintf(folder, sizeof folder, "%s/other-keys", f->folder);
	assert_int_equal(keys_open(folder, true, &f->other_keys, &e), 0);
	f->large = buffer_make(LARGE);
	assert_int_equal(buffer_reserve(&f->large, LARGE, &e), 0);
	keys_random(f->large.data, LARGE);
	f->large.length = LARGE;
	assert_int_equal(write_archive(f), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	keys_close(f->keys);
	keys_close(f->other_keys);
	buffer_free(&f->large);
	snprintf(command, sizeof command, "rm -rf %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void
what_went_in_comes_out(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_archive(f, f->path, f->keys), 0);
}

static void
other_keys_do_not_open_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_archive(f, f->path, f->other_keys), ERROR_CORRUPT);
}

/* A file of the archive's first ${length} bytes, the one at ${changed} (SIZE_MAX: none) altered. */
static int
read_altered(const struct fixture *f, const struct buffer *whole, size_t length, size_t changed)
{
	struct buffer bytes = buffer_make(ARCHIVE_MAX);
	struct error e = {0};

	assert_int_equal(buffer_add(&bytes, whole->data, length, &e), 0);
	if (changed < length)
		bytes.data[changed] ^= 0x20;
	assert_int_equal(file_write(f->other_path, bytes.data ? bytes.data : (uint8_t *)"", bytes.length, 0600, &e), 0);
	buffer_free(&bytes);
	return read_archive(f, f->other_path, f->keys);
}

static void
one_cut_short_or_changed_anywhere_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buffer whole = buffer_make(ARCHIVE_MAX);
	struct error e = {0};
	size_t length;

	assert_int_equal(file_read(f->path, &whole, &e), 0);
	length = whole.length;
	for (size_t i = 0; i < length; i += i < 120 || i + 120 > length ? 1 : 9973) {
		int r = read_altered(f, &whole, i, SIZE_MAX);

		assert_int_equal(r, i < 9 ? ERROR_BAD_INPUT : ERROR_CORRUPT);
		r = read_altered(f, &whole, length, i);
		assert_int_equal(r, i < 9 ? ERROR_BAD_INPUT : ERROR_CORRUPT);
	}
	buffer_free(&whole);
}

static void
one_that_ends_where_a_piece_ends_is_refused(void **state)
{
	struct fixture *f = *state;
	const size_t piece = 4 + ARCHIVE_PIECE + KEYS_SEAL_EXTRA;
	struct buffer whole = buffer_make(ARCHIVE_MAX);
	struct error e = {0};

	assert_int_equal(file_read(f->path, &whole, &e), 0);
	for (size_t end = 9 + 16; end < whole.length; end += piece)
		assert_int_equal(read_altered(f, &whole, end, SIZE_MAX), ERROR_CORRUPT);
	/* And pieces that were exchanged. */
	for (size_t i = 0; i < piece; i++) {
		uint8_t byte = whole.data[25 + i];

		whole.data[25 + i] = whole.data[25 + piece + i];
		whole.data[25 + piece + i] = byte;
	}
	assert_int_equal(read_altered(f, &whole, whole.length, SIZE_MAX), ERROR_CORRUPT);
	buffer_free(&whole);
}

static void
sizes_at_a_pieces_end_come_out_too(void **state)
{
	struct fixture *f = *state;
	struct buffer all = f->large;

	/* Heads, names and the other contents take 3 * 11 + 14 + 11 + 1 bytes. */
	for (size_t less = 50; less < 70; less++) {
		f->large.length = 2 * ARCHIVE_PIECE - less;
		assert_int_equal(write_archive(f), 0);
		assert_int_equal(read_archive(f, f->path, f->keys), 0);
	}
	f->large = all;
}

static int
write_and_read(void *context)
{
	struct fixture *f = context;
	int r = write_archive(f);

	return r < 0 ? r : read_archive(f, f->path, f->keys);
}

static void
memory_that_fails_is_told(void **state)
{
	assert_true(failing_allocation_sweep(write_and_read, *state) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_went_in_comes_out, setup, teardown),
		cmocka_unit_test_setup_teardown(other_keys_do_not_open_it, setup, teardown),
		cmocka_unit_test_setup_teardown(one_cut_short_or_changed_anywhere_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_ends_where_a_piece_ends_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(sizes_at_a_pieces_end_come_out_too, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_that_fails_is_told, setup, teardown),
	};

	return cmocka_run_group_tests_name("backup archive", tests, NULL, NULL);
}
