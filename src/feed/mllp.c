#include "feed/mllp.h"

#include <string.h>

enum { START = 0x0b, END = 0x1c, RETURN = 0x0d };

struct mllp
mllp_make(void)
{
	return (struct mllp){.bytes = buffer_make(MLLP_MESSAGE_MAX + 2 * MLLP_READ_MAX)};
}

void
mllp_free(struct mllp *mllp)
{
	if (mllp->bytes.data)
		explicit_bzero(mllp->bytes.data, mllp->bytes.length);
	buffer_free(&mllp->bytes);
	mllp->taken = 0;
}

int
mllp_add(struct mllp *mllp, const void *bytes, size_t length, struct error *e)
{
	struct buffer *b = &mllp->bytes;

	if (mllp->taken) {
		memmove(b->data, b->data + mllp->taken, b->length - mllp->taken);
		b->length -= mllp->taken;
		mllp->taken = 0;
	}
	return buffer_add(b, bytes, length, e);
}

int
mllp_next(struct mllp *mllp, const char **ret_bytes, size_t *ret_length, struct error *e)
{
	const unsigned char *bytes = mllp->bytes.data, *start, *end;
	size_t length = mllp->bytes.length;

	while (mllp->taken < length && (bytes[mllp->taken] == '\r' || bytes[mllp->taken] == '\n'))
		mllp->taken++;
	if (mllp->taken == length)
		return 0;
	start = bytes + mllp->taken;
	if (*start != START)
		return error_set(e, ERROR_BAD_INPUT, "a frame begins with the byte 0B, not %02X", *start);
	end = memchr(start, END, length - mllp->taken);
	if (memchr(start + 1, START, (end ? (size_t)(end - start) : length - mllp->taken) - 1))
		return error_set(e, ERROR_BAD_INPUT, "a frame begins inside a frame");
	if ((end ? (size_t)(end - start) : length - mllp->taken) > MLLP_MESSAGE_MAX + 1)
		return error_set(e, ERROR_TOO_LARGE, "a message has at most %d bytes", MLLP_MESSAGE_MAX);
	if (!end || end + 1 == bytes + length)
		return 0;
	if (end[1] != RETURN)
		return error_set(e, ERROR_BAD_INPUT, "a frame ends with the bytes 1C 0D, not 1C %02X", end[1]);
	*ret_bytes = (const char *)start + 1;
	*ret_length = (size_t)(end - start) - 1;
	mllp->taken = (size_t)(end + 2 - bytes);
	return 1;
}

int
mllp_frame(const void *bytes, size_t length, struct buffer *frame, struct error *e)
{
	int code;

	if ((code = buffer_add_byte(frame, START, e)) < 0 || (code = buffer_add(frame, bytes, length, e)) < 0 ||
		(code = buffer_add_byte(frame, END, e)) < 0)
		return code;
	return buffer_add_byte(frame, RETURN, e);
}
