#include "stores.h"

/* A gateway that notes what it is given, and answers as it is told. */
struct operator_of_phones {
	int answers[8];
	size_t given;
	char seen[1024];
};

static int
take(const struct registry_notice *notice, void *context, struct error *e)
{
	struct operator_of_phones *o = context;
	int answer = o->answers[o->given++ % 8];

	sprintf(o->seen + strlen(o->seen), "%s>%s ", notice->kind, notice->phone);
	return answer < 0 ? error_set(e, answer, "no answer") : answer;
}

static void
put(const char *kind, const char *phone)
{
	struct error e = {0};

	GOOD(registry_notice_put(registry, phone, kind, "A text", &e));
}

static int64_t
waiting(void)
{
	struct error e = {0};
	int64_t count = -1;

	GOOD(registry_notices_waiting(registry, &count, &e));
	return count;
}

static void
what_the_gateway_takes_is_given_once(void **state)
{
	struct operator_of_phones o = {0};
	struct error e = {0};

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	assert_true(registry_has_gateway(registry));
	put("colour", "13800000001");
	put("colour", "13800000002");
	assert_int_equal(waiting(), 2);
	GOOD(registry_notices_deliver(registry, take, &o, 100, &e));
	GOOD(registry_notices_deliver(registry, take, &o, 100, &e));
	assert_string_equal(o.seen, "colour>13800000001 colour>13800000002 ");
	assert_int_equal(waiting(), 0);
}

static void
what_the_gateway_refuses_does_not_hold_up_the_others(void **state)
{
	struct operator_of_phones o = {.answers = {1, 0}};
	struct error e = {0};

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	put("colour", "1");
	put("colour", "13800000002");
	GOOD(registry_notices_deliver(registry, take, &o, 100, &e));
	assert_string_equal(o.seen, "colour>1 colour>13800000002 ");
	assert_int_equal(waiting(), 0);
}

static void
a_gateway_that_does_not_answer_loses_nothing(void **state)
{
	struct operator_of_phones o = {.answers = {0, ERROR_IO, 0, 0}};
	struct error e = {0};

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	put("colour", "13800000001");
	put("colour", "13800000002");
	put("colour", "13800000003");
	assert_int_equal(registry_notices_deliver(registry, take, &o, 100, &e), ERROR_IO);
	assert_string_equal(e.message, "no answer");
	assert_int_equal(waiting(), 2);
	GOOD(registry_notices_deliver(registry, take, &o, 100, &e));
	assert_string_equal(o.seen, "colour>13800000001 colour>13800000002 colour>13800000002 colour>13800000003 ");
	assert_int_equal(waiting(), 0);
}

/* While one sender has a notice in its hands, another comes. */
static int
take_and_let_another_come(const struct registry_notice *notice, void *context, struct error *e)
{
	struct operator_of_phones other = {0};
	int r = registry_notices_deliver(registry, take, &other, 100, e);

	(void)notice;
	assert_int_equal(r, 0);
	assert_string_equal(other.seen, "");
	++*(int *)context;
	return 0;
}

static void
two_senders_do_not_have_the_same_notice(void **state)
{
	struct error e = {0};
	int given = 0;

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	put("colour", "13800000001");
	put("colour", "13800000002");
	GOOD(registry_notices_deliver(registry, take_and_let_another_come, &given, 100, &e));
	assert_int_equal(given, 2);
}

static void
a_sign_in_code_that_ran_out_is_never_sent(void **state)
{
	struct operator_of_phones o = {0};
	struct error e = {0};
	instant later = START - 301, now = START + 1;

	(void)state;
	GOOD(registry_set_gateway(registry, true, &e));
	registry_set_times(registry, &later, NULL);
	put("sign-in-code", "13800000001");
	put("colour", "13800000001");
	registry_set_times(registry, &now, NULL);
	put("sign-in-code", "13800000002");
	GOOD(registry_notices_deliver(registry, take, &o, 100, &e));
	assert_string_equal(o.seen, "colour>13800000001 sign-in-code>13800000002 ");
	assert_int_equal(waiting(), 0);
}

static void
texts_are_erased_once_they_are_sent(void **state)
{
	struct operator_of_phones o = {0};
	struct error e = {0};

	(void)state;
	put("colour", "13800000001");
	assert_true(folder_holds(folder, "A text")); /* the outbox file */
	GOOD(registry_set_gateway(registry, true, &e));
	put("colour", "13800000002");
	assert_false(folder_holds(folder, "13800000002"));
	GOOD(registry_notices_deliver(registry, take, &o, 100, &e));
	assert_int_equal(waiting(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_gateway_takes_is_given_once, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_gateway_refuses_does_not_hold_up_the_others, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(a_gateway_that_does_not_answer_loses_nothing, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(two_senders_do_not_have_the_same_notice, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(a_sign_in_code_that_ran_out_is_never_sent, store_set_up, store_tear_down),
		cmocka_unit_test_setup_teardown(texts_are_erased_once_they_are_sent, store_set_up, store_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
