/* presence/segment.h: a local day's stays in a file that never changes. Inside the room.
 *
 *   head | block ... block | block ... block | directory | foot
 *          by person          by place
 *
 *   head       "HCSTAYS1", id (16 random bytes), day (32 bits)
 *   block      up to SEGMENT_BLOCK_ROWS rows (presence/block.h; BLOCK_ROWS in files of earlier builds), sealed
 *   directory  sealed: rows, bounds, sources, and of each block its length, first key and largest end
 *   foot       the directory's place and length
 *
 * S1. A segment is complete or nobody knows it: the file is written and synced, its folder too, before the registry
 *     names it; a file that the registry doesn't name is a leftover.
 * S2. Both orders hold the same rows; blocks of one order follow each other sorted, without a key twice of one source.
 * S3. Nothing of it but its day and its size can be read without the day's key (presence/cipher.h), and no byte can be
 *     changed without being noticed: head and foot are bound into the directory's seal.
 * S4. A directory's largest end is that of the block's longest-lasting row, so that a search passes by blocks that were
 *     over before it begins, without opening them.
 *
 * Numbers are little-endian. */

#ifndef HEALTHCODE_PRESENCE_SEGMENT_H
#define HEALTHCODE_PRESENCE_SEGMENT_H

#include "presence/cache.h"
#include "presence/cipher.h"
#include "presence/presence.h"

enum {
	SEGMENT_NAME_SIZE = 64,     /* "YYYY-MM-DD-" and the id's 32 digits, ".stays", NUL */
	SEGMENT_ROWS_MAX = 1 << 30, /* of a local day */
	SEGMENT_SOURCES_MAX = 1 << 18,
	SEGMENT_DIRECTORY_MAX = 64 << 20, /* bytes */
};

#define SEGMENT_SUFFIX ".stays"

/* A writer. Its rows' sources are numbers in the list that segment_writer_finish is given. */
struct segment_writer;

/* segment_writer_new(folder, day, day_key, ret_writer, e): begin a file in ${folder}. Return 0, ERROR_IO or
 * ERROR_NO_MEMORY. */
int segment_writer_new(const char *folder, day_number day, const uint8_t day_key[CIPHER_KEY_SIZE],
	struct segment_writer **ret_writer, struct error *e);

/* segment_write(writer, rows, count, order, e):
 * Append sorted rows: all of ORDER_PERSON, then the same rows by ORDER_PLACE. Return 0, ERROR_IO or ERROR_TOO_LARGE. */
int
segment_write(struct segment_writer *writer, const struct row *rows, size_t count, enum order order, struct error *e);

/* What a segment says of itself. ${again}: how many of its rows are of a stay that had a record before. */
struct segment_about {
	char name[SEGMENT_NAME_SIZE];
	day_number day;
	uint64_t rows, again, bytes;
};

/* segment_writer_finish(writer, sources, source_count, again, ret_about, e):
 * Complete and sync the file; from then on it outlives segment_writer_free. Return 0, ERROR_IO, ERROR_NO_MEMORY or
 * ERROR_TOO_LARGE. */
int segment_writer_finish(struct segment_writer *writer, const struct presence_source *sources, size_t source_count,
	uint64_t again, struct segment_about *ret_about, struct error *e);

/* Free it, and remove the file if it is not finished. Accepts NULL. */
void segment_writer_free(struct segment_writer *writer);

/* An open segment: one thread at a time. */
struct segment;

/* segment_open(folder, name, day, day_key, cache, ret_segment, e):
 * ${cache} stays the caller's and is needed until segment_close. Return 0, or ERROR_EXISTS_NOT, ERROR_IO,
 * ERROR_NO_MEMORY, or ERROR_CORRUPT with the file in ${e} and the place in its message. */
int segment_open(const char *folder, const char *name, day_number day, const uint8_t day_key[CIPHER_KEY_SIZE],
	struct cache *cache, struct segment **ret_segment, struct error *e);

/* Accepts NULL. */
void segment_close(struct segment *segment);

const struct segment_about *segment_about(const struct segment *segment);

/* Its open file; stays the segment's. */
int segment_descriptor(const struct segment *segment);

/* The earliest start and the latest end of its rows, from the run's base. */
uint32_t segment_first_start(const struct segment *segment);
uint32_t segment_last_end(const struct segment *segment);

/* Its list of sources, which its rows' ${source} point into: one that is not in it is ERROR_CORRUPT where it is read. */
const struct presence_source *segment_sources(const struct segment *segment, size_t *ret_count);

/* segment_find(segment, order, major, from, to, each, context, e):
 * Call ${each} with the rows of ${major} that start before ${to} and end after ${from}, both from the run's base, in order,
 * some at a time. ${each} must not read from segments of the same cache. Return 0, what ${each} returned, or a code. */
typedef int
segment_each(const struct segment *segment, const struct row *rows, size_t count, void *context, struct error *e);
int segment_find(struct segment *segment, enum order order, uint32_t major, uint32_t from, uint32_t to,
	segment_each *each, void *context, struct error *e);

/* A walk over all rows of one order, beside the cache. */
struct segment_cursor;

int segment_cursor_new(struct segment *segment, enum order order, struct segment_cursor **ret_cursor, struct error *e);
void segment_cursor_free(struct segment_cursor *cursor);

/* segment_cursor_next(cursor, ret_row, e): return 1 with the next row, 0 at the end, or a code.
 * segment_cursor_skip(cursor, row): pass by blocks whose rows are all before ${row}, without opening them. */
int segment_cursor_next(struct segment_cursor *cursor, struct row *ret_row, struct error *e);
void segment_cursor_skip(struct segment_cursor *cursor, const struct row *row);

#endif
