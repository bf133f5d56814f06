#include "credential/container.h"

#include <string.h>

#include "credential/base45.h"
#include "credential/compress.h"

static const char prefix[] = "HC1:";

enum { PREFIX_LENGTH = sizeof prefix - 1 };

int
container_open(const char *text, size_t length, struct buffer *message, enum container_step *ret_step, struct error *e)
{
	struct buffer compressed = buffer_make(CONTAINER_TEXT_MAX);
	int r;

	while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	*ret_step = CONTAINER_PREFIX;
	if (length < PREFIX_LENGTH || memcmp(text, prefix, PREFIX_LENGTH) != 0) {
		r = error_set(e, ERROR_BAD_INPUT, "does not begin with %s", prefix);
		goto out;
	}
	*ret_step = CONTAINER_BASE45;
	if (length > CONTAINER_TEXT_MAX) {
		r = error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d characters", CONTAINER_TEXT_MAX);
		goto out;
	}
	if ((r = base45_decode(text + PREFIX_LENGTH, length - PREFIX_LENGTH, &compressed, e)) < 0) {
		if (e && e->column)
			e->column += PREFIX_LENGTH;
		goto out;
	}
	*ret_step = CONTAINER_ZLIB;
	if ((r = inflate_all(compressed.data, compressed.length, message, e)) < 0)
		goto out;
	*ret_step = CONTAINER_OPENED;
out:
	buffer_free(&compressed);
	return r;
}

int
container_write(const void *message, size_t length, struct buffer *text, struct error *e)
{
	struct buffer compressed = buffer_make(CONTAINER_MESSAGE_MAX);
	size_t before = text->length;
	int r;

	if ((r = store_all(message, length, &compressed, e)) < 0 || (r = buffer_add_text(text, prefix, e)) < 0)
		goto out;
	if ((r = base45_encode(compressed.data, compressed.length, text, e)) == 0 &&
		text->length - before > CONTAINER_TEXT_MAX)
		r = error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d characters", CONTAINER_TEXT_MAX);
	if (r < 0) {
		text->length = before;
		text->data[before] = 0;
	}
out:
	buffer_free(&compressed);
	return r;
}
