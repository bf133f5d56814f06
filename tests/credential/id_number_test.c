#include "../test.h"

#include <string.h>

#include "credential/id_number.h"

/* Every number here is an example of the standard, or made up with its check digit. */

static struct id_number
read_good(const char *text)
{
	struct id_number id = {0};
	struct error e = {0};

	if (id_number_read(text, strlen(text), &id, &e) < 0)
		fail_msg("%s: %s", text, e.message);
	return id;
}

static void
the_standards_example_is_a_resident_born_on_new_years_eve(void **state)
{
	struct id_number id = read_good("11010519491231002X");

	(void)state;
	assert_int_equal(id.kind, ID_RESIDENT);
	assert_string_equal(id.text, "11010519491231002X");
	assert_string_equal(id.division, "110105");
	assert_true(id.has_birth_date);
	assert_int_equal(id.birth_date, day_from_civil(1949, 12, 31));
}

static void
what_people_type_is_the_same_number(void **state)
{
	static const char *const forms[] = {"11010519491231002x", " 110105 19491231 002X ", "110105-19491231-002x",
		"\t11010519491231002X\r\n", "110105491231002", "１１０１０５１９４９１２３１００２Ｘ",
		"１１０１０５　１９４９１２３１　００２ｘ", "110105\302\24019491231002X"};

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct id_number id = read_good(forms[i]);

		assert_string_equal(id.text, "11010519491231002X");
		assert_int_equal(id.kind, ID_RESIDENT);
	}
}

static void
a_short_number_of_a_centenarian_belongs_to_the_century_before(void **state)
{
	struct id_number id = read_good("420802980301996");

	(void)state;
	assert_int_equal(id.birth_date, day_from_civil(1898, 3, 1));
}

static void
wrong_digits_dates_and_divisions_are_refused(void **state)
{
	static const char *const bad[] = {
		"110105194912310021", /* check digit */
		"11010519491231003X",
		"11010519490230002X", /* 30 February */
		"11010519491301002X", /* month 13 */
		"99010519491231002X", /* no province */
		"110105491331002",    /* month 13, short */
		"11010519491231002Y", /* a letter that is no check digit */
		"11000019491231002X",
		"1101051949123100", /* two digits short: a slip, not a passport */
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct id_number id;
		struct error e = {0};

		if (id_number_read(bad[i], strlen(bad[i]), &id, &e) != ERROR_BAD_INPUT)
			fail_msg("%s was not refused", bad[i]);
	}
}

static void
passports_are_kept_in_capitals(void **state)
{
	struct id_number id = read_good(" e 12345678");

	(void)state;
	assert_int_equal(id.kind, ID_PASSPORT);
	assert_string_equal(id.text, "E12345678");
	assert_string_equal(id.division, "");
	assert_false(id.has_birth_date);
	assert_string_equal(read_good("M123ABC").text, "M123ABC");
}

static void
what_is_neither_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t column;
	} bad[] = {{"E123;45678", 5}, {"ABCD", 0}, {"123456789012345678901", 21}, {"E1234é", 6}, {"E12345\xe3\x80", 7},
		{"E12345\xff", 7}};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct id_number id;
		struct error e = {0};

		assert_int_equal(id_number_read(bad[i].text, strlen(bad[i].text), &id, &e), ERROR_BAD_INPUT);
		assert_int_equal(e.column, bad[i].column);
	}
}

static void
a_masked_number_shows_its_last_four(void **state)
{
	struct id_number resident = read_good("11010519491231002X"), passport = read_good("E12345678");
	char text[ID_NUMBER_SIZE];

	(void)state;
	assert_string_equal(id_number_mask(&resident, text), "1101**********002X");
	assert_string_equal(id_number_mask(&passport, text), "E******78");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standards_example_is_a_resident_born_on_new_years_eve),
		cmocka_unit_test(what_people_type_is_the_same_number),
		cmocka_unit_test(a_short_number_of_a_centenarian_belongs_to_the_century_before),
		cmocka_unit_test(wrong_digits_dates_and_divisions_are_refused),
		cmocka_unit_test(passports_are_kept_in_capitals),
		cmocka_unit_test(what_is_neither_is_refused_with_its_place),
		cmocka_unit_test(a_masked_number_shows_its_last_four),
	};

	return cmocka_run_group_tests_name("credential/id_number", tests, NULL, NULL);
}
