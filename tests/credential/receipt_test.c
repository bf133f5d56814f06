#include "../test.h"

#include <string.h>

#include "credential/credential.h"

enum { NOON = 1585022400 };

static const struct receipt receipt = {.number = "c8ek4ddez3vw5bqwh46wb8x21p",
	.place = "huzhou-rest-stop",
	.verdict = "ask",
	.cause = "fever",
	.at = NOON};

/* A trust that has ${key} for [from, to), signed by a root of its own. */
static struct trust *
trust_of(const struct signing_key *key, instant from, instant to, instant revoked_at)
{
	struct buffer der = buffer_make(KEY_DER_MAX), list = buffer_make(TRUST_FILE_MAX);
	struct trust_facts facts = {.name = "test", .version = 1, .max_age_s = DAY_S, .issued_at = NOON};
	struct trust_entry entry = {.issuer = "city", .from = from, .to = to, .revoked_at = revoked_at};
	struct signing_key *root = NULL;
	struct trust *trust = NULL;
	struct error e = {0};

	assert_int_equal(signing_key_make(&root, &e), 0);
	assert_int_equal(signing_key_public(key, &der, &e), 0);
	entry.der = der.data;
	entry.der_length = der.length;
	assert_int_equal(trust_write(root, &facts, &entry, 1, NULL, 0, &list, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &trust, &e), 0);
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	signing_key_free(root);
	buffer_free(&der);
	buffer_free(&list);
	return trust;
}

/* Whether ${text} holds under a trust in which ${key} counts in [from, to). */
static bool
holds(const struct buffer *text, const struct signing_key *key, instant from, instant to, instant revoked_at,
	struct receipt *found)
{
	struct trust *trust = trust_of(key, from, to, revoked_at);
	struct error e = {0};
	bool does = false;

	assert_int_equal(receipt_verify(buffer_text(text), text->length, trust, found, &does, &e), 0);
	trust_free(trust);
	return does;
}

static struct signing_key *key;
static struct buffer text;

static int
begin(void **state)
{
	struct error e = {0};

	(void)state;
	text = buffer_make(4096);
	return signing_key_make(&key, &e) < 0 || receipt_sign(key, &receipt, &text, &e) < 0 ? -1 : 0;
}

static int
end(void **state)
{
	(void)state;
	signing_key_free(key);
	buffer_free(&text);
	return 0;
}

static void
says_to_everybody_what_was_decided_where_and_when(void **state)
{
	struct receipt found = {0};

	(void)state;
	assert_memory_equal(buffer_text(&text), "HC1:", 4);
	assert_true(holds(&text, key, NOON - DAY_S, NOON + DAY_S, TRUST_NEVER, &found));
	assert_string_equal(found.number, receipt.number);
	assert_string_equal(found.place, receipt.place);
	assert_string_equal(found.verdict, "ask");
	assert_string_equal(found.cause, "fever");
	assert_int_equal(found.at, NOON);
}

static void
has_no_cause_where_there_was_none(void **state)
{
	struct buffer passed = buffer_make(4096);
	struct receipt pass = receipt, found = {0};
	struct error e = {0};

	(void)state;
	strcpy(pass.verdict, "pass");
	pass.cause[0] = 0;
	assert_int_equal(receipt_sign(key, &pass, &passed, &e), 0);
	assert_true(holds(&passed, key, NOON - DAY_S, NOON + DAY_S, TRUST_NEVER, &found));
	assert_string_equal(found.cause, "");
	buffer_free(&passed);
}

static void
counts_while_its_key_is_in_force_and_for_a_check_without_a_network_a_day_before(void **state)
{
	struct receipt found = {0};

	(void)state;
	assert_true(holds(&text, key, NOON, NOON + 1, TRUST_NEVER, &found));
	assert_true(holds(&text, key, NOON + DAY_S, NOON + 2 * DAY_S, TRUST_NEVER, &found));
	assert_false(holds(&text, key, NOON + DAY_S + 1, NOON + 2 * DAY_S, TRUST_NEVER, &found));
	assert_false(holds(&text, key, NOON - DAY_S, NOON, TRUST_NEVER, &found));
	assert_false(holds(&text, key, NOON - DAY_S, NOON + DAY_S, NOON, &found));
}

static void
another_key_or_a_changed_word_does_not_hold_and_tells_nothing(void **state)
{
	struct receipt found = {0};
	struct signing_key *other = NULL;
	struct buffer changed = buffer_make(4096), message = buffer_make(CONTAINER_MESSAGE_MAX);
	enum container_step step;
	struct error e = {0};
	uint8_t *word;

	(void)state;
	assert_int_equal(signing_key_make(&other, &e), 0);
	assert_false(holds(&text, other, NOON - DAY_S, NOON + DAY_S, TRUST_NEVER, &found));
	assert_int_equal(container_open(buffer_text(&text), text.length, &message, &step, &e), 0);
	word = memmem(message.data, message.length, "fever", 5);
	assert_non_null(word);
	memcpy(word, "never", 5);
	assert_int_equal(container_write(message.data, message.length, &changed, &e), 0);
	assert_false(holds(&changed, key, NOON - DAY_S, NOON + DAY_S, TRUST_NEVER, &found));
	assert_string_equal(found.number, "");
	signing_key_free(other);
	buffer_free(&changed);
	buffer_free(&message);
}

static void
a_code_is_no_receipt_and_a_receipt_no_code(void **state)
{
	struct code_claims claims = {.issuer = "city", .colour = CODE_GREEN, .issued_at = NOON, .expires_at = NOON + 60};
	struct trust *trust = trust_of(key, NOON - DAY_S, NOON + DAY_S, TRUST_NEVER);
	struct buffer code = buffer_make(4096);
	struct receipt found = {0};
	enum code_cause cause;
	struct error e = {0};
	bool does = false;

	(void)state;
	assert_int_equal(code_issue(key, &claims, &code, &e), 0);
	assert_int_equal(receipt_verify(buffer_text(&code), code.length, trust, &found, &does, &e), ERROR_BAD_INPUT);
	assert_int_equal(code_verify(buffer_text(&text), text.length, trust, NOON, &claims, &cause, &e), 0);
	assert_int_equal(cause, CODE_NOT_A_CODE);
	trust_free(trust);
	buffer_free(&code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_to_everybody_what_was_decided_where_and_when),
		cmocka_unit_test(has_no_cause_where_there_was_none),
		cmocka_unit_test(counts_while_its_key_is_in_force_and_for_a_check_without_a_network_a_day_before),
		cmocka_unit_test(another_key_or_a_changed_word_does_not_hold_and_tells_nothing),
		cmocka_unit_test(a_code_is_no_receipt_and_a_receipt_no_code),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
