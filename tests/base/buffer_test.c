#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"

static void
an_empty_buffer_reads_as_empty_text(void **state)
{
	struct buffer b = buffer_make(10);

	(void)state;
	assert_string_equal(buffer_text(&b), "");
	assert_null(buffer_take(&b));
}

static void
what_is_added_is_there_and_ends_in_a_nul(void **state)
{
	struct buffer b = buffer_make(1000);
	struct error e = {0};

	(void)state;
	assert_int_equal(buffer_add_text(&b, "stay ", &e), 0);
	assert_int_equal(buffer_add_format(&b, &e, "%d..%d", 1, 250), 0);
	assert_int_equal(buffer_add_byte(&b, ')', &e), 0);
	assert_string_equal(buffer_text(&b), "stay 1..250)");
	assert_int_equal(b.length, 12);
	buffer_clear(&b);
	assert_string_equal(buffer_text(&b), "");
	buffer_free(&b);
}

static void
the_maximum_is_kept_and_named_and_nothing_is_lost(void **state)
{
	struct buffer b = buffer_make(4);
	struct error e = {0};

	(void)state;
	assert_int_equal(buffer_add_text(&b, "1234", &e), 0);
	assert_int_equal(buffer_add_byte(&b, '5', &e), ERROR_TOO_LARGE);
	assert_non_null(strstr(e.message, "4 bytes"));
	assert_int_equal(buffer_reserve(&b, SIZE_MAX, &e), ERROR_TOO_LARGE);
	assert_string_equal(buffer_text(&b), "1234");
	buffer_free(&b);
}

static void
an_array_grows_with_zeroed_room_up_to_its_maximum(void **state)
{
	int *items = NULL;
	size_t capacity = 0;
	struct error e = {0};

	(void)state;
	assert_int_equal(array_grow(&items, &capacity, 1, sizeof *items, 20, &e), 0);
	items[0] = 7;
	assert_int_equal(array_grow(&items, &capacity, 20, sizeof *items, 20, &e), 0);
	assert_int_equal(items[0], 7);
	for (size_t i = 8; i < 20; i++)
		assert_int_equal(items[i], 0);
	assert_int_equal(array_grow(&items, &capacity, 21, sizeof *items, 20, &e), ERROR_TOO_LARGE);
	assert_int_equal(items[0], 7);
	free(items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_reads_as_empty_text),
		cmocka_unit_test(what_is_added_is_there_and_ends_in_a_nul),
		cmocka_unit_test(the_maximum_is_kept_and_named_and_nothing_is_lost),
		cmocka_unit_test(an_array_grows_with_zeroed_room_up_to_its_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
