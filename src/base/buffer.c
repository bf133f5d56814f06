#include "base/buffer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

struct buffer
buffer_make(size_t maximum)
{
	return (struct buffer){.maximum = maximum};
}

void
buffer_free(struct buffer *b)
{
	if (!b)
		return;
	free(b->data);
	*b = buffer_make(b->maximum);
}

void
buffer_clear(struct buffer *b)
{
	b->length = 0;
	if (b->data)
		b->data[0] = 0;
}

int
buffer_reserve(struct buffer *b, size_t more, struct error *e)
{
	size_t wanted, capacity;
	uint8_t *data;

	if (more > b->maximum - b->length)
		return error_set(e, ERROR_TOO_LARGE, "more than the maximum of %zu bytes", b->maximum);
	wanted = b->length + more + 1; /* the NUL */
	if (wanted == 0)
		return error_no_memory(e);
	if (wanted <= b->capacity)
		return 0;
	capacity = b->capacity ? b->capacity : FIRST_CAPACITY;
	while (capacity < wanted)
		capacity = capacity > SIZE_MAX / 2 ? wanted : capacity * 2;
	data = realloc(b->data, capacity);
	if (!data)
		return error_no_memory(e);
	data[b->length] = 0;
	b->data = data;
	b->capacity = capacity;
	return 0;
}

int
buffer_add(struct buffer *b, const void *bytes, size_t length, struct error *e)
{
	int r = buffer_reserve(b, length, e);

	if (r < 0)
		return r;
	if (length)
		memcpy(b->data + b->length, bytes, length);
	b->length += length;
	b->data[b->length] = 0;
	return 0;
}

int
buffer_add_text(struct buffer *b, const char *text, struct error *e)
{
	return buffer_add(b, text, strlen(text), e);
}

int
buffer_add_byte(struct buffer *b, uint8_t byte, struct error *e)
{
	return buffer_add(b, &byte, 1, e);
}

int
buffer_add_format(struct buffer *b, struct error *e, const char *format, ...)
{
	va_list arguments;
	int length, r;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);
	if ((r = buffer_reserve(b, (size_t)length, e)) < 0)
		return r;
	va_start(arguments, format);
	vsnprintf((char *)b->data + b->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	b->length += (size_t)length;
	return 0;
}

const char *
buffer_text(const struct buffer *b)
{
	return b->data ? (const char *)b->data : "";
}

char *
buffer_take(struct buffer *b)
{
	char *data = (char *)b->data;

	*b = buffer_make(b->maximum);
	return data;
}
