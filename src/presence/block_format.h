/* presence/block_format.h: what packing and reading a block share. Inside the room. */

#ifndef HEALTHCODE_PRESENCE_BLOCK_FORMAT_H
#define HEALTHCODE_PRESENCE_BLOCK_FORMAT_H

#include "presence/bits.h"
#include "presence/block.h"

enum {
	BLOCK_HEAD = 14,       /* count 2, first major 4, least start 4, start width 1, low width 1, bytes of high bits 2 */
	BLOCK_COLUMN_HEAD = 7, /* least 4, width 1, exceptions 2 */
	BLOCK_EXCEPTION = 6,   /* row 2, high bits 4 */
	BLOCK_EXCEPTION_BITS = BLOCK_EXCEPTION * 8,
};

enum column { COLUMN_MINOR, COLUMN_DURATION, COLUMN_DETAIL, COLUMN_SOURCE };

static inline void
block_put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

static inline void
block_put32(uint8_t *bytes, uint32_t value)
{
	block_put16(bytes, value);
	block_put16(bytes + 2, value >> 16);
}

static inline uint32_t
block_get16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static inline uint32_t
block_get32(const uint8_t *bytes)
{
	return block_get16(bytes) | block_get16(bytes + 2) << 16;
}

#endif
