#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "feed/texts.h"

static void
each_text_keeps_its_number(void **state)
{
	struct texts texts = {0};
	struct error e = {0};
	size_t number;
	char text[16];

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "t%zu", i);
		assert_int_equal(texts_number(&texts, text, strlen(text), 5000, &number, &e), 1);
		assert_int_equal(number, i);
	}
	for (size_t i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "t%zu", i);
		assert_int_equal(texts_number(&texts, text, strlen(text), 5000, &number, &e), 0);
		assert_int_equal(number, i);
	}
	texts_free(&texts);
	texts_free(&texts);
}

static void
texts_may_hold_any_byte_and_are_told_apart_by_length(void **state)
{
	struct texts texts = {0};
	struct error e = {0};
	size_t number;

	(void)state;
	assert_int_equal(texts_number(&texts, "a\0b", 3, 9, &number, &e), 1);
	assert_int_equal(texts_number(&texts, "a\0c", 3, 9, &number, &e), 1);
	assert_int_equal(texts_number(&texts, "a", 1, 9, &number, &e), 1);
	assert_int_equal(texts_number(&texts, "", 0, 9, &number, &e), 1);
	assert_int_equal(number, 3);
	texts_free(&texts);
}

/* Of each length about those whose ends alone are looked at, many that differ in one byte, in an order that repeats. */
static void
texts_that_are_nearly_alike_are_told_apart(void **state)
{
	enum { MANY = 6000 };
	struct texts texts = {0};
	struct error e = {0};
	size_t number;

	(void)state;
	for (size_t length = 7, first = 0; length <= 33; length++, first += MANY)
		for (size_t turn = 0; turn < 2; turn++)
			for (size_t i = 0; i < MANY; i++) {
				char text[33];

				memset(text, '0', sizeof text);
				memcpy(text + (i % 2 ? 0 : length - 2), &(uint16_t){(uint16_t)(i * 7)}, 2);
				memcpy(text + (i % 2 ? length - 1 : 0), "x", 1);
				text[length / 2] = (char)(i % 3);
				assert_int_equal(texts_number(&texts, text, length, MANY * 64, &number, &e), turn == 0);
				assert_int_equal(number, first + i);
			}
	texts_free(&texts);
}

static void
more_than_the_maximum_are_refused_and_the_others_stay(void **state)
{
	struct texts texts = {0};
	struct error e = {0};
	size_t number = 7;

	(void)state;
	assert_int_equal(texts_number(&texts, "a", 1, 1, &number, &e), 1);
	assert_int_equal(texts_number(&texts, "b", 1, 1, &number, &e), ERROR_TOO_LARGE);
	assert_int_equal(texts_number(&texts, "a", 1, 1, &number, &e), 0);
	assert_int_equal(number, 0);
	texts_free(&texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_keeps_its_number),
		cmocka_unit_test(texts_may_hold_any_byte_and_are_told_apart_by_length),
		cmocka_unit_test(texts_that_are_nearly_alike_are_told_apart),
		cmocka_unit_test(more_than_the_maximum_are_refused_and_the_others_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
