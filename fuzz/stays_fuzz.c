/* Whatever a packed block of stays holds, it is refused or read within its bounds. The first byte chooses the order, the
 * next eight what is searched for. */

#include <stdlib.h>
#include <string.h>

#include "presence/bits.h"
#include "presence/block.h"

enum { HEAD = 9 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_all(const struct block *block, uint32_t major, uint32_t start)
{
	struct row row, rows[BLOCK_ROWS];
	struct block_cursor cursor;
	size_t count = 0;

	block_seek(&cursor, block, start % BLOCK_ROWS, block->count);
	while (block_next(&cursor, &row))
		count++;
	if (count > block->count)
		abort();
	if (block_match(block, major, start / 2, start, rows) > block->count)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes, ends[BLOCK_GROUPS];
	struct error e = {0};
	struct block block;
	uint64_t what;

	if (size < HEAD || size > HEAD + BLOCK_BYTES_MAX || !(bytes = malloc(size - HEAD + BITS_SLACK)))
		return 0;
	memcpy(bytes, data + HEAD, size - HEAD);
	memset(bytes + size - HEAD, 0xff, BITS_SLACK);
	what = bits_load(data + 1);
	if (block_open(bytes, size - HEAD, data[0] & 1 ? ORDER_PLACE : ORDER_PERSON, &block, &e) == 0) {
		read_all(&block, 0, 0);
		block_note_ends(&block, ends);
		read_all(&block, block.first_major, UINT32_MAX);
		read_all(&block, (uint32_t)what, (uint32_t)(what >> 32));
	}
	free(bytes);
	return 0;
}
