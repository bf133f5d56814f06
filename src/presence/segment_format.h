/* presence/segment_format.h: what writing and reading a segment share. Inside the room. */

#ifndef HEALTHCODE_PRESENCE_SEGMENT_FORMAT_H
#define HEALTHCODE_PRESENCE_SEGMENT_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "presence/segment.h"

#define SEGMENT_MAGIC "HCSTAYS1"

enum {
	MAGIC_SIZE = 8,
	HEAD_SIZE = MAGIC_SIZE + CIPHER_ID_SIZE + 4,
	FOOT_SIZE = 8 + 4 + 4,   /* where the directory is, its length without the tag, 0 */
	KIND_DIRECTORY = ORDERS, /* the cipher's kinds: the orders, and this */
	/* Of the directory: rows 8, again 8, first start 4, last end 4, sources 4, blocks of each order 4. */
	DIRECTORY_HEAD = 28 + 4 * ORDERS,
	DIRECTORY_SOURCE = 16, /* recorded_at 8, import 8 */
	/* What is written; up to BLOCK_ROWS are read. Larger blocks save bytes, smaller ones what is decrypted and looked through for a few
	 * rows (docs/decisions/0096). */
	SEGMENT_BLOCK_ROWS = 192,
	DIRECTORY_BLOCK = 14, /* first major 4, first start 4, largest end 4, length without the tag 2 */
};

/* What a directory says of a block. */
struct block_entry {
	uint32_t first_start, largest_end, length;
	uint64_t offset;
};

static inline uint8_t *
format_put(uint8_t *bytes, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	return bytes + size;
}

static inline uint64_t
format_get(const uint8_t **bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)(*bytes)[i] << 8 * i;
	*bytes += size;
	return value;
}

#endif
