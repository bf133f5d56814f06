/* presence/bits.h: numbers of a chosen width, one behind the other, the lowest bit first. Inside the room.
 *
 * Both ends touch eight bytes at once: memory that is read or written has BITS_SLACK bytes behind the last number. */

#ifndef HEALTHCODE_PRESENCE_BITS_H
#define HEALTHCODE_PRESENCE_BITS_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BITS_SLACK = 8, BITS_WIDTH_MAX = 56 };

static inline uint64_t
bits_load(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof word);
	return le64toh(word);
}

static inline uint64_t
bits_mask(unsigned width)
{
	return ((uint64_t)1 << width) - 1;
}

/* Number ${index} of those of ${width} bits (at most BITS_WIDTH_MAX). */
static inline uint64_t
bits_get(const uint8_t *bytes, unsigned width, size_t index)
{
	size_t at = width * index;

	return bits_load(bytes + at / 8) >> (at % 8) & bits_mask(width);
}

/* Put it where zeros are. */
static inline void
bits_put(uint8_t *bytes, unsigned width, size_t index, uint64_t value)
{
	size_t at = width * index;
	uint64_t word = htole64(bits_load(bytes + at / 8) | value << (at % 8));

	memcpy(bytes + at / 8, &word, sizeof word);
}

static inline void
bits_set(uint8_t *bytes, size_t bit)
{
	bytes[bit / 8] |= (uint8_t)(1U << (bit % 8));
}

/* Bits that ${value} needs: 0 for 0. */
static inline unsigned
bits_width(uint64_t value)
{
	return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

/* The ones in ${word}; inline, because without an instruction for it the compiler calls a function. */
static inline unsigned
bits_count(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555U;
	word = (word & 0x3333333333333333U) + (word >> 2 & 0x3333333333333333U);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fU;
	return (unsigned)(word * 0x0101010101010101U >> 56);
}

/* Bytes that ${count} numbers of ${width} bits take, without slack. */
static inline size_t
bits_bytes(unsigned width, size_t count)
{
	return (width * count + 7) / 8;
}

#endif
