#include "../test.h"

#include <string.h>

#include "credential/base45.h"

static void
examples_of_the_rfc_go_both_ways(void **state)
{
	static const char *const pairs[][2] = {{"AB", "BB8"}, {"Hello!!", "%69 VD92EX0"}, {"base-45", "UJCLQE7W581"},
		{"ietf!", "QED8WEX0"}, {"", ""}, {"\xff\xff", "FGW"}, {"\xff", "U5"}, {"x\x9c", "6BF"}};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct buffer text = buffer_make(100), bytes = buffer_make(100);
		struct error e = {0};

		assert_int_equal(base45_encode(pairs[i][0], strlen(pairs[i][0]), &text, &e), 0);
		assert_string_equal(buffer_text(&text), pairs[i][1]);
		assert_int_equal(base45_decode(pairs[i][1], strlen(pairs[i][1]), &bytes, &e), 0);
		assert_string_equal(buffer_text(&bytes), pairs[i][0]);
		buffer_free(&text);
		buffer_free(&bytes);
	}
}

static void
what_no_encoder_writes_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t column;
	} bad[] = {{"GGW", 1}, {":::", 1}, {"::", 1}, {"A", 1}, {"BB8A", 4}, {"bb8", 1}, {"BB8\n", 4}, {"B_8", 2},
		{"=BB8", 4}, {"BB,", 3}, {"BB8BB,", 6}, {"V5", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buffer bytes = buffer_make(100);
		struct error e = {0};

		assert_int_equal(base45_decode(bad[i].text, strlen(bad[i].text), &bytes, &e), ERROR_BAD_INPUT);
		assert_int_equal(e.column, bad[i].column);
		assert_int_equal(bytes.length, 0);
		buffer_free(&bytes);
	}
}

static void
a_nul_is_no_character(void **state)
{
	struct buffer bytes = buffer_make(100);
	struct error e = {0};

	(void)state;
	assert_int_equal(base45_decode("A\0B", 3, &bytes, &e), ERROR_BAD_INPUT);
	buffer_free(&bytes);
}

static void
more_than_the_maximum_is_refused_both_ways(void **state)
{
	struct buffer small = buffer_make(1);
	struct error e = {0};

	(void)state;
	assert_int_equal(base45_decode("BB8", 3, &small, &e), ERROR_TOO_LARGE);
	assert_int_equal(base45_encode("AB", 2, &small, &e), ERROR_TOO_LARGE);
	buffer_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc_go_both_ways),
		cmocka_unit_test(what_no_encoder_writes_is_refused_with_its_place),
		cmocka_unit_test(a_nul_is_no_character),
		cmocka_unit_test(more_than_the_maximum_is_refused_both_ways),
	};

	return cmocka_run_group_tests_name("credential/base45", tests, NULL, NULL);
}
