#include "../test.h"

#include <string.h>

#include "policy/certlogic_time.h"

static void
assert_date(const char *text, const char *wanted)
{
	char written[CERTLOGIC_DATE_TEXT_SIZE] = "refused";
	int64_t ms;

	if (certlogic_date_read(text, strlen(text), &ms))
		certlogic_date_write(ms, written);
	if (strcmp(written, wanted) != 0)
		fail_msg("%s: wanted %s, got %s", text, wanted, written);
}

static void
every_format_of_the_specification_is_read(void **state)
{
	static const char *const dates[][2] = {
		{"2020", "2020-12-31T00:00:00.000Z"},
		{"2020-02", "2020-02-29T00:00:00.000Z"},
		{"2021-02", "2021-02-28T00:00:00.000Z"},
		{"2020-03-24", "2020-03-24T00:00:00.000Z"},
		{"2020-03-24T08:09:10", "2020-03-24T08:09:10.000Z"},
		{"2020-03-24T08:09:10Z", "2020-03-24T08:09:10.000Z"},
		{"2020-03-24T08:09:10+8", "2020-03-24T00:09:10.000Z"},
		{"2020-03-24T08:09:10-08", "2020-03-24T16:09:10.000Z"},
		{"2020-03-24T08:09:10+530", "2020-03-24T02:39:10.000Z"},
		{"2020-03-24T08:09:10+0530", "2020-03-24T02:39:10.000Z"},
		{"2020-03-24T08:09:10+5:30", "2020-03-24T02:39:10.000Z"},
		{"2020-03-24T08:09:10+05:30", "2020-03-24T02:39:10.000Z"},
		{"2020-03-24T08:09:10.1", "2020-03-24T08:09:10.100Z"},
		{"2020-03-24T08:09:10.12Z", "2020-03-24T08:09:10.120Z"},
		{"2020-03-24T08:09:10.1239999+8", "2020-03-24T00:09:10.123Z"},
		{"2020-03-24T08:09:10.0-08", "2020-03-24T16:09:10.000Z"},
		{"2020-03-24T08:09:10.5+830", "2020-03-23T23:39:10.500Z"},
		{"2020-03-24T08:09:10.5+0830", "2020-03-23T23:39:10.500Z"},
		{"2020-03-24T08:09:10.5+8:30", "2020-03-23T23:39:10.500Z"},
		{"2020-03-24T08:09:10.5-08:30", "2020-03-24T16:39:10.500Z"},
		{"2020-03-24T24:00:00", "2020-03-25T00:00:00.000Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
		assert_date(dates[i][0], dates[i][1]);
}

static void
what_is_no_date_is_refused(void **state)
{
	static const char *const texts[] = {"", "202", "20200", "2020-", "2020-13", "2020-00", "2021-02-29", "2021-04-31",
		"2021-09-99", "2021-1-1", "2020-03-24T", "2020-03-24T08:09", "2020-03-24 08:09:10", "2020-03-24T08:09:10z",
		"2020-03-24T25:00:00", "2020-03-24T24:00:01", "2020-03-24T08:60:00", "2020-03-24T08:09:60",
		"2020-03-24T08:09:10.", "2020-03-24T08:09:10+", "2020-03-24T08:09:10+24", "2020-03-24T08:09:10+08:60",
		"2020-03-24T08:09:10+08:", "2020-03-24T08:09:10+08:0", "2020-03-24T08:09:10+08000", "2020-03-24T08:09:10Z ",
		"2020T00:00:00", "2020-03T00:00:00", "-2020", "+2020-01-01"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_date(texts[i], "refused");
}

static void
assert_plus(const char *text, int64_t amount, enum certlogic_unit unit, const char *wanted)
{
	char written[CERTLOGIC_DATE_TEXT_SIZE] = "past";
	int64_t ms, sum;

	assert_true(certlogic_date_read(text, strlen(text), &ms));
	if (certlogic_date_plus(ms, amount, unit, &sum))
		certlogic_date_write(sum, written);
	assert_string_equal(written, wanted);
}

/* The wanted values are what JavaScript's Date gives. */
static void
a_day_that_a_month_does_not_have_runs_over(void **state)
{
	(void)state;
	assert_plus("2020-02-29", 1, CERTLOGIC_DAY, "2020-03-01T00:00:00.000Z");
	assert_plus("2020-02-29", 1, CERTLOGIC_MONTH, "2020-03-29T00:00:00.000Z");
	assert_plus("2020-02-29", 1, CERTLOGIC_YEAR, "2021-03-01T00:00:00.000Z");
	assert_plus("2021-01-31", 1, CERTLOGIC_MONTH, "2021-03-03T00:00:00.000Z");
	assert_plus("2020-01-31", 1, CERTLOGIC_MONTH, "2020-03-02T00:00:00.000Z");
	assert_plus("2020-03-31T23:59:59.999", -1, CERTLOGIC_MONTH, "2020-03-02T23:59:59.999Z");
	assert_plus("2020-01-15", -1, CERTLOGIC_MONTH, "2019-12-15T00:00:00.000Z");
	assert_plus("2020-12-31", -13, CERTLOGIC_MONTH, "2019-12-01T00:00:00.000Z");
	assert_plus("2020-12-31", 14, CERTLOGIC_MONTH, "2022-03-03T00:00:00.000Z");
	assert_plus("2020-02-29", -4, CERTLOGIC_YEAR, "2016-02-29T00:00:00.000Z");
	assert_plus("2020-03-01", -1, CERTLOGIC_HOUR, "2020-02-29T23:00:00.000Z");
	assert_plus("0001-01-01", -2, CERTLOGIC_YEAR, "-000001-01-01T00:00:00.000Z");
	assert_plus("0000", 0, CERTLOGIC_HOUR, "0000-12-31T00:00:00.000Z");
	assert_plus("9999-12-31", 1, CERTLOGIC_DAY, "+010000-01-01T00:00:00.000Z");
}

static void
there_are_no_dates_past_a_hundred_million_days(void **state)
{
	(void)state;
	assert_plus("1970-01-01", 100000000, CERTLOGIC_DAY, "+275760-09-13T00:00:00.000Z");
	assert_plus("1970-01-01", 100000001, CERTLOGIC_DAY, "past");
	assert_plus("1970-01-01", -100000000, CERTLOGIC_DAY, "-271821-04-20T00:00:00.000Z");
	assert_plus("1970-01-01", -100000001, CERTLOGIC_DAY, "past");
	assert_plus("1970-01-01", 273789, CERTLOGIC_YEAR, "+275759-01-01T00:00:00.000Z");
	assert_plus("1970-01-01", 273791, CERTLOGIC_YEAR, "past");
	assert_plus("1970-01-01", INT64_MAX, CERTLOGIC_YEAR, "past");
	assert_plus("1970-01-01", INT64_MIN, CERTLOGIC_HOUR, "past");
}

static void
a_month_ends_where_the_next_begins(void **state)
{
	(void)state;
	assert_int_equal(certlogic_next_month(0), INT64_C(31) * DAY_S);
	assert_int_equal(certlogic_next_month(INT64_C(31) * DAY_S - 1), INT64_C(31) * DAY_S);
	assert_int_equal(certlogic_next_month(INT64_C(31) * DAY_S), INT64_C(59) * DAY_S);
	assert_int_equal(certlogic_next_month(-1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_of_the_specification_is_read),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(a_day_that_a_month_does_not_have_runs_over),
		cmocka_unit_test(there_are_no_dates_past_a_hundred_million_days),
		cmocka_unit_test(a_month_ends_where_the_next_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
