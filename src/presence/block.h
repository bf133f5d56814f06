/* presence/block.h: up to BLOCK_ROWS stays, packed. Inside the room; pure.
 *
 * A row is a stay with its start counted from a base that its run knows (run_base). Rows are sorted in one of two orders:
 *
 *   ORDER_PERSON   person, start, place,  day_only, source
 *   ORDER_PLACE    place,  start, person, day_only, source
 *
 * The first of them is the block's major, the third its minor. Packed:
 *
 *   head | keys: low bits | keys: high bits | minor | duration | detail | source | slack
 *
 * B1. Keys, (major - first major) << start_width | (start - least start), ascend and are an Elias-Fano sequence: a
 *     quasi-succinct list of n numbers up to u takes 2 + log2(u/n) bits a number and is searched where it lies
 *     (Elias 1974, Fano 1971; Vigna, "Quasi-succinct indices", 2013).
 * B2. Each other column has a least value, a width chosen for the block, and a list of exceptions whose high bits didn't
 *     fit, so that one long stay doesn't widen every duration (patched frame of reference; Zukowski et al. 2006).
 * B3. block_open looks at every length, so that no reader leaves the block whatever its bytes are. */

#ifndef HEALTHCODE_PRESENCE_BLOCK_H
#define HEALTHCODE_PRESENCE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

enum {
	BLOCK_ROWS = 512,
	BLOCK_BYTES_MAX = 16384, /* what a block of BLOCK_ROWS rows never reaches */
	BLOCK_COLUMNS = 4,
	BLOCK_GROUPS =
		3 * BLOCK_ROWS / 32, /* of 32 of the keys' high bits; a block as block_pack makes it has no more (B1) */
};

enum order { ORDER_PERSON, ORDER_PLACE, ORDERS };

/* ${start} counts from the run's base; ${source} from the run's list of sources. */
struct row {
	uint32_t person, place, start, duration_s, source;
	uint16_t seat;
	bool day_only;
};

/* run_base(day): the instant from which starts of the local day ${day} count: before it begins in any zone. */
static inline instant
run_base(day_number day)
{
	return ((instant)day - 1) * DAY_S;
}

static inline uint32_t
row_major(const struct row *row, enum order order)
{
	return order == ORDER_PERSON ? row->person : row->place;
}

static inline uint32_t
row_minor(const struct row *row, enum order order)
{
	return order == ORDER_PERSON ? row->place : row->person;
}

/* Seconds from the run's base to its end. */
static inline uint32_t
row_end(const struct row *row)
{
	return row->start + row->duration_s;
}

/* row_compare_keys(a, b, order): by all but source: 0 if both are records of one stay. */
int row_compare_keys(const struct row *a, const struct row *b, enum order order);

/* block_pack(rows, count, order, bytes):
 * Pack 1 to BLOCK_ROWS sorted rows into ${bytes}, which have BLOCK_BYTES_MAX. Return their length. */
size_t block_pack(const struct row *rows, size_t count, enum order order, uint8_t *bytes);

/* A block opened where it lies. Plain numbers: the reader's. */
struct block {
	enum order order;
	const uint8_t *low, *high; /* the keys' */
	const uint8_t *ends;       /* as block_note_ends left them, or NULL */
	size_t count, high_words;
	uint64_t key_maximum;
	uint32_t first_major, least_start;
	unsigned start_width, low_width;
	struct block_column {
		const uint8_t *bits, *exceptions;
		uint32_t least;
		unsigned width, exception_count;
	} columns[BLOCK_COLUMNS];
};

/* block_open(bytes, length, order, ret_block, e):
 * Look at the packed block; ${bytes} stay needed. Return 0, or ERROR_CORRUPT. */
int block_open(const uint8_t *bytes, size_t length, enum order order, struct block *ret_block, struct error *e);

/* Whether all its rows are of one major. */
static inline bool
block_of_one(const struct block *block)
{
	return block->key_maximum >> block->start_width == 0;
}

/* block_note_ends(block, ends):
 * Note in ${ends}, which have BLOCK_GROUPS bytes and are needed as long as the block is, when each group of rows is over, so that
 * block_match passes by whole groups. Costs about as much as looking at every row; worth it where one major fills the
 * block, as at a place of many people: most of them are gone by the time that is asked for, and a few stay long. */
void block_note_ends(struct block *block, uint8_t *ends);

/* block_match(block, major, from, to, rows):
 * Put the rows of ${major} that start before ${to} and end after ${from} into ${rows}, which have room for BLOCK_ROWS, in
 * order. Return how many there are. */
size_t block_match(const struct block *block, uint32_t major, uint32_t from, uint32_t to, struct row *rows);

/* A walk over rows [from, to) of an opened block: block_seek, then block_next until it returns false. */
struct block_cursor {
	const struct block *block;
	size_t index, to;
	size_t word_index; /* of the keys' high bits, and what is left of that word */
	uint64_t word;
	struct {
		uint32_t index, row; /* the next exception, and its row */
	} exceptions[BLOCK_COLUMNS];
};

void block_seek(struct block_cursor *cursor, const struct block *block, size_t from, size_t to);
bool block_next(struct block_cursor *cursor, struct row *ret_row);

#endif
