#include "../test.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "credential/credential.h"
#include "credential/trust_list.h"

enum { NOW = 1585008000 };

static struct buffer
public_der(const struct signing_key *key)
{
	struct buffer der = buffer_make(KEY_DER_MAX);
	struct error e = {0};

	assert_int_equal(signing_key_public(key, &der, &e), 0);
	return der;
}

static struct signing_key *
new_key(void)
{
	struct signing_key *key = NULL;
	struct error e = {0};

	assert_int_equal(signing_key_make(&key, &e), 0);
	return key;
}

/* A list of ${root} that names ${key} for "alpha". */
static struct buffer
list_of(const struct signing_key *root, const struct signing_key *key)
{
	struct trust_facts facts = {.name = "office", .version = 12, .issued_at = NOW, .max_age_s = 3600};
	struct buffer der = public_der(key), list = buffer_make(TRUST_FILE_MAX);
	struct trust_entry entry = {.issuer = "alpha",
		.from = NOW,
		.to = NOW + 86400,
		.revoked_at = TRUST_NEVER,
		.der = der.data,
		.der_length = der.length};
	struct error e = {0};

	assert_int_equal(trust_write(root, &facts, &entry, 1, NULL, 0, &list, &e), 0);
	buffer_free(&der);
	return list;
}

static struct trust *
new_trust(const struct signing_key *root)
{
	struct buffer der = buffer_make(KEY_DER_MAX);
	struct trust *trust = NULL;
	struct error e = {0};

	if (root)
		assert_int_equal(signing_key_public(root, &der, &e), 0);
	assert_int_equal(trust_new(der.data, der.length, &trust, &e), 0);
	buffer_free(&der);
	return trust;
}

static void
a_signed_list_says_who_signs_for_whom_and_how_old_it_may_be(void **state)
{
	struct signing_key *root = new_key(), *key = new_key();
	struct buffer list = list_of(root, key);
	struct trust *trust = new_trust(root);
	const struct trust_key *found;
	struct error e = {0};

	(void)state;
	assert_null(trust_list_facts(trust));
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	assert_int_equal(trust_list_facts(trust)->version, 12);
	assert_int_equal(trust_list_facts(trust)->issued_at, NOW);
	assert_string_equal(trust_list_facts(trust)->name, "office");
	assert_memory_equal(trust_list_facts(trust)->root_id, signing_key_id(root), KEY_ID_SIZE);
	found = trust_find(trust, signing_key_id(key), NULL);
	assert_non_null(found);
	assert_string_equal(found->issuer, "alpha");
	assert_int_equal(found->from, NOW);
	assert_int_equal(found->to, NOW + 86400);
	assert_null(trust_find(trust, signing_key_id(key), found));
	assert_null(trust_find(trust, signing_key_id(root), NULL));
	assert_false(trust_is_too_old(trust, NOW + 3600));
	assert_true(trust_is_too_old(trust, NOW + 3601));
	assert_false(trust_is_ahead(trust, NOW - TRUST_CLOCK_SLACK_S));
	assert_true(trust_is_ahead(trust, NOW - TRUST_CLOCK_SLACK_S - 1));
	assert_int_equal(trust_add(trust, list.data, list.length, &e), ERROR_EXISTS);
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	buffer_free(&list);
}

static void
a_list_of_another_root_or_changed_by_a_bit_is_denied(void **state)
{
	struct signing_key *root = new_key(), *key = new_key(), *other = new_key();
	struct buffer list = list_of(other, key), own = list_of(root, key);
	struct trust *trust = new_trust(root);
	struct error e = {0};

	(void)state;
	assert_int_equal(trust_add(trust, list.data, list.length, &e), ERROR_DENIED);
	for (size_t i = 0; i < own.length; i += 7) {
		own.data[i] ^= 4;
		assert_true(trust_add(trust, own.data, own.length, &e) < 0);
		own.data[i] ^= 4;
	}
	for (size_t length = 0; length < own.length; length += 5)
		assert_true(trust_add(trust, own.data, length, &e) < 0);
	assert_int_equal(trust_count(trust), 0);
	assert_int_equal(trust_add(trust, own.data, own.length, &e), 0);
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	signing_key_free(other);
	buffer_free(&list);
	buffer_free(&own);
}

/* A list of ${root} at ${issued_at} with ${key} for ${issuer}, and ${other} within. */
static struct buffer
list_with(const struct signing_key *root, const struct signing_key *key, const char *issuer, instant issued_at,
	const struct buffer *other, const uint8_t (*revoked)[CODE_ID_SIZE])
{
	struct trust_other others[] = {{.bytes = other ? other->data : NULL, .length = other ? other->length : 0}};
	struct trust_facts facts = {
		.name = "office", .issued_at = issued_at, .max_age_s = 3600, .others = others, .other_count = other ? 1 : 0};
	struct buffer der = public_der(key), list = buffer_make(TRUST_FILE_MAX);
	struct trust_entry entry = {.issuer = issuer,
		.from = NOW,
		.to = NOW + 86400,
		.revoked_at = TRUST_NEVER,
		.der = der.data,
		.der_length = der.length};
	struct error e = {0};

	assert_int_equal(trust_write(root, &facts, &entry, 1, revoked, revoked ? 1 : 0, &list, &e), 0);
	buffer_free(&der);
	return list;
}

static enum code_cause
cause_of(const struct signing_key *key, const char *issuer, uint8_t id, const struct trust *trust, instant now)
{
	struct code_claims claims = {.colour = CODE_GREEN, .issued_at = NOW, .expires_at = NOW + 86400, .id = {id}};
	struct buffer text = buffer_make(4096);
	enum code_cause cause;
	struct error e = {0};

	snprintf(claims.issuer, sizeof claims.issuer, "%s", issuer);
	assert_int_equal(code_issue(key, &claims, &text, &e), 0);
	assert_int_equal(code_verify(buffer_text(&text), text.length, trust, now, &claims, &cause, &e), 0);
	buffer_free(&text);
	return cause;
}

static void
anothers_list_within_ours_counts_until_it_is_too_old_and_its_revocations_with_it(void **state)
{
	static const uint8_t revoked[1][CODE_ID_SIZE] = {{9}};
	struct signing_key *root = new_key(), *key = new_key(), *other_root = new_key(), *other_key = new_key();
	struct buffer other = list_with(other_root, other_key, "beta", NOW - 1000, NULL, revoked);
	struct buffer list = list_with(root, key, "alpha", NOW, &other, NULL);
	struct trust *trust = new_trust(root);
	struct error e = {0};

	(void)state;
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	assert_int_equal(trust_count(trust), 2);
	assert_int_equal(cause_of(key, "alpha", 1, trust, NOW + 10), CODE_VALID);
	assert_int_equal(cause_of(other_key, "beta", 1, trust, NOW + 10), CODE_VALID);
	assert_int_equal(cause_of(other_key, "beta", 9, trust, NOW + 10), CODE_REVOKED);
	assert_int_equal(cause_of(other_key, "alpha", 1, trust, NOW + 10), CODE_WRONG_ISSUER);
	assert_int_equal(cause_of(other_key, "beta", 1, trust, NOW + 2600), CODE_VALID);
	assert_int_equal(cause_of(other_key, "beta", 1, trust, NOW + 2601), CODE_LIST_TOO_OLD);
	assert_int_equal(cause_of(key, "alpha", 1, trust, NOW + 2601), CODE_VALID);
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	signing_key_free(other_root);
	signing_key_free(other_key);
	buffer_free(&other);
	buffer_free(&list);
}

static void
nobody_signs_for_the_holder_of_a_list_and_trust_is_not_handed_on(void **state)
{
	struct signing_key *root = new_key(), *key = new_key(), *other_key = new_key(), *third_key = new_key();
	struct buffer third = list_with(root, third_key, "gamma", NOW, NULL, NULL);
	struct buffer other = list_with(root, other_key, "alpha", NOW, &third, NULL);
	struct buffer list = list_with(root, key, "alpha", NOW, &other, NULL);
	struct trust *trust = new_trust(NULL);
	struct error e = {0};

	(void)state;
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	assert_int_equal(cause_of(other_key, "alpha", 1, trust, NOW), CODE_UNKNOWN_KEY);
	assert_int_equal(cause_of(third_key, "gamma", 1, trust, NOW), CODE_UNKNOWN_KEY);
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	signing_key_free(other_key);
	signing_key_free(third_key);
	buffer_free(&third);
	buffer_free(&other);
	buffer_free(&list);
}

/* A list of ${root}: at gates of alpha beta's green codes count for an hour after their issue, from NOW on, and gamma's of any colour
 * until an hour later; at delta's none but its own. */
static struct buffer
list_with_gates(const struct signing_key *root, const struct signing_key *key, const struct buffer *other)
{
	const struct trust_recognition recognised[] = {
		{.issuer = "beta", .colours = {[CODE_GREEN] = true}, .fresh_s = 3600, .from = NOW, .to = TRUST_NEVER},
		{.issuer = "gamma", .colours = {false, true, true, true, true}, .from = INT64_MIN, .to = NOW + 3600}};
	const struct trust_gates gates[] = {{"delta", NULL, 0}, {"alpha", recognised, 2}, {"z", recognised, 1}};
	struct trust_other others[] = {{.bytes = other ? other->data : NULL, .length = other ? other->length : 0}};
	struct trust_facts facts = {.name = "office",
		.issued_at = NOW,
		.max_age_s = DAY_S,
		.others = others,
		.other_count = other ? 1 : 0,
		.gates = gates,
		.gates_count = 3};
	struct buffer der = public_der(key), list = buffer_make(TRUST_FILE_MAX);
	struct trust_entry entry = {.issuer = "beta",
		.from = NOW - DAY_S,
		.to = NOW + DAY_S,
		.revoked_at = TRUST_NEVER,
		.der = der.data,
		.der_length = der.length};
	struct error e = {0};

	assert_int_equal(trust_write(root, &facts, &entry, 1, NULL, 0, &list, &e), 0);
	buffer_free(&der);
	return list;
}

static void
a_list_says_whose_codes_of_which_colours_count_where(void **state)
{
	struct signing_key *root = new_key(), *key = new_key();
	struct buffer list = list_with_gates(root, key, NULL), older = list_of(root, key);
	struct trust *trust = new_trust(root), *silent = new_trust(root);
	struct error e = {0};

	(void)state;
	assert_false(trust_speaks_of(trust, "alpha"));
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	assert_true(trust_speaks_of(trust, "alpha") && trust_speaks_of(trust, "delta") && trust_speaks_of(trust, "z"));
	assert_false(trust_speaks_of(trust, "beta"));
	assert_true(trust_recognises(trust, "alpha", "beta", CODE_GREEN, NOW, NOW));
	assert_false(trust_recognises(trust, "alpha", "beta", CODE_YELLOW, NOW, NOW));
	assert_false(trust_recognises(trust, "alpha", "beta", CODE_GREEN, NOW - 1, NOW - 1));
	assert_true(trust_recognises(trust, "alpha", "beta", CODE_GREEN, NOW, NOW + 3599));
	assert_false(trust_recognises(trust, "alpha", "beta", CODE_GREEN, NOW, NOW + 3600));
	assert_true(trust_recognises(trust, "alpha", "gamma", CODE_RED, 0, NOW + 3599));
	assert_false(trust_recognises(trust, "alpha", "gamma", CODE_RED, NOW, NOW + 3600));
	assert_true(trust_recognises(trust, "alpha", "alpha", CODE_RED, 0, NOW + 3600));
	assert_false(trust_recognises(trust, "delta", "beta", CODE_GREEN, NOW, NOW));
	assert_true(trust_recognises(trust, "delta", "delta", CODE_GREEN, NOW, NOW));
	assert_int_equal(trust_add(silent, older.data, older.length, &e), 0);
	assert_false(trust_speaks_of(silent, "alpha"));
	trust_free(trust);
	trust_free(silent);
	signing_key_free(root);
	signing_key_free(key);
	buffer_free(&list);
	buffer_free(&older);
}

static void
anothers_list_within_ours_says_nothing_of_our_gates(void **state)
{
	struct signing_key *root = new_key(), *key = new_key(), *other_root = new_key(), *other_key = new_key();
	struct buffer other = list_with_gates(other_root, other_key, NULL);
	struct buffer list = list_with(root, key, "eta", NOW, &other, NULL);
	struct trust *trust = new_trust(root);
	struct error e = {0};

	(void)state;
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	assert_int_equal(trust_count(trust), 2);
	assert_false(trust_speaks_of(trust, "alpha"));
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	signing_key_free(other_root);
	signing_key_free(other_key);
	buffer_free(&list);
	buffer_free(&other);
}

static void
a_code_that_counts_elsewhere_is_not_recognised_here(void **state)
{
	struct signing_key *root = new_key(), *key = new_key();
	struct buffer list = list_with_gates(root, key, NULL), text = buffer_make(4096);
	struct code_claims claims = {.issuer = "beta", .issued_at = NOW, .expires_at = NOW + DAY_S}, found;
	static const struct {
		enum code_colour colour;
		const char *at;
		instant now;
		enum code_cause cause;
	} table[] = {
		{CODE_GREEN, "alpha", NOW, CODE_VALID}, {CODE_RED, "alpha", NOW, CODE_NOT_RECOGNISED},
		{CODE_GREEN, "alpha", NOW + 3600, CODE_NOT_RECOGNISED}, {CODE_GREEN, "delta", NOW, CODE_NOT_RECOGNISED},
		{CODE_RED, "alpha", NOW - 1, CODE_NOT_YET_VALID}, /* what holds everywhere goes before */
	};
	struct trust *trust = new_trust(root);
	enum code_cause cause;
	struct error e = {0};

	(void)state;
	assert_int_equal(trust_add(trust, list.data, list.length, &e), 0);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		buffer_clear(&text);
		claims.colour = table[i].colour;
		assert_int_equal(code_issue(key, &claims, &text, &e), 0);
		assert_int_equal(
			code_verify_at(buffer_text(&text), text.length, trust, table[i].at, table[i].now, &found, &cause, &e), 0);
		assert_int_equal(cause, table[i].cause);
	}
	assert_int_equal(
		code_verify_at(buffer_text(&text), text.length, trust, "beta", NOW, &found, &cause, &e), ERROR_EXISTS_NOT);
	assert_non_null(strstr(e.message, "at gates of beta"));
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	buffer_free(&list);
	buffer_free(&text);
}

static void
what_counts_where_is_read_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		bool holds;
	} table[] = {
#define CASE(bytes, holds) {bytes, sizeof bytes - 1, holds}
		CASE("\xa0", true),
		CASE("\xa1\x61"
			 "a\x80",
			true),
		CASE("\xa1\x61"
			 "a\x81\xa2\x01\x61"
			 "b\x02\x81\x01",
			true),
		CASE("\xa1\x61"
			 "a\x81\xa5\x01\x61"
			 "b\x02\x82\x01\x04\x03\x01\x04\x20\x05\x00",
			true),
		CASE("\xa1\x61"
			 "a\x81\xa3\x01\x61"
			 "b\x02\x81\x01\x06\x01",
			true), /* what is not known is passed over */
		CASE("\x80", false),
		CASE("\xa1\x01\x80", false),
		CASE("\xa1\x60\x80", false),
		CASE("\xa1\x61"
			 "a\xa0",
			false),
		CASE("\xa1\x61"
			 "a\x81\x01",
			false),
		CASE("\xa1\x61"
			 "a\x81\xa1\x02\x81\x01",
			false), /* no issuer */
		CASE("\xa1\x61"
			 "a\x81\xa2\x01\x60\x02\x81\x01",
			false), /* without a name */
		CASE("\xa1\x61"
			 "a\x81\xa1\x01\x61"
			 "b",
			false), /* no colours */
		CASE("\xa1\x61"
			 "a\x81\xa2\x01\x61"
			 "b\x02\x80",
			false), /* none of them */
		CASE("\xa1\x61"
			 "a\x81\xa2\x01\x61"
			 "b\x02\x81\x00",
			false), /* none of the four */
		CASE("\xa1\x61"
			 "a\x81\xa2\x01\x61"
			 "b\x02\x81\x05",
			false),
		CASE("\xa1\x61"
			 "a\x81\xa2\x01\x61"
			 "b\x02\x81\x61"
			 "1",
			false),
		CASE("\xa1\x61"
			 "a\x81\xa3\x01\x61"
			 "b\x02\x81\x01\x03\x00",
			false), /* fresh for no time */
		CASE("\xa1\x61"
			 "a\x81\xa3\x01\x61"
			 "b\x02\x81\x01\x03\x1a\x00\x09\x3a\x81",
			false), /* more than a week */
		CASE("\xa1\x61"
			 "a\x81\xa3\x01\x61"
			 "b\x02\x81\x01\x04\xf6",
			false),
		CASE("\xa1\x61"
			 "a\x81\xa3\x01\x61"
			 "b\x02\x81\x01\x05\x60",
			false),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct trust *trust = new_trust(NULL);
		struct cbor *document = NULL;
		struct error e = {0};
		int r;

		assert_int_equal(
			cbor_read((const uint8_t *)table[i].bytes, table[i].length, &cbor_limits_default, &document, &e), 0);
		r = trust_read_gates(trust, cbor_root(document), &e);
		if (r != (table[i].holds ? 0 : ERROR_BAD_INPUT))
			fail_msg("%zu: %d %s", i, r, e.message);
		cbor_free(document);
		trust_free(trust);
	}
}

static void
what_is_no_list_within_a_list_is_refused(void **state)
{
	struct signing_key *root = new_key(), *key = new_key();
	struct buffer bad = buffer_make(100);
	struct buffer list;
	struct trust *trust = new_trust(NULL);
	struct error e = {0};

	(void)state;
	assert_int_equal(buffer_add_text(&bad, "\xd2\x84", &e), 0);
	list = list_with(root, key, "alpha", NOW, &bad, NULL);
	assert_int_equal(trust_add(trust, list.data, list.length, &e), ERROR_BAD_INPUT);
	assert_null(trust_list_facts(trust));
	trust_free(trust);
	signing_key_free(root);
	signing_key_free(key);
	buffer_free(&bad);
	buffer_free(&list);
}

/* The certificate of a vector of the EU, DER. */
static struct buffer
certificate(const char *name)
{
	struct buffer der = buffer_make(KEY_DER_MAX);
	struct error e = {0};
	char path[4096];
	json_t *root = NULL;
	const char *text;

	snprintf(path, sizeof path, "%s/tests/data/dcc/testdata/%s", getenv("HEALTHCODE_SOURCE"), name);
	assert_int_equal(json_read_file(path, 1 << 20, &root, NULL, &e), 0);
	text = json_string_value(json_object_get(json_object_get(root, "TESTCTX"), "CERTIFICATE"));
	assert_int_equal(buffer_reserve(&der, strlen(text), &e), 0);
	der.length = (size_t)EVP_DecodeBlock(der.data, (const unsigned char *)text, (int)strlen(text));
	for (const char *at = text + strlen(text) - 1; *at == '='; at--)
		der.length--;
	json_decref(root);
	return der;
}

/* Base64 in lines of 64, between ${before} and ${after}. */
static struct buffer
base64(const struct buffer *der, const char *before, const char *after)
{
	struct buffer text = buffer_make(1 << 16);
	struct error e = {0};
	unsigned char line[80];

	assert_int_equal(buffer_add_text(&text, before, &e), 0);
	for (size_t i = 0; i < der->length; i += 48) {
		size_t part = der->length - i < 48 ? der->length - i : 48;

		EVP_EncodeBlock(line, der->data + i, (int)part);
		assert_int_equal(buffer_add_format(&text, &e, "%s\n", (char *)line), 0);
	}
	assert_int_equal(buffer_add_text(&text, after, &e), 0);
	return text;
}

static void
certificates_are_read_as_der_base64_and_pem(void **state)
{
	struct buffer der = certificate("AT/1.json"), other = certificate("common/CO1.json");
	struct buffer plain = base64(&der, "", ""),
				  pem = base64(&der, "subject\n-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"),
				  second = base64(&other, "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n");
	const struct buffer *forms[] = {&der, &plain, &pem};
	uint8_t id[KEY_ID_SIZE];
	struct error e = {0};

	(void)state;
	assert_int_equal(public_key_id(der.data, der.length, id, &e), 0);
	for (size_t i = 0; i < 3; i++) {
		struct trust *trust = new_trust(NULL);
		const struct trust_key *key;

		if (trust_add(trust, forms[i]->data, forms[i]->length, &e) < 0)
			fail_msg("%zu: %s", i, e.message);
		assert_int_equal(trust_count(trust), 1);
		key = trust_find(trust, id, NULL);
		assert_non_null(key);
		assert_true(key->is_certificate);
		assert_string_equal(key->issuer, "AT");
		assert_false(trust_is_too_old(trust, NOW + (instant)1000000000));
		assert_false(trust_is_ahead(trust, 0));
		trust_free(trust);
	}
	assert_int_equal(buffer_add(&pem, second.data, second.length, &e), 0);
	{
		struct trust *trust = new_trust(NULL);

		assert_int_equal(trust_add(trust, pem.data, pem.length, &e), 0);
		assert_int_equal(trust_count(trust), 2);
		trust_free(trust);
	}
	buffer_free(&der);
	buffer_free(&other);
	buffer_free(&plain);
	buffer_free(&pem);
	buffer_free(&second);
}

static void
a_folder_holds_lists_and_certificates_together(void **state)
{
	struct signing_key *root = new_key(), *key = new_key();
	struct buffer list = list_of(root, key), der = certificate("AT/1.json");
	char folder[] = "/tmp/trust-test-XXXXXX", a[64], b[64], c[64];
	struct trust *trust = NULL;
	struct error e = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(a, sizeof a, "%s/a", folder);
	snprintf(b, sizeof b, "%s/b", folder);
	snprintf(c, sizeof c, "%s/c", folder);
	assert_int_equal(file_write(a, list.data, list.length, 0600, &e), 0);
	assert_int_equal(file_write(b, der.data, der.length, 0600, &e), 0);
	assert_int_equal(trust_load(folder, &trust, &e), 0);
	assert_int_equal(trust_count(trust), 2);
	trust_free(trust);
	trust = NULL;
	assert_int_equal(file_write(c, "nothing", 7, 0600, &e), 0);
	assert_int_equal(trust_load(folder, &trust, &e), ERROR_BAD_INPUT);
	assert_string_equal(e.file, c);
	assert_null(trust);
	unlink(a);
	unlink(b);
	unlink(c);
	rmdir(folder);
	signing_key_free(root);
	signing_key_free(key);
	buffer_free(&list);
	buffer_free(&der);
}

static void
what_is_neither_is_refused(void **state)
{
	static const char *const bad[] = {"", "x", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n",
		"AAAA", "0\x03\x02\x01", "\xd2", "\xd2\x84\x40\xa0\x40\x40", "\x84\x80\x80\x80\x80"};
	struct trust *trust = new_trust(NULL);
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(trust_add(trust, (const uint8_t *)bad[i], strlen(bad[i]), &e), ERROR_BAD_INPUT);
	assert_int_equal(trust_count(trust), 0);
	trust_free(trust);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_list_says_who_signs_for_whom_and_how_old_it_may_be),
		cmocka_unit_test(a_list_of_another_root_or_changed_by_a_bit_is_denied),
		cmocka_unit_test(anothers_list_within_ours_counts_until_it_is_too_old_and_its_revocations_with_it),
		cmocka_unit_test(nobody_signs_for_the_holder_of_a_list_and_trust_is_not_handed_on),
		cmocka_unit_test(a_list_says_whose_codes_of_which_colours_count_where),
		cmocka_unit_test(anothers_list_within_ours_says_nothing_of_our_gates),
		cmocka_unit_test(a_code_that_counts_elsewhere_is_not_recognised_here),
		cmocka_unit_test(what_counts_where_is_read_whole_or_not_at_all),
		cmocka_unit_test(what_is_no_list_within_a_list_is_refused),
		cmocka_unit_test(certificates_are_read_as_der_base64_and_pem),
		cmocka_unit_test(a_folder_holds_lists_and_certificates_together),
		cmocka_unit_test(what_is_neither_is_refused),
	};

	return cmocka_run_group_tests_name("credential/trust", tests, NULL, NULL);
}
