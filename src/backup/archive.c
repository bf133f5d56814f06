#include "backup/archive.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

enum {
	ID_SIZE = 16,
	MAGIC_SIZE = 9,
	LENGTH_SIZE = 4,
	ENTRY_HEAD = 1 + 2 + 8,
	READ_SIZE = 1 << 16,
	ENTRY_FILE = 1,
	ENTRY_END = 0,
};

static const char magic[] = "HCBACKUP\1";
static const char purpose[] = "backup";

/* A1: what is bound into a piece's seal. */
struct about {
	uint8_t id[ID_SIZE];
	uint64_t number; /* little-endian */
	uint64_t last;   /* 0 or 1, so that no byte is left unset */
};

struct stream {
	const struct keys *keys;
	char *path;
	int fd;
	struct about about;
	uint64_t number;
	struct buffer plain, sealed;
};

struct archive_writer {
	struct stream stream;
	uint64_t bytes;
};

struct archive_reader {
	struct stream stream;
	size_t at;     /* in the piece */
	bool last;     /* the piece is the last one */
	uint64_t left; /* of the present file */
};

static int
stream_begin(struct stream *stream, const char *path, const struct keys *keys, struct error *e)
{
	stream->keys = keys;
	stream->fd = -1;
	stream->plain = buffer_make(ARCHIVE_PIECE);
	stream->sealed = buffer_make(ARCHIVE_PIECE + KEYS_SEAL_EXTRA);
	return (stream->path = text_copy(path, e)) ? 0 : ERROR_NO_MEMORY;
}

static void
stream_end(struct stream *stream)
{
	if (stream->plain.data)
		keys_wipe(stream->plain.data, stream->plain.capacity);
	buffer_free(&stream->plain);
	buffer_free(&stream->sealed);
	if (stream->fd >= 0)
		close(stream->fd);
	free(stream->path);
}

static int
fail(const struct stream *stream, struct error *e, const char *what)
{
	int r = error_set_errno(e, ERROR_IO, errno, "%s", what);

	error_at(e, stream->path, 0, 0);
	return r;
}

static int
not_whole(const struct stream *stream, struct error *e)
{
	int r = error_set(e, ERROR_CORRUPT, "this backup was cut short or changed, or is of a store with other keys");

	error_at(e, stream->path, 0, 0);
	return r;
}

static void
number_piece(struct stream *stream, bool last)
{
	stream->about.number = htole64(stream->number++);
	stream->about.last = htole64(last);
}

static int
write_piece(struct archive_writer *writer, bool last, struct error *e)
{
	struct stream *stream = &writer->stream;
	uint32_t length;
	int r;

	number_piece(stream, last);
	buffer_clear(&stream->sealed);
	if ((r = keys_seal(stream->keys, purpose, &stream->about, sizeof stream->about, buffer_text(&stream->plain),
			 stream->plain.length, &stream->sealed, e)) < 0)
		return r;
	length = htole32((uint32_t)stream->sealed.length);
	if (file_write_all(stream->fd, &length, LENGTH_SIZE) < 0 ||
		file_write_all(stream->fd, stream->sealed.data, stream->sealed.length) < 0)
		return fail(stream, e, "cannot write");
	writer->bytes += LENGTH_SIZE + stream->sealed.length;
	buffer_clear(&stream->plain);
	return 0;
}

static int
put(struct archive_writer *writer, const uint8_t *bytes, size_t length, struct error *e)
{
	struct buffer *plain = &writer->stream.plain;
	int r;

	while (length) {
		size_t some;

		if (plain->length == ARCHIVE_PIECE && (r = write_piece(writer, false, e)) < 0)
			return r;
		some = ARCHIVE_PIECE - plain->length;
		some = length < some ? length : some;
		if ((r = buffer_add(plain, bytes, some, e)) < 0)
			return r;
		bytes += some;
		length -= some;
	}
	return 0;
}

int
archive_create(const char *path, const struct keys *keys, struct archive_writer **ret_writer, struct error *e)
{
	struct archive_writer *writer = calloc(1, sizeof *writer);
	struct stream *stream;
	int r;

	if (!writer)
		return error_no_memory(e);
	stream = &writer->stream;
	if ((r = stream_begin(stream, path, keys, e)) < 0)
		goto out;
	keys_random(stream->about.id, ID_SIZE);
	if ((stream->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0 ||
		file_write_all(stream->fd, magic, MAGIC_SIZE) < 0 ||
		file_write_all(stream->fd, stream->about.id, ID_SIZE) < 0) {
		r = fail(stream, e, "cannot write");
		goto out;
	}
	writer->bytes = MAGIC_SIZE + ID_SIZE;
	*ret_writer = writer;
	writer = NULL;
out:
	archive_writer_free(writer);
	return r;
}

static int
put_bytes_of(struct archive_writer *writer, const char *name, int fd, uint64_t size, struct error *e)
{
	uint8_t bytes[READ_SIZE];
	int r = 0;

	for (uint64_t done = 0; done < size && r == 0;) {
		const uint64_t left = size - done;
		ssize_t n = pread(fd, bytes, left < sizeof bytes ? (size_t)left : sizeof bytes, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = error_set_errno(e, ERROR_IO, errno, "cannot read %s", name);
		else if (n == 0)
			r = error_set(e, ERROR_CORRUPT, "%s ends too early", name);
		else
			r = put(writer, bytes, (size_t)n, e);
		done += n > 0 ? (uint64_t)n : 0;
	}
	keys_wipe(bytes, sizeof bytes);
	return r;
}

int
archive_add(struct archive_writer *writer, const char *name, int fd, struct error *e)
{
	const size_t name_length = strlen(name);
	uint8_t head[ENTRY_HEAD] = {ENTRY_FILE};
	struct stat status;
	int r;

	if (name_length == 0 || name_length >= ARCHIVE_NAME_SIZE)
		return error_set(e, ERROR_USAGE, "no file in a backup can be named so");
	if (fstat(fd, &status) < 0)
		return error_set_errno(e, ERROR_IO, errno, "cannot read %s", name);
	for (int i = 0; i < 2; i++)
		head[1 + i] = (uint8_t)(name_length >> 8 * i);
	for (int i = 0; i < 8; i++)
		head[3 + i] = (uint8_t)((uint64_t)status.st_size >> 8 * i);
	if ((r = put(writer, head, sizeof head, e)) < 0 || (r = put(writer, (const uint8_t *)name, name_length, e)) < 0)
		return r;
	return put_bytes_of(writer, name, fd, (uint64_t)status.st_size, e);
}

int
archive_finish(struct archive_writer *writer, uint64_t *ret_bytes, struct error *e)
{
	const uint8_t end = ENTRY_END;
	int r;

	if ((r = put(writer, &end, 1, e)) < 0 || (r = write_piece(writer, true, e)) < 0)
		return r;
	if (fsync(writer->stream.fd) < 0)
		return fail(&writer->stream, e, "cannot sync");
	*ret_bytes = writer->bytes;
	return 0;
}

void
archive_writer_free(struct archive_writer *writer)
{
	if (!writer)
		return;
	stream_end(&writer->stream);
	free(writer);
}

/* Read ${length} bytes, or up to the file's end. Return how many, or a code. */
static ssize_t
read_in(const struct stream *stream, uint8_t *bytes, size_t length, struct error *e)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = read(stream->fd, bytes + done, length - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(stream, e, "cannot read");
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* Whether the file ends here: 1, 0, or a code. */
static int
is_at_end(const struct stream *stream, struct error *e)
{
	uint8_t byte;
	ssize_t n = read_in(stream, &byte, 1, e);

	if (n < 0)
		return (int)n;
	if (n == 1 && lseek(stream->fd, -1, SEEK_CUR) < 0)
		return fail(stream, e, "cannot read");
	return n == 0;
}

static int
read_piece(struct archive_reader *reader, struct error *e)
{
	struct stream *stream = &reader->stream;
	uint32_t length = 0;
	ssize_t n;
	int r;

	if (reader->last)
		return not_whole(stream, e);
	if ((n = read_in(stream, (uint8_t *)&length, LENGTH_SIZE, e)) < 0)
		return (int)n;
	length = le32toh(length);
	if (n != LENGTH_SIZE || length < KEYS_SEAL_EXTRA || length > ARCHIVE_PIECE + KEYS_SEAL_EXTRA)
		return not_whole(stream, e);
	buffer_clear(&stream->sealed);
	if ((r = buffer_reserve(&stream->sealed, length, e)) < 0)
		return r;
	if ((n = read_in(stream, stream->sealed.data, length, e)) < 0)
		return (int)n;
	if ((size_t)n != length)
		return not_whole(stream, e);
	stream->sealed.length = length;
	if ((r = is_at_end(stream, e)) < 0)
		return r;
	reader->last = r == 1;
	number_piece(stream, reader->last);
	buffer_clear(&stream->plain);
	reader->at = 0;
	r = keys_open_sealed(
		stream->keys, purpose, &stream->about, sizeof stream->about, stream->sealed.data, length, &stream->plain, e);
	return r == ERROR_CORRUPT ? not_whole(stream, e) : r;
}

/* Some of the next ${length} bytes, where they lie, in ${ret_bytes}: return how many, at least one, or a code. */
static ssize_t
get_some(struct archive_reader *reader, uint64_t length, const uint8_t **ret_bytes, struct error *e)
{
	struct buffer *plain = &reader->stream.plain;
	size_t some;
	int r;

	while (reader->at == plain->length)
		if ((r = read_piece(reader, e)) < 0)
			return r;
	some = plain->length - reader->at;
	some = length < some ? (size_t)length : some;
	*ret_bytes = plain->data + reader->at;
	reader->at += some;
	return (ssize_t)some;
}

static int
get(struct archive_reader *reader, uint8_t *bytes, size_t length, struct error *e)
{
	const uint8_t *some;
	ssize_t n;

	for (; length; bytes += n, length -= (size_t)n) {
		if ((n = get_some(reader, length, &some, e)) < 0)
			return (int)n;
		memcpy(bytes, some, (size_t)n);
	}
	return 0;
}

int
archive_open(const char *path, const struct keys *keys, struct archive_reader **ret_reader, struct error *e)
{
	struct archive_reader *reader = calloc(1, sizeof *reader);
	uint8_t head[MAGIC_SIZE];
	ssize_t n;
	int r;

	if (!reader)
		return error_no_memory(e);
	if ((r = stream_begin(&reader->stream, path, keys, e)) < 0)
		goto out;
	if ((reader->stream.fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		r = error_set_errno(e, errno == ENOENT ? ERROR_EXISTS_NOT : ERROR_IO, errno, "cannot open");
		error_at(e, path, 0, 0);
		goto out;
	}
	if ((n = read_in(&reader->stream, head, sizeof head, e)) < 0) {
		r = (int)n;
		goto out;
	}
	if (n != sizeof head || memcmp(head, magic, sizeof head) != 0) {
		r = error_set(e, ERROR_BAD_INPUT, "this is no backup, or one that a later version made");
		error_at(e, path, 0, 0);
		goto out;
	}
	if ((n = read_in(&reader->stream, reader->stream.about.id, ID_SIZE, e)) != ID_SIZE) {
		r = n < 0 ? (int)n : not_whole(&reader->stream, e);
		goto out;
	}
	*ret_reader = reader;
	reader = NULL;
out:
	archive_reader_free(reader);
	return r;
}

static int
skip_rest(struct archive_reader *reader, struct error *e)
{
	const uint8_t *some;
	ssize_t n;

	for (; reader->left; reader->left -= (uint64_t)n)
		if ((n = get_some(reader, reader->left, &some, e)) < 0)
			return (int)n;
	return 0;
}

int
archive_next(struct archive_reader *reader, char name[ARCHIVE_NAME_SIZE], struct error *e)
{
	uint8_t head[ENTRY_HEAD];
	size_t name_length = 0;
	int r;

	if ((r = skip_rest(reader, e)) < 0 || (r = get(reader, head, 1, e)) < 0)
		return r;
	if (head[0] == ENTRY_END)
		return reader->last && reader->at == reader->stream.plain.length ? 0 : not_whole(&reader->stream, e);
	if ((r = get(reader, head + 1, sizeof head - 1, e)) < 0)
		return r;
	for (int i = 0; i < 2; i++)
		name_length |= (size_t)head[1 + i] << 8 * i;
	for (int i = 0; i < 8; i++)
		reader->left |= (uint64_t)head[3 + i] << 8 * i;
	if (head[0] != ENTRY_FILE || name_length == 0 || name_length >= ARCHIVE_NAME_SIZE)
		return not_whole(&reader->stream, e);
	if ((r = get(reader, (uint8_t *)name, name_length, e)) < 0)
		return r;
	name[name_length] = '\0';
	return 1;
}

int
archive_copy(struct archive_reader *reader, int fd, struct error *e)
{
	const uint8_t *some;
	ssize_t n;

	for (; reader->left; reader->left -= (uint64_t)n) {
		if ((n = get_some(reader, reader->left, &some, e)) < 0)
			return (int)n;
		if (file_write_all(fd, some, (size_t)n) < 0)
			return error_set_errno(e, ERROR_IO, errno, "cannot write what is in the backup");
	}
	return 0;
}

void
archive_reader_free(struct archive_reader *reader)
{
	if (!reader)
		return;
	stream_end(&reader->stream);
	free(reader);
}
