#include "presence/block_format.h"

enum {
	END_UNIT_S = 512, /* a group's end is known to that: a byte holds a day and a half */
	END_LATE = 255,
};

static int
compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int
row_compare_keys(const struct row *a, const struct row *b, enum order order)
{
	int r = compare(row_major(a, order), row_major(b, order));

	if (r == 0)
		r = compare(a->start, b->start);
	if (r == 0)
		r = compare(row_minor(a, order), row_minor(b, order));
	return r ? r : compare(a->day_only, b->day_only);
}

static int
corrupt(struct error *e)
{
	return error_set(e, ERROR_CORRUPT, "a block of stays is not as it was written");
}

/* The high bits hold as many ones as there are rows; the last is the largest key's. */
static bool
high_bits_hold(struct block *block, size_t high_bytes)
{
	size_t ones = 0, last = 0;

	for (size_t i = 0; i < high_bytes; i++)
		if (block->high[i]) {
			ones += bits_count(block->high[i]);
			last = i * 8 + bits_width(block->high[i]) - 1;
		}
	if (ones != block->count)
		return false;
	block->high_words = (high_bytes + 7) / 8;
	block->key_maximum = (uint64_t)(last - (block->count - 1)) << block->low_width |
		bits_get(block->low, block->low_width, block->count - 1);
	return true;
}

int
block_open(const uint8_t *bytes, size_t length, enum order order, struct block *ret_block, struct error *e)
{
	struct block block = {.order = order};
	size_t at = BLOCK_HEAD + BLOCK_COLUMNS * BLOCK_COLUMN_HEAD, high_bytes;

	if (length < at)
		return corrupt(e);
	block.count = block_get16(bytes);
	block.first_major = block_get32(bytes + 2);
	block.least_start = block_get32(bytes + 6);
	block.start_width = bytes[10];
	block.low_width = bytes[11];
	high_bytes = block_get16(bytes + 12);
	if (block.count == 0 || block.count > BLOCK_ROWS || block.start_width > 32 || block.low_width > BITS_WIDTH_MAX)
		return corrupt(e);
	block.low = bytes + at;
	at += bits_bytes(block.low_width, block.count);
	block.high = bytes + at;
	at += high_bytes;
	if (at > length || !high_bits_hold(&block, high_bytes))
		return corrupt(e);
	for (int i = 0; i < BLOCK_COLUMNS; i++) {
		const uint8_t *head = bytes + BLOCK_HEAD + i * BLOCK_COLUMN_HEAD;
		struct block_column *column = &block.columns[i];

		column->least = block_get32(head);
		column->width = head[4];
		column->exception_count = block_get16(head + 5);
		column->bits = bytes + at;
		at += bits_bytes(column->width, block.count);
		column->exceptions = bytes + at;
		at += (size_t)column->exception_count * BLOCK_EXCEPTION;
		if (column->width > 32 || column->exception_count > block.count || at > length)
			return corrupt(e);
	}
	if (at != length)
		return corrupt(e);
	*ret_block = block;
	return 0;
}

/* Word ${index} of the keys' high bits, without what lies behind them. */
static uint64_t
high_word(const struct block *block, size_t index)
{
	size_t left = (size_t)(block->columns[0].bits - block->high) - index * 8;
	uint64_t word = bits_load(block->high + index * 8);

	return left >= 8 ? word : word & bits_mask((unsigned)left * 8);
}

/* The place of bit ${rank} (from 0) among ${word}'s ones. */
static unsigned
select_one(uint64_t word, unsigned rank)
{
	while (rank--)
		word &= word - 1;
	return (unsigned)__builtin_ctzll(word);
}

/* The place after zero ${rank} (from 1) of the high bits: where keys whose high part is ${rank} begin. */
static size_t
after_zero(const struct block *block, size_t rank)
{
	for (size_t i = 0; i < block->high_words; i++) {
		uint64_t zeros = ~high_word(block, i);
		unsigned count = bits_count(zeros);

		if (rank <= count)
			return i * 64 + select_one(zeros, (unsigned)rank - 1) + 1;
		rank -= count;
	}
	return block->high_words * 64;
}

/* The place of one ${rank} (from 0) of the high bits. */
static size_t
place_of_one(const struct block *block, size_t rank)
{
	for (size_t i = 0; i < block->high_words; i++) {
		uint64_t word = high_word(block, i);
		unsigned count = bits_count(word);

		if (rank < count)
			return i * 64 + select_one(word, (unsigned)rank);
		rank -= count;
	}
	return block->high_words * 64;
}

static bool
high_bit(const struct block *block, size_t bit)
{
	return bit / 64 < block->high_words && (high_word(block, bit / 64) >> (bit % 64) & 1);
}

/* The key of (${major}, ${start}); ${major} is not before the block's first. */
static uint64_t
key_of(const struct block *block, uint32_t major, uint32_t start)
{
	uint64_t key = start <= block->least_start ? 0 : start - block->least_start;

	if (key >> block->start_width) /* after every row of the major */
		key = (uint64_t)1 << block->start_width;
	return key + ((uint64_t)(major - block->first_major) << block->start_width);
}

/* The first row whose key is not before ${key}, and a bit of the high bits behind that of the row before it. */
static size_t
find_key(const struct block *block, uint64_t key, size_t *ret_bit)
{
	const uint64_t high = key >> block->low_width;
	size_t bit, index;

	if (key > block->key_maximum)
		return block->count;
	bit = high ? after_zero(block, (size_t)high) : 0;
	for (index = bit - (size_t)high; index < block->count && high_bit(block, bit); index++, bit++)
		if (bits_get(block->low, block->low_width, index) >= (key & bits_mask(block->low_width)))
			break;
	*ret_bit = bit;
	return index < block->count ? index : block->count;
}

/* Group ${group} of the keys' high bits. */
static uint32_t
high_group(const struct block *block, size_t group)
{
	return (uint32_t)(high_word(block, group / 2) >> (group % 2 * 32));
}

/* An end as a group's: seconds from the block's least start in units, rounded up. END_LATE may be any time from there on. */
static uint32_t
group_end(const struct block *block, uint32_t end)
{
	const uint32_t units = end <= block->least_start ? 0 : (end - block->least_start - 1) / END_UNIT_S + 1;

	return units < END_LATE ? units : END_LATE;
}

/* Rows from the one at ${bit} of the high bits, which is row ${row}, whose keys are before ${end} and which, as far as their groups
 * say, may end after ${from}: which they are, and their starts. Return how many. */
static size_t
decode_starts(
	const struct block *block, size_t row, size_t bit, uint64_t end, uint32_t from, uint16_t *rows, uint32_t *starts)
{
	const uint64_t mask = bits_mask(block->start_width), low_mask = bits_mask(block->low_width);
	const uint32_t over = from <= block->least_start ? 0 : (from - block->least_start) / END_UNIT_S;
	const uint32_t least = block->least_start;
	const uint8_t *low = block->low, *ends = block->ends;
	const unsigned low_width = block->low_width;
	const size_t groups = block->high_words * 2;
	size_t count = 0;

	for (size_t group = bit / 32; row < block->count && group < groups; group++) {
		uint32_t ones = high_group(block, group);

		if (group == bit / 32)
			ones &= (uint32_t)~bits_mask(bit % 32);
		if (ends && ends[group] <= over && ends[group] != END_LATE) {
			row += bits_count(ones);
			continue;
		}
		for (; ones; ones &= ones - 1, row++) {
			const size_t place = group * 32 + (unsigned)__builtin_ctz(ones), at = row * low_width;
			const uint64_t key =
				(uint64_t)(place - row) << low_width | (bits_load(low + at / 8) >> (at % 8) & low_mask);

			if (key >= end)
				return count;
			rows[count] = (uint16_t)row;
			starts[count++] = least + (uint32_t)(key & mask);
		}
	}
	return count;
}

/* The column's values in the ${count} ascending ${rows}. What the block says is read once: ${values} might be part of it, for all that
 * the compiler knows. */
static void
pick_column(const struct block_column *column, const uint16_t *rows, size_t count, uint32_t *values)
{
	const uint8_t *bits = column->bits, *exception = column->exceptions;
	const uint8_t *end = exception + (size_t)column->exception_count * BLOCK_EXCEPTION;
	const uint32_t least = column->least;
	const unsigned width = column->width;
	const uint64_t mask = bits_mask(width);

	if (width == 0)
		for (size_t i = 0; i < count; i++)
			values[i] = least;
	else
		for (size_t i = 0; i < count; i++)
			values[i] = least + (uint32_t)(bits_load(bits + rows[i] * width / 8) >> (rows[i] * width % 8) & mask);
	for (size_t i = 0; i < count && exception < end; i++) {
		while (exception < end && block_get16(exception) < rows[i])
			exception += BLOCK_EXCEPTION;
		if (exception < end && block_get16(exception) == rows[i])
			values[i] += (uint32_t)((uint64_t)block_get32(exception + 2) << width);
	}
}

void
block_note_ends(struct block *block, uint8_t *ends)
{
	uint32_t starts[BLOCK_ROWS], durations[BLOCK_ROWS];
	uint16_t rows[BLOCK_ROWS];
	size_t count, row = 0;

	if (block->high_words * 2 > BLOCK_GROUPS)
		return;
	block->ends = NULL;
	count = decode_starts(block, 0, 0, UINT64_MAX, 0, rows, starts);
	pick_column(&block->columns[COLUMN_DURATION], rows, count, durations);
	for (size_t group = 0; group < block->high_words * 2; group++) {
		ends[group] = 0;
		for (uint32_t ones = high_group(block, group); ones && row < count; ones &= ones - 1, row++) {
			const uint32_t end = group_end(block, starts[row] + durations[row]);

			if (end > ends[group])
				ends[group] = (uint8_t)end;
		}
	}
	block->ends = ends;
}

size_t
block_match(const struct block *block, uint32_t major, uint32_t from, uint32_t to, struct row *rows)
{
	uint32_t starts[BLOCK_ROWS], durations[BLOCK_ROWS], minors[BLOCK_ROWS], details[BLOCK_ROWS], sources[BLOCK_ROWS];
	uint16_t at[BLOCK_ROWS];
	size_t bit = 0, count, first, n = 0;

	if (major < block->first_major || (first = find_key(block, key_of(block, major, 0), &bit)) >= block->count)
		return 0;
	count = decode_starts(block, first, bit, key_of(block, major, to), from, at, starts);
	pick_column(&block->columns[COLUMN_DURATION], at, count, durations);
	for (size_t i = 0; i < count; i++) { /* without a branch: which of them end later follows no pattern */
		const bool later = starts[i] + durations[i] > from;

		at[n] = at[i];
		starts[n] = starts[i];
		durations[n] = durations[i];
		n += later;
	}
	pick_column(&block->columns[COLUMN_MINOR], at, n, minors);
	pick_column(&block->columns[COLUMN_DETAIL], at, n, details);
	pick_column(&block->columns[COLUMN_SOURCE], at, n, sources);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct row){.person = block->order == ORDER_PERSON ? major : minors[i],
			.place = block->order == ORDER_PERSON ? minors[i] : major,
			.start = starts[i],
			.duration_s = durations[i],
			.source = sources[i],
			.seat = (uint16_t)(details[i] >> 1),
			.day_only = details[i] & 1};
	return n;
}

/* The exception at ${index} is the cursor's next. */
static void
see_exception(struct block_cursor *cursor, int column, uint32_t index)
{
	const struct block_column *c = &cursor->block->columns[column];

	cursor->exceptions[column].index = index;
	cursor->exceptions[column].row =
		index < c->exception_count ? block_get16(c->exceptions + index * BLOCK_EXCEPTION) : UINT32_MAX;
}

void
block_seek(struct block_cursor *cursor, const struct block *block, size_t from, size_t to)
{
	size_t bit;

	cursor->block = block;
	cursor->index = from;
	cursor->to = to < block->count ? to : block->count;
	if (from >= cursor->to)
		return;
	bit = place_of_one(block, from);
	cursor->word_index = bit / 64;
	cursor->word = high_word(block, bit / 64) & ~bits_mask(bit % 64);
	for (int column = 0; column < BLOCK_COLUMNS; column++)
		see_exception(cursor, column, 0);
}

/* The column's value in row ${i}, not before the one asked for last. */
static uint32_t
column_get(struct block_cursor *cursor, int column, size_t i)
{
	const struct block_column *c = &cursor->block->columns[column];
	uint32_t value = c->least;

	if (c->width)
		value += (uint32_t)bits_get(c->bits, c->width, i);
	while (cursor->exceptions[column].row < i)
		see_exception(cursor, column, cursor->exceptions[column].index + 1);
	if (cursor->exceptions[column].row == i)
		value +=
			(uint32_t)((uint64_t)block_get32(c->exceptions + cursor->exceptions[column].index * BLOCK_EXCEPTION + 2)
				<< c->width);
	return value;
}

/* The key of the cursor's row, whose one among the high bits is passed by. */
static uint64_t
next_key(struct block_cursor *cursor)
{
	const struct block *block = cursor->block;
	const size_t i = cursor->index++;
	size_t bit;

	while (!cursor->word && cursor->word_index + 1 < block->high_words)
		cursor->word = high_word(block, ++cursor->word_index);
	bit = cursor->word_index * 64 + (cursor->word ? (unsigned)__builtin_ctzll(cursor->word) : 0);
	cursor->word &= cursor->word - 1;
	return (uint64_t)(bit - i) << block->low_width | bits_get(block->low, block->low_width, i);
}

bool
block_next(struct block_cursor *cursor, struct row *ret_row)
{
	const struct block *block = cursor->block;
	const size_t i = cursor->index;
	uint32_t major, minor, detail;
	uint64_t key;

	if (i >= cursor->to)
		return false;
	key = next_key(cursor);
	major = block->first_major + (uint32_t)(key >> block->start_width);
	minor = column_get(cursor, COLUMN_MINOR, i);
	detail = column_get(cursor, COLUMN_DETAIL, i);
	*ret_row = (struct row){.person = block->order == ORDER_PERSON ? major : minor,
		.place = block->order == ORDER_PERSON ? minor : major,
		.start = block->least_start + (uint32_t)(key & bits_mask(block->start_width)),
		.duration_s = column_get(cursor, COLUMN_DURATION, i),
		.source = column_get(cursor, COLUMN_SOURCE, i),
		.seat = (uint16_t)(detail >> 1),
		.day_only = detail & 1};
	return true;
}
