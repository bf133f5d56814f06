#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "credential/credential.h"

enum { NOW = 1585008000, LIFETIME_S = 60 };

struct world {
	struct signing_key *root, *key, *other;
	struct trust *trust;
	struct code_claims claims;
};

/* A trust whose list names ${w->key} for "alpha" for a day, revoked at ${revoked_at}, and revokes ${revoked}. */
static struct trust *
trust_of(const struct world *w, instant revoked_at, const uint8_t (*revoked)[CODE_ID_SIZE], size_t revoked_count)
{
	struct buffer der = buffer_make(KEY_DER_MAX), list = buffer_make(TRUST_FILE_MAX);
	struct trust_facts facts = {.name = "health office", .version = 3, .issued_at = NOW - 3600, .max_age_s = 86400};
	struct trust_entry entry = {.issuer = "alpha", .from = NOW - 7200, .to = NOW + 79200, .revoked_at = revoked_at};
	struct trust *trust = NULL;
	struct error e = {0};

	assert_int_equal(signing_key_public(w->key, &der, &e), 0);
	entry.der = der.data;
	entry.der_length = der.length;
	assert_int_equal(trust_write(w->root, &facts, &entry, 1, revoked, revoked_count, &list, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &trust, &e), 0);
	if (trust_add(trust, list.data, list.length, &e) < 0)
		fail_msg("%s", e.message);
	buffer_free(&der);
	buffer_free(&list);
	return trust;
}

static int
set_up(void **state)
{
	static struct world w;
	struct error e = {0};

	w = (struct world){.claims = {.issuer = "alpha", .colour = CODE_GREEN, .issued_at = NOW}};
	w.claims.expires_at = NOW + LIFETIME_S;
	memset(w.claims.id, 7, CODE_ID_SIZE);
	if (signing_key_make(&w.root, &e) < 0 || signing_key_make(&w.key, &e) < 0 || signing_key_make(&w.other, &e) < 0)
		return -1;
	w.trust = trust_of(&w, TRUST_NEVER, NULL, 0);
	*state = &w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	signing_key_free(w->root);
	signing_key_free(w->key);
	signing_key_free(w->other);
	trust_free(w->trust);
	return 0;
}

static struct buffer
issued(const struct signing_key *key, const struct code_claims *claims)
{
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
	struct error e = {0};

	if (code_issue(key, claims, &text, &e) < 0)
		fail_msg("%s", e.message);
	return text;
}

static const char *
cause_at(const struct trust *trust, const struct buffer *text, instant now, struct code_claims *claims)
{
	enum code_cause cause = CODE_VALID;
	struct error e = {0};

	assert_int_equal(code_verify(buffer_text(text), text->length, trust, now, claims, &cause, &e), 0);
	return code_cause_name(cause) ? code_cause_name(cause) : "valid";
}

static void
a_code_issued_now_is_valid_and_says_what_was_put_in(void **state)
{
	struct world *w = *state;
	struct buffer text = issued(w->key, &w->claims);
	struct code_claims claims;

	assert_true(strncmp(buffer_text(&text), "HC1:", 4) == 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "valid");
	assert_string_equal(claims.issuer, "alpha");
	assert_int_equal(claims.colour, CODE_GREEN);
	assert_int_equal(claims.issued_at, NOW);
	assert_int_equal(claims.expires_at, NOW + LIFETIME_S);
	assert_memory_equal(claims.id, w->claims.id, CODE_ID_SIZE);
	buffer_free(&text);
}

/* What is sealed for gates is told to who has the day's key, and all else is told as ever to who has not. */
static void
a_code_for_gates_says_its_colour_to_gates_alone(void **state)
{
	static const uint8_t group[GATE_KEY_SIZE] = {1}, stranger[GATE_KEY_SIZE] = {2};
	struct world *w = *state;
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
	struct code_claims claims, paper = w->claims;
	day_number day = zone_day(&zone_utc, NOW);
	struct error e = {0};

	assert_int_equal(code_issue_sealed(w->key, &w->claims, group, &text, &e), 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "sealed");
	assert_int_equal(claims.colour, 0);
	assert_string_equal(claims.issuer, "alpha");
	assert_string_equal(cause_at(w->trust, &text, NOW + LIFETIME_S, &claims), "expired");

	assert_int_equal(trust_add_gate_key(w->trust, "beta", day, group, &e), 0);
	assert_int_equal(trust_add_gate_key(w->trust, "alpha", day - 1, group, &e), 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "sealed");
	assert_int_equal(trust_add_gate_key(w->trust, "alpha", day, group, &e), 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "valid");
	assert_int_equal(claims.colour, CODE_GREEN);
	assert_string_equal(cause_at(w->trust, &text, NOW - 1, &claims), "not_yet_valid");

	buffer_clear(&text);
	assert_int_equal(code_issue_sealed(w->key, &w->claims, stranger, &text, &e), 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "sealed");
	buffer_clear(&text);
	assert_int_equal(code_issue_sealed(w->other, &w->claims, group, &text, &e), 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "unknown_key");
	assert_int_equal(claims.colour, 0);

	strcpy(paper.card, "1234");
	assert_int_equal(code_issue_sealed(w->key, &paper, group, &text, &e), ERROR_USAGE);
	buffer_free(&text);
}

static void
a_code_on_paper_says_what_its_card_ends_in(void **state)
{
	struct world *w = *state;
	struct code_claims paper = w->claims, claims;
	struct buffer text;
	struct error e = {0};

	strcpy(paper.card, "002X");
	paper.expires_at = NOW + DAY_S;
	text = issued(w->key, &paper);
	assert_string_equal(cause_at(w->trust, &text, NOW + 3600, &claims), "valid");
	assert_string_equal(claims.card, "002X");
	buffer_free(&text);
	text = issued(w->key, &w->claims);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "valid");
	assert_string_equal(claims.card, "");
	buffer_clear(&text);
	strcpy(paper.card, "02x");
	assert_int_equal(code_issue(w->key, &paper, &text, &e), ERROR_USAGE);
	buffer_free(&text);
}

static void
a_code_lives_from_its_first_second_to_before_its_last(void **state)
{
	struct world *w = *state;
	struct buffer text = issued(w->key, &w->claims);
	struct code_claims claims;

	assert_string_equal(cause_at(w->trust, &text, NOW - 1, &claims), "not_yet_valid");
	assert_string_equal(cause_at(w->trust, &text, NOW + LIFETIME_S - 1, &claims), "valid");
	assert_string_equal(cause_at(w->trust, &text, NOW + LIFETIME_S, &claims), "expired");
	assert_int_equal(claims.colour, CODE_GREEN);
	buffer_free(&text);
}

static void
a_strangers_signature_proves_nothing_and_tells_nothing(void **state)
{
	struct world *w = *state;
	struct buffer text = issued(w->other, &w->claims);
	struct code_claims claims;

	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "unknown_key");
	assert_string_equal(claims.issuer, "");
	assert_int_equal(claims.colour, 0);
	buffer_free(&text);
}

/* Open the code, change a byte of its message, wrap it again. */
static struct buffer
changed(const struct buffer *text, size_t from_end, uint8_t bits)
{
	struct buffer message = buffer_make(CONTAINER_MESSAGE_MAX), again = buffer_make(CONTAINER_TEXT_MAX);
	enum container_step step;
	struct error e = {0};

	assert_int_equal(container_open(buffer_text(text), text->length, &message, &step, &e), 0);
	message.data[message.length - from_end] ^= bits;
	assert_int_equal(container_write(message.data, message.length, &again, &e), 0);
	buffer_free(&message);
	return again;
}

static void
a_code_changed_after_signing_is_refused(void **state)
{
	struct world *w = *state;
	struct buffer text = issued(w->key, &w->claims), red, signature;
	struct code_claims claims;

	red = changed(&text, 64 + 2 + 1, CODE_GREEN ^ CODE_RED);
	assert_string_equal(cause_at(w->trust, &red, NOW, &claims), "bad_signature");
	signature = changed(&text, 1, 1);
	assert_string_equal(cause_at(w->trust, &signature, NOW, &claims), "bad_signature");
	buffer_free(&text);
	buffer_free(&red);
	buffer_free(&signature);
}

static void
an_issuer_signs_only_for_itself_and_only_in_its_keys_time(void **state)
{
	struct world *w = *state;
	struct code_claims claims, other = w->claims;
	struct buffer text;

	strcpy(other.issuer, "beta");
	text = issued(w->key, &other);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "wrong_issuer");
	buffer_free(&text);

	other = w->claims;
	other.issued_at = NOW + 79200;
	other.expires_at = other.issued_at + LIFETIME_S;
	text = issued(w->key, &other);
	assert_string_equal(cause_at(w->trust, &text, other.issued_at, &claims), "key_not_valid");
	buffer_free(&text);
}

static void
a_revoked_code_and_a_code_of_a_revoked_key_are_refused(void **state)
{
	struct world *w = *state;
	uint8_t ids[2][CODE_ID_SIZE] = {{9}, {0}};
	struct trust *code_revoked, *key_revoked;
	struct code_claims claims, kept = w->claims;
	struct buffer text = issued(w->key, &w->claims), kept_text;

	memcpy(ids[1], w->claims.id, CODE_ID_SIZE);
	kept.id[0]++;
	kept_text = issued(w->key, &kept);
	code_revoked = trust_of(w, TRUST_NEVER, (const uint8_t(*)[CODE_ID_SIZE])ids, 2);
	key_revoked = trust_of(w, NOW + 10, NULL, 0);
	assert_string_equal(cause_at(code_revoked, &text, NOW, &claims), "revoked");
	assert_string_equal(cause_at(code_revoked, &kept_text, NOW, &claims), "valid");
	assert_string_equal(cause_at(key_revoked, &text, NOW + 9, &claims), "valid");
	assert_string_equal(cause_at(key_revoked, &text, NOW + 10, &claims), "revoked");
	trust_free(code_revoked);
	trust_free(key_revoked);
	buffer_free(&text);
	buffer_free(&kept_text);
}

static void
a_list_older_than_it_allows_makes_no_code_valid(void **state)
{
	struct world *w = *state;
	struct code_claims claims, late = w->claims;
	struct buffer text;

	late.issued_at = NOW + 79199;
	late.expires_at = NOW + 90000;
	text = issued(w->key, &late);
	assert_string_equal(cause_at(w->trust, &text, NOW - 3600 + 86400, &claims), "valid");
	assert_string_equal(cause_at(w->trust, &text, NOW - 3600 + 86401, &claims), "list_too_old");
	buffer_free(&text);
}

/* A message with the given claims in hexadecimal-free form: written by hand, signed properly. */
static struct buffer
signed_claims(const struct world *w, const struct buffer *cwt)
{
	struct buffer message = buffer_make(CONTAINER_MESSAGE_MAX), text = buffer_make(CONTAINER_TEXT_MAX);
	struct error e = {0};

	assert_int_equal(cose_sign1_write(w->key, cwt->data, cwt->length, &message, &e), 0);
	assert_int_equal(container_write(message.data, message.length, &text, &e), 0);
	buffer_free(&message);
	return text;
}

static void
claims_that_are_no_codes_have_their_own_causes(void **state)
{
	struct world *w = *state;
	struct buffer cwt = buffer_make(1000), text;
	struct code_claims claims;
	struct error e = {0};

	cbor_write_map(&cwt, 1, &e);
	cbor_write_integer(&cwt, -260, &e);
	cbor_write_map(&cwt, 0, &e);
	text = signed_claims(w, &cwt);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "not_a_code");
	buffer_free(&text);

	buffer_clear(&cwt);
	cbor_write_map(&cwt, 5, &e);
	cbor_write_integer(&cwt, 1, &e);
	cbor_write_text(&cwt, "alpha", &e);
	cbor_write_integer(&cwt, 4, &e);
	cbor_write_integer(&cwt, NOW + 60, &e);
	cbor_write_integer(&cwt, 6, &e);
	cbor_write_integer(&cwt, NOW, &e);
	cbor_write_integer(&cwt, 7, &e);
	cbor_write_bytes(&cwt, w->claims.id, CODE_ID_SIZE, &e);
	cbor_write_integer(&cwt, -65537, &e);
	cbor_write_integer(&cwt, 9, &e);
	text = signed_claims(w, &cwt);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "wrong_colour");
	buffer_free(&text);
	buffer_free(&cwt);
}

static void
an_algorithm_swapped_or_moved_out_of_the_protected_header_is_refused(void **state)
{
	struct world *w = *state;
	struct buffer text = issued(w->key, &w->claims), message = buffer_make(CONTAINER_MESSAGE_MAX), swapped;
	struct code_claims claims;
	enum container_step step;
	struct error e = {0};

	assert_int_equal(container_open(buffer_text(&text), text.length, &message, &step, &e), 0);
	assert_int_equal(message.data[5], 0x26); /* d2 84 4d a2 01 26: ES256 */
	message.data[5] = 0x27;                  /* EdDSA */
	swapped = buffer_make(CONTAINER_TEXT_MAX);
	assert_int_equal(container_write(message.data, message.length, &swapped, &e), 0);
	assert_string_equal(cause_at(w->trust, &swapped, NOW, &claims), "wrong_algorithm");
	buffer_free(&swapped);
	buffer_free(&message);
	buffer_free(&text);
}

static void
bytes_out_of_place_are_malformed(void **state)
{
	static const char *const bad[] = {"", "HC1:", "HC2:6BF", "HC1:6BF", "HC1:bb8", "hello", "HC1:6BFOXN1D"};
	struct world *w = *state;
	struct buffer text = issued(w->key, &w->claims), cut = buffer_make(CONTAINER_TEXT_MAX);
	struct code_claims claims;
	struct error e = {0};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buffer_clear(&cut);
		assert_int_equal(buffer_add_text(&cut, bad[i], &e), 0);
		assert_string_equal(cause_at(w->trust, &cut, NOW, &claims), "malformed");
	}
	for (size_t length = 0; length < text.length; length++) {
		buffer_clear(&cut);
		assert_int_equal(buffer_add(&cut, text.data, length, &e), 0);
		assert_string_equal(cause_at(w->trust, &cut, NOW, &claims), "malformed");
	}
	assert_int_equal(buffer_add(&text, "000", 3, &e), 0);
	assert_string_equal(cause_at(w->trust, &text, NOW, &claims), "malformed");
	buffer_free(&text);
	buffer_free(&cut);
}

static void
a_code_without_issuer_colour_or_life_is_not_issued(void **state)
{
	struct world *w = *state;
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
	struct code_claims claims = w->claims;
	struct error e = {0};

	claims.colour = 5;
	assert_int_equal(code_issue(w->key, &claims, &text, &e), ERROR_USAGE);
	claims = w->claims;
	claims.expires_at = claims.issued_at;
	assert_int_equal(code_issue(w->key, &claims, &text, &e), ERROR_USAGE);
	claims = w->claims;
	claims.issuer[0] = 0;
	assert_int_equal(code_issue(w->key, &claims, &text, &e), ERROR_USAGE);
	assert_int_equal(text.length, 0);
	buffer_free(&text);
}

static void
an_id_opens_only_under_its_own_key(void **state)
{
	static const uint8_t bytes[CODE_ID_KEY_SIZE] = {1}, other_bytes[CODE_ID_KEY_SIZE] = {2};
	struct code_id_key *key, *other;
	struct code_id_parts parts = {.person = 4000000000, .jurisdiction = 7, .slot = 26416800}, next = parts, opened;
	uint8_t id[CODE_ID_SIZE], next_id[CODE_ID_SIZE];
	struct error e = {0};

	(void)state;
	next.slot++;
	assert_int_equal(code_id_key_new(bytes, &key, &e), 0);
	assert_int_equal(code_id_key_new(other_bytes, &other, &e), 0);
	assert_int_equal(code_id_make(key, &parts, id, &e), 0);
	assert_int_equal(code_id_make(key, &next, next_id, &e), 0);
	assert_memory_not_equal(id, next_id, CODE_ID_SIZE);
	assert_int_equal(code_id_open(key, id, &opened, &e), 0);
	assert_memory_equal(&opened, &parts, sizeof parts);
	assert_int_equal(code_id_open(other, id, &opened, &e), 0);
	assert_memory_not_equal(&opened, &parts, sizeof parts);
	/* What was made before changes nothing. */
	assert_int_equal(code_id_open(key, next_id, &opened, &e), 0);
	assert_memory_equal(&opened, &next, sizeof next);
	code_id_key_free(key);
	code_id_key_free(other);
	code_id_key_free(NULL);
}

static struct buffer
manual_file(const char *name)
{
	struct buffer b = buffer_make(1 << 20);
	struct error e = {0};
	char path[4096];

	snprintf(path, sizeof path, "%s/docs/code-format/%s", getenv("HEALTHCODE_SOURCE"), name);
	if (file_read(path, &b, &e) < 0)
		fail_msg("%s", e.message);
	return b;
}

/* docs/code-format.md; holds the format itself still, too. */
static void
the_manuals_example_is_valid_and_opens_to_its_person(void **state)
{
	struct buffer list = manual_file("trust.cbor"), text = manual_file("code.txt"), picture = manual_file("code.svg");
	struct buffer seen = buffer_make(CONTAINER_TEXT_MAX);
	uint8_t bytes[CODE_ID_KEY_SIZE];
	struct code_id_key *key;
	struct code_claims claims;
	struct code_id_parts parts;
	struct trust *trust = NULL;
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(code_id_key_new(bytes, &key, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &trust, &e), 0);
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	assert_int_equal(qr_read(picture.data, picture.length, &seen, &e), 0);
	assert_string_equal(cause_at(trust, &text, 1585008030, &claims), "valid");
	assert_string_equal(cause_at(trust, &seen, 1585008060, &claims), "expired");
	assert_string_equal(claims.issuer, "hubei-2020");
	assert_int_equal(claims.colour, CODE_GREEN);
	assert_int_equal(code_id_open(key, claims.id, &parts, &e), 0);
	assert_int_equal(parts.person, 305419896);
	assert_int_equal(parts.jurisdiction, 1);
	assert_int_equal(parts.slot, 26416800);
	code_id_key_free(key);
	trust_free(trust);
	buffer_free(&list);
	buffer_free(&text);
	buffer_free(&picture);
	buffer_free(&seen);
}

static void
every_colour_and_cause_has_a_name(void **state)
{
	enum code_colour colour;

	(void)state;
	for (enum code_cause cause = CODE_MALFORMED; cause <= CODE_TOO_LARGE; cause++)
		assert_non_null(code_cause_name(cause));
	for (enum code_colour each = CODE_GREEN; each <= CODE_GRAY; each++) {
		assert_true(code_colour_read(code_colour_name(each), &colour));
		assert_int_equal(colour, each);
	}
	assert_false(code_colour_read("purple", &colour));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_for_gates_says_its_colour_to_gates_alone),
		cmocka_unit_test(a_code_issued_now_is_valid_and_says_what_was_put_in),
		cmocka_unit_test(a_code_on_paper_says_what_its_card_ends_in),
		cmocka_unit_test(a_code_lives_from_its_first_second_to_before_its_last),
		cmocka_unit_test(a_strangers_signature_proves_nothing_and_tells_nothing),
		cmocka_unit_test(a_code_changed_after_signing_is_refused),
		cmocka_unit_test(an_issuer_signs_only_for_itself_and_only_in_its_keys_time),
		cmocka_unit_test(a_revoked_code_and_a_code_of_a_revoked_key_are_refused),
		cmocka_unit_test(a_list_older_than_it_allows_makes_no_code_valid),
		cmocka_unit_test(claims_that_are_no_codes_have_their_own_causes),
		cmocka_unit_test(an_algorithm_swapped_or_moved_out_of_the_protected_header_is_refused),
		cmocka_unit_test(bytes_out_of_place_are_malformed),
		cmocka_unit_test(a_code_without_issuer_colour_or_life_is_not_issued),
		cmocka_unit_test(an_id_opens_only_under_its_own_key),
		cmocka_unit_test(the_manuals_example_is_valid_and_opens_to_its_person),
		cmocka_unit_test(every_colour_and_cause_has_a_name),
	};

	return cmocka_run_group_tests_name("credential/code", tests, set_up, tear_down);
}
