#include "rows.h"

static const struct {
	size_t count;
	uint64_t people, places;
} shapes[] = {
	{1, 1, 1},
	{2, UINT32_MAX, UINT32_MAX},
	{17, 3, 2},
	{BLOCK_ROWS, 1000000, 100000},
	{BLOCK_ROWS, 500, 1},
	{BLOCK_ROWS, 1, 500},
	{BLOCK_ROWS, UINT32_MAX, 50},
	{BLOCK_ROWS, UINT32_MAX, UINT32_MAX},
};

enum { SHAPES = sizeof shapes / sizeof *shapes, DRAWS = 20 };

static uint8_t bytes[BLOCK_BYTES_MAX + CIPHER_TAG_SIZE];
static struct row rows[BLOCK_ROWS];

static size_t
pack(size_t shape, enum order order, uint64_t *state)
{
	draw_rows(rows, shapes[shape].count, shapes[shape].people, shapes[shape].places, 3, state);
	sort_plainly(rows, shapes[shape].count, order);
	return block_pack(rows, shapes[shape].count, order, bytes);
}

static void
what_is_packed_reads_back(void **state)
{
	struct error e = {0};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < (size_t)SHAPES * DRAWS * ORDERS; i++) {
		const enum order order = i % ORDERS ? ORDER_PLACE : ORDER_PERSON;
		const size_t shape = i / ORDERS % SHAPES, length = pack(shape, order, &seed);
		struct block_cursor cursor;
		struct block block;
		struct row row;

		assert_int_equal(block_open(bytes, length, order, &block, &e), 0);
		assert_int_equal(block.count, shapes[shape].count);
		block_seek(&cursor, &block, 0, block.count);
		for (size_t j = 0; j < block.count; j++) {
			assert_true(block_next(&cursor, &row));
			assert_true(rows_equal(&row, &rows[j]));
		}
		assert_false(block_next(&cursor, &row));
	}
}

/* The next row at or after ${i} that a plain search for the same finds; ${count} if none is left. */
static size_t
next_plainly(size_t i, size_t count, enum order order, uint32_t major, uint32_t from, uint32_t to)
{
	while (i < count && (row_major(&rows[i], order) != major || rows[i].start >= to || row_end(&rows[i]) <= from))
		i++;
	return i;
}

static void
a_search_finds_what_a_plain_one_finds(void **state)
{
	static struct row got[BLOCK_ROWS];
	struct error e = {0};
	uint64_t seed = 2;

	(void)state;
	for (size_t i = 0; i < (size_t)SHAPES * DRAWS * ORDERS; i++) {
		const enum order order = i % ORDERS ? ORDER_PLACE : ORDER_PERSON;
		const size_t shape = i / ORDERS % SHAPES, count = shapes[shape].count, length = pack(shape, order, &seed);
		uint8_t ends[BLOCK_GROUPS];
		struct block block;

		assert_int_equal(block_open(bytes, length, order, &block, &e), 0);
		if (i / ORDERS / SHAPES % 2) { /* what the groups' ends say changes nothing */
			block_note_ends(&block, ends);
			assert_non_null(block.ends);
		}
		for (size_t j = 0; j < 50; j++) {
			const struct row *row = &rows[draw_below(&seed, count)];
			const uint32_t major = row_major(row, order) + draw_below(&seed, 3) - 1;
			const uint32_t times[] = {
				0, row->start - 1, row->start, row->start + 1, row_end(row), UINT32_MAX, draw_below(&seed, 200000)};

			for (size_t k = 0; k < sizeof times / sizeof *times * 3; k++) {
				const uint32_t to = times[k / 3],
							   from = (const uint32_t[]){0, to - 1, draw_below(&seed, 200000)}[k % 3];
				const size_t found = block_match(&block, major, from, to, got);
				size_t plain = 0;

				for (size_t n = 0; n < found; n++, plain++) {
					plain = next_plainly(plain, count, order, major, from, to);
					assert_in_range(plain, 0, count - 1);
					assert_true(rows_equal(&got[n], &rows[plain]));
				}
				assert_int_equal(next_plainly(plain, count, order, major, from, to), count);
			}
		}
	}
}

static void
a_walk_may_begin_anywhere(void **state)
{
	struct block_cursor cursor;
	struct error e = {0};
	struct block block;
	uint64_t seed = 3;
	struct row row;
	size_t length = pack(3, ORDER_PLACE, &seed);

	(void)state;
	assert_int_equal(block_open(bytes, length, ORDER_PLACE, &block, &e), 0);
	for (size_t from = 0; from < block.count; from++) {
		block_seek(&cursor, &block, from, from + 1);
		assert_true(block_next(&cursor, &row));
		assert_true(rows_equal(&row, &rows[from]));
		assert_false(block_next(&cursor, &row));
	}
}

static void
one_long_stay_does_not_widen_the_others(void **state)
{
	uint64_t seed = 4;
	size_t even;

	(void)state;
	draw_rows(rows, BLOCK_ROWS, 1000, 1000, 1, &seed);
	for (size_t i = 0; i < BLOCK_ROWS; i++)
		rows[i] =
			(struct row){rows[i].person, rows[i].place, rows[i].start, 1 + rows[i].duration_s % 4096, 0, 0, false};
	sort_plainly(rows, BLOCK_ROWS, ORDER_PLACE);
	even = block_pack(rows, BLOCK_ROWS, ORDER_PLACE, bytes);
	rows[BLOCK_ROWS / 2].duration_s = PRESENCE_STAY_MAX_S;
	assert_in_range(block_pack(rows, BLOCK_ROWS, ORDER_PLACE, bytes), even, even + 6);
}

/* B3; the sanitizers see whoever leaves the block. */
static void
no_bytes_lead_out_of_the_block(void **state)
{
	struct error e = {0};
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		const size_t length = pack(2 + i % 2, ORDER_PERSON, &seed), cut = draw_below(&seed, length + 1);
		uint8_t *copy = malloc(length + 8);
		struct block_cursor cursor;
		struct block block;
		struct row row;

		assert_non_null(copy);
		memcpy(copy, bytes, length);
		for (size_t j = 1 + draw_below(&seed, 4); j--;)
			copy[draw_below(&seed, j % 2 ? length : 48)] = (uint8_t)draw(&seed);
		if (block_open(copy, i % 3 ? length : cut, ORDER_PERSON, &block, &e) == 0) {
			static struct row got[BLOCK_ROWS];
			uint8_t ends[BLOCK_GROUPS];

			block_seek(&cursor, &block, draw_below(&seed, BLOCK_ROWS), block.count);
			while (block_next(&cursor, &row))
				;
			assert_in_range(
				block_match(&block, (uint32_t)draw(&seed), (uint32_t)draw(&seed), (uint32_t)draw(&seed), got), 0,
				block.count);
			block_note_ends(&block, ends);
			assert_in_range(
				block_match(&block, block.first_major, draw_below(&seed, 200000), UINT32_MAX, got), 0, block.count);
		}
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_reads_back),
		cmocka_unit_test(a_search_finds_what_a_plain_one_finds),
		cmocka_unit_test(a_walk_may_begin_anywhere),
		cmocka_unit_test(one_long_stay_does_not_widen_the_others),
		cmocka_unit_test(no_bytes_lead_out_of_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
