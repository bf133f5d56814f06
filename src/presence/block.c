#include "presence/block.h"

#include <string.h>

#include "presence/bits.h"

enum {
	HEAD = 14,       /* count 2, first major 4, least start 4, start width 1, low width 1, bytes of high bits 2 */
	COLUMN_HEAD = 7, /* least 4, width 1, exceptions 2 */
	EXCEPTION = 6,   /* row 2, high bits 4 */
	EXCEPTION_BITS = EXCEPTION * 8,
};

enum column { COLUMN_MINOR, COLUMN_DURATION, COLUMN_DETAIL, COLUMN_SOURCE };

/* Each row's key, low bits at most 50 wide, and four columns at most 32 wide, without exceptions. */
_Static_assert(BLOCK_BYTES_MAX > HEAD + BLOCK_COLUMNS * COLUMN_HEAD + BLOCK_ROWS * (56 + 3 + 4 * 32) / 8 + BITS_SLACK,
	"a block fits");

static void
put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

static void
put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value);
	put16(bytes + 2, value >> 16);
}

static uint32_t
get16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t
get32(const uint8_t *bytes)
{
	return get16(bytes) | get16(bytes + 2) << 16;
}

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

static uint32_t
column_value(const struct row *row, enum order order, enum column column)
{
	switch (column) {
	case COLUMN_MINOR:
		return row_minor(row, order);
	case COLUMN_DURATION:
		return row->duration_s;
	case COLUMN_DETAIL:
		return (uint32_t)row->seat << 1 | row->day_only;
	case COLUMN_SOURCE:
		break;
	}
	return row->source;
}

/* The width with which the values, of which ${widths} counts each width, take the fewest bits (B2). */
static unsigned
best_width(const size_t widths[33], size_t count, size_t *ret_exceptions)
{
	size_t wider = 0, least = SIZE_MAX;
	unsigned best = 32;

	for (unsigned width = 33; width-- > 0; wider += widths[width]) {
		size_t cost = width * count + wider * EXCEPTION_BITS;

		if (cost <= least) {
			least = cost;
			best = width;
			*ret_exceptions = wider;
		}
	}
	return best;
}

/* Pack one column: its head, and its content at ${content}. Return the content's length. */
static size_t
pack_column(const struct row *rows, size_t count, enum order order, enum column column, uint8_t *head, uint8_t *content)
{
	uint32_t values[BLOCK_ROWS], least = UINT32_MAX;
	size_t widths[33] = {0}, exceptions = 0, bytes;
	uint8_t *exception;
	unsigned width;

	for (size_t i = 0; i < count; i++) {
		values[i] = column_value(&rows[i], order, column);
		if (values[i] < least)
			least = values[i];
	}
	for (size_t i = 0; i < count; i++)
		widths[bits_width(values[i] -= least)]++;
	width = best_width(widths, count, &exceptions);
	put32(head, least);
	head[4] = (uint8_t)width;
	put16(head + 5, (uint32_t)exceptions);
	bytes = bits_bytes(width, count);
	memset(content, 0, bytes + BITS_SLACK);
	for (size_t i = 0; i < count; i++)
		bits_put(content, width, i, values[i] & bits_mask(width));
	exception = content + bytes;
	for (size_t i = 0; i < count && exceptions; i++)
		if (values[i] >> width) {
			put16(exception, (uint32_t)i);
			put32(exception + 2, values[i] >> width);
			exception += EXCEPTION;
		}
	return (size_t)(exception - content);
}

/* B1. Return the length. */
static size_t
pack_keys(const struct row *rows, size_t count, enum order order, uint8_t *head, uint8_t *content)
{
	uint32_t first_major = row_major(&rows[0], order), least = UINT32_MAX, most = 0;
	uint64_t keys[BLOCK_ROWS];
	unsigned start_width, low_width;
	size_t low_bytes, high_bytes;

	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		least = rows[i].start < least ? rows[i].start : least;
		most = rows[i].start > most ? rows[i].start : most;
	}
	start_width = bits_width(most - least);
	for (size_t i = 0; i < count; i++)
		keys[i] = (uint64_t)(row_major(&rows[i], order) - first_major) << start_width | (rows[i].start - least);
	low_width = bits_width(keys[count - 1] / count);
	low_width = low_width ? low_width - 1 : 0;
	low_bytes = bits_bytes(low_width, count);
	high_bytes = (size_t)((keys[count - 1] >> low_width) + count + 7) / 8;
	memset(content, 0, low_bytes + high_bytes + BITS_SLACK);
	for (size_t i = 0; i < count; i++)
		bits_put(content, low_width, i, keys[i] & bits_mask(low_width));
	for (size_t i = 0; i < count; i++)
		bits_set(content + low_bytes, (size_t)(keys[i] >> low_width) + i);
	put16(head, (uint32_t)count);
	put32(head + 2, first_major);
	put32(head + 6, least);
	head[10] = (uint8_t)start_width;
	head[11] = (uint8_t)low_width;
	put16(head + 12, (uint32_t)high_bytes);
	return low_bytes + high_bytes;
}

size_t
block_pack(const struct row *rows, size_t count, enum order order, uint8_t *bytes)
{
	uint8_t *content = bytes + HEAD + BLOCK_COLUMNS * COLUMN_HEAD;

	content += pack_keys(rows, count, order, bytes, content);
	for (int i = 0; i < BLOCK_COLUMNS; i++)
		content += pack_column(rows, count, order, (enum column)i, bytes + HEAD + i * COLUMN_HEAD, content);
	return (size_t)(content - bytes);
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
	size_t at = HEAD + BLOCK_COLUMNS * COLUMN_HEAD, high_bytes;

	if (length < at)
		return corrupt(e);
	block.count = get16(bytes);
	block.first_major = get32(bytes + 2);
	block.least_start = get32(bytes + 6);
	block.start_width = bytes[10];
	block.low_width = bytes[11];
	high_bytes = get16(bytes + 12);
	if (block.count == 0 || block.count > BLOCK_ROWS || block.start_width > 32 || block.low_width > BITS_WIDTH_MAX)
		return corrupt(e);
	block.low = bytes + at;
	at += bits_bytes(block.low_width, block.count);
	block.high = bytes + at;
	at += high_bytes;
	if (at > length || !high_bits_hold(&block, high_bytes))
		return corrupt(e);
	for (int i = 0; i < BLOCK_COLUMNS; i++) {
		const uint8_t *head = bytes + HEAD + i * COLUMN_HEAD;
		struct block_column *column = &block.columns[i];

		column->least = get32(head);
		column->width = head[4];
		column->exception_count = get16(head + 5);
		column->bits = bytes + at;
		at += bits_bytes(column->width, block.count);
		column->exceptions = bytes + at;
		at += (size_t)column->exception_count * EXCEPTION;
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

size_t
block_find(const struct block *block, uint32_t major, uint32_t start)
{
	size_t bit;

	return major < block->first_major ? 0 : find_key(block, key_of(block, major, start), &bit);
}

/* The exception at ${index} is the cursor's next. */
static void
see_exception(struct block_cursor *cursor, int column, uint32_t index)
{
	const struct block_column *c = &cursor->block->columns[column];

	cursor->exceptions[column].index = index;
	cursor->exceptions[column].row = index < c->exception_count ? get16(c->exceptions + index * EXCEPTION) : UINT32_MAX;
}

/* The cursor's row has the first one among the high bits from ${bit} on. */
static void
start_at(struct block_cursor *cursor, size_t bit)
{
	cursor->word_index = bit / 64;
	cursor->word = high_word(cursor->block, bit / 64) & ~bits_mask(bit % 64);
	for (int column = 0; column < BLOCK_COLUMNS; column++)
		see_exception(cursor, column, 0);
}

void
block_seek(struct block_cursor *cursor, const struct block *block, size_t from, size_t to)
{
	cursor->block = block;
	cursor->index = from;
	cursor->to = to < block->count ? to : block->count;
	cursor->key_end = UINT64_MAX;
	if (from < cursor->to)
		start_at(cursor, place_of_one(block, from));
}

void
block_seek_of(struct block_cursor *cursor, const struct block *block, uint32_t major, uint32_t to)
{
	size_t bit = 0;

	cursor->block = block;
	cursor->index = cursor->to = block->count;
	if (major < block->first_major)
		return;
	cursor->key_end = key_of(block, major, to);
	cursor->index = find_key(block, key_of(block, major, 0), &bit);
	if (cursor->index < cursor->to)
		start_at(cursor, bit);
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
			(uint32_t)((uint64_t)get32(c->exceptions + cursor->exceptions[column].index * EXCEPTION + 2) << c->width);
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
block_next_after(struct block_cursor *cursor, uint32_t from, struct row *ret_row)
{
	const struct block *block = cursor->block;

	while (cursor->index < cursor->to) {
		const size_t i = cursor->index;
		const uint64_t key = next_key(cursor);
		const uint32_t start = block->least_start + (uint32_t)(key & bits_mask(block->start_width));
		const uint32_t duration_s = column_get(cursor, COLUMN_DURATION, i);
		uint32_t major, minor, detail;

		if (key >= cursor->key_end) {
			cursor->index = cursor->to;
			break;
		}
		if (start + duration_s <= from)
			continue;
		major = block->first_major + (uint32_t)(key >> block->start_width);
		minor = column_get(cursor, COLUMN_MINOR, i);
		detail = column_get(cursor, COLUMN_DETAIL, i);
		*ret_row = (struct row){.person = block->order == ORDER_PERSON ? major : minor,
			.place = block->order == ORDER_PERSON ? minor : major,
			.start = start,
			.duration_s = duration_s,
			.source = column_get(cursor, COLUMN_SOURCE, i),
			.seat = (uint16_t)(detail >> 1),
			.day_only = detail & 1};
		return true;
	}
	return false;
}

bool
block_next(struct block_cursor *cursor, struct row *ret_row)
{
	return block_next_after(cursor, 0, ret_row); /* a stay has at least a second */
}
