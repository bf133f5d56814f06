#include "stores.h"

enum { MINUTE_S = 60, HOUR_S = 3600 };

/* Move the store's clock. */
static void
at(instant now)
{
	registry_set_times(registry, &now, NULL);
}

static struct registry_check
checked(const char *verdict, instant when)
{
	struct registry_check check = {.at = when, .place = "market", .jurisdiction = "hubei-2020", .by = "guard"};

	snprintf(check.verdict, sizeof check.verdict, "%s", verdict);
	return check;
}

static struct registry_check
put(const char *verdict, instant when)
{
	struct registry_check check = checked(verdict, when);
	struct error e = {0};

	GOOD(registry_check_put(registry, &check, &e));
	return check;
}

static bool
is_kept(const struct registry_check *check)
{
	struct registry_check found;
	struct error e = {0};
	int r = registry_check_find(registry, check->receipt, &found, &e);

	assert_true(r == 0 || r == ERROR_EXISTS_NOT);
	return r == 0;
}

static bool
was_forgotten(const char *receipt)
{
	struct error e = {0};
	bool was = false;

	GOOD(registry_check_was_forgotten(registry, receipt, &was, &e));
	return was;
}

static int64_t
count_of(const char *verdict, instant since)
{
	struct error e = {0};
	int64_t count = -1;

	GOOD(registry_checks_count(registry, "market", since, verdict, &count, &e));
	return count;
}

static int
refuse(const struct registry_check *check, struct error *e)
{
	struct registry_refusal refusal = {.cause = "symptoms", .by = "guard", .at = registry_now(registry)};

	strcpy(refusal.receipt, check->receipt);
	return registry_refusal_put(registry, &refusal, e);
}

static int
complain(const struct registry_check *check, person_number person, const char *text, struct error *e)
{
	struct registry_complaint complaint = {.at = registry_now(registry), .person = person};

	strcpy(complaint.receipt, check->receipt);
	snprintf(complaint.text, sizeof complaint.text, "%s", text);
	return registry_complaint_put(registry, &complaint, e);
}

static void
of_a_pass_only_the_hours_count_is_left_after_an_hour_and_of_an_ask_all(void **state)
{
	struct registry_check pass, ask;

	(void)state;
	at(START);
	pass = put("pass", START);
	ask = put("ask", START);
	at(START + HOUR_S - 1);
	put("pass", START + HOUR_S - 1);
	assert_true(is_kept(&pass));
	at(START + HOUR_S);
	put("pass", START + HOUR_S);
	assert_false(is_kept(&pass));
	assert_true(was_forgotten(pass.receipt));
	assert_true(is_kept(&ask));
	assert_false(was_forgotten(ask.receipt));
	assert_int_equal(count_of("pass", START), 3);
	assert_int_equal(count_of("pass", START + HOUR_S), 1);
	assert_int_equal(count_of("ask", START), 1);
}

static void
a_pass_that_a_gate_delivers_hours_later_is_kept_an_hour_from_then(void **state)
{
	struct registry_check pass;
	struct error e = {0};

	(void)state;
	at(START + 10 * HOUR_S);
	pass = put("pass", START);
	put("pass", START + 10 * HOUR_S);
	assert_true(is_kept(&pass));
	GOOD(refuse(&pass, &e));
}

static void
a_check_that_is_sent_again_is_not_counted_again_even_once_it_is_forgotten(void **state)
{
	struct registry_check pass, again;
	struct error e = {0};

	(void)state;
	at(START);
	pass = put("pass", START);
	again = pass;
	GOOD(registry_check_put(registry, &again, &e));
	at(START + 2 * HOUR_S);
	put("ask", START + 2 * HOUR_S);
	again = pass;
	GOOD(registry_check_put(registry, &again, &e));
	assert_false(is_kept(&pass));
	assert_int_equal(count_of("pass", START), 1);
}

static void
a_pass_that_was_refused_or_complained_of_is_kept(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	struct registry_check refused, complained;
	struct error e = {0};

	(void)state;
	at(START);
	refused = put("pass", START);
	complained = put("pass", START);
	GOOD(refuse(&refused, &e));
	GOOD(complain(&complained, feng, "码是绿的，仍被拦下", &e));
	at(START + 2 * HOUR_S);
	put("pass", START + 2 * HOUR_S);
	assert_true(is_kept(&refused));
	assert_true(is_kept(&complained));
}

static int
look(const struct registry_complaint *complaint, const struct registry_check *check, void *context, struct error *e)
{
	(void)e;
	assert_string_equal(complaint->text, "码是绿的，仍被拦下");
	assert_string_equal(complaint->receipt, check->receipt);
	assert_string_equal(check->place, "market");
	++*(int *)context;
	return 0;
}

static void
a_complaint_is_sealed_and_there_is_one_a_receipt(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	struct registry_check check, none = checked("ask", START);
	struct error e = {0};
	int count = 0;

	(void)state;
	at(START);
	check = put("ask", START);
	strcpy(none.receipt, "00000000000000000000000000");
	GOOD(complain(&check, feng, "码是绿的，仍被拦下", &e));
	assert_int_equal(complain(&check, feng, "again", &e), ERROR_EXISTS);
	assert_int_equal(complain(&none, feng, "where was that?", &e), ERROR_EXISTS_NOT);
	assert_int_equal(complain(&check, feng, "", &e), ERROR_BAD_INPUT);
	assert_int_equal(complain(&check, feng, "\xff", &e), ERROR_BAD_INPUT);
	GOOD(registry_complaints_each(registry, START, look, &count, &e));
	assert_int_equal(count, 1);
	GOOD(registry_complaints_each(registry, START + 1, look, &count, &e));
	assert_int_equal(count, 1);
	assert_false(folder_holds(folder, "仍被拦下"));
}

static void
what_is_past_its_retention_goes_with_refusals_complaints_and_counts(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	person_number feng = apply(registry, &a);
	struct registry_check old, young;
	struct error e = {0};
	int64_t count = 0;

	(void)state;
	at(START);
	old = put("ask", START);
	GOOD(refuse(&old, &e));
	GOOD(complain(&old, feng, "码是绿的，仍被拦下", &e));
	at(START + DAY_S);
	young = put("ask", START + DAY_S);
	GOOD(registry_checks_purge(registry, START + DAY_S, &count, &e));
	assert_int_equal(count, 1);
	assert_false(is_kept(&old));
	assert_true(is_kept(&young));
	assert_int_equal(count_of("ask", START), 1);
	assert_int_equal(complain(&old, feng, "too late", &e), ERROR_EXISTS_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			of_a_pass_only_the_hours_count_is_left_after_an_hour_and_of_an_ask_all, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			a_pass_that_a_gate_delivers_hours_later_is_kept_an_hour_from_then, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			a_check_that_is_sent_again_is_not_counted_again_even_once_it_is_forgotten, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			a_pass_that_was_refused_or_complained_of_is_kept, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			a_complaint_is_sealed_and_there_is_one_a_receipt, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_past_its_retention_goes_with_refusals_complaints_and_counts, store_set_up, store_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
