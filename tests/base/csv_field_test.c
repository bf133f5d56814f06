#include "../test.h"

#include "base/csv_field.h"

static void
a_field_is_quoted_only_where_it_has_to_be(void **state)
{
	struct buffer csv = buffer_make(100);
	struct error e = {0};

	(void)state;
	assert_int_equal(csv_field_add(&csv, "plain", false, &e), 0);
	assert_int_equal(csv_field_add(&csv, NULL, false, &e), 0);
	assert_int_equal(csv_field_add(&csv, "a,b", false, &e), 0);
	assert_int_equal(csv_field_add(&csv, "say \"no\"", false, &e), 0);
	assert_int_equal(csv_field_add(&csv, "two\nlines", true, &e), 0);
	assert_string_equal(buffer_text(&csv), "plain,,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\r\n");
	buffer_free(&csv);
}

static void
a_field_that_does_not_fit_is_told(void **state)
{
	struct buffer csv = buffer_make(5);
	struct error e = {0};

	(void)state;
	assert_int_equal(csv_field_add(&csv, "plain", false, &e), ERROR_TOO_LARGE);
	buffer_free(&csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_quoted_only_where_it_has_to_be),
		cmocka_unit_test(a_field_that_does_not_fit_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
