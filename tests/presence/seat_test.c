#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "presence/presence.h"

static void
a_seat_reads_back_as_it_was_written(void **state)
{
	static const char *const seats[] = {"1A", "12F", "1022O", "7", "120K", "crew"};
	char text[PRESENCE_SEAT_SIZE];
	uint16_t seat;

	(void)state;
	for (size_t i = 0; i < sizeof seats / sizeof *seats; i++) {
		assert_true(presence_seat_read(seats[i], &seat));
		assert_string_equal(presence_seat_write(seat, text), seats[i]);
	}
	assert_true(presence_seat_read("12f", &seat));
	assert_string_equal(presence_seat_write(seat, text), "12F");
	assert_int_equal(presence_seat_row(seat), 12);
	assert_string_equal(presence_seat_write(0, text), "");
	assert_int_equal(presence_seat_row(0), 0);
}

static void
what_is_no_seat_is_refused(void **state)
{
	static const char *const wrong[] = {"", "A", "0A", "1023A", "12P", "12AB", "-1A", "12 A", "99999999999999999999"};
	uint16_t seat = 1;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(presence_seat_read(wrong[i], &seat));
	assert_int_equal(seat, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seat_reads_back_as_it_was_written),
		cmocka_unit_test(what_is_no_seat_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
