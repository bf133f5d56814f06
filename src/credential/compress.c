#include "credential/compress.h"

#include <zlib.h>

enum { INFLATE_STEP = 4096, INPUT_MAX = 1 << 20, WINDOW_BITS = 10, MEMORY_LEVEL = 3 };

int
inflate_all(const uint8_t *bytes, size_t length, struct buffer *out, struct error *e)
{
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};
	size_t before = out->length;
	int status, r = 0;

	if (length > INPUT_MAX)
		return error_set(e, ERROR_TOO_LARGE, "zlib: more than the maximum of %d bytes", INPUT_MAX);
	if (inflateInit(&stream) != Z_OK)
		return error_no_memory(e);
	do {
		size_t left = out->maximum - out->length, room = left < INFLATE_STEP ? left : INFLATE_STEP;
		uint8_t past_maximum;

		if ((r = buffer_reserve(out, room, e)) < 0)
			goto out;
		stream.next_out = room ? out->data + out->length : &past_maximum;
		stream.avail_out = room ? (uInt)room : 1;
		status = inflate(&stream, Z_NO_FLUSH);
		if (!room && stream.avail_out == 0) {
			r = error_set(e, ERROR_TOO_LARGE, "zlib: inflates to more than the maximum of %zu bytes", out->maximum);
			goto out;
		}
		if (room)
			out->length += room - stream.avail_out;
	} while (status == Z_OK);
	if (status == Z_MEM_ERROR)
		r = error_no_memory(e);
	else if (status == Z_BUF_ERROR)
		r = error_set(e, ERROR_BAD_INPUT, "zlib: the stream is cut off");
	else if (status != Z_STREAM_END)
		r = error_set(e, ERROR_BAD_INPUT, "zlib: %s", stream.msg ? stream.msg : "not a stream");
	else if (stream.avail_in)
		r = error_set(e, ERROR_BAD_INPUT, "zlib: %u bytes follow the stream", stream.avail_in);
out:
	inflateEnd(&stream);
	if (r < 0)
		out->length = before;
	if (out->data)
		out->data[out->length] = 0;
	return r;
}

int
deflate_all(const uint8_t *bytes, size_t length, struct buffer *out, struct error *e)
{
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};
	size_t bound;
	int r;

	if (length > INPUT_MAX)
		return error_set(e, ERROR_TOO_LARGE, "zlib: more than the maximum of %d bytes", INPUT_MAX);
	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return error_no_memory(e);
	bound = deflateBound(&stream, length);
	if ((r = buffer_reserve(out, bound, e)) < 0)
		goto out;
	stream.next_out = out->data + out->length;
	stream.avail_out = (uInt)bound;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
		r = error_set(e, ERROR_TOO_LARGE, "zlib: the stream passed its bound");
		goto out;
	}
	out->length += bound - stream.avail_out;
	out->data[out->length] = 0;
out:
	deflateEnd(&stream);
	return r;
}
