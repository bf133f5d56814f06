#include "../test.h"

#include <string.h>

#include "credential/credential.h"
#include "trusted_city.h"

static const struct place_code market = {
	.issuer = "city", .place = "market", .issued_at = NOON, .expires_at = NOON + 60};

static enum code_cause
cause_at(const struct buffer *text, instant now, struct place_code *found)
{
	enum code_cause cause;
	struct error e = {0};

	assert_int_equal(place_code_verify(buffer_text(text), text->length, trust, now, found, &cause, &e), 0);
	return cause;
}

/* The cause of ${code} at ${now}, signed by ${by}. */
static enum code_cause
cause_of(const struct place_code *code, const struct signing_key *by, instant now, struct place_code *found)
{
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	struct error e = {0};
	enum code_cause cause;

	assert_int_equal(place_code_sign(by, code, &text, &e), 0);
	cause = cause_at(&text, now, found);
	buffer_free(&text);
	return cause;
}

static void
says_of_a_place_when_it_was_shown(void **state)
{
	struct place_code found;

	(void)state;
	assert_int_equal(cause_of(&market, key, NOON, &found), CODE_VALID);
	assert_memory_equal(&found, &market, sizeof market);
}

static void
counts_while_it_is_shown_and_no_longer(void **state)
{
	struct place_code found;

	(void)state;
	assert_int_equal(cause_of(&market, key, NOON + 59, &found), CODE_VALID);
	assert_int_equal(cause_of(&market, key, NOON + 60, &found), CODE_EXPIRED);
	assert_int_equal(cause_of(&market, key, NOON - 1, &found), CODE_NOT_YET_VALID);
}

static void
one_that_nobody_trusted_signed_says_nothing(void **state)
{
	struct place_code found, elsewhere = market, none = {0};
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	struct signing_key *other = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(signing_key_make(&other, &e), 0);
	assert_int_equal(cause_of(&market, other, NOON, &found), CODE_UNKNOWN_KEY);
	assert_memory_equal(&found, &none, sizeof none);
	strcpy(elsewhere.issuer, "village");
	assert_int_equal(cause_of(&elsewhere, key, NOON, &found), CODE_WRONG_ISSUER);
	assert_int_equal(place_code_sign(key, &market, &text, &e), 0);
	text.data[text.length - 4] = text.data[text.length - 4] == 'A' ? 'B' : 'A';
	assert_int_not_equal(cause_at(&text, NOON, &found), CODE_VALID);
	assert_memory_equal(&found, &none, sizeof none);
	signing_key_free(other);
	buffer_free(&text);
}

static void
a_health_code_is_no_places_and_a_places_no_health_code(void **state)
{
	struct code_claims claims = {
		.issuer = "city", .colour = CODE_GREEN, .issued_at = NOON, .expires_at = NOON + 60, .id = {1}};
	struct buffer text = buffer_make(4096), place = buffer_make(PLACE_CODE_TEXT_MAX);
	struct place_code found;
	enum code_cause cause;
	struct error e = {0};

	(void)state;
	assert_int_equal(code_issue(key, &claims, &text, &e), 0);
	assert_int_equal(cause_at(&text, NOON, &found), CODE_NOT_A_CODE);
	assert_int_equal(place_code_sign(key, &market, &place, &e), 0);
	assert_int_equal(code_verify(buffer_text(&place), place.length, trust, NOON, &claims, &cause, &e), 0);
	assert_int_not_equal(cause, CODE_VALID);
	buffer_free(&text);
	buffer_free(&place);
}

static void
one_without_a_place_or_of_more_than_a_day_is_not_signed(void **state)
{
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	struct place_code code = market;
	struct error e = {0};

	(void)state;
	code.expires_at = NOON + PLACE_CODE_LIFETIME_MAX_S + 1;
	assert_int_equal(place_code_sign(key, &code, &text, &e), ERROR_USAGE);
	code.expires_at = NOON;
	assert_int_equal(place_code_sign(key, &code, &text, &e), ERROR_USAGE);
	code = market;
	code.place[0] = 0;
	assert_int_equal(place_code_sign(key, &code, &text, &e), ERROR_USAGE);
	code = market;
	code.issuer[0] = 0;
	assert_int_equal(place_code_sign(key, &code, &text, &e), ERROR_USAGE);
	assert_int_equal(text.length, 0);
	buffer_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_of_a_place_when_it_was_shown),
		cmocka_unit_test(counts_while_it_is_shown_and_no_longer),
		cmocka_unit_test(one_that_nobody_trusted_signed_says_nothing),
		cmocka_unit_test(a_health_code_is_no_places_and_a_places_no_health_code),
		cmocka_unit_test(one_without_a_place_or_of_more_than_a_day_is_not_signed),
	};

	return cmocka_run_group_tests(tests, trusted_city_begin, trusted_city_end);
}
