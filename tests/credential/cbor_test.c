#include "../test.h"

#include <string.h>

#include "base/text.h"
#include "credential/cbor.h"

static struct buffer
unhex(const char *hex)
{
	struct buffer b = buffer_make(1 << 16);
	struct error e = {0};

	assert_int_equal(buffer_reserve(&b, strlen(hex) / 2 + 1, &e), 0);
	assert_true(text_unhex(hex, b.data, strlen(hex) / 2));
	b.length = strlen(hex) / 2;
	return b;
}

/* Read ${hex} and write it deterministically. */
static void
rewrite(const char *hex, char *ret_hex)
{
	struct buffer in = unhex(hex), out = buffer_make(1 << 16);
	struct cbor *document = NULL;
	struct error e = {0};

	if (cbor_read(in.data, in.length, &cbor_limits_default, &document, &e) < 0)
		fail_msg("%s: %s", hex, e.message);
	assert_int_equal(cbor_write_item(&out, cbor_root(document), &e), 0);
	text_hex(out.data, out.length, ret_hex);
	cbor_free(document);
	buffer_free(&in);
	buffer_free(&out);
}

static int
read_code(const char *hex, const struct cbor_limits *limits)
{
	struct buffer in = unhex(hex);
	struct cbor *document = NULL;
	struct error e = {0};
	int r = cbor_read(in.data, in.length, limits, &document, &e);

	if (r < 0)
		assert_null(document);
	assert_int_equal(r, e.code);
	cbor_free(document);
	buffer_free(&in);
	return r;
}

/* RFC 8949, appendix A: what is written as it stands there. */
static void
examples_of_the_rfc_are_read_and_written_the_same(void **state)
{
	static const char *const examples[] = {"00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240",
		"1b000000e8d4a51000", "1bffffffffffffffff", "c249010000000000000000", "3bffffffffffffffff",
		"c349010000000000000000", "20", "29", "3863", "3903e7", "f90000", "f98000", "f93c00", "fb3ff199999999999a",
		"f93e00", "f97bff", "fa47c35000", "fa7f7fffff", "fb7e37e43c8800759c", "f90001", "f90400", "f9c400",
		"fbc010666666666666", "f97c00", "f97e00", "f9fc00", "f4", "f5", "f6", "f7", "f0", "f8ff",
		"c074323031332d30332d32315432303a30343a30305a", "c11a514b67b0", "c1fb41d452d9e8200000", "d74401020304",
		"d818456449455446", "d82076687474703a2f2f7777772e6578616d706c652e636f6d", "40", "4401020304", "60", "6161",
		"6449455446", "62225c", "62c3bc", "63e6b0b4", "64f0908591", "80", "83010203", "8301820203820405",
		"98190102030405060708090a0b0c0d0e0f101112131415161718181819", "a0", "a201020304", "a26161016162820203",
		"826161a161626163", "a56161614161626142616361436164614461656145"};
	char hex[256];

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		rewrite(examples[i], hex);
		assert_string_equal(hex, examples[i]);
	}
}

static void
long_forms_and_pieces_are_read_and_written_short(void **state)
{
	static const char *const pairs[][2] = {
		{"1800", "00"},
		{"1b0000000000000017", "17"},
		{"3a00000000", "20"},
		{"fa7fc00000", "f97e00"},
		{"fb7ff0000000000000", "f97c00"},
		{"fb3ff8000000000000", "f93e00"},
		{"5f42010243030405ff", "450102030405"},
		{"7f657374726561646d696e67ff", "6973747265616d696e67"},
		{"5fff", "40"},
		{"9fff", "80"},
		{"9f018202039f0405ffff", "8301820203820405"},
		{"bf61610161629f0203ffff", "a26161016162820203"},
		{"826161bf61626163ff", "826161a161626163"},
		{"bf6346756ef563416d7421ff",
			"a263416d742163"
			"46756ef5"},
		{"a2030402"
		 "01",
			"a202010304"},
		{"a3616201200161"
		 "6101",
			"a32001616101616201"},
	};
	char hex[256];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		rewrite(pairs[i][0], hex);
		assert_string_equal(hex, pairs[i][1]);
	}
}

/* RFC 8949, appendix F, and what 5.3 calls invalid. */
static void
what_is_not_well_formed_is_refused(void **state)
{
	static const char *const bad[] = {"", "18", "19", "1a", "1b", "1901", "1a0102", "1b01020304050607", "38", "58",
		"78", "98", "9a01ff00", "b8", "d8", "f8", "f900", "fa0000", "fb000000", "41", "61", "5affffffff00",
		"5bffffffffffffffff010203", "7affffffff00", "7b7fffffffffffffff010203", "81", "818181818181818181", "8200",
		"a1", "a20102", "a100", "a2000000", "5f4100", "7f6100", "9f", "9f0102", "bf", "bf01020102", "819f", "9f8000",
		"9f9f9f9f9fffffffff", "9f819f819f9fffffff", "1c", "1d", "1e", "3c", "5c", "7d", "9e", "bc", "dd", "fc", "fd",
		"fe", "f800", "f818", "f81f", "5f00ff", "5f21ff", "5f6100ff", "5f80ff", "5fa0ff", "5fc000ff", "5fe0ff",
		"7f4100ff", "5f5f4100ffff", "7f7f6100ffff", "ff", "81ff", "8200ff", "a1ff", "a1ff00", "a100ff", "a20000ff",
		"9f81ff", "bf00ff", "bf000000ff", "1f", "3f", "df", "0000", "0100", "61ff", "62c328", "63eda080",
		"7f61c361bcff"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (read_code(bad[i], &cbor_limits_default) != ERROR_BAD_INPUT)
			fail_msg("%s was not refused", bad[i]);
}

static void
a_map_with_equal_keys_is_refused_however_they_are_written(void **state)
{
	static const char *const bad[] = {"a201000100", "a20100180100", "a2616100616100",
		"a2616100"
		"7f6161ff00",
		"bf0000"
		"0000ff",
		"a2f93c0000fa3f80000000", "a2a20102030400a20304010200", "a3010202030100", "a2800080f4", "8281a2000000f4"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (read_code(bad[i], &cbor_limits_default) != ERROR_BAD_INPUT)
			fail_msg("%s was not refused", bad[i]);
	assert_int_equal(read_code("a401002000"
							   "41010061"
							   "0100",
						 &cbor_limits_default),
		0);
}

static void
limits_on_bytes_items_and_depth_are_kept(void **state)
{
	struct cbor_limits limits = {.bytes = 8, .items = 4, .depth = 2};

	(void)state;
	assert_int_equal(read_code("83010203", &limits), 0);
	assert_int_equal(read_code("8401020304", &limits), ERROR_TOO_LARGE);
	assert_int_equal(read_code("818101", &limits), 0);
	assert_int_equal(read_code("81818101", &limits), ERROR_TOO_LARGE);
	assert_int_equal(read_code("c1c1c101", &limits), ERROR_TOO_LARGE);
	assert_int_equal(read_code("480001020304050607", &limits), ERROR_TOO_LARGE);
}

static void
a_huge_promise_costs_nothing(void **state)
{
	(void)state;
	assert_int_equal(read_code("9b0000000fffffffff00", &cbor_limits_default), ERROR_BAD_INPUT);
	assert_int_equal(read_code("bb7fffffffffffffff00", &cbor_limits_default), ERROR_BAD_INPUT);
	assert_int_equal(read_code("5b7fffffffffffffff00", &cbor_limits_default), ERROR_BAD_INPUT);
}

static void
values_are_found_by_their_keys(void **state)
{
	struct buffer in = unhex("a4016178200718641904d2616bf5"), *b = &in;
	struct cbor *document = NULL;
	struct error e = {0};
	const struct cbor_item *root;
	int64_t value = 0;
	char text[4];

	(void)state;
	assert_int_equal(cbor_read(b->data, b->length, &cbor_limits_default, &document, &e), 0);
	root = cbor_root(document);
	assert_true(cbor_text(cbor_at(root, 1), text, sizeof text));
	assert_string_equal(text, "x");
	assert_true(cbor_integer(cbor_at(root, -1), &value));
	assert_int_equal(value, 7);
	assert_true(cbor_time(cbor_at(root, 100), &value));
	assert_int_equal(value, 1234);
	assert_int_equal(cbor_at_text(root, "k")->value, CBOR_TRUE);
	assert_null(cbor_at(root, 2));
	assert_null(cbor_at(cbor_at(root, 1), 1));
	assert_false(cbor_text(cbor_at(root, 2), text, sizeof text));
	cbor_free(document);
	buffer_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc_are_read_and_written_the_same),
		cmocka_unit_test(long_forms_and_pieces_are_read_and_written_short),
		cmocka_unit_test(what_is_not_well_formed_is_refused),
		cmocka_unit_test(a_map_with_equal_keys_is_refused_however_they_are_written),
		cmocka_unit_test(limits_on_bytes_items_and_depth_are_kept),
		cmocka_unit_test(a_huge_promise_costs_nothing),
		cmocka_unit_test(values_are_found_by_their_keys),
	};

	return cmocka_run_group_tests_name("credential/cbor", tests, NULL, NULL);
}
