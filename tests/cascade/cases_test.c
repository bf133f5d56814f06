/* Cases put together from their changes of status. */

#include "scene.h"

#define HZ "hangzhou-2020"

static void
a_later_status_says_more_and_keeps_what_was_known(void **state)
{
	struct scene *s = *state;
	struct cascade_case c;
	struct error e = {0};
	person_number person;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_case(s, "C1", person, "confirmed", NULL, "2020-03-11T00:00:00Z", "2020-03-12T00:00:00Z");
	scene_case(s, "C1", person, "suspected", "2020-03-07T00:00:00Z", "2020-03-09T00:00:00Z", NULL);
	GOOD(cascade_case(s->cascade, "C1", &c, &e));
	assert_string_equal(c.status, "confirmed");
	assert_int_equal(c.status_at, moment("2020-03-11T00:00:00Z"));
	assert_int_equal(c.exposure.person, person);
	assert_int_equal(c.exposure.onset, moment("2020-03-07T00:00:00Z"));
	assert_int_equal(c.exposure.confirmed, moment("2020-03-11T00:00:00Z"));
	assert_int_equal(c.exposure.isolated, moment("2020-03-12T00:00:00Z"));
}

static void
recovery_and_dismissal_do_not_move_the_confirmation(void **state)
{
	struct scene *s = *state;
	struct cascade_case c;
	struct error e = {0};
	person_number person;

	scene_at(s, "2020-03-24T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_case(s, "C1", person, "suspected", NULL, "2020-03-09T00:00:00Z", NULL);
	scene_case(s, "C1", person, "confirmed", NULL, "2020-03-11T00:00:00Z", NULL);
	scene_case(s, "C1", person, "recovered", NULL, "2020-03-22T00:00:00Z", NULL);
	GOOD(cascade_case(s->cascade, "C1", &c, &e));
	assert_string_equal(c.status, "recovered");
	assert_int_equal(c.exposure.confirmed, moment("2020-03-11T00:00:00Z"));
	scene_case(s, "C2", person, "suspected", NULL, "2020-03-09T00:00:00Z", NULL);
	scene_case(s, "C2", person, "discarded", NULL, "2020-03-12T00:00:00Z", NULL);
	GOOD(cascade_case(s->cascade, "C2", &c, &e));
	assert_int_equal(c.exposure.confirmed, moment("2020-03-09T00:00:00Z"));
}

static void
before_a_status_the_case_is_what_it_was(void **state)
{
	struct scene *s = *state;
	struct cascade_case c;
	struct error e = {0};
	person_number person;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_case(s, "C1", person, "suspected", "2020-03-07T00:00:00Z", "2020-03-09T00:00:00Z", NULL);
	scene_case(s, "C1", person, "confirmed", NULL, "2020-03-11T00:00:00Z", NULL);
	scene_at(s, "2020-03-10T00:00:00Z");
	GOOD(cascade_case(s->cascade, "C1", &c, &e));
	assert_string_equal(c.status, "suspected");
	scene_at(s, "2020-03-08T00:00:00Z");
	assert_int_equal(cascade_case(s->cascade, "C1", &c, &e), ERROR_EXISTS_NOT);
	assert_string_equal(e.message, "there is no case 'C1'");
}

static void
a_person_may_be_a_case_twice(void **state)
{
	struct scene *s = *state;
	struct cascade_case c;
	struct error e = {0};
	person_number person;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_case(s, "C2", person, "confirmed", "2020-03-15T00:00:00Z", "2020-03-16T00:00:00Z", NULL);
	scene_case(s, "C1", person, "confirmed", "2020-03-07T00:00:00Z", "2020-03-09T00:00:00Z", NULL);
	GOOD(cascade_case(s->cascade, "C2", &c, &e));
	assert_int_equal(c.exposure.onset, moment("2020-03-15T00:00:00Z"));
	GOOD(cascade_case(s->cascade, "C1", &c, &e));
	assert_int_equal(c.exposure.onset, moment("2020-03-07T00:00:00Z"));
}

/* A laboratory told of somebody whom nobody knew then. */
static void
a_case_of_somebody_unknown_is_one_case_once_they_are_known(void **state)
{
	struct scene *s = *state;
	struct cascade_case c;
	struct error e = {0};
	person_number person;

	scene_at(s, "2020-03-20T00:00:00Z");
	person = scene_person(s, 1, HZ, "2020-03-01T00:00:00Z");
	scene_case(s, "C1", 0, "suspected", "2020-03-07T00:00:00Z", "2020-03-09T00:00:00Z", NULL);
	scene_case(s, "C1", person, "confirmed", NULL, "2020-03-11T00:00:00Z", NULL);
	GOOD(cascade_case(s->cascade, "C1", &c, &e));
	assert_int_equal(c.exposure.person, person);
	assert_string_equal(c.status, "confirmed");
	assert_int_equal(c.exposure.onset, moment("2020-03-07T00:00:00Z"));
	assert_int_equal(c.exposure.confirmed, moment("2020-03-11T00:00:00Z"));
}

/* A name may begin as another's key does. */
static void
a_case_is_found_by_its_name_alone(void **state)
{
	static const char *const names[] = {"C", "C/1", "C/confirmed", "C0", "B"};
	struct scene *s = *state;
	struct cascade_case c;
	struct error e = {0};
	person_number people[5];

	scene_at(s, "2020-03-20T00:00:00Z");
	for (int i = 0; i < 5; i++) {
		people[i] = scene_person(s, i + 1, HZ, "2020-03-01T00:00:00Z");
		scene_case(s, names[i], people[i], "confirmed", NULL, "2020-03-11T00:00:00Z", NULL);
		scene_case(s, names[i], people[i], "recovered", NULL, "2020-03-18T00:00:00Z", NULL);
	}
	for (int i = 0; i < 5; i++) {
		GOOD(cascade_case(s->cascade, names[i], &c, &e));
		assert_string_equal(c.name, names[i]);
		assert_string_equal(c.status, "recovered");
		assert_int_equal(c.exposure.person, people[i]);
		assert_int_equal(c.exposure.confirmed, moment("2020-03-11T00:00:00Z"));
	}
	assert_int_equal(cascade_case(s->cascade, "C/", &c, &e), ERROR_EXISTS_NOT);
	assert_int_equal(cascade_case(s->cascade, "", &c, &e), ERROR_EXISTS_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_later_status_says_more_and_keeps_what_was_known, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			recovery_and_dismissal_do_not_move_the_confirmation, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(before_a_status_the_case_is_what_it_was, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_case_of_somebody_unknown_is_one_case_once_they_are_known, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_case_is_found_by_its_name_alone, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(a_person_may_be_a_case_twice, scene_set_up, scene_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
