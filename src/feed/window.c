#include "feed/window.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <string.h>
#include <unistd.h>

const char *
window_bytes(const struct window *w)
{
	return w->bytes.data ? (const char *)w->bytes.data + w->start : "";
}

size_t
window_length(const struct window *w)
{
	return w->bytes.length - w->start;
}

/* Of ${length} bytes take those that are whole characters into the window, which has room; at the ${end} all. */
static int
decode(struct window *w, char *raw, size_t length, bool end, struct error *e)
{
	char *from = raw, *to = (char *)w->bytes.data + w->bytes.length;
	size_t left = length, room = WINDOW_READ_BYTES;

	while (left && iconv(w->converter, &from, &left, &to, &room) == (size_t)-1) {
		if (errno == EINVAL && !end && left <= WINDOW_PENDING_MAX)
			break;
		if (errno == E2BIG || room == 0)
			return error_set(e, ERROR_IO, "%s grows beyond what it is given room for", w->encoding);
		*to++ = (char)0xFF;
		room--;
		from++;
		left--;
		iconv(w->converter, NULL, NULL, NULL, NULL);
	}
	memcpy(w->pending, from, left);
	w->pending_length = left;
	w->bytes.length = (size_t)(to - (char *)w->bytes.data);
	return 0;
}

/* read_more where the file is written in another encoding. */
static int
read_decoded(struct window *w, struct error *e)
{
	char raw[WINDOW_READ_BYTES / 8];
	size_t have = w->pending_length, before = w->bytes.length;
	ssize_t got;
	int code;

	memcpy(raw, w->pending, have);
	do
		got = read(w->fd, raw + have, sizeof raw - have);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		code = error_set_errno(e, ERROR_IO, errno, "cannot read");
		error_at(e, w->path, 0, 0);
		return code;
	}
	w->end = got == 0;
	if ((code = decode(w, raw, have + (size_t)got, w->end, e)) < 0)
		return code;
	return got > 0 || w->bytes.length > before;
}

/* Read on. Return 1 if something came, 0 at the end of the file, or a failure. */
static int
read_more(struct window *w, struct error *e)
{
	ssize_t got;
	int code;

	if (w->end)
		return 0;
	if (w->start) {
		memmove(w->bytes.data, w->bytes.data + w->start, w->bytes.length - w->start);
		w->bytes.length -= w->start;
		w->start = 0;
	}
	if ((code = buffer_reserve(&w->bytes, WINDOW_READ_BYTES, e)) < 0)
		return code;
	if (w->converter)
		return read_decoded(w, e);
	do
		got = read(w->fd, w->bytes.data + w->bytes.length, WINDOW_READ_BYTES);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		code = error_set_errno(e, ERROR_IO, errno, "cannot read");
		error_at(e, w->path, 0, 0);
		return code;
	}
	w->end = got == 0;
	w->bytes.length += (size_t)got;
	return got > 0;
}

/* UTF-8's byte-order mark is no part of the text. */
static void
skip_mark(struct window *w)
{
	if (window_length(w) >= 3 && memcmp(window_bytes(w), "\xEF\xBB\xBF", 3) == 0)
		w->start += 3;
}

int
window_open(struct window *w, const char *path, struct error *e)
{
	bool standard_input = strcmp(path, "-") == 0;
	int code = 0;

	*w = (struct window){.path = standard_input ? "standard input" : path, .fd = STDIN_FILENO, .line = 1};
	w->bytes = buffer_make(WINDOW_RECORD_MAX + 2 * WINDOW_READ_BYTES);
	if (!standard_input) {
		w->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (w->fd < 0) {
			code = error_set_errno(e, errno == ENOENT ? ERROR_EXISTS_NOT : ERROR_IO, errno, "cannot open");
			error_at(e, path, 0, 0);
			return code;
		}
		w->close_fd = true;
	}
	while (code >= 0 && !w->end && window_length(w) < 3)
		code = read_more(w, e);
	if (code < 0) {
		window_close(w);
		return code;
	}
	skip_mark(w);
	return 0;
}

int
window_decode(struct window *w, const char *encoding, struct error *e)
{
	struct buffer raw;
	iconv_t converter;
	int code = 0;

	if (w->start) /* a byte-order mark was there */
		return 0;
	converter = iconv_open("UTF-8", encoding);
	if (converter == (iconv_t)-1)
		return error_set(e, ERROR_BAD_INPUT, "no encoding \"%.32s\" is known here", encoding);
	w->encoding = encoding;
	w->converter = converter;
	raw = w->bytes;
	w->bytes = buffer_make(raw.maximum);
	for (size_t at = 0, length; at < raw.length && code == 0; at += length) {
		char piece[WINDOW_READ_BYTES / 8];
		size_t have = w->pending_length;

		length = raw.length - at < sizeof piece - have ? raw.length - at : sizeof piece - have;
		memcpy(piece, w->pending, have);
		memcpy(piece + have, raw.data + at, length);
		if ((code = buffer_reserve(&w->bytes, WINDOW_READ_BYTES, e)) == 0)
			code = decode(w, piece, have + length, w->end && at + length == raw.length, e);
	}
	buffer_free(&raw);
	return code;
}

int
window_open_bytes(struct window *w, const char *name, const void *bytes, size_t length, struct error *e)
{
	int code;

	*w = (struct window){.path = name, .fd = -1, .line = 1, .end = true};
	w->bytes = buffer_make(WINDOW_RECORD_MAX);
	if ((code = buffer_add(&w->bytes, bytes, length, e)) == 0)
		skip_mark(w);
	return code;
}

void
window_close(struct window *w)
{
	if (w->close_fd)
		close(w->fd);
	w->close_fd = false;
	if (w->converter)
		iconv_close(w->converter);
	w->converter = NULL;
	buffer_free(&w->bytes);
}

int
window_need(struct window *w, size_t at, struct error *e)
{
	int r = 1;

	while (r > 0 && at >= window_length(w))
		r = read_more(w, e);
	return r;
}

void
window_consume(struct window *w, size_t length)
{
	const char *bytes = window_bytes(w), *end = bytes + length;

	while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
		w->line++;
		bytes++;
	}
	w->start += length;
}

void
window_record(struct window *w, size_t length)
{
	w->record_length = length;
}

void
window_line(struct window *w, size_t length)
{
	w->record_length = length;
	w->is_line = true;
}

void
window_pass_line(struct window *w, size_t length)
{
	w->line++;
	w->start += length;
}

int
window_refuse(struct window *w, size_t from, struct error *e)
{
	struct error failure = {0};
	int code = e->code;

	for (;;) {
		const char *bytes = window_bytes(w);
		size_t length = window_length(w);
		const char *end = from < length ? memchr(bytes + from, '\n', length - from) : NULL;
		int r;

		w->record_length = end ? (size_t)(end - bytes) + 1 : length;
		if (end)
			return code;
		if (length > WINDOW_RECORD_MAX) {
			w->skipping = true;
			return code;
		}
		if ((r = read_more(w, &failure)) < 0) {
			*e = failure;
			return r;
		}
		if (r == 0)
			return code;
		from = w->record_length;
	}
}

int
window_finish(struct window *w, window_sink *sink, void *context, struct error *e)
{
	bool line_ended = w->record_length == 0;
	int code;

	if (w->is_line && !sink) {
		window_pass_line(w, w->record_length);
		w->record_length = 0;
		w->is_line = false;
		return 0;
	}
	w->is_line = false;
	while (w->record_length) {
		const char *bytes = window_bytes(w), *end;

		if (sink && (code = sink(bytes, w->record_length, context, e)) < 0)
			return code;
		line_ended = bytes[w->record_length - 1] == '\n';
		window_consume(w, w->record_length);
		w->record_length = 0;
		if (!w->skipping)
			break;
		if ((code = window_need(w, 0, e)) < 0)
			return code;
		if (code == 0)
			break;
		bytes = window_bytes(w);
		end = memchr(bytes, '\n', window_length(w));
		w->record_length = end ? (size_t)(end - bytes) + 1 : window_length(w);
		w->skipping = end == NULL;
	}
	w->skipping = false;
	return sink && !line_ended ? sink("\n", 1, context, e) : 0;
}
