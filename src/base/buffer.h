/* base/buffer.h: bytes that grow, up to a maximum stated when they are made. */

#ifndef HEALTHCODE_BASE_BUFFER_H
#define HEALTHCODE_BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* ${data} holds ${length} bytes and always a NUL after them (not counted) once anything was added; NULL before.
 * ${maximum} is in bytes. Fields may be read; they are written only by the functions below. */
struct buffer {
	uint8_t *data;
	size_t length, capacity, maximum;
};

/* A new, empty buffer that holds at most ${maximum} bytes. Nothing is allocated until something is added. */
struct buffer buffer_make(size_t maximum);

/* Free what ${b} holds and make it empty; its maximum stays. Accepts NULL. */
void buffer_free(struct buffer *b);

/* Forget the content and keep the memory. */
void buffer_clear(struct buffer *b);

/* buffer_add(b, bytes, length, e), buffer_add_text(b, text, e), buffer_add_byte(b, byte, e),
 * buffer_add_format(b, e, format, ...):
 * Append. Return 0, or ERROR_TOO_LARGE or ERROR_NO_MEMORY; on failure nothing was added. */
int buffer_add(struct buffer *b, const void *bytes, size_t length, struct error *e);
int buffer_add_text(struct buffer *b, const char *text, struct error *e);
int buffer_add_byte(struct buffer *b, uint8_t byte, struct error *e);
int buffer_add_format(struct buffer *b, struct error *e, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* buffer_reserve(b, more, e):
 * Make room for ${more} bytes after the present end, so that the caller may write there and then add to ${b->length}.
 * Return 0, or ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int buffer_reserve(struct buffer *b, size_t more, struct error *e);

/* The content as text: never NULL, "" where nothing was added. Valid until the next change. */
const char *buffer_text(const struct buffer *b);

/* buffer_take(b):
 * Give the content away as a NUL-terminated block that the caller frees; ${b} is empty after. NULL if nothing was
 * ever added. */
char *buffer_take(struct buffer *b);

#endif
