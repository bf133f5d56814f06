#include "fixture.h"

static const struct zone shanghai = {.first_offset_s = 8 * HOUR_S};

static void
the_window_opens_days_before_onset_in_local_days(void **state)
{
	const struct exposure_parameters parameters = read_parameters();
	struct exposure_case subject = case_of(1);
	struct exposure_window window;

	(void)state;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.from, INFECTIOUS_FROM);
	assert_int_equal(window.to, INFECTIOUS_TO);

	subject.onset = 40 * DAY_S + 20 * HOUR_S; /* the 42nd day in Shanghai */
	assert_true(exposure_window(&parameters, &subject, &shanghai, &window));
	assert_int_equal(window.from, 39 * DAY_S - 8 * HOUR_S);
	assert_int_equal(window.to, 52 * DAY_S - 8 * HOUR_S);
}

static void
without_symptoms_the_sampling_counts_and_else_the_confirmation(void **state)
{
	const struct exposure_parameters parameters = read_parameters();
	struct exposure_case subject = {1, EXPOSURE_UNKNOWN, 30 * DAY_S, 33 * DAY_S, EXPOSURE_UNKNOWN};
	struct exposure_window window;

	(void)state;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.from, 28 * DAY_S);
	subject.sampled = EXPOSURE_UNKNOWN;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.from, 28 * DAY_S); /* 33 - 5 */
	assert_int_equal(window.to, 44 * DAY_S);
	subject.confirmed = EXPOSURE_UNKNOWN;
	assert_false(exposure_window(&parameters, &subject, &zone_utc, &window));
}

static void
isolation_closes_the_window(void **state)
{
	const struct exposure_parameters parameters = read_parameters();
	struct exposure_case subject = case_of(1);
	struct exposure_window window;

	(void)state;
	subject.isolated = 42 * DAY_S + 5;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.to, 42 * DAY_S + 5);
	subject.isolated = INFECTIOUS_TO + 1;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.to, INFECTIOUS_TO);
	subject.isolated = INFECTIOUS_FROM;
	assert_false(exposure_window(&parameters, &subject, &zone_utc, &window));
}

static void
days_without_symptoms_follow_the_later_of_ten_days_and_their_end(void **state)
{
	struct exposure_parameters parameters = read_parameters();
	struct exposure_case subject = case_of(1);
	struct exposure_window window;

	(void)state;
	parameters.symptom_free_days = 3;
	parameters.infectious_after_sampling_days = 7;
	subject.symptoms_ended = EXPOSURE_UNKNOWN;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.to, 54 * DAY_S); /* 13 days after the 40th */
	subject.symptoms_ended = 45 * DAY_S;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.to, 54 * DAY_S);
	subject.symptoms_ended = 60 * DAY_S + HOUR_S;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.to, 64 * DAY_S);
	subject.onset = EXPOSURE_UNKNOWN;
	subject.sampled = 40 * DAY_S;
	assert_true(exposure_window(&parameters, &subject, &zone_utc, &window));
	assert_int_equal(window.to, 48 * DAY_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_opens_days_before_onset_in_local_days),
		cmocka_unit_test(without_symptoms_the_sampling_counts_and_else_the_confirmation),
		cmocka_unit_test(isolation_closes_the_window),
		cmocka_unit_test(days_without_symptoms_follow_the_later_of_ten_days_and_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
