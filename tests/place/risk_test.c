/* The rule on made-up series, then on the real one of spring 2020 (share/areas). */

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/place.h"

static const struct zone beijing = {.first_offset_s = 8 * 3600};
static const struct risk_parameters rule = {
	.low_after_days = 14, .medium_total = 50, .cluster_new_cases = 10, .dip_days = 3};

enum { DAYS = 400 };

struct series {
	struct risk_count counts[DAYS];
	size_t count;
	struct risk_coverage coverage;
};

static instant
at(const char *text)
{
	instant moment;
	struct error e = {0};

	assert_int_equal(time_read(text, strlen(text), &beijing, &moment, &e), 0);
	return moment;
}

static day_number
day(const char *text)
{
	day_number number;
	struct error e = {0};

	assert_int_equal(day_read(text, strlen(text), &number, &e), 0);
	return number;
}

/* The level at a moment, from a timeline that ends there, and the same from one that goes on for long. */
static enum risk_level
level_by(const struct series *s, const struct risk_parameters *parameters, const char *moment)
{
	enum risk_level level = RISK_HIGH, again = RISK_LOW;
	const instant untils[] = {at(moment), at("2021-06-01")};
	struct error e = {0};

	for (size_t i = 0; i < 2; i++) {
		struct risk_step *steps = NULL;
		size_t count = 0;

		assert_int_equal(
			risk_timeline(s->counts, s->count, parameters, s->coverage, &beijing, untils[i], &steps, &count, &e), 0);
		assert_int_equal(risk_level_at(steps, count, at(moment), i ? &again : &level), 1);
		for (size_t k = 1; k < count; k++)
			assert_true(steps[k].at > steps[k - 1].at && steps[k].level != steps[k - 1].level);
		free(steps);
	}
	assert_int_equal(level, again);
	return level;
}

static enum risk_level
level(const struct series *s, const char *moment)
{
	return level_by(s, &rule, moment);
}

static struct series
made(const char *first, size_t count, const int64_t *confirmed)
{
	struct series s = {.coverage = {day(first), day(first) + (day_number)count - 1}};

	for (size_t i = 0; i < count; i++)
		s.counts[s.count++] = (struct risk_count){day(first) + (day_number)i, confirmed[i]};
	return s;
}

/* Reads one area of the real series: no city means the province's own row. */
static struct series
real(const char *code)
{
	struct series s = {0};
	char path[4096], line[1024];
	FILE *f;

	snprintf(path, sizeof path, "%s/share/areas/china-2020.csv", getenv("HEALTHCODE_SOURCE"));
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char *fields[11], *rest = line;

		for (size_t i = 0; i < 11; i++)
			fields[i] = strsep(&rest, ",");
		if (strcmp(fields[6], code) != 0 && (fields[5][0] || strcmp(fields[4], code) != 0))
			continue;
		s.counts[s.count++] = (struct risk_count){day(fields[0]), atoll(fields[7])};
	}
	fclose(f);
	s.coverage = (struct risk_coverage){day("2020-01-01"), day("2020-04-30")};
	assert_true(s.count > 0);
	return s;
}

static void
an_area_without_a_case_is_low_once_a_day_of_it_is_over_and_before_nothing_is_known(void **state)
{
	struct series s = {.coverage = {day("2020-02-01"), day("2020-02-10")}};
	struct risk_step *steps = NULL;
	size_t count = 0;
	enum risk_level none;
	struct error e = {0};

	(void)state;
	assert_int_equal(level(&s, "2020-02-05"), RISK_LOW);
	assert_int_equal(risk_timeline(s.counts, 0, &rule, s.coverage, &beijing, at("2020-03-01"), &steps, &count, &e), 0);
	assert_int_equal(count, 1);
	assert_int_equal(steps[0].at, at("2020-02-02"));
	assert_int_equal(steps[0].level, RISK_LOW);
	assert_int_equal(risk_level_at(steps, count, at("2020-02-01T23:59:59"), &none), 0);
	free(steps);
}

static void
a_days_count_counts_from_the_next_local_midnight(void **state)
{
	struct series s = made("2020-02-01", 2, (int64_t[]){0, 1});

	(void)state;
	assert_int_equal(level(&s, "2020-02-02T23:59:59"), RISK_LOW);
	assert_int_equal(level(&s, "2020-02-03T00:00:00"), RISK_MEDIUM);
}

static void
fifty_cases_are_medium_and_fifty_one_with_a_cluster_are_high(void **state)
{
	struct series s = made("2020-02-01", 2, (int64_t[]){50, 51});

	(void)state;
	assert_int_equal(level(&s, "2020-02-02T12:00"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-02-03"), RISK_HIGH);
}

static void
many_cases_without_a_cluster_are_medium(void **state)
{
	int64_t counts[30];

	(void)state;
	for (int i = 0; i < 30; i++)
		counts[i] = i < 20 ? 100 : i < 29 ? 100 + i - 19 : 110;

	struct series s = made("2020-02-01", 30, counts);

	assert_int_equal(level(&s, "2020-02-21"), RISK_LOW);
	assert_int_equal(level(&s, "2020-02-22"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-03-01"), RISK_MEDIUM); /* nine new ones */
	assert_int_equal(level(&s, "2020-03-02"), RISK_HIGH);   /* ten */
}

static void
what_lies_after_the_coverage_changes_nothing(void **state)
{
	struct series s = made("2020-02-01", 3, (int64_t[]){0, 0, 7});

	(void)state;
	assert_int_equal(level(&s, "2020-02-04"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-12-31"), RISK_MEDIUM);
	s.coverage.last = day("2020-12-01");
	assert_int_equal(level(&s, "2020-12-31"), RISK_LOW);
}

static void
a_missing_day_repeats_the_day_before(void **state)
{
	struct series s = made("2020-02-01", 3, (int64_t[]){1, 1, 1});

	(void)state;
	s.counts[1] = s.counts[2];
	s.count = 2;
	s.coverage.last = day("2020-02-20");
	assert_int_equal(level(&s, "2020-02-15T23:59:59"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-02-16"), RISK_LOW);
}

static void
bad_parameters_and_disorder_are_refused(void **state)
{
	struct series s = made("2020-02-01", 2, (int64_t[]){1, 2});
	struct risk_parameters bad = rule;
	struct risk_step *steps = NULL;
	size_t count = 0;
	struct error e = {0};
	instant until = at("2020-03-01");

	(void)state;
	bad.low_after_days = 0;
	assert_int_equal(
		risk_timeline(s.counts, 2, &bad, s.coverage, &beijing, until, &steps, &count, &e), ERROR_BAD_INPUT);
	bad = rule;
	bad.dip_days = 0;
	assert_int_equal(
		risk_timeline(s.counts, 2, &bad, s.coverage, &beijing, until, &steps, &count, &e), ERROR_BAD_INPUT);
	s.counts[1].day = s.counts[0].day;
	assert_int_equal(
		risk_timeline(s.counts, 2, &rule, s.coverage, &beijing, until, &steps, &count, &e), ERROR_BAD_INPUT);
	s.coverage.first = -2000000;
	assert_int_equal(
		risk_timeline(s.counts, 1, &rule, s.coverage, &beijing, until, &steps, &count, &e), ERROR_TOO_LARGE);
	assert_null(steps);
}

/* Jingmen's last new case is counted on 3 March 2020 (928). On 20 February its count dips (901, 794, 912): with two or
 * three days looked back on, the 21st adds 11; with one it would add 118. */
static void
jingmen_is_high_until_10_march_then_medium_and_low_from_18_march(void **state)
{
	struct series s = real("420800");
	struct risk_parameters two_days = rule;

	(void)state;
	two_days.dip_days = 2;
	assert_int_equal(level(&s, "2020-02-15"), RISK_HIGH);
	assert_int_equal(level(&s, "2020-02-20"), RISK_HIGH);
	assert_int_equal(level(&s, "2020-03-09T23:59:59"), RISK_HIGH);
	assert_int_equal(level(&s, "2020-03-10"), RISK_MEDIUM); /* eight new ones from 25 February to 9 March */
	assert_int_equal(level_by(&s, &two_days, "2020-03-10"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-03-17T23:59:59"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-03-18T00:00:00"), RISK_LOW);
	assert_int_equal(level(&s, "2020-03-24"), RISK_LOW);
	assert_int_equal(level(&s, "2020-04-30"), RISK_LOW);
}

/* A week looked back on takes part of the days after the dip for a recovery. */
static void
with_a_week_looked_back_on_jingmen_is_medium_for_three_days_between(void **state)
{
	struct series s = real("420800");
	struct risk_parameters week = rule;

	(void)state;
	week.dip_days = 7;
	assert_int_equal(level_by(&s, &week, "2020-02-27T23:59:59"), RISK_HIGH);
	assert_int_equal(level_by(&s, &week, "2020-02-28"), RISK_MEDIUM);
	assert_int_equal(level_by(&s, &week, "2020-03-02"), RISK_HIGH);
	assert_int_equal(level_by(&s, &week, "2020-03-10"), RISK_MEDIUM);
	assert_int_equal(level_by(&s, &week, "2020-03-17T23:59:59"), RISK_MEDIUM);
	assert_int_equal(level_by(&s, &week, "2020-03-18"), RISK_LOW);
}

/* Why dip_days is short: Jingmen's count of 13 February (927) was corrected down to 900 and reached again on 2 March. Looking
 * back on a fortnight would call every case between them a recovery, and the area low on 28 February. */
static void
looking_back_too_far_for_dips_hides_cases(void **state)
{
	struct series s = real("420800");
	struct risk_parameters far = rule;

	(void)state;
	far.dip_days = 14;
	assert_int_equal(level_by(&s, &far, "2020-02-28"), RISK_LOW);
	assert_int_equal(level(&s, "2020-02-28"), RISK_HIGH);
}

static void
a_last_case_a_week_later_makes_jingmen_low_a_week_later(void **state)
{
	struct series s = real("420800");

	(void)state;
	for (size_t i = 0; i < s.count; i++)
		if (s.counts[i].day >= day("2020-03-03") && s.counts[i].day < day("2020-03-10"))
			s.counts[i].confirmed = 927;
	assert_int_equal(level(&s, "2020-03-24T23:59:59"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-03-25T00:00:00"), RISK_LOW);
}

static void
wuhan_is_not_low_on_24_march_and_its_revision_is_no_new_case(void **state)
{
	/* 325 were added by the revision of 17 April; the series was one short the day before (50007 for 50008). */
	struct risk_revision revision = {day("2020-04-17"), 326};
	struct risk_parameters revised = rule;
	struct series s = real("420100");

	(void)state;
	revised.revisions = &revision;
	revised.revision_count = 1;
	assert_int_not_equal(level_by(&s, &revised, "2020-03-24"), RISK_LOW);
	assert_int_equal(level_by(&s, &revised, "2020-04-17T12:00"), level_by(&s, &revised, "2020-04-18T12:00"));
	assert_int_equal(level_by(&s, &revised, "2020-04-30"), RISK_LOW);
	assert_int_equal(level_by(&s, &revised, "2020-04-19"), RISK_LOW);
	revision.confirmed = 325; /* one case is left as new */
	assert_int_equal(level_by(&s, &revised, "2020-04-18"), RISK_MEDIUM);
	assert_int_equal(level_by(&s, &revised, "2020-04-30"), RISK_MEDIUM);
	assert_int_equal(level(&s, "2020-04-18"), RISK_HIGH); /* as it would be without the revision named */
}

static void
falls_of_a_series_are_listed(void **state)
{
	struct series s = real("420800");
	struct risk_fall *falls = NULL;
	size_t count = 0;
	struct error e = {0};

	(void)state;
	assert_int_equal(risk_falls(s.counts, s.count, &falls, &count, &e), 0);
	assert_int_equal(count, 4);
	assert_int_equal(falls[0].day, day("2020-02-10"));
	assert_int_equal(falls[0].from, 663);
	assert_int_equal(falls[0].to, 641);
	assert_int_equal(falls[3].day, day("2020-02-20"));
	free(falls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_area_without_a_case_is_low_once_a_day_of_it_is_over_and_before_nothing_is_known),
		cmocka_unit_test(a_days_count_counts_from_the_next_local_midnight),
		cmocka_unit_test(fifty_cases_are_medium_and_fifty_one_with_a_cluster_are_high),
		cmocka_unit_test(many_cases_without_a_cluster_are_medium),
		cmocka_unit_test(what_lies_after_the_coverage_changes_nothing),
		cmocka_unit_test(a_missing_day_repeats_the_day_before),
		cmocka_unit_test(bad_parameters_and_disorder_are_refused),
		cmocka_unit_test(jingmen_is_high_until_10_march_then_medium_and_low_from_18_march),
		cmocka_unit_test(with_a_week_looked_back_on_jingmen_is_medium_for_three_days_between),
		cmocka_unit_test(looking_back_too_far_for_dips_hides_cases),
		cmocka_unit_test(a_last_case_a_week_later_makes_jingmen_low_a_week_later),
		cmocka_unit_test(wuhan_is_not_low_on_24_march_and_its_revision_is_no_new_case),
		cmocka_unit_test(falls_of_a_series_are_listed),
	};

	return cmocka_run_group_tests_name("place/risk", tests, NULL, NULL);
}
