/* Each way to bring a code that must not count, and the cause by which it is refused. No two share a cause. Beside them,
 * codes of issuers that sign otherwise than we do. */

#include "../test.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "credential/credential.h"

enum { NOW = 1585008000, LIFETIME_S = 60, PROTECTED_ALGORITHM = 5 };

struct world {
	struct signing_key *root, *alpha, *beta, *stranger;
	EVP_PKEY *rsa, *edwards;
	struct trust *trust;
	struct code_claims claims;
};

static void
add_entry(struct trust_entry *entry, const char *issuer, const struct buffer *der)
{
	*entry = (struct trust_entry){.issuer = issuer,
		.from = NOW - 7200,
		.to = NOW + 864000,
		.revoked_at = TRUST_NEVER,
		.der = der->data,
		.der_length = der->length};
}

static struct buffer
public_part(EVP_PKEY *key)
{
	struct buffer der = buffer_make(KEY_DER_MAX);
	unsigned char *bytes = NULL;
	int length = i2d_PUBKEY(key, &bytes);
	struct error e = {0};

	assert_true(length > 0);
	assert_int_equal(buffer_add(&der, bytes, (size_t)length, &e), 0);
	OPENSSL_free(bytes);
	return der;
}

/* Trusted: alpha's and beta's keys, an RSA and an Ed25519 key of gamma; revoked: the code whose id is all 13. */
static int
set_up(void **state)
{
	struct trust_facts facts = {.name = "health office", .version = 1, .issued_at = NOW - 3600, .max_age_s = 86400};
	struct buffer list = buffer_make(TRUST_FILE_MAX), ders[4];
	uint8_t revoked[1][CODE_ID_SIZE];
	struct trust_entry entries[4];
	static struct world w;
	struct error e = {0};

	w = (struct world){.claims = {.issuer = "alpha", .colour = CODE_GREEN, .issued_at = NOW}};
	w.claims.expires_at = NOW + LIFETIME_S;
	memset(w.claims.id, 7, CODE_ID_SIZE);
	memset(revoked[0], 13, CODE_ID_SIZE);
	if (signing_key_make(&w.root, &e) < 0 || signing_key_make(&w.alpha, &e) < 0 || signing_key_make(&w.beta, &e) < 0 ||
		signing_key_make(&w.stranger, &e) < 0)
		return -1;
	w.rsa = EVP_RSA_gen(2048);
	w.edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	ders[0] = buffer_make(KEY_DER_MAX);
	ders[1] = buffer_make(KEY_DER_MAX);
	assert_int_equal(signing_key_public(w.alpha, &ders[0], &e), 0);
	assert_int_equal(signing_key_public(w.beta, &ders[1], &e), 0);
	ders[2] = public_part(w.rsa);
	ders[3] = public_part(w.edwards);
	for (size_t i = 0; i < 4; i++)
		add_entry(&entries[i], i == 0 ? "alpha" : i == 1 ? "beta" : "gamma", &ders[i]);
	assert_int_equal(trust_write(w.root, &facts, entries, 4, (const uint8_t(*)[CODE_ID_SIZE])revoked, 1, &list, &e), 0);
	assert_int_equal(trust_new(NULL, 0, &w.trust, &e), 0);
	assert_int_equal(trust_add(w.trust, list.data, list.length, &e), 0);
	for (size_t i = 0; i < 4; i++)
		buffer_free(&ders[i]);
	buffer_free(&list);
	*state = &w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	signing_key_free(w->root);
	signing_key_free(w->alpha);
	signing_key_free(w->beta);
	signing_key_free(w->stranger);
	EVP_PKEY_free(w->rsa);
	EVP_PKEY_free(w->edwards);
	trust_free(w->trust);
	return 0;
}

static void
issue(const struct signing_key *key, const struct code_claims *claims, struct buffer *text)
{
	struct error e = {0};

	if (code_issue(key, claims, text, &e) < 0)
		fail_msg("%s", e.message);
}

/* A code of alpha's, opened. */
static struct buffer
open_message(const struct world *w)
{
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX), message = buffer_make(CONTAINER_MESSAGE_MAX);
	enum container_step step;
	struct error e = {0};

	issue(w->alpha, &w->claims, &text);
	assert_int_equal(container_open(buffer_text(&text), text.length, &message, &step, &e), 0);
	buffer_free(&text);
	return message;
}

static void
close_message(struct buffer *message, struct buffer *text)
{
	struct error e = {0};

	assert_int_equal(container_write(message->data, message->length, text, &e), 0);
	buffer_free(message);
}

/* What is refused. Each appends the text of a code. */

static void
make_valid(const struct world *w, struct buffer *text)
{
	issue(w->alpha, &w->claims, text);
}

/* Red made green, the signature left. */
static void
make_forged(const struct world *w, struct buffer *text)
{
	struct world red = *w;
	struct buffer message;

	red.claims.colour = CODE_RED;
	message = open_message(&red);
	assert_int_equal(message.data[message.length - 64 - 2 - 1], CODE_RED);
	message.data[message.length - 64 - 2 - 1] = CODE_GREEN;
	close_message(&message, text);
}

/* A trusted key, but another issuer's. */
static void
make_with_the_wrong_key(const struct world *w, struct buffer *text)
{
	issue(w->beta, &w->claims, text);
}

/* The same claims under a key of one's own. */
static void
make_signed_again(const struct world *w, struct buffer *text)
{
	issue(w->stranger, &w->claims, text);
}

static void
make_revoked(const struct world *w, struct buffer *text)
{
	struct code_claims claims = w->claims;

	memset(claims.id, 13, CODE_ID_SIZE);
	issue(w->alpha, &claims, text);
}

static void
make_with_a_trailing_byte(const struct world *w, struct buffer *text)
{
	struct buffer message = open_message(w);
	struct error e = {0};

	assert_int_equal(buffer_add_byte(&message, 0, &e), 0);
	close_message(&message, text);
}

/* Some 4 KiB of text that would be 4 MiB. */
static void
make_oversize(const struct world *w, struct buffer *text)
{
	uLong plain = 2 << 20;
	uLongf size = compressBound(plain);
	uint8_t *zeroes = calloc(1, plain), *packed = malloc(size);
	struct error e = {0};

	(void)w;
	assert_int_equal(compress2(packed, &size, zeroes, plain, Z_BEST_COMPRESSION), Z_OK);
	assert_int_equal(buffer_add_text(text, "HC1:", &e), 0);
	assert_int_equal(base45_encode(packed, size, text, &e), 0);
	assert_true(text->length <= CONTAINER_TEXT_MAX);
	free(zeroes);
	free(packed);
}

static void
make_with_its_algorithm_swapped(const struct world *w, struct buffer *text)
{
	struct buffer message = open_message(w);

	assert_int_equal(message.data[PROTECTED_ALGORITHM], 0x26); /* -7, ES256 */
	message.data[PROTECTED_ALGORITHM] = 0x27;                  /* -8, EdDSA */
	close_message(&message, text);
}

static void
make_long_lived(const struct world *w, struct buffer *text)
{
	struct code_claims claims = w->claims;

	claims.expires_at = NOW + 2 * DAY_S;
	issue(w->alpha, &claims, text);
}

static void
each_is_refused_for_its_own_cause(void **state)
{
	static const struct {
		const char *name;
		void (*make)(const struct world *w, struct buffer *text);
		instant at;
		const char *cause;
	} table[] = {
		{"valid", make_valid, NOW, NULL},
		{"forged", make_forged, NOW, "bad_signature"},
		{"expired", make_valid, NOW + LIFETIME_S, "expired"},
		{"not yet valid", make_valid, NOW - 1, "not_yet_valid"},
		{"wrong key", make_with_the_wrong_key, NOW, "wrong_issuer"},
		{"revoked", make_revoked, NOW, "revoked"},
		{"signed again", make_signed_again, NOW, "unknown_key"},
		{"trailing byte", make_with_a_trailing_byte, NOW, "malformed"},
		{"oversize deflate", make_oversize, NOW, "too_large"},
		{"algorithm swapped", make_with_its_algorithm_swapped, NOW, "wrong_algorithm"},
		{"stale list", make_long_lived, NOW - 3600 + DAY_S + 1, "list_too_old"},
	};
	const struct world *w = *state;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
		enum code_cause cause = CODE_VALID;
		struct code_claims claims;
		const char *name;
		struct error e = {0};

		table[i].make(w, &text);
		assert_int_equal(code_verify(buffer_text(&text), text.length, w->trust, table[i].at, &claims, &cause, &e), 0);
		name = code_cause_name(cause);
		if (!table[i].cause ? name != NULL : !name || strcmp(name, table[i].cause) != 0)
			fail_msg("%s: %s", table[i].name, name ? name : "valid");
		buffer_free(&text);
	}
}

/* A code signed as another issuer may: ${algorithm} named in the protected header. */
static void
make_otherwise(const struct world *w, EVP_PKEY *key, int64_t algorithm, struct buffer *text)
{
	struct buffer der = public_part(key), header = buffer_make(64), cwt = buffer_make(512), b = buffer_make(1024),
				  message = buffer_make(CONTAINER_MESSAGE_MAX);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t id[KEY_ID_SIZE], signature[512];
	size_t size = sizeof signature;
	EVP_PKEY_CTX *of_key;
	struct error e = {0};

	assert_int_equal(public_key_id(der.data, der.length, id, &e), 0);
	cbor_write_map(&header, 2, &e);
	cbor_write_integer(&header, 1, &e);
	cbor_write_integer(&header, algorithm, &e);
	cbor_write_integer(&header, 4, &e);
	cbor_write_bytes(&header, id, sizeof id, &e);
	cbor_write_map(&cwt, 5, &e);
	cbor_write_integer(&cwt, 1, &e);
	cbor_write_text(&cwt, "gamma", &e);
	cbor_write_integer(&cwt, 4, &e);
	cbor_write_integer(&cwt, NOW + LIFETIME_S, &e);
	cbor_write_integer(&cwt, 6, &e);
	cbor_write_integer(&cwt, NOW, &e);
	cbor_write_integer(&cwt, 7, &e);
	cbor_write_bytes(&cwt, w->claims.id, CODE_ID_SIZE, &e);
	cbor_write_integer(&cwt, -65537, &e);
	cbor_write_integer(&cwt, CODE_YELLOW, &e);
	cbor_write_array(&b, 4, &e);
	cbor_write_text(&b, "Signature1", &e);
	cbor_write_bytes(&b, header.data, header.length, &e);
	cbor_write_bytes(&b, "", 0, &e);
	cbor_write_bytes(&b, cwt.data, cwt.length, &e);
	assert_int_equal(EVP_DigestSignInit(context, &of_key, algorithm == COSE_EDDSA ? NULL : EVP_sha256(), NULL, key), 1);
	if (algorithm == COSE_PS256) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST), 1);
	}
	assert_int_equal(EVP_DigestSign(context, signature, &size, b.data, b.length), 1);
	cbor_write_tag(&message, 18, &e);
	cbor_write_array(&message, 4, &e);
	cbor_write_bytes(&message, header.data, header.length, &e);
	cbor_write_map(&message, 0, &e);
	cbor_write_bytes(&message, cwt.data, cwt.length, &e);
	cbor_write_bytes(&message, signature, size, &e);
	close_message(&message, text);
	EVP_MD_CTX_free(context);
	buffer_free(&der);
	buffer_free(&header);
	buffer_free(&cwt);
	buffer_free(&b);
}

static void
ps256_and_eddsa_are_read_under_keys_of_their_own_kind_only(void **state)
{
	const struct world *w = *state;
	const struct {
		EVP_PKEY *key;
		int64_t algorithm;
		enum code_cause cause;
	} table[] = {
		{w->rsa, COSE_PS256, CODE_VALID}, {w->edwards, COSE_EDDSA, CODE_VALID},
		{w->rsa, COSE_ES256, CODE_WRONG_ALGORITHM}, {w->rsa, -257, CODE_WRONG_ALGORITHM}, /* RS256, PKCS#1 1.5 */
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buffer text = buffer_make(CONTAINER_TEXT_MAX);
		enum code_cause cause = CODE_MALFORMED;
		struct code_claims claims;
		struct error e = {0};

		make_otherwise(w, table[i].key, table[i].algorithm, &text);
		assert_int_equal(code_verify(buffer_text(&text), text.length, w->trust, NOW, &claims, &cause, &e), 0);
		if (cause != table[i].cause)
			fail_msg("%zu: %s", i, cause ? code_cause_name(cause) : "valid");
		if (cause == CODE_VALID)
			assert_int_equal(claims.colour, CODE_YELLOW);
		buffer_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_for_its_own_cause),
		cmocka_unit_test(ps256_and_eddsa_are_read_under_keys_of_their_own_kind_only),
	};

	return cmocka_run_group_tests_name("credential/refused", tests, set_up, tear_down);
}
