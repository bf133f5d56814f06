#include "../test.h"

#include <string.h>

#include "gate/gate.h"

static const struct gate_rule rule = {
	.pass = {[CODE_GREEN] = true}, .ask = {[CODE_YELLOW] = true, [CODE_GRAY] = true}, .fever_tenths_c = 373};

static void
decides(enum code_cause cause, enum code_colour colour, bool recognised, int32_t temperature, bool care,
	enum gate_verdict verdict, const char *wanted_cause)
{
	struct gate_rule here = rule;
	const struct gate_act *act = NULL;
	enum gate_cause found = GATE_CAUSES;

	here.care = care;
	assert_int_equal(gate_decide(&here, cause, colour, recognised, temperature, &found, &act), verdict);
	assert_non_null(act);
	assert_non_null(act->zh);
	assert_non_null(act->en);
	if (wanted_cause)
		assert_string_equal(gate_cause_name(found), wanted_cause);
	else
		assert_int_equal(found, GATE_NONE);
}

static void
a_green_code_passes(void **state)
{
	(void)state;
	decides(CODE_VALID, CODE_GREEN, true, 0, false, GATE_PASS, NULL);
	decides(CODE_VALID, CODE_GREEN, true, 372, false, GATE_PASS, NULL);
}

static void
a_fever_asks_and_never_softens_a_refusal(void **state)
{
	(void)state;
	decides(CODE_VALID, CODE_GREEN, true, 373, false, GATE_ASK, "fever");
	decides(CODE_VALID, CODE_YELLOW, true, 385, false, GATE_ASK, "fever");
	decides(CODE_VALID, CODE_RED, true, 385, false, GATE_REFUSE, "red");
	decides(CODE_EXPIRED, CODE_GREEN, true, 385, false, GATE_REFUSE, "expired");
}

static void
each_colour_has_the_verdict_of_the_place(void **state)
{
	(void)state;
	decides(CODE_VALID, CODE_YELLOW, true, 0, false, GATE_ASK, "yellow");
	decides(CODE_VALID, CODE_GRAY, true, 0, false, GATE_ASK, "gray");
	decides(CODE_VALID, CODE_RED, true, 0, false, GATE_REFUSE, "red");
}

static void
a_code_that_does_not_hold_is_refused_with_its_cause(void **state)
{
	(void)state;
	decides(CODE_MALFORMED, 0, false, 0, false, GATE_REFUSE, "malformed");
	decides(CODE_NOT_A_CODE, 0, false, 0, false, GATE_REFUSE, "malformed");
	decides(CODE_WRONG_ALGORITHM, 0, false, 0, false, GATE_REFUSE, "malformed");
	decides(CODE_UNKNOWN_KEY, 0, false, 0, false, GATE_REFUSE, "unknown_issuer");
	decides(CODE_BAD_SIGNATURE, 0, false, 0, false, GATE_REFUSE, "wrong_signature");
	decides(CODE_REVOKED, CODE_GREEN, true, 0, false, GATE_REFUSE, "revoked");
	decides(CODE_NOT_YET_VALID, CODE_GREEN, true, 0, false, GATE_REFUSE, "not_yet_valid");
	decides(CODE_VALID, CODE_GREEN, false, 0, false, GATE_REFUSE, "not_recognised");
}

static void
a_place_of_care_refuses_nobody(void **state)
{
	(void)state;
	decides(CODE_VALID, CODE_RED, true, 390, true, GATE_ASK, "red");
	decides(CODE_MALFORMED, 0, false, 0, true, GATE_ASK, "malformed");
	decides(CODE_VALID, CODE_GREEN, true, 0, true, GATE_PASS, NULL);
}

static void
a_rule_is_read_from_the_pack_and_faults_are_named(void **state)
{
	json_t *gate = json_pack("{s:[s], s:[s,s], s:i, s:[s]}", "pass_colours", "green", "ask_colours", "yellow", "gray",
		"temperature_limit_tenths_c", 373, "care_places", "hospital");
	struct gate_rule read;
	struct error e = {0};

	(void)state;
	assert_int_equal(gate_rule_read(gate, "venue", &read, &e), 0);
	assert_true(read.pass[CODE_GREEN] && read.ask[CODE_GRAY] && !read.pass[CODE_RED] && !read.ask[CODE_RED]);
	assert_false(read.care || read.card);
	json_object_set_new(gate, "card_places", json_pack("[s]", "airport"));
	assert_int_equal(gate_rule_read(gate, "airport", &read, &e), 0);
	assert_true(read.card && !read.care && !read.name);
	json_object_set_new(gate, "name_places", json_pack("[s]", "station"));
	assert_int_equal(gate_rule_read(gate, "station", &read, &e), 0);
	assert_true(read.name && !read.card && !read.care);
	assert_int_equal(gate_rule_read(gate, "airport", &read, &e), 0);
	assert_false(read.name);
	assert_int_equal(gate_rule_read(gate, "hospital", &read, &e), 0);
	assert_true(read.care && !read.card);
	json_object_set_new(gate, "ask_colours", json_pack("[s]", "purple"));
	assert_int_equal(gate_rule_read(gate, "venue", &read, &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "/gate/ask_colours/0"));
	json_object_set_new(gate, "ask_colours", json_array());
	json_object_set_new(gate, "care_place", json_array());
	assert_int_equal(gate_rule_read(gate, "venue", &read, &e), ERROR_BAD_INPUT);
	assert_string_equal(e.message, "/gate/care_place: unknown field \"care_place\"; did you mean \"care_places\"?");
	json_object_del(gate, "care_place");
	json_object_set_new(gate, "care_places", json_pack("[i]", 3));
	assert_int_equal(gate_rule_read(gate, "venue", &read, &e), ERROR_BAD_INPUT);
	assert_non_null(strstr(e.message, "/gate/care_places/0: "));
	json_object_del(gate, "care_places");
	json_object_del(gate, "pass_colours");
	assert_int_equal(gate_rule_read(gate, "venue", &read, &e), ERROR_BAD_INPUT);
	assert_string_equal(e.message, "/gate: \"pass_colours\" is missing");
	json_decref(gate);
}

static void
a_credentials_lifetime_is_checked(void **state)
{
	json_t *credential = json_pack("{s:i}", "valid_s", 60);
	struct json_check check = {.root = "/credential"};

	(void)state;
	gate_credential_check(credential, &check);
	assert_int_equal(check.faults, 0);
	json_object_set_new(credential, "valid_s", json_integer(0));
	gate_credential_check(credential, &check);
	assert_string_equal(check.first, "/credential/valid_s: a whole number from 1 to 86400 expected");
	json_object_set_new(credential, "valid_m", json_integer(1));
	gate_credential_check(credential, &check);
	assert_int_equal(check.faults, 3);
	json_decref(credential);
}

static void
where_somebody_comes_from_is_no_cause(void **state)
{
	enum gate_cause cause;

	(void)state;
	assert_false(gate_cause_read("origin", &cause));
	assert_false(gate_cause_read("licence_plate", &cause));
	for (int i = GATE_NONE + 1; i < GATE_CAUSES; i++) {
		assert_true(gate_cause_read(gate_cause_name((enum gate_cause)i), &cause));
		assert_int_equal(cause, i);
	}
}

static void
each_ask_has_an_end_whatever_a_pack_asks_about(void **state)
{
	struct gate_rule asks = {.ask = {false, true, true, true, true}, .fever_tenths_c = 373};
	const struct gate_act *act;
	enum gate_cause cause;

	(void)state;
	for (int care = 0; care < 2; care++)
		for (int why = CODE_VALID; why <= CODE_TOO_LARGE; why++)
			for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
				for (int fever = 0; fever < 2; fever++) {
					asks.care = care;
					if (gate_decide(&asks, (enum code_cause)why, colour, true, fever ? 380 : 0, &cause, &act) !=
						GATE_ASK)
						continue;
					assert_non_null(gate_end_name(act->end));
					assert_in_range(act->minutes, 1, 60);
				}
	for (int i = GATE_NONE; i < GATE_CAUSES; i++)
		assert_int_not_equal(gate_act_of_ask((enum gate_cause)i)->end, GATE_END_NONE);
	assert_int_equal(gate_act_of(GATE_NONE)->end, GATE_END_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_green_code_passes),
		cmocka_unit_test(a_fever_asks_and_never_softens_a_refusal),
		cmocka_unit_test(each_colour_has_the_verdict_of_the_place),
		cmocka_unit_test(a_code_that_does_not_hold_is_refused_with_its_cause),
		cmocka_unit_test(a_place_of_care_refuses_nobody),
		cmocka_unit_test(a_rule_is_read_from_the_pack_and_faults_are_named),
		cmocka_unit_test(a_credentials_lifetime_is_checked),
		cmocka_unit_test(where_somebody_comes_from_is_no_cause),
		cmocka_unit_test(each_ask_has_an_end_whatever_a_pack_asks_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
