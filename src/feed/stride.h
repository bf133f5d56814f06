/* feed/stride.h: sixteen bytes of a file looked at together. Inside the room.
 *
 * Answers have a bit for each byte, the first byte's the lowest. */

#ifndef HEALTHCODE_FEED_STRIDE_H
#define HEALTHCODE_FEED_STRIDE_H

#include <stdint.h>

enum { STRIDE = 16 };

#ifdef __SSE2__
#include <emmintrin.h>

typedef __m128i stride;

static inline stride
stride_at(const char *bytes)
{
	return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

/* Which bytes are ${byte}. */
static inline uint32_t
stride_equal(stride s, char byte)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(s, _mm_set1_epi8(byte)));
}

/* Which bytes are below ${byte}, those beyond ASCII among them: a byte is -128 to 127. */
static inline uint32_t
stride_below(stride s, signed char byte)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmplt_epi8(s, _mm_set1_epi8(byte)));
}

/* Which bytes are ${byte} or below ${least}. */
static inline uint32_t
stride_equal_or_below(stride s, char byte, signed char least)
{
	return (uint32_t)_mm_movemask_epi8(
		_mm_or_si128(_mm_cmpeq_epi8(s, _mm_set1_epi8(byte)), _mm_cmplt_epi8(s, _mm_set1_epi8(least))));
}
#else
#include <string.h>

typedef struct {
	signed char bytes[STRIDE];
} stride;

static inline stride
stride_at(const char *bytes)
{
	stride s;

	memcpy(s.bytes, bytes, sizeof s.bytes);
	return s;
}

static inline uint32_t
stride_equal(stride s, char byte)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < STRIDE; i++)
		bits |= (uint32_t)(s.bytes[i] == (signed char)byte) << i;
	return bits;
}

static inline uint32_t
stride_below(stride s, signed char byte)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < STRIDE; i++)
		bits |= (uint32_t)(s.bytes[i] < byte) << i;
	return bits;
}

static inline uint32_t
stride_equal_or_below(stride s, char byte, signed char least)
{
	return stride_equal(s, byte) | stride_below(s, least);
}
#endif

#endif
