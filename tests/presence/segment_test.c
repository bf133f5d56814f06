#include <fcntl.h>

#include "base/file.h"
#include "keys/keys.h"
#include "rows.h"

enum { ROWS = 20000, DAY = 18290, CACHE = 1 << 20 };

static const uint8_t day_key[CIPHER_KEY_SIZE] = {1, 2, 3}, other_key[CIPHER_KEY_SIZE] = {1, 2, 4};
static const struct presence_source sources[] = {{100, 1}, {200, 2}, {INT64_MIN, 0}};

struct fixture {
	char folder[64];
	struct cache *cache;
	struct row *rows[ORDERS], *scratch;
	struct segment_about about;
};

static int
fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct error e = {0};

	assert_non_null(f);
	snprintf(f->folder, sizeof f->folder, "/tmp/healthcode-segment-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(cache_new(CACHE, &f->cache, &e), 0);
	for (int order = 0; order < ORDERS; order++)
		assert_non_null(f->rows[order] = malloc(ROWS * sizeof(struct row)));
	assert_non_null(f->scratch = malloc(ROWS * sizeof(struct row)));
	*state = f;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *f = *state;
	struct file_names names = {0};
	struct error e = {0};
	char path[256];

	assert_int_equal(file_list(f->folder, "", &names, &e), 0);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(path, sizeof path, "%s/%s", f->folder, names.names[i]);
		unlink(path);
	}
	file_names_free(&names);
	rmdir(f->folder);
	cache_free(f->cache);
	for (int order = 0; order < ORDERS; order++)
		free(f->rows[order]);
	free(f->scratch);
	free(f);
	return 0;
}

static void
write_rows(struct fixture *f, uint64_t people, uint64_t places, uint64_t seed)
{
	struct segment_writer *writer;
	struct error e = {0};

	draw_rows(f->rows[ORDER_PERSON], ROWS, people, places, 3, &seed);
	rows_sort(f->rows[ORDER_PERSON], f->scratch, ROWS, ORDER_PERSON);
	memcpy(f->rows[ORDER_PLACE], f->rows[ORDER_PERSON], ROWS * sizeof(struct row));
	rows_sort(f->rows[ORDER_PLACE], f->scratch, ROWS, ORDER_PLACE);
	assert_int_equal(segment_writer_new(f->folder, DAY, day_key, &writer, &e), 0);
	/* In pieces, as a merge does. */
	for (int order = 0; order < ORDERS; order++)
		for (size_t done = 0, piece; done < ROWS; done += piece) {
			piece = 1 + (done * 7 + 13) % 1500;
			piece = piece < ROWS - done ? piece : ROWS - done;
			assert_int_equal(segment_write(writer, f->rows[order] + done, piece, (enum order)order, &e), 0);
		}
	assert_int_equal(segment_writer_finish(writer, sources, 3, 5, &f->about, &e), 0);
	segment_writer_free(writer);
}

static struct segment *
open_segment(struct fixture *f)
{
	struct segment *segment = NULL;
	struct error e = {0};

	if (segment_open(f->folder, f->about.name, DAY, day_key, f->cache, &segment, &e) < 0)
		fail_msg("%s", e.message);
	return segment;
}

static void
both_orders_read_back(void **state)
{
	struct fixture *f = *state;
	struct segment_cursor *cursor;
	struct segment *segment;
	struct error e = {0};
	struct row row;
	size_t count;

	write_rows(f, 3000, 500, 1);
	segment = open_segment(f);
	assert_int_equal(segment_about(segment)->rows, ROWS);
	assert_int_equal(segment_about(segment)->again, 5);
	assert_int_equal(segment_about(segment)->bytes, f->about.bytes);
	assert_memory_equal(segment_sources(segment, &count), sources, sizeof sources);
	assert_int_equal(count, 3);
	for (int order = 0; order < ORDERS; order++) {
		assert_int_equal(segment_cursor_new(segment, (enum order)order, &cursor, &e), 0);
		for (size_t i = 0; i < ROWS; i++) {
			assert_int_equal(segment_cursor_next(cursor, &row, &e), 1);
			assert_true(rows_equal(&row, &f->rows[order][i]));
		}
		assert_int_equal(segment_cursor_next(cursor, &row, &e), 0);
		segment_cursor_free(cursor);
	}
	segment_close(segment);
}

struct found {
	const struct row *plain; /* the next row that should be found */
	enum order order;
	uint32_t major, from, to;
	size_t left;
};

static void
next_plain(struct found *found)
{
	while (found->left &&
		(row_major(found->plain, found->order) != found->major || found->plain->start >= found->to ||
			row_end(found->plain) <= found->from)) {
		found->plain++;
		found->left--;
	}
}

static int
expect(const struct segment *segment, const struct row *rows, size_t count, void *context, struct error *e)
{
	struct found *found = context;

	(void)segment;
	(void)e;
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		next_plain(found);
		assert_true(found->left > 0);
		assert_true(rows_equal(&rows[i], found->plain));
		found->plain++;
		found->left--;
	}
	return 0;
}

static void
a_search_finds_what_a_plain_array_holds(void **state)
{
	static const uint64_t shapes[][2] = {{3000, 500}, {1000000, 100000}, {10, 3}, {UINT32_MAX, 20}};
	struct fixture *f = *state;
	struct error e = {0};
	uint64_t seed = 9;

	for (size_t shape = 0; shape < 4; shape++) {
		struct segment *segment;

		write_rows(f, shapes[shape][0], shapes[shape][1], shape + 20);
		segment = open_segment(f);
		for (int i = 0; i < 400; i++) {
			const enum order order = i % 2 ? ORDER_PLACE : ORDER_PERSON;
			const struct row *row = &f->rows[order][draw_below(&seed, ROWS)];
			struct found found = {f->rows[order], order, row_major(row, order) + (i % 7 == 0), 0, 0, ROWS};

			found.from = draw_below(&seed, 180000);
			found.to = found.from + draw_below(&seed, i % 5 ? 40000 : 10);
			if (i % 11 == 0)
				found.to = UINT32_MAX;
			assert_int_equal(segment_find(segment, order, found.major, found.from, found.to, expect, &found, &e), 0);
			next_plain(&found);
			assert_int_equal(found.left, 0);
		}
		segment_close(segment);
	}
}

static int
stop(const struct segment *segment, const struct row *rows, size_t count, void *context, struct error *e)
{
	(void)segment;
	(void)rows;
	(void)count;
	(void)e;
	++*(int *)context;
	return 7;
}

static void
a_search_ends_when_it_is_told_to(void **state)
{
	struct fixture *f = *state;
	struct segment *segment;
	struct error e = {0};
	int calls = 0;

	write_rows(f, 10, 1, 2);
	segment = open_segment(f);
	assert_int_equal(segment_find(segment, ORDER_PLACE, 1, 0, UINT32_MAX, stop, &calls, &e), 7);
	assert_int_equal(calls, 1);
	segment_close(segment);
}

static int
pass_by(const struct segment *segment, const struct row *rows, size_t count, void *context, struct error *e)
{
	(void)segment;
	(void)rows;
	(void)count;
	(void)context;
	(void)e;
	return 0;
}

static void
blocks_that_are_over_are_not_opened_S4(void **state)
{
	struct fixture *f = *state;
	struct found found = {.order = ORDER_PLACE, .major = 1, .from = 120000, .to = 130000};
	struct segment_writer *writer;
	struct segment *segment;
	struct error e = {0};
	char path[256];
	FILE *file;

	/* One place all day, an hour each; then damage every block whose rows are over before the search begins. */
	for (uint32_t i = 0; i < ROWS; i++)
		f->rows[ORDER_PLACE][i] =
			(struct row){.person = 1 + i, .place = 1, .start = 57600 + i * 4, .duration_s = 3600, .source = 0};
	assert_int_equal(segment_writer_new(f->folder, DAY, day_key, &writer, &e), 0);
	assert_int_equal(segment_write(writer, f->rows[ORDER_PLACE], ROWS, ORDER_PERSON, &e), 0);
	assert_int_equal(segment_write(writer, f->rows[ORDER_PLACE], ROWS, ORDER_PLACE, &e), 0);
	assert_int_equal(segment_writer_finish(writer, sources, 1, 0, &f->about, &e), 0);
	segment_writer_free(writer);
	snprintf(path, sizeof path, "%s/%s", f->folder, f->about.name);
	assert_non_null(file = fopen(path, "r+b"));
	for (long at = (long)f->about.bytes / 2 + 4096; at < (long)f->about.bytes * 6 / 10; at += 64) {
		fseek(file, at, SEEK_SET);
		fputc(0x55, file);
	}
	fclose(file);
	segment = open_segment(f);
	found.plain = f->rows[ORDER_PLACE];
	found.left = ROWS;
	assert_int_equal(segment_find(segment, ORDER_PLACE, 1, found.from, found.to, expect, &found, &e), 0);
	assert_int_equal(segment_find(segment, ORDER_PLACE, 1, 0, found.to, pass_by, NULL, &e), ERROR_CORRUPT);
	assert_non_null(strstr(e.message, "block "));
	assert_string_equal(e.file, path);
	segment_close(segment);
}

static void
no_byte_can_be_changed_S3(void **state)
{
	struct fixture *f = *state;
	struct error e = {0};
	char path[256];
	int fd;

	write_rows(f, 3000, 500, 3);
	snprintf(path, sizeof path, "%s/%s", f->folder, f->about.name);
	assert_true((fd = open(path, O_RDWR)) >= 0);
	for (off_t at = 0, bytes = (off_t)f->about.bytes; at < bytes; at += at < 64 || at > bytes - 64 ? 1 : 1009) {
		struct segment_cursor *cursor = NULL;
		struct segment *segment = NULL;
		struct row row;
		uint8_t byte;
		int r;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		r = segment_open(f->folder, f->about.name, DAY, day_key, f->cache, &segment, &e);
		for (int order = 0; order < ORDERS && r >= 0; order++) {
			assert_int_equal(segment_cursor_new(segment, (enum order)order, &cursor, &e), 0);
			while ((r = segment_cursor_next(cursor, &row, &e)) == 1)
				;
			segment_cursor_free(cursor);
		}
		assert_int_equal(r, ERROR_CORRUPT);
		assert_string_equal(e.file, path);
		segment_close(segment);
		byte ^= 0x10;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
	segment_close(open_segment(f));
}

static void
no_other_key_or_length_opens_it_S3(void **state)
{
	struct fixture *f = *state;
	struct segment *segment = NULL;
	struct error e = {0};
	char path[256];

	write_rows(f, 3000, 500, 4);
	assert_int_equal(segment_open(f->folder, f->about.name, DAY, other_key, f->cache, &segment, &e), ERROR_CORRUPT);
	assert_int_equal(segment_open(f->folder, f->about.name, DAY + 1, day_key, f->cache, &segment, &e), ERROR_CORRUPT);
	assert_int_equal(segment_open(f->folder, "no.stays", DAY, day_key, f->cache, &segment, &e), ERROR_EXISTS_NOT);
	snprintf(path, sizeof path, "%s/%s", f->folder, f->about.name);
	for (off_t length = (off_t)f->about.bytes - 1; length > 0; length = length * 2 / 3) {
		assert_int_equal(truncate(path, length), 0);
		assert_int_equal(segment_open(f->folder, f->about.name, DAY, day_key, f->cache, &segment, &e), ERROR_CORRUPT);
	}
}

static void
what_is_not_finished_leaves_nothing_S1(void **state)
{
	struct fixture *f = *state;
	struct segment_writer *writer;
	struct file_names names = {0};
	struct error e = {0};
	uint64_t seed = 5;

	draw_rows(f->rows[0], ROWS, 10, 10, 1, &seed);
	sort_plainly(f->rows[0], ROWS, ORDER_PERSON);
	assert_int_equal(segment_writer_new(f->folder, DAY, day_key, &writer, &e), 0);
	assert_int_equal(segment_write(writer, f->rows[0], ROWS, ORDER_PERSON, &e), 0);
	segment_writer_free(writer);
	assert_int_equal(file_list(f->folder, "", &names, &e), 0);
	assert_int_equal(names.count, 0);
	file_names_free(&names);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_orders_read_back),
		TEST(a_search_finds_what_a_plain_array_holds),
		TEST(a_search_ends_when_it_is_told_to),
		TEST(blocks_that_are_over_are_not_opened_S4),
		TEST(no_byte_can_be_changed_S3),
		TEST(no_other_key_or_length_opens_it_S3),
		TEST(what_is_not_finished_leaves_nothing_S1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
