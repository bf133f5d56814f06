#include "credential/compress.h"

#include <zlib.h>

enum { INFLATE_STEP = 4096, INPUT_MAX = 1 << 20, BLOCK_MAX = 65535 };

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

/* RFC 1950 around RFC 1951, 3.2.4. */
int
store_all(const uint8_t *bytes, size_t length, struct buffer *out, struct error *e)
{
	static const uint8_t header[] = {0x78, 0x01};
	uint32_t sum = (uint32_t)adler32(adler32(0, NULL, 0), bytes, (uInt)length);
	uint8_t tail[4] = {(uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum};
	size_t before = out->length, at = 0, blocks = length ? (length + BLOCK_MAX - 1) / BLOCK_MAX : 1;
	int r;

	if (length > INPUT_MAX)
		return error_set(e, ERROR_TOO_LARGE, "zlib: more than the maximum of %d bytes", INPUT_MAX);
	if ((r = buffer_reserve(out, sizeof header + blocks * 5 + length + sizeof tail, e)) < 0 ||
		(r = buffer_add(out, header, sizeof header, e)) < 0)
		return r;
	do {
		size_t size = length - at < BLOCK_MAX ? length - at : BLOCK_MAX;
		uint8_t head[5] = {
			at + size == length, (uint8_t)size, (uint8_t)(size >> 8), (uint8_t)~size, (uint8_t)(~size >> 8)};

		if ((r = buffer_add(out, head, sizeof head, e)) < 0 || (r = buffer_add(out, bytes + at, size, e)) < 0)
			goto out;
		at += size;
	} while (at < length);
	r = buffer_add(out, tail, sizeof tail, e);
out:
	if (r < 0) {
		out->length = before;
		out->data[before] = 0;
	}
	return r;
}
