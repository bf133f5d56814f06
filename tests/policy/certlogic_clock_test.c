#include "../test.h"

#include "base/time.h"
#include "expression.h"

static void
clock_check_gives(const char *expression, const char *pointer)
{
	struct certlogic_program *program = program_of(expression);
	struct certlogic_fault fault = {.pointer = "none"};
	struct error e = {0};
	int r = certlogic_check_clock(program, &fault, &e);

	if (pointer ? r != ERROR_BAD_INPUT || strcmp(fault.pointer, pointer) != 0 : r != 0)
		fail_msg(
			"%s: wanted a fault at %s, got %d at %s", expression, pointer ? pointer : "no place", r, fault.pointer);
	certlogic_program_free(program);
}

static void
a_pack_uses_the_clock_only_in_comparisons_of_dates(void **state)
{
	const char *clock = "{'var':'external.validationClock'}";
	char expression[512];

	(void)state;
	snprintf(expression, sizeof expression,
		"{'before':[{'plusTime':[%s,-14,'day']},{'plusTime':[{'var':'x'},0,'day']}]}", clock);
	clock_check_gives(expression, NULL);
	snprintf(expression, sizeof expression, "{'if':[%s,1,2]}", clock);
	clock_check_gives(expression, "/if/0");
	snprintf(expression, sizeof expression, "{'plusTime':[%s,0,'day']}", clock);
	clock_check_gives(expression, "/plusTime/0");
	snprintf(expression, sizeof expression, "{'===':[{'plusTime':[%s,0,'day']},1]}", clock);
	clock_check_gives(expression, "/===/0/plusTime/0");
	snprintf(expression, sizeof expression,
		"{'after':[{'plusTime':[{'if':[true,%s,1]},0,'day']},{'plusTime':['2020',0,'day']}]}", clock);
	clock_check_gives(expression, "/after/0/plusTime/0/if/1");
	clock_check_gives("{'var':'external.valueSets.x'}", NULL);
	clock_check_gives("{'var':'external'}", "");
	clock_check_gives("{'var':''}", "");
	clock_check_gives("['@clock']", "/0");
	clock_check_gives("{'plusTime':[{'var':'external.validationClock.0'},0,'day']}", "/plusTime/0");
}

static void
a_date_of_data_stands_only_in_comparisons_of_dates(void **state)
{
	(void)state;
	clock_check_gives("{'===':[{'plusTime':[{'var':'item.to'},0,'day']},{'var':'x'}]}", "/===/0");
	clock_check_gives("{'in':[{'plusTime':[{'var':'item.to'},0,'day']},[]]}", "/in/0");
	clock_check_gives("{'===':[[{'plusTime':[{'var':'item.to'},0,'day']}],{'var':'x'}]}", "/===/0/0");
	clock_check_gives(
		"{'reduce':[{'var':'payload.places'},{'plusTime':[{'var':'current.to'},0,'day']},0]}", "/reduce/1");
	clock_check_gives("{'before':[{'if':[{'plusTime':[{'var':'item.to'},0,'day']},1,2]},1]}", "/before/0/if/0");
	clock_check_gives("{'before':[{'if':[{'var':'item.ended'},{'plusTime':[{'var':'item.to'},1,'day']},"
					  "{'plusTime':[{'var':'item.from'},9,'day']}]},{'plusTime':[{'var':'x'},0,'day']}]}",
		NULL);
	clock_check_gives("{'===':[{'plusTime':['2020-03-01',0,'day']},{'var':'x'}]}", NULL);
}

static void
a_reduce_does_not_hide_the_clock(void **state)
{
	(void)state;
	clock_check_gives("{'reduce':[{'var':'payload.visits'},{'and':[{'var':'accumulator'},"
					  "{'before':[{'plusTime':[{'var':'current.at'},0,'day']},"
					  "{'plusTime':[{'var':'data.external.validationClock'},0,'day']}]}]},true]}",
		NULL);
	clock_check_gives("{'reduce':[[1],{'var':'data.external.validationClock'},0]}", "/reduce/1");
	clock_check_gives("{'reduce':[[1],{'var':'data'},0]}", "/reduce/1");
	clock_check_gives("{'reduce':[[1],{'var':'external'},0]}", NULL);
	clock_check_gives("{'reduce':[[1],{'reduce':[[1],{'var':'data.data.external'},0]},0]}", "/reduce/1/reduce/1");
	clock_check_gives("{'reduce':[{'var':''},1,0]}", "/reduce/0");
	clock_check_gives("{'reduce':[[1],1,{'var':'external'}]}", "/reduce/2");
}

static instant
at(const char *text)
{
	instant t = 0;

	assert_int_equal(time_read(text, strlen(text), &zone_utc, &t, NULL), 0);
	return t;
}

/* The flip of a comparison whose sides are plusTimes, "now" being the clock: read as RFC 3339, "" for none. */
static void
flip_is(const char *expression, const char *now, int days, const char *wanted)
{
	struct certlogic_program *program = program_of(expression);
	struct certlogic_clock clock = {at(now), at(now) + (instant)days * DAY_S};
	json_t *data = json_of("{'external':{'validationClock':'@clock'}}"), *value = NULL;
	instant flip = 0, want = *wanted ? at(wanted) : CERTLOGIC_NO_FLIP;
	char text[TIME_TEXT_SIZE] = "none";
	struct error e = {0};

	if (certlogic_run(program, data, &clock, &value, &flip, &e) < 0)
		fail_msg("%s: %s", expression, e.message);
	if (flip != want)
		fail_msg("%s at %s: wanted a flip at %s, got %s", expression, now, wanted,
			flip == CERTLOGIC_NO_FLIP ? text : time_write(flip, &zone_utc, text));
	json_decref(value);
	json_decref(data);
	certlogic_program_free(program);
}

#define CLOCK(amount, unit) "{'plusTime':[{'var':'external.validationClock'}," #amount ",'" unit "']}"
#define DATE(text) "{'plusTime':['" text "',0,'day']}"

static void
a_comparison_flips_at_the_very_second(void **state)
{
	(void)state;
	flip_is(
		"{'after':[" CLOCK(0, "day") "," DATE("2020-03-24T08:00:00Z") "]}", "2020-03-24", 90, "2020-03-24T08:00:01Z");
	flip_is("{'not-before':[" CLOCK(0, "day") "," DATE("2020-03-24T08:00:00Z") "]}", "2020-03-24", 90,
		"2020-03-24T08:00:00Z");
	flip_is(
		"{'before':[" CLOCK(0, "day") "," DATE("2020-03-24T08:00:00Z") "]}", "2020-03-24", 90, "2020-03-24T08:00:00Z");
	flip_is("{'not-after':[" CLOCK(0, "day") "," DATE("2020-03-24T08:00:00Z") "]}", "2020-03-24", 90,
		"2020-03-24T08:00:01Z");
	flip_is(
		"{'after':[" DATE("2020-03-24T08:00:00Z") "," CLOCK(0, "day") "]}", "2020-03-24", 90, "2020-03-24T08:00:00Z");
	flip_is("{'not-before':[" DATE("2020-03-24T08:00:00Z") "," CLOCK(0, "day") "]}", "2020-03-24", 90,
		"2020-03-24T08:00:01Z");
	flip_is("{'before':[" DATE("2020-03-24T08:00:00Z") "," CLOCK(-14, "day") "]}", "2020-03-24", 90,
		"2020-04-07T08:00:01Z");
	flip_is("{'before':[" DATE("2020-03-24T08:00:00.001Z") "," CLOCK(-14, "day") "]}", "2020-03-24", 90,
		"2020-04-07T08:00:01Z");
	flip_is("{'not-after':[" DATE("2020-03-24T08:00:00.001Z") "," CLOCK(6, "hour") "]}", "2020-03-24", 90,
		"2020-03-24T02:00:01Z");
}

static void
what_lies_behind_or_past_the_horizon_does_not_flip(void **state)
{
	(void)state;
	flip_is("{'after':[" CLOCK(0, "day") "," DATE("2020-03-24T08:00:00Z") "]}", "2020-03-24T08:00:01Z", 90, "");
	flip_is(
		"{'after':[" CLOCK(0, "day") "," DATE("2020-06-21T23:59:59Z") "]}", "2020-03-24", 90, "2020-06-22T00:00:00Z");
	flip_is("{'after':[" CLOCK(0, "day") "," DATE("2020-06-22T00:00:00Z") "]}", "2020-03-24", 90, "");
	flip_is("{'after':[" CLOCK(0, "day") "," CLOCK(-1, "hour") "]}", "2020-03-24", 90, "");
	flip_is("{'after':[" DATE("2020") "," DATE("2021") "]}", "2020-03-24", 90, "");
	flip_is("{'after':[" CLOCK(0, "day") "," DATE("2020-03-24T08:00:00Z") "]}", "2020-03-24", 0, "");
}

static void
a_ternary_flips_as_one_comparison(void **state)
{
	(void)state;
	flip_is("{'not-after':[" DATE("2020-03-10") "," CLOCK(0, "day") "," DATE("2020-04-10") "]}", "2020-03-01", 90,
		"2020-03-10");
	flip_is("{'not-after':[" DATE("2020-03-10") "," CLOCK(0, "day") "," DATE("2020-04-10") "]}", "2020-03-10", 90,
		"2020-04-10T00:00:01Z");
	flip_is("{'not-after':[" DATE("2020-03-10") "," CLOCK(0, "day") "," DATE("2020-04-10") "]}", "2020-04-11", 90, "");
	flip_is("{'before':[" DATE("2020-03-10") "," CLOCK(0, "day") "," DATE("2020-03-05") "]}", "2020-03-01", 90, "");
	flip_is("{'before':[" CLOCK(-7, "day") "," DATE("2020-03-10") "," CLOCK(0, "day") "]}", "2020-03-01", 90,
		"2020-03-10T00:00:01Z");
	flip_is("{'before':[" CLOCK(-7, "day") "," DATE("2020-03-10") "," CLOCK(0, "day") "]}", "2020-03-10T00:00:01Z", 90,
		"2020-03-17");
}

/* 31 January plus a month is 3 March, 1 February plus a month is 1 March. */
static void
a_month_that_jumps_back_flips_back(void **state)
{
	(void)state;
	flip_is("{'after':[" CLOCK(1, "month") "," DATE("2021-03-02") "]}", "2021-01-01", 90, "2021-01-30T00:00:01Z");
	flip_is("{'after':[" CLOCK(1, "month") "," DATE("2021-03-02") "]}", "2021-01-31", 90, "2021-02-01");
	flip_is("{'after':[" CLOCK(1, "month") "," DATE("2021-03-02") "]}", "2021-02-01", 90, "2021-02-02T00:00:01Z");
	flip_is(
		"{'after':[" CLOCK(1, "year") "," DATE("2021-03-01T12:00:00Z") "]}", "2020-02-29T13:00:00Z", 90, "2020-03-01");
	flip_is("{'after':[" CLOCK(1, "month") "," CLOCK(30, "day") "]}", "2021-01-15", 90, "2021-02-01");
}

/* Against every second of small windows, on random comparisons. */
static void
no_second_before_the_flip_differs_and_the_flip_does(void **state)
{
	static const char *const names[] = {"after", "before", "not-after", "not-before"};
	static const char *const units[] = {"hour", "day", "month", "year"};
	unsigned seed = 20200324;

	(void)state;
	for (int i = 0; i < 300; i++) {
		instant now = at("2020-02-28T23:00:00Z") + rand_r(&seed) % 120000, flip = 0, found = CERTLOGIC_NO_FLIP;
		char expression[1024], sides[3][160], when[TIME_TEXT_SIZE];
		int count = 2 + rand_r(&seed) % 2;
		struct certlogic_clock clock = {now, now + 2000 + rand_r(&seed) % 60000};
		struct certlogic_program *program;
		json_t *data = json_of("{'external':{'validationClock':'@clock'}}"), *first = NULL, *value = NULL;
		struct error e = {0};

		for (int side = 0; side < 3; side++) {
			int amount = rand_r(&seed) % 5 - 2;
			const char *unit = units[rand_r(&seed) % 4];

			if (rand_r(&seed) % 2)
				snprintf(sides[side], sizeof sides[side], "{'plusTime':[{'var':'external.validationClock'},%d,'%s']}",
					amount, unit);
			else
				snprintf(sides[side], sizeof sides[side], "{'plusTime':['%.19s.%03dZ',%d,'%s']}",
					time_write(now + rand_r(&seed) % 60000 - 5000, &zone_utc, when), rand_r(&seed) % 3 * 499,
					amount % 2, unit);
		}
		snprintf(expression, sizeof expression, "{'%s':[%s,%s%s%s]}", names[rand_r(&seed) % 4], sides[0], sides[1],
			count == 3 ? "," : "", count == 3 ? sides[2] : "");
		program = program_of(expression);
		assert_int_equal(certlogic_run(program, data, &clock, &first, &flip, &e), 0);
		for (instant t = now + 1; t <= clock.horizon && found == CERTLOGIC_NO_FLIP; t++) {
			/* Where nothing can happen, a sparser look will do; around the flip each second counts. */
			if (flip != CERTLOGIC_NO_FLIP && (t < flip - 2 || t > flip) && t % 97)
				continue;
			if (flip == CERTLOGIC_NO_FLIP && t % 13)
				continue;
			struct certlogic_clock there = {t, t};

			assert_int_equal(certlogic_run(program, data, &there, &value, NULL, &e), 0);
			if (!json_equal(value, first))
				found = t;
			json_decref(value);
		}
		if (found != flip)
			fail_msg(
				"%s at %lld: wanted %lld, got %lld", expression, (long long)now, (long long)found, (long long)flip);
		json_decref(first);
		json_decref(data);
		certlogic_program_free(program);
	}
}

static void
only_comparisons_that_were_evaluated_count(void **state)
{
	(void)state;
	flip_is("{'and':[{'after':[" CLOCK(0, "day") "," DATE("2020-04-01") "]},"
																		"{'after':[" CLOCK(0, "day") "," DATE(
																			"2020-03-25") "]}]}",
		"2020-03-24", 90, "2020-04-01T00:00:01Z");
	flip_is("{'if':[{'after':[" CLOCK(0, "day") "," DATE("2020-04-01") "]},1,"
																	   "{'after':[" CLOCK(0, "day") "," DATE(
																		   "2020-03-25") "]}]}",
		"2020-03-24", 90, "2020-03-25T00:00:01Z");
}

static void
a_side_that_leads_past_the_last_date_flips(void **state)
{
	(void)state;
	/* 100,000,000 days are 2,400,000,000 hours; 2020-03-24 is day 18345. */
	flip_is("{'after':[" CLOCK(2399559719, "hour") "," DATE("2020") "]}", "2020-03-24", 90, "2020-03-24T01:00:01Z");
}

static void
a_clock_out_of_range_is_refused(void **state)
{
	struct certlogic_program *program = program_of("true");
	struct certlogic_clock back = {1, 0}, far = {0, CERTLOGIC_HORIZON_MAX_S + 1}, past = {INT64_MIN, INT64_MAX};
	json_t *value = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(certlogic_run(program, NULL, &back, &value, NULL, &e), ERROR_USAGE);
	assert_int_equal(certlogic_run(program, NULL, &far, &value, NULL, &e), ERROR_USAGE);
	assert_int_equal(certlogic_run(program, NULL, &past, &value, NULL, &e), ERROR_USAGE);
	certlogic_program_free(program);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pack_uses_the_clock_only_in_comparisons_of_dates),
		cmocka_unit_test(a_date_of_data_stands_only_in_comparisons_of_dates),
		cmocka_unit_test(a_reduce_does_not_hide_the_clock),
		cmocka_unit_test(a_comparison_flips_at_the_very_second),
		cmocka_unit_test(what_lies_behind_or_past_the_horizon_does_not_flip),
		cmocka_unit_test(a_ternary_flips_as_one_comparison),
		cmocka_unit_test(a_month_that_jumps_back_flips_back),
		cmocka_unit_test(no_second_before_the_flip_differs_and_the_flip_does),
		cmocka_unit_test(only_comparisons_that_were_evaluated_count),
		cmocka_unit_test(a_side_that_leads_past_the_last_date_flips),
		cmocka_unit_test(a_clock_out_of_range_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
