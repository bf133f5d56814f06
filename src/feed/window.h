/* feed/window.h: the part of a file that a reader is looking at, filled as it moves on. Inside the room.
 *
 *   | record last read or refused | read ahead ...
 *   0                             record_length
 *
 * W1. The bytes of the record last read or refused stay at the window's start until window_finish.
 * W2. ${line} is the number of the line that the window's start lies in.
 * W3. While ${skipping}, that record goes on after record_length, up to the next line feed.
 * W4. The window never holds more than WINDOW_RECORD_MAX + 2 * WINDOW_READ_BYTES bytes. */

#ifndef HEALTHCODE_FEED_WINDOW_H
#define HEALTHCODE_FEED_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { WINDOW_RECORD_MAX = 1 << 20, WINDOW_READ_BYTES = 1 << 16, WINDOW_PENDING_MAX = 16 };

/* Fields may be read; they are written only by the functions below. */
struct window {
	const char *path; /* as errors name it */
	int fd;
	bool close_fd, end, skipping;
	bool is_line; /* the record is one line, with its line feed */
	size_t line, record_length;
	size_t start; /* of what is not consumed, in ${bytes} */
	struct buffer bytes;
	const char *encoding;                /* NULL, or what the file is written in: ${bytes} are UTF-8 all the same */
	void *converter;                     /* where there is an encoding */
	uint8_t pending[WINDOW_PENDING_MAX]; /* the beginning of a character, the rest of which was not read yet */
	size_t pending_length;
};

/* window_open(w, path, e): open ${path} ("-" is standard input), which must live as long as the window. A UTF-8
 * byte-order mark is skipped. Return 0, or ERROR_EXISTS_NOT, ERROR_IO, ERROR_NO_MEMORY. */
int window_open(struct window *w, const char *path, struct error *e);

/* window_decode(w, encoding, e): from its start on the file is written in ${encoding}, a name of iconv's, which must live as long as
 * the window; what is seen is UTF-8, with a byte 0xFF, which UTF-8 has not, for each that is no character. A file that began with
 * UTF-8's byte-order mark stays UTF-8. Nothing may have been consumed. Return 0, or ERROR_BAD_INPUT (no such encoding), ERROR_IO,
 * ERROR_NO_MEMORY. */
int window_decode(struct window *w, const char *encoding, struct error *e);

/* window_open_bytes(w, name, bytes, length, e): the same over ${length} bytes, which are copied (at most
 * WINDOW_RECORD_MAX). Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int window_open_bytes(struct window *w, const char *name, const void *bytes, size_t length, struct error *e);

/* Close it. Accepts one that is all zero. */
void window_close(struct window *w);

/* The unconsumed bytes. Pointers are stale after anything was read; offsets from the window's start are not. */
const char *window_bytes(const struct window *w);
size_t window_length(const struct window *w);

/* window_need(w, at, e): make the byte at offset ${at} (at most WINDOW_RECORD_MAX) visible. Return 1, 0 if the file ends
 * before it, or ERROR_IO, ERROR_NO_MEMORY. */
int window_need(struct window *w, size_t at, struct error *e);

/* Move the window's start on by ${length} bytes. */
void window_consume(struct window *w, size_t length);

/* window_record(w, length): the first ${length} bytes are the record that was read. */
void window_record(struct window *w, size_t length);

/* window_line(w, length): the same where they are one line, of which the line feed is the last byte: letting it go takes no look at it. */
void window_line(struct window *w, size_t length);

/* window_pass_line(w, length): no record was read; move on by a line of ${length} bytes, of which the line feed is the last. */
void window_pass_line(struct window *w, size_t length);

/* window_refuse(w, from, e): the record is refused, for the reason that is in ${e} already; it ends with the line that
 * the byte at ${from} lies in. Return e's code, or that of a failure to read on. */
int window_refuse(struct window *w, size_t from, struct error *e);

/* Takes ${length} bytes; returns 0, or a negative code with ${e} filled, which ends the copying. */
typedef int window_sink(const void *bytes, size_t length, void *context, struct error *e);

/* window_finish(w, sink, context, e): let go of the record last read or refused. If ${sink} is not NULL it is first
 * given the record's bytes as they stand in the file with the line end (a missing last one is added), in pieces if
 * they are many. Return 0, or the sink's code, ERROR_IO or ERROR_NO_MEMORY. Nothing happens where there is none. */
int window_finish(struct window *w, window_sink *sink, void *context, struct error *e);

#endif
