#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

static bool
utf8(const char *text)
{
	return text_is_utf8(text, strlen(text));
}

static void
only_well_formed_utf8_is_utf8(void **state)
{
	(void)state;
	assert_true(utf8(""));
	assert_true(utf8("荆门 naïve 😷"));
	assert_false(utf8("\xc0\x80"));         /* overlong */
	assert_false(utf8("\xed\xa0\x80"));     /* a surrogate */
	assert_false(utf8("\xf4\x90\x80\x80")); /* past U+10FFFF */
	assert_false(utf8("\xe8\x8d"));         /* cut */
	assert_false(utf8("\xa0"));             /* Windows-1252 */
}

static bool
integer(const char *text, int64_t *value)
{
	return text_integer(text, strlen(text), -100, 100, value);
}

static void
an_integer_is_whole_and_in_range(void **state)
{
	int64_t value = 55;

	(void)state;
	assert_true(integer("-100", &value));
	assert_int_equal(value, -100);
	value = 55;
	assert_false(integer("101", &value));
	assert_false(integer("1.0", &value));
	assert_false(integer(" 1", &value));
	assert_false(integer("", &value));
	assert_false(integer("-", &value));
	assert_false(integer("99999999999999999999", &value));
	assert_int_equal(value, 55);
}

static bool
tenths(const char *text, int64_t *value)
{
	return text_decimal(text, strlen(text), 1, value);
}

static void
a_decimal_is_scaled_and_cut(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_true(tenths("37.3", &value));
	assert_int_equal(value, 373);
	assert_true(tenths("36", &value));
	assert_int_equal(value, 360);
	assert_true(tenths("36.69", &value));
	assert_int_equal(value, 366);
	assert_true(tenths("-0.5", &value));
	assert_int_equal(value, -5);
	assert_false(tenths("37.", &value));
	assert_false(tenths(".5", &value));
	assert_false(tenths("1e3", &value));
	assert_false(tenths("37.3.1", &value));
	assert_false(tenths("100000000000000000000", &value));
	assert_false(tenths("", &value));
	assert_false(tenths("-", &value));
	assert_false(tenths("-.5", &value));
	assert_false(tenths("37.3x", &value));
	assert_false(tenths("37.33x", &value));
	assert_false(tenths("37x", &value));
	assert_true(tenths("-0", &value));
	assert_int_equal(value, 0);
	assert_true(tenths("99999999999999999.99", &value));
	assert_int_equal(value, 999999999999999999);
	assert_false(tenths("100000000000000000", &value)); /* 19 digits once it is scaled */
	assert_true(text_decimal("120.1234567", 11, 7, &value));
	assert_int_equal(value, 1201234567);
	assert_true(text_decimal("30.25", 5, 7, &value));
	assert_int_equal(value, 302500000);
}

/* With each number of digits before and after the point, and any other character at each place. */
static void
a_decimal_is_read_as_it_was_written_wherever_a_fault_is(void **state)
{
	const int64_t number = 918273645546372819;

	(void)state;
	for (int before = 1; before <= 9; before++)
		for (int after = 1; after <= 9; after++) {
			int64_t whole = number / 1000000000, part = number % 1000000000, value = -1;
			char text[32];
			int length;

			for (int i = before; i < 9; i++)
				whole /= 10;
			for (int i = after; i < 9; i++)
				part /= 10;
			length = snprintf(text, sizeof text, "%lld.%0*lld", (long long)whole, after, (long long)part);
			for (int i = after; i < 9; i++)
				part *= 10;
			assert_true(text_decimal(text, (size_t)length, 9, &value));
			assert_int_equal(value, whole * 1000000000 + part);
			for (unsigned places = 0; places <= 9; places++) {
				char negative[sizeof text + 1];
				int64_t scaled = whole * 1000000000 + part;

				for (unsigned i = places; i < 9; i++)
					scaled /= 10;
				snprintf(negative, sizeof negative, "-%s", text);
				assert_true(text_decimal(text, (size_t)length, places, &value));
				assert_int_equal(value, scaled);
				assert_true(text_decimal(negative, (size_t)length + 1, places, &value));
				assert_int_equal(value, -scaled);
			}
			for (int at = 0; at < length; at++)
				for (int byte = 1; byte < 256; byte++) {
					const char kept = text[at];

					text[at] = (char)byte;
					if ((byte < '0' || byte > '9') && byte != kept && (at > 0 || byte != '-')) {
						assert_false(text_decimal(text, (size_t)length, 9, &value));
						assert_false(text_decimal(text, (size_t)length, 7, &value));
					}
					text[at] = kept;
				}
		}
}

static void
hex_is_read_as_it_was_written(void **state)
{
	uint8_t bytes[3] = {0};
	char text[7];

	(void)state;
	assert_string_equal(text_hex("\x00\xfe\x1f", 3, text), "00fe1f");
	assert_true(text_unhex("00FE1f", bytes, 3));
	assert_memory_equal(bytes, "\x00\xfe\x1f", 3);
	assert_false(text_unhex("00fe1", bytes, 3));
	assert_false(text_unhex("00fe1f0", bytes, 3));
	assert_false(text_unhex("00fg1f", bytes, 3));
}

static void
the_nearest_name_is_the_one_that_was_meant(void **state)
{
	static const char *const names[] = {"medium_total", "dip_days", "unit", NULL};
	static const char *const short_names[] = {"at", "to", NULL};
	char long_text[200] = {0};

	(void)state;
	assert_string_equal(text_nearest("medium_totl", names), "medium_total");
	assert_string_equal(text_nearest("dip_dasy", names), "dip_days"); /* two neighbours swapped are one slip */
	assert_string_equal(text_nearest("units", names), "unit");
	assert_null(text_nearest("cluster", names));
	assert_null(text_nearest("by", short_names));
	assert_null(text_nearest("", names));
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("ab", "ba"), 1);
	memset(long_text, 'a', sizeof long_text - 1);
	assert_true(text_distance(long_text, "a") == SIZE_MAX);
	assert_null(text_nearest(long_text, names));
}

static void
an_error_says_where(void **state)
{
	struct error e = {0};
	char text[256];

	(void)state;
	error_set(&e, ERROR_BAD_INPUT, "no such %s", "place");
	assert_string_equal(error_text(&e, text, sizeof text), "no such place");
	assert_int_equal(error_at(&e, "stays.csv", 12, 3), ERROR_BAD_INPUT);
	assert_string_equal(error_text(&e, text, sizeof text), "stays.csv:12:3: no such place");
	error_at(&e, NULL, 7, 0);
	assert_string_equal(error_text(&e, text, sizeof text), "stays.csv:7: no such place");
	assert_int_equal(error_set(NULL, ERROR_IO, "nobody listens"), ERROR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_well_formed_utf8_is_utf8),
		cmocka_unit_test(an_integer_is_whole_and_in_range),
		cmocka_unit_test(a_decimal_is_scaled_and_cut),
		cmocka_unit_test(a_decimal_is_read_as_it_was_written_wherever_a_fault_is),
		cmocka_unit_test(hex_is_read_as_it_was_written),
		cmocka_unit_test(the_nearest_name_is_the_one_that_was_meant),
		cmocka_unit_test(an_error_says_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
