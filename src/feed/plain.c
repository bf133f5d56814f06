#include "feed/plain.h"

#include <stdint.h>

#include "feed/stride.h"

/* What 64 bytes hold, a bit each: commas, and what ends a plain line or makes it none. */
struct block {
	uint64_t commas, others;
};

enum { BLOCK = 4 * STRIDE };

_Static_assert(PLAIN_LINE_MAX % BLOCK == 0, "a line is some blocks");

static struct block
block_at(const char *bytes)
{
	struct block block = {0};

	for (unsigned i = 0; i < BLOCK; i += STRIDE) {
		const stride s = stride_at(bytes + i);

		block.commas |= (uint64_t)stride_equal(s, ',') << i;
		block.others |= (uint64_t)stride_equal_or_below(s, '"', ' ') << i;
	}
	return block;
}

size_t
plain_cut(const char *bytes, const size_t *columns, size_t count, struct field_text *fields)
{
	size_t start = 0, field = 0, end;
	struct block block;

	for (size_t at = 0;; at += BLOCK) {
		if (at == PLAIN_LINE_MAX)
			return 0;
		block = block_at(bytes + at);
		end = at + (block.others ? (size_t)__builtin_ctzll(block.others) : BLOCK);
		/* Commas before the first of the others: all, where there is none. */
		for (uint64_t commas = block.commas & ~block.others & (block.others - 1); commas; commas &= commas - 1) {
			const size_t comma = at + (size_t)__builtin_ctzll(commas);

			if (field + 1 >= count)
				return 0;
			fields[columns[field++]] = (struct field_text){bytes + start, comma - start};
			start = comma + 1;
		}
		if (block.others)
			break;
	}
	if (field + 1 != count || end == 0)
		return 0;
	fields[columns[field]] = (struct field_text){bytes + start, end - start};
	end += bytes[end] == '\r';
	return bytes[end] == '\n' ? end + 1 : 0;
}
