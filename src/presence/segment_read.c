#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "keys/keys.h"
#include "presence/bits.h"
#include "presence/segment_format.h"

struct segment {
	char *path;
	int fd;
	struct cipher *cipher;
	struct cache *cache;
	struct segment_about about;
	uint32_t first_start, last_end;
	struct presence_source *sources;
	size_t source_count;
	struct entries {
		size_t count;
		uint32_t *first_majors; /* apart, because the search reads nothing else */
		struct block_entry *entries;
		struct cached **cached;
	} orders[ORDERS];
};

static int
corrupt(const struct segment *segment, struct error *e, const char *what)
{
	int r = error_set(e, ERROR_CORRUPT, "%s", what);

	error_at(e, segment->path, 0, 0);
	return r;
}

static int
read_at(const struct segment *segment, uint64_t offset, uint8_t *bytes, size_t length, struct error *e)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = pread(segment->fd, bytes + done, length - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int r = error_set_errno(e, ERROR_IO, errno, "cannot read at byte %llu", (unsigned long long)offset);

			error_at(e, segment->path, 0, 0);
			return r;
		}
		if (n == 0)
			return corrupt(segment, e, "the file ends too early");
		done += (size_t)n;
	}
	return 0;
}

static int
take_sources(struct segment *segment, const uint8_t **at, struct error *e)
{
	if (segment->source_count && !(segment->sources = calloc(segment->source_count, sizeof *segment->sources)))
		return error_no_memory(e);
	for (size_t i = 0; i < segment->source_count; i++) {
		segment->sources[i].recorded_at = (instant)format_get(at, 8);
		segment->sources[i].import = (int64_t)format_get(at, 8);
	}
	return 0;
}

static int
take_blocks(struct segment *segment, struct entries *entries, const uint8_t **at, uint64_t *offset, struct error *e)
{
	if (entries->count &&
		(!(entries->first_majors = calloc(entries->count, sizeof *entries->first_majors)) ||
			!(entries->entries = calloc(entries->count, sizeof *entries->entries)) ||
			/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
			!(entries->cached = calloc(entries->count, sizeof *entries->cached))))
		return error_no_memory(e);
	for (size_t i = 0; i < entries->count; i++) {
		struct block_entry *entry = &entries->entries[i];

		entries->first_majors[i] = (uint32_t)format_get(at, 4);
		entry->first_start = (uint32_t)format_get(at, 4);
		entry->largest_end = (uint32_t)format_get(at, 4);
		entry->length = (uint32_t)format_get(at, 2);
		entry->offset = *offset;
		*offset += entry->length + CIPHER_TAG_SIZE;
		if (entry->length > BLOCK_BYTES_MAX)
			return corrupt(segment, e, "a block of stays is too long");
	}
	return 0;
}

/* The directory says how long it is: everything in it is looked at before it is used. */
static int
take_directory(struct segment *segment, const uint8_t *bytes, size_t length, uint64_t directory_at, struct error *e)
{
	uint64_t offset = HEAD_SIZE, blocks = 0;
	const uint8_t *at = bytes;
	int r;

	if (length < DIRECTORY_HEAD)
		return corrupt(segment, e, "the directory is too short");
	segment->about.rows = format_get(&at, 8);
	segment->about.again = format_get(&at, 8);
	segment->first_start = (uint32_t)format_get(&at, 4);
	segment->last_end = (uint32_t)format_get(&at, 4);
	segment->source_count = format_get(&at, 4);
	for (int order = 0; order < ORDERS; order++)
		blocks += segment->orders[order].count = format_get(&at, 4);
	if (segment->source_count > SEGMENT_SOURCES_MAX ||
		DIRECTORY_HEAD + segment->source_count * DIRECTORY_SOURCE + blocks * DIRECTORY_BLOCK != length)
		return corrupt(segment, e, "the directory is not as long as it says");
	if ((r = take_sources(segment, &at, e)) < 0)
		return r;
	for (int order = 0; order < ORDERS; order++)
		if ((r = take_blocks(segment, &segment->orders[order], &at, &offset, e)) < 0)
			return r;
	if (offset != directory_at)
		return corrupt(segment, e, "the blocks do not fill the file");
	return 0;
}

static int
read_directory(struct segment *segment, const uint8_t about[HEAD_SIZE + FOOT_SIZE], uint64_t size, struct error *e)
{
	const uint8_t *foot = about + HEAD_SIZE;
	const uint64_t offset = format_get(&foot, 8), length = format_get(&foot, 4);
	uint8_t *bytes = NULL;
	int r;

	if (length > SEGMENT_DIRECTORY_MAX || offset < HEAD_SIZE || offset > size ||
		offset + length + CIPHER_TAG_SIZE + FOOT_SIZE != size)
		return corrupt(segment, e, "the file's foot does not fit it");
	if (!(bytes = malloc(length + CIPHER_TAG_SIZE)))
		return error_no_memory(e);
	if ((r = read_at(segment, offset, bytes, length + CIPHER_TAG_SIZE, e)) < 0)
		goto out;
	if ((r = cipher_open(segment->cipher, KIND_DIRECTORY, 0, about, HEAD_SIZE + FOOT_SIZE, bytes, length, bytes, e)) <
		0) {
		error_at(e, segment->path, 0, 0);
		goto out;
	}
	r = take_directory(segment, bytes, length, offset, e);
out:
	keys_wipe(bytes, length + CIPHER_TAG_SIZE);
	free(bytes);
	return r;
}

static int
read_file(struct segment *segment, const uint8_t day_key[CIPHER_KEY_SIZE], struct error *e)
{
	uint8_t about[HEAD_SIZE + FOOT_SIZE];
	const uint8_t *day = about + MAGIC_SIZE + CIPHER_ID_SIZE;
	struct stat status;
	int r;

	if (fstat(segment->fd, &status) < 0)
		return error_set_errno(e, ERROR_IO, errno, "cannot read %s", segment->path);
	if (status.st_size < HEAD_SIZE + FOOT_SIZE)
		return corrupt(segment, e, "the file is too short");
	if ((r = read_at(segment, 0, about, HEAD_SIZE, e)) < 0 ||
		(r = read_at(segment, (uint64_t)status.st_size - FOOT_SIZE, about + HEAD_SIZE, FOOT_SIZE, e)) < 0)
		return r;
	if (memcmp(about, SEGMENT_MAGIC, MAGIC_SIZE) != 0)
		return corrupt(segment, e, "this is no file of stays");
	if ((uint32_t)format_get(&day, 4) != (uint32_t)segment->about.day)
		return corrupt(segment, e, "these are another day's stays");
	segment->about.bytes = (uint64_t)status.st_size;
	if ((r = cipher_new(day_key, about + MAGIC_SIZE, &segment->cipher, e)) < 0)
		return r;
	return read_directory(segment, about, (uint64_t)status.st_size, e);
}

int
segment_open(const char *folder, const char *name, day_number day, const uint8_t day_key[CIPHER_KEY_SIZE],
	struct cache *cache, struct segment **ret_segment, struct error *e)
{
	struct segment *segment = calloc(1, sizeof *segment);
	int r;

	if (!segment)
		return error_no_memory(e);
	segment->fd = -1;
	segment->cache = cache;
	segment->about.day = day;
	snprintf(segment->about.name, sizeof segment->about.name, "%s", name);
	if (!(segment->path = file_join(folder, name, e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if ((segment->fd = open(segment->path, O_RDONLY | O_CLOEXEC)) < 0) {
		r = error_set_errno(e, errno == ENOENT ? ERROR_EXISTS_NOT : ERROR_IO, errno, "cannot open");
		error_at(e, segment->path, 0, 0);
		goto out;
	}
	if ((r = read_file(segment, day_key, e)) < 0)
		goto out;
	*ret_segment = segment;
	segment = NULL;
out:
	segment_close(segment);
	return r;
}

void
segment_close(struct segment *segment)
{
	if (!segment)
		return;
	if (segment->fd >= 0)
		close(segment->fd);
	for (int order = 0; order < ORDERS; order++) {
		struct entries *entries = &segment->orders[order];

		for (size_t i = 0; entries->cached && i < entries->count; i++)
			cache_drop(segment->cache, entries->cached[i]);
		free(entries->first_majors);
		free(entries->entries);
		free(entries->cached);
	}
	cipher_free(segment->cipher);
	free(segment->sources);
	free(segment->path);
	free(segment);
}

const struct segment_about *
segment_about(const struct segment *segment)
{
	return &segment->about;
}

int
segment_descriptor(const struct segment *segment)
{
	return segment->fd;
}

uint32_t
segment_first_start(const struct segment *segment)
{
	return segment->first_start;
}

uint32_t
segment_last_end(const struct segment *segment)
{
	return segment->last_end;
}

const struct presence_source *
segment_sources(const struct segment *segment, size_t *ret_count)
{
	*ret_count = segment->source_count;
	return segment->sources;
}

/* Read and open block ${index} into ${bytes}, which have room for it, its tag and slack. */
static int
read_block(
	struct segment *segment, enum order order, size_t index, uint8_t *bytes, struct block *ret_block, struct error *e)
{
	const struct block_entry *entry = &segment->orders[order].entries[index];
	char message[160];
	int r;

	if ((r = read_at(segment, entry->offset, bytes, entry->length + CIPHER_TAG_SIZE, e)) < 0)
		return r;
	if ((r = cipher_open(segment->cipher, order, index, NULL, 0, bytes, entry->length, bytes, e)) == 0)
		r = block_open(bytes, entry->length, order, ret_block, e);
	if (r < 0) {
		snprintf(message, sizeof message, "block %zu of the stays by %s, at byte %llu, is not as it was written", index,
			order == ORDER_PERSON ? "person" : "place", (unsigned long long)entry->offset);
		return corrupt(segment, e, message);
	}
	return 0;
}

static int
cached_block(struct segment *segment, enum order order, size_t index, const struct block **ret_block, struct error *e)
{
	struct cached **home = &segment->orders[order].cached[index], *cached = *home;
	int r;

	if (cached) {
		if (!cached->block.ends && order == ORDER_PLACE && block_of_one(&cached->block))
			block_note_ends(&cached->block, cached->ends);
		cached->recent = true;
	} else {
		if ((r = cache_make(
				 segment->cache, segment->orders[order].entries[index].length + CIPHER_TAG_SIZE, home, &cached, e)) < 0)
			return r;
		if ((r = read_block(segment, order, index, cached->bytes, &cached->block, e)) < 0) {
			cache_drop(segment->cache, cached);
			return r;
		}
	}
	*ret_block = &cached->block;
	return 0;
}

/* The first block that may hold a row at or after (${major}, ${start}). */
static size_t
first_block(const struct entries *entries, uint32_t major, uint32_t start)
{
	size_t low = 0, high = entries->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (entries->first_majors[middle] < major ||
			(entries->first_majors[middle] == major && entries->entries[middle].first_start < start))
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

static int
check_sources(const struct segment *segment, const struct row *rows, size_t count, struct error *e)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].source >= segment->source_count)
			return corrupt(segment, e, "a stay has no source");
	return 0;
}

/* The first block from ${index} on that may hold rows of ${major} that start before ${to} and end after ${from}, or SIZE_MAX. */
static size_t
next_block(const struct entries *entries, size_t index, uint32_t major, uint32_t from, uint32_t to)
{
	for (; index < entries->count; index++) {
		if (entries->first_majors[index] > major ||
			(entries->first_majors[index] == major && entries->entries[index].first_start >= to))
			break;
		if (entries->entries[index].largest_end > from) /* S4 */
			return index;
	}
	return SIZE_MAX;
}

/* Have the processor fetch a block that is in the cache, which is much larger than its own, while it is at the one before. */
static void
fetch(const struct entries *entries, size_t index)
{
	enum { LINE = 64 };
	const char *cached = index == SIZE_MAX ? NULL : (const char *)entries->cached[index];

	for (size_t at = 0; cached && at < sizeof(struct cached) + entries->entries[index].length; at += LINE)
		__builtin_prefetch(cached + at);
}

int
segment_find(struct segment *segment, enum order order, uint32_t major, uint32_t from, uint32_t to, segment_each *each,
	void *context, struct error *e)
{
	const struct entries *entries = &segment->orders[order];
	struct row rows[BLOCK_ROWS];
	const struct block *block;
	size_t i = next_block(entries, first_block(entries, major, 0), major, from, to), next, count, most = 0;
	int r = 0;

	for (; i != SIZE_MAX; i = next) {
		next = next_block(entries, i + 1, major, from, to);
		fetch(entries, next);
		if ((r = cached_block(segment, order, i, &block, e)) < 0)
			break;
		count = block_match(block, major, from, to, rows);
		most = count > most ? count : most;
		if ((r = check_sources(segment, rows, count, e)) < 0 ||
			(count && (r = each(segment, rows, count, context, e)) != 0))
			break;
	}
	keys_wipe(rows, most * sizeof *rows);
	return r;
}

struct segment_cursor {
	struct segment *segment;
	enum order order;
	size_t next_block;
	bool opened;
	struct block block;
	struct block_cursor rows;
	uint8_t bytes[BLOCK_BYTES_MAX + CIPHER_TAG_SIZE + BITS_SLACK];
};

int
segment_cursor_new(struct segment *segment, enum order order, struct segment_cursor **ret_cursor, struct error *e)
{
	struct segment_cursor *cursor = calloc(1, sizeof *cursor);

	if (!cursor)
		return error_no_memory(e);
	cursor->segment = segment;
	cursor->order = order;
	*ret_cursor = cursor;
	return 0;
}

void
segment_cursor_free(struct segment_cursor *cursor)
{
	if (!cursor)
		return;
	keys_wipe(cursor, sizeof *cursor);
	free(cursor);
}

static int
cursor_open(struct segment_cursor *cursor, struct error *e)
{
	int r = read_block(cursor->segment, cursor->order, cursor->next_block, cursor->bytes, &cursor->block, e);

	if (r < 0)
		return r;
	cursor->next_block++;
	cursor->opened = true;
	block_seek(&cursor->rows, &cursor->block, 0, cursor->block.count);
	return 0;
}

int
segment_cursor_next(struct segment_cursor *cursor, struct row *ret_row, struct error *e)
{
	struct row row;
	int r;

	while (!cursor->opened || !block_next(&cursor->rows, &row)) {
		if (cursor->next_block >= cursor->segment->orders[cursor->order].count)
			return 0;
		if ((r = cursor_open(cursor, e)) < 0)
			return r;
	}
	if (row.source >= cursor->segment->source_count)
		return corrupt(cursor->segment, e, "a stay has no source");
	*ret_row = row;
	return 1;
}

void
segment_cursor_skip(struct segment_cursor *cursor, const struct row *row)
{
	const struct entries *entries = &cursor->segment->orders[cursor->order];
	size_t index = first_block(entries, row_major(row, cursor->order), row->start);

	if (index >= cursor->next_block && index < entries->count) {
		cursor->next_block = index;
		cursor->opened = false;
	}
}
