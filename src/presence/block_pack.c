#include <string.h>

#include "presence/block_format.h"

/* Each row's key, low bits at most 50 wide, and four columns at most 32 wide, without exceptions. */
_Static_assert(
	BLOCK_BYTES_MAX > BLOCK_HEAD + BLOCK_COLUMNS * BLOCK_COLUMN_HEAD + BLOCK_ROWS * (56 + 3 + 4 * 32) / 8 + BITS_SLACK,
	"a block fits");

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
		size_t cost = width * count + wider * BLOCK_EXCEPTION_BITS;

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
	block_put32(head, least);
	head[4] = (uint8_t)width;
	block_put16(head + 5, (uint32_t)exceptions);
	bytes = bits_bytes(width, count);
	memset(content, 0, bytes + BITS_SLACK);
	for (size_t i = 0; i < count; i++)
		bits_put(content, width, i, values[i] & bits_mask(width));
	exception = content + bytes;
	for (size_t i = 0; i < count && exceptions; i++)
		if (values[i] >> width) {
			block_put16(exception, (uint32_t)i);
			block_put32(exception + 2, values[i] >> width);
			exception += BLOCK_EXCEPTION;
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
	block_put16(head, (uint32_t)count);
	block_put32(head + 2, first_major);
	block_put32(head + 6, least);
	head[10] = (uint8_t)start_width;
	head[11] = (uint8_t)low_width;
	block_put16(head + 12, (uint32_t)high_bytes);
	return low_bytes + high_bytes;
}

size_t
block_pack(const struct row *rows, size_t count, enum order order, uint8_t *bytes)
{
	uint8_t *content = bytes + BLOCK_HEAD + BLOCK_COLUMNS * BLOCK_COLUMN_HEAD;

	content += pack_keys(rows, count, order, bytes, content);
	for (int i = 0; i < BLOCK_COLUMNS; i++)
		content += pack_column(rows, count, order, (enum column)i, bytes + BLOCK_HEAD + i * BLOCK_COLUMN_HEAD, content);
	return (size_t)(content - bytes);
}
