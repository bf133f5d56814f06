#include "../test.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "credential/compress.h"

static struct buffer
stored(const void *bytes, size_t length)
{
	struct buffer out = buffer_make(2 << 20);
	struct error e = {0};

	assert_int_equal(store_all(bytes, length, &out, &e), 0);
	return out;
}

static struct buffer
deflated(const void *bytes, size_t length)
{
	struct buffer out = buffer_make(2 << 20);
	uLongf size = compressBound(length);
	struct error e = {0};

	assert_int_equal(buffer_reserve(&out, size, &e), 0);
	assert_int_equal(compress2(out.data, &size, bytes, length, Z_BEST_COMPRESSION), Z_OK);
	out.length = size;
	return out;
}

static void
what_was_stored_inflates_again(void **state)
{
	static uint8_t bytes[200000];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * i >> 3);
	for (size_t length = 0; length <= sizeof bytes; length += length < 3000 ? 250 : 65535) {
		struct buffer stream = stored(bytes, length), out = buffer_make(length);
		struct error e = {0};

		assert_int_equal(inflate_all(stream.data, stream.length, &out, &e), 0);
		assert_int_equal(out.length, length);
		if (length)
			assert_memory_equal(out.data, bytes, length);
		buffer_free(&stream);
		buffer_free(&out);
	}
}

/* So that readers which look for it find zlib's usual first byte. */
static void
a_stored_stream_begins_as_most_do_and_costs_eleven_bytes(void **state)
{
	struct buffer stream = stored("code", 4);

	(void)state;
	assert_int_equal(stream.data[0], 0x78);
	assert_int_equal(stream.length, 4 + 11);
	buffer_free(&stream);
}

static void
a_bomb_stops_at_the_maximum(void **state)
{
	uint8_t *zeroes = calloc(1, 1 << 20);
	struct buffer stream = deflated(zeroes, 1 << 20), out = buffer_make(10000);
	struct error e = {0};

	(void)state;
	assert_true(stream.length < 10000);
	assert_int_equal(inflate_all(stream.data, stream.length, &out, &e), ERROR_TOO_LARGE);
	assert_int_equal(out.length, 0);
	assert_true(out.capacity <= 32768);
	buffer_free(&stream);
	buffer_free(&out);
	free(zeroes);
}

static void
a_stream_cut_off_or_broken_or_with_bytes_after_it_is_refused(void **state)
{
	struct buffer stream = deflated("the same the same the same", 26), out = buffer_make(10000);
	struct error e = {0};

	(void)state;
	for (size_t length = 0; length < stream.length; length++)
		assert_int_equal(inflate_all(stream.data, length, &out, &e), ERROR_BAD_INPUT);
	assert_int_equal(buffer_add_byte(&stream, 0, &e), 0);
	assert_int_equal(inflate_all(stream.data, stream.length, &out, &e), ERROR_BAD_INPUT);
	stream.data[stream.length - 2] ^= 1;
	assert_int_equal(inflate_all(stream.data, stream.length - 1, &out, &e), ERROR_BAD_INPUT);
	assert_int_equal(inflate_all((const uint8_t *)"\xd2\x84\x4d", 3, &out, &e), ERROR_BAD_INPUT);
	assert_int_equal(out.length, 0);
	buffer_free(&stream);
	buffer_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_stored_inflates_again),
		cmocka_unit_test(a_stored_stream_begins_as_most_do_and_costs_eleven_bytes),
		cmocka_unit_test(a_bomb_stops_at_the_maximum),
		cmocka_unit_test(a_stream_cut_off_or_broken_or_with_bytes_after_it_is_refused),
	};

	return cmocka_run_group_tests_name("credential/compress", tests, NULL, NULL);
}
