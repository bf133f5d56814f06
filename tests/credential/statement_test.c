#include "../test.h"

#include <string.h>

#include "credential/credential.h"
#include "credential/statement.h"
#include "trusted_city.h"

static const struct statement said = {.issuer = "city",
	.audience = "neighbour",
	.subject = {1, 2, 3},
	.colour = CODE_RED,
	.number = 7,
	.issued_at = NOON,
	.expires_at = NOON + DAY_S};

static enum code_cause
cause_at(const struct buffer *text, instant now, struct statement *found)
{
	enum code_cause cause;
	struct error e = {0};

	assert_int_equal(statement_verify(buffer_text(text), text->length, trust, now, found, &cause, &e), 0);
	return cause;
}

/* The cause of ${s} at ${now}, signed by ${by}. */
static enum code_cause
cause_of(const struct statement *s, const struct signing_key *by, instant now, struct statement *found)
{
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	struct error e = {0};
	enum code_cause cause;

	assert_int_equal(statement_sign(by, s, &text, &e), 0);
	cause = cause_at(&text, now, found);
	buffer_free(&text);
	return cause;
}

static void
says_of_one_subject_what_colour_it_has_from_when_until_when(void **state)
{
	struct statement found;

	(void)state;
	assert_int_equal(cause_of(&said, key, NOON, &found), CODE_VALID);
	assert_memory_equal(&found, &said, sizeof said);
}

static void
counts_up_to_its_end_and_a_minute_before_its_beginning(void **state)
{
	struct statement found;

	(void)state;
	assert_int_equal(cause_of(&said, key, NOON + DAY_S - 1, &found), CODE_VALID);
	assert_int_equal(cause_of(&said, key, NOON + DAY_S, &found), CODE_EXPIRED);
	assert_int_equal(cause_of(&said, key, NOON - STATEMENT_AHEAD_S, &found), CODE_VALID);
	assert_int_equal(cause_of(&said, key, NOON - STATEMENT_AHEAD_S - 1, &found), CODE_NOT_YET_VALID);
}

static void
what_takes_back_has_no_length_and_comes_never_too_late(void **state)
{
	struct statement back = said, found;

	(void)state;
	back.expires_at = back.issued_at;
	assert_int_equal(cause_of(&back, key, NOON + 2 * DAY_S, &found), CODE_VALID);
	assert_int_equal(found.expires_at, found.issued_at);
	assert_int_equal(cause_of(&back, key, NOON + 3 * DAY_S, &found), CODE_REVOKED);
}

static void
another_issuer_key_or_day_is_told_apart_and_only_what_is_signed_is_told(void **state)
{
	struct statement other = said, found;
	struct signing_key *another = NULL;
	struct error e = {0};

	(void)state;
	strcpy(other.issuer, "village");
	assert_int_equal(cause_of(&other, key, NOON, &found), CODE_WRONG_ISSUER);
	other = said;
	other.issued_at = NOON + DAY_S;
	other.expires_at = NOON + 2 * DAY_S;
	assert_int_equal(cause_of(&other, key, NOON + DAY_S, &found), CODE_KEY_NOT_VALID);
	assert_int_equal(signing_key_make(&another, &e), 0);
	assert_int_equal(cause_of(&said, another, NOON, &found), CODE_UNKNOWN_KEY);
	assert_int_equal(found.number, 0);
	assert_string_equal(found.issuer, "");
	signing_key_free(another);
}

static void
one_changed_byte_is_found(void **state)
{
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX), message = buffer_make(CONTAINER_MESSAGE_MAX),
				  changed = buffer_make(STATEMENT_TEXT_MAX);
	enum container_step step;
	struct statement found;
	struct error e = {0};
	uint8_t *audience;

	(void)state;
	assert_int_equal(statement_sign(key, &said, &text, &e), 0);
	assert_int_equal(container_open(buffer_text(&text), text.length, &message, &step, &e), 0);
	audience = memmem(message.data, message.length, "neighbour", 9);
	assert_non_null(audience);
	audience[0] = 'N';
	assert_int_equal(container_write(message.data, message.length, &changed, &e), 0);
	assert_int_equal(cause_at(&changed, NOON, &found), CODE_BAD_SIGNATURE);
	assert_string_equal(found.audience, "");
	buffer_free(&text);
	buffer_free(&message);
	buffer_free(&changed);
}

static void
what_cannot_be_is_not_signed(void **state)
{
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	struct statement bad[6] = {said, said, said, said, said, said};
	struct error e = {0};

	(void)state;
	bad[0].issuer[0] = 0;
	bad[1].audience[0] = 0;
	bad[2].colour = (enum code_colour)5;
	bad[3].number = 0;
	bad[4].expires_at = bad[4].issued_at - 1;
	bad[5].expires_at = bad[5].issued_at + STATEMENT_LIFETIME_MAX_S + 1;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(statement_sign(key, &bad[i], &text, &e), ERROR_USAGE);
	assert_int_equal(text.length, 0);
	buffer_free(&text);
}

static void
a_code_is_no_statement_and_a_statement_no_code_and_no_receipt(void **state)
{
	struct code_claims claims = {.issuer = "city", .colour = CODE_GREEN, .issued_at = NOON, .expires_at = NOON + 60};
	struct buffer code = buffer_make(4096), text = buffer_make(STATEMENT_TEXT_MAX);
	struct receipt receipt = {0};
	struct statement found;
	enum code_cause cause;
	struct error e = {0};
	bool holds;

	(void)state;
	assert_int_equal(code_issue(key, &claims, &code, &e), 0);
	assert_int_equal(cause_at(&code, NOON, &found), CODE_NOT_A_CODE);
	assert_int_equal(statement_sign(key, &said, &text, &e), 0);
	assert_int_equal(code_verify(buffer_text(&text), text.length, trust, NOON, &claims, &cause, &e), 0);
	assert_int_equal(cause, CODE_NOT_A_CODE);
	assert_int_equal(receipt_verify(buffer_text(&text), text.length, trust, &receipt, &holds, &e), ERROR_BAD_INPUT);
	buffer_free(&code);
	buffer_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_of_one_subject_what_colour_it_has_from_when_until_when),
		cmocka_unit_test(counts_up_to_its_end_and_a_minute_before_its_beginning),
		cmocka_unit_test(what_takes_back_has_no_length_and_comes_never_too_late),
		cmocka_unit_test(another_issuer_key_or_day_is_told_apart_and_only_what_is_signed_is_told),
		cmocka_unit_test(one_changed_byte_is_found),
		cmocka_unit_test(what_cannot_be_is_not_signed),
		cmocka_unit_test(a_code_is_no_statement_and_a_statement_no_code_and_no_receipt),
	};

	return cmocka_run_group_tests(tests, trusted_city_begin, trusted_city_end);
}
