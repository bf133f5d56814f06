#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/file.h"
#include "keys/keys.h"
#include "presence/segment_format.h"

enum { WRITE_BYTES = 1 << 20, BLOCKS_MAX = SEGMENT_DIRECTORY_MAX / DIRECTORY_BLOCK / ORDERS };

struct segment_writer {
	char *folder, *path;
	int fd;
	bool finished;
	struct cipher *cipher;
	struct segment_about about;
	uint8_t head[HEAD_SIZE];
	struct buffer written; /* on its way to the file */
	uint64_t offset;       /* of what comes next */
	uint64_t rows[ORDERS];
	uint32_t first_start, last_end;
	struct row waiting[SEGMENT_BLOCK_ROWS];
	size_t waiting_count;
	enum order order;
	struct written_block {
		uint32_t first_major;
		struct block_entry entry;
	} * blocks[ORDERS];
	size_t block_count[ORDERS], block_capacity[ORDERS];
};

static int
flush(struct segment_writer *writer, struct error *e)
{
	if (file_write_all(writer->fd, writer->written.data, writer->written.length) < 0) {
		int r = error_set_errno(e, ERROR_IO, errno, "cannot write");

		error_at(e, writer->path, 0, 0);
		return r;
	}
	buffer_clear(&writer->written);
	return 0;
}

/* Room for ${length} bytes on their way. The caller counts what it puts there by appended(). */
static int
room_for(struct segment_writer *writer, size_t length, uint8_t **ret_bytes, struct error *e)
{
	int r;

	if ((writer->written.length + length > WRITE_BYTES && (r = flush(writer, e)) < 0) ||
		(r = buffer_reserve(&writer->written, length, e)) < 0)
		return r;
	*ret_bytes = writer->written.data + writer->written.length;
	return 0;
}

static void
appended(struct segment_writer *writer, size_t length)
{
	writer->written.length += length;
	writer->offset += length;
}

static int
write_head(struct segment_writer *writer, const uint8_t id[CIPHER_ID_SIZE], struct error *e)
{
	uint8_t *bytes;
	int r;

	memcpy(writer->head, SEGMENT_MAGIC, MAGIC_SIZE);
	memcpy(writer->head + MAGIC_SIZE, id, CIPHER_ID_SIZE);
	format_put(writer->head + MAGIC_SIZE + CIPHER_ID_SIZE, (uint32_t)writer->about.day, 4);
	if ((r = room_for(writer, HEAD_SIZE, &bytes, e)) < 0)
		return r;
	memcpy(bytes, writer->head, HEAD_SIZE);
	appended(writer, HEAD_SIZE);
	return 0;
}

static void
name_segment(day_number day, const uint8_t id[CIPHER_ID_SIZE], char name[SEGMENT_NAME_SIZE])
{
	char date[TIME_TEXT_SIZE];
	int n = snprintf(name, SEGMENT_NAME_SIZE, "%s-", day_write(day, date));

	for (size_t i = 0; i < CIPHER_ID_SIZE; i++)
		n += snprintf(name + n, SEGMENT_NAME_SIZE - (size_t)n, "%02x", id[i]);
	snprintf(name + n, SEGMENT_NAME_SIZE - (size_t)n, SEGMENT_SUFFIX);
}

int
segment_writer_new(const char *folder, day_number day, const uint8_t day_key[CIPHER_KEY_SIZE],
	struct segment_writer **ret_writer, struct error *e)
{
	struct segment_writer *writer = calloc(1, sizeof *writer);
	uint8_t id[CIPHER_ID_SIZE];
	int r;

	if (!writer)
		return error_no_memory(e);
	writer->fd = -1;
	writer->written = buffer_make((size_t)SEGMENT_DIRECTORY_MAX + WRITE_BYTES);
	writer->about.day = day;
	writer->first_start = UINT32_MAX;
	keys_random(id, sizeof id);
	name_segment(day, id, writer->about.name);
	if (!(writer->path = file_join(folder, writer->about.name, e)) || !(writer->folder = file_join(folder, "", e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if ((r = cipher_new(day_key, id, &writer->cipher, e)) < 0)
		goto out;
	if ((writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0) {
		r = error_set_errno(e, ERROR_IO, errno, "cannot make");
		error_at(e, writer->path, 0, 0);
		goto out;
	}
	if ((r = write_head(writer, id, e)) < 0)
		goto out;
	*ret_writer = writer;
	writer = NULL;
out:
	segment_writer_free(writer);
	return r;
}

/* Pack and seal the rows that wait. */
static int
write_block(struct segment_writer *writer, struct error *e)
{
	const enum order order = writer->order;
	const struct row *rows = writer->waiting;
	struct written_block block = {row_major(&rows[0], order), {rows[0].start, 0, 0, writer->offset}};
	uint8_t *bytes;
	int r;

	if (writer->waiting_count == 0)
		return 0;
	for (size_t i = 0; i < writer->waiting_count; i++) {
		uint32_t end = row_end(&rows[i]);

		block.entry.largest_end = end > block.entry.largest_end ? end : block.entry.largest_end;
		writer->first_start = rows[i].start < writer->first_start ? rows[i].start : writer->first_start;
	}
	if (block.entry.largest_end > writer->last_end)
		writer->last_end = block.entry.largest_end;
	if ((r = array_grow(&writer->blocks[order], &writer->block_capacity[order], writer->block_count[order] + 1,
			 sizeof block, BLOCKS_MAX, e)) < 0)
		return r;
	if ((r = room_for(writer, BLOCK_BYTES_MAX + CIPHER_TAG_SIZE, &bytes, e)) < 0)
		return r;
	block.entry.length = (uint32_t)block_pack(rows, writer->waiting_count, order, bytes);
	if ((r = cipher_seal(
			 writer->cipher, order, writer->block_count[order], NULL, 0, bytes, block.entry.length, bytes, e)) < 0)
		return r;
	appended(writer, block.entry.length + CIPHER_TAG_SIZE);
	writer->blocks[order][writer->block_count[order]++] = block;
	writer->waiting_count = 0;
	return 0;
}

int
segment_write(struct segment_writer *writer, const struct row *rows, size_t count, enum order order, struct error *e)
{
	int r;

	if (writer->rows[order] + count > SEGMENT_ROWS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d stays of one day", SEGMENT_ROWS_MAX);
	if (order != writer->order) {
		if ((r = write_block(writer, e)) < 0)
			return r;
		writer->order = order;
	}
	writer->rows[order] += count;
	while (count) {
		size_t room = SEGMENT_BLOCK_ROWS - writer->waiting_count, taken = count < room ? count : room;

		memcpy(writer->waiting + writer->waiting_count, rows, taken * sizeof *rows);
		writer->waiting_count += taken;
		rows += taken;
		count -= taken;
		if (writer->waiting_count == SEGMENT_BLOCK_ROWS && (r = write_block(writer, e)) < 0)
			return r;
	}
	return 0;
}

static uint8_t *
put_directory(
	const struct segment_writer *writer, const struct presence_source *sources, size_t source_count, uint8_t *at)
{
	at = format_put(at, writer->about.rows, 8);
	at = format_put(at, writer->about.again, 8);
	at = format_put(at, writer->first_start, 4);
	at = format_put(at, writer->last_end, 4);
	at = format_put(at, source_count, 4);
	for (int order = 0; order < ORDERS; order++)
		at = format_put(at, writer->block_count[order], 4);
	for (size_t i = 0; i < source_count; i++) {
		at = format_put(at, (uint64_t)sources[i].recorded_at, 8);
		at = format_put(at, (uint64_t)sources[i].import, 8);
	}
	for (int order = 0; order < ORDERS; order++)
		for (size_t i = 0; i < writer->block_count[order]; i++) {
			const struct written_block *block = &writer->blocks[order][i];

			at = format_put(at, block->first_major, 4);
			at = format_put(at, block->entry.first_start, 4);
			at = format_put(at, block->entry.largest_end, 4);
			at = format_put(at, block->entry.length, 2);
		}
	return at;
}

/* S3: head and foot are bound into the directory's seal. */
static int
write_directory(
	struct segment_writer *writer, const struct presence_source *sources, size_t source_count, struct error *e)
{
	const size_t length = DIRECTORY_HEAD + source_count * DIRECTORY_SOURCE +
		(writer->block_count[ORDER_PERSON] + writer->block_count[ORDER_PLACE]) * DIRECTORY_BLOCK;
	uint8_t about[HEAD_SIZE + FOOT_SIZE], *bytes;
	int r;

	if (length > SEGMENT_DIRECTORY_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a segment's directory has at most %d bytes", SEGMENT_DIRECTORY_MAX);
	memcpy(about, writer->head, HEAD_SIZE);
	format_put(format_put(format_put(about + HEAD_SIZE, writer->offset, 8), length, 4), 0, 4);
	if ((r = room_for(writer, length + CIPHER_TAG_SIZE + FOOT_SIZE, &bytes, e)) < 0)
		return r;
	put_directory(writer, sources, source_count, bytes);
	if ((r = cipher_seal(writer->cipher, KIND_DIRECTORY, 0, about, sizeof about, bytes, length, bytes, e)) < 0)
		return r;
	memcpy(bytes + length + CIPHER_TAG_SIZE, about + HEAD_SIZE, FOOT_SIZE);
	appended(writer, length + CIPHER_TAG_SIZE + FOOT_SIZE);
	return flush(writer, e);
}

/* S1 */
static int
sync_file(struct segment_writer *writer, struct error *e)
{
	int folder, r = 0;

	if (fsync(writer->fd) < 0)
		return error_set_errno(e, ERROR_IO, errno, "cannot sync %s", writer->path);
	folder = open(writer->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || fsync(folder) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot sync %s", writer->folder);
	if (folder >= 0)
		close(folder);
	return r;
}

int
segment_writer_finish(struct segment_writer *writer, const struct presence_source *sources, size_t source_count,
	uint64_t again, struct segment_about *ret_about, struct error *e)
{
	int r;

	if (source_count > SEGMENT_SOURCES_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d sources of one day's stays", SEGMENT_SOURCES_MAX);
	if ((r = write_block(writer, e)) < 0)
		return r;
	writer->about.rows = writer->rows[ORDER_PERSON];
	writer->about.again = again;
	if ((r = write_directory(writer, sources, source_count, e)) < 0 || (r = sync_file(writer, e)) < 0)
		return r;
	writer->about.bytes = writer->offset;
	writer->finished = true;
	*ret_about = writer->about;
	return 0;
}

void
segment_writer_free(struct segment_writer *writer)
{
	if (!writer)
		return;
	if (writer->fd >= 0) {
		close(writer->fd);
		if (!writer->finished && writer->path)
			(void)unlink(writer->path);
	}
	cipher_free(writer->cipher);
	for (int order = 0; order < ORDERS; order++)
		free(writer->blocks[order]);
	if (writer->written.data)
		keys_wipe(writer->written.data, writer->written.capacity);
	buffer_free(&writer->written);
	free(writer->folder);
	free(writer->path);
	keys_wipe(writer, sizeof *writer);
	free(writer);
}
