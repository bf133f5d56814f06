#include "stores.h"

static person_number
person(const char *text, bool create)
{
	person_number number = 0;
	struct error e = {0};

	GOOD(registry_person_by_id_number(registry, text, strlen(text), create, 0, &number, &e));
	return number;
}

static void
the_same_number_written_another_way_is_the_same_person(void **state)
{
	person_number number = person("11010519491231002X", true);

	(void)state;
	assert_int_equal(person("11010519491231002x", true), number);
	assert_int_equal(person(" 110105 19491231 002X ", true), number);
	assert_int_equal(person("110105491231002", true), number);
	assert_int_not_equal(person(FENG, true), number);
}

static void
who_is_not_known_is_not_found_and_not_made(void **state)
{
	person_number number = 0;
	struct error e = {0};

	(void)state;
	assert_int_equal(
		registry_person_by_id_number(registry, FENG, strlen(FENG), false, 0, &number, &e), ERROR_EXISTS_NOT);
	assert_null(strstr(e.message, FENG));
	assert_int_equal(
		registry_person_by_id_number(registry, FENG, strlen(FENG), false, 0, &number, &e), ERROR_EXISTS_NOT);
	assert_int_equal(number, 0);
}

static void
a_wrong_check_digit_makes_nobody(void **state)
{
	person_number number = 0;
	struct error e = {0};

	(void)state;
	assert_int_equal(
		registry_person_by_id_number(registry, "110105194912310021", 18, true, 0, &number, &e), ERROR_BAD_INPUT);
}

static void
a_person_is_found_by_id_number_and_by_code_number(void **state)
{
	person_number number = person(FENG, true), found = 0;
	struct error e = {0};
	char text[16];

	(void)state;
	GOOD(registry_person_by_text(registry, FENG, &found, &e));
	assert_int_equal(found, number);
	snprintf(text, sizeof text, "%u", number);
	found = 0;
	GOOD(registry_person_by_text(registry, text, &found, &e));
	assert_int_equal(found, number);
	snprintf(text, sizeof text, "#%u", number);
	found = 0;
	GOOD(registry_person_by_text(registry, text, &found, &e));
	assert_int_equal(found, number);
	assert_int_equal(registry_person_by_text(registry, "#4000000000", &found, &e), ERROR_EXISTS_NOT);
	assert_int_equal(registry_person_by_text(registry, "nobody!", &found, &e), ERROR_BAD_INPUT);
}

static void
a_passport_number_that_is_a_code_number_too_is_asked_about(void **state)
{
	person_number number = person(FENG, true), found = 0;
	struct error e = {0};
	char text[16];

	(void)state;
	snprintf(text, sizeof text, "%05u", number);
	person(text, true);
	assert_int_equal(registry_person_by_text(registry, text, &found, &e), ERROR_BAD_INPUT);
	snprintf(text, sizeof text, "#%u", number);
	GOOD(registry_person_by_text(registry, text, &found, &e));
	assert_int_equal(found, number);
}

static int
count_person(person_number number, void *context, struct error *e)
{
	person_number *last = context;

	(void)e;
	assert_true(number > last[0]);
	last[0] = number;
	last[1]++;
	return 0;
}

static void
people_are_walked_by_number_a_page_at_a_time(void **state)
{
	person_number seen[2] = {0};
	struct error e = {0};

	(void)state;
	person(FENG, true);
	person(MOTHER, true);
	person(FATHER, true);
	GOOD(registry_people_each(registry, 0, 2, count_person, seen, &e));
	assert_int_equal(seen[1], 2);
	GOOD(registry_people_each(registry, seen[0], 2, count_person, seen, &e));
	assert_int_equal(seen[1], 3);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_set_up, store_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_same_number_written_another_way_is_the_same_person),
		TEST(who_is_not_known_is_not_found_and_not_made),
		TEST(a_wrong_check_digit_makes_nobody),
		TEST(a_person_is_found_by_id_number_and_by_code_number),
		TEST(a_passport_number_that_is_a_code_number_too_is_asked_about),
		TEST(people_are_walked_by_number_a_page_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
