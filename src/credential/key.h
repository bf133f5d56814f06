/* credential/key.h: the keys that sign codes and lists, and those that check them.
 *
 * A key id (kid) is 8 bytes: the first of SHA-256 over a certificate's DER where there is one (as the EU's certificates
 * have it), else over the public key's SubjectPublicKeyInfo DER. It is a hint for finding keys, not a proof. */

#ifndef HEALTHCODE_CREDENTIAL_KEY_H
#define HEALTHCODE_CREDENTIAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"

enum { KEY_ID_SIZE = 8, KEY_DER_MAX = 16384, SIGNATURE_MAX = 2048 };

/* What COSE calls the ways to sign (RFC 9053). */
enum cose_algorithm {
	COSE_ES256 = -7,
	COSE_EDDSA = -8,
	COSE_ES384 = -35,
	COSE_ES512 = -36,
	COSE_PS256 = -37,
};

/* What kind of certificate a key may sign; a key whose certificate names none may sign all. */
enum key_usage {
	KEY_USAGE_TEST = 1,
	KEY_USAGE_VACCINATION = 2,
	KEY_USAGE_RECOVERY = 4,
	KEY_USAGE_ALL = 7,
};

/* An EC P-256 key pair. One thread at a time signs with it. */
struct signing_key;

/* A public key: EC (P-256, P-384, P-521), RSA (2048 to 8192 bits) or Ed25519. */
struct public_key;

/* signing_key_make(ret_key, e): a new random key. Freed with signing_key_free. Return 0 or ERROR_NO_MEMORY. */
int signing_key_make(struct signing_key **ret_key, struct error *e);

/* signing_key_read(der, length, ret_key, e): from PKCS#8 DER, not encrypted. Return 0, or ERROR_BAD_INPUT (also for
 * another curve) or ERROR_NO_MEMORY. */
int signing_key_read(const void *der, size_t length, struct signing_key **ret_key, struct error *e);

/* A private key that is elsewhere, such as in a token: ${sign} makes the signature r||s of a SHA-256 digest, as
 * signing_key_sign says; ${free_context} is called when the key is freed. */
struct signing_key_outside {
	int (*sign)(void *context, const uint8_t digest[32], uint8_t signature[64], struct error *e);
	void (*free_context)(void *context);
	void *context;
};

/* signing_key_wrap_outside(der, length, outside, ret_key, e):
 * A key whose public part is ${der}, SubjectPublicKeyInfo of P-256; it takes ${outside}'s context, on failure too. Return 0,
 * ERROR_BAD_INPUT or ERROR_NO_MEMORY. */
int signing_key_wrap_outside(const void *der, size_t length, const struct signing_key_outside *outside,
	struct signing_key **ret_key, struct error *e);

/* Wipes the key. Accepts NULL. */
void signing_key_free(struct signing_key *key);

/* signing_key_write(key, der, e): append PKCS#8 DER; the caller wipes it. Return 0, ERROR_TOO_LARGE, ERROR_NO_MEMORY, or
 * ERROR_USAGE for a key that is elsewhere. */
int signing_key_write(const struct signing_key *key, struct buffer *der, struct error *e);

/* signing_key_public(key, der, e): append the public part, SubjectPublicKeyInfo DER. */
int signing_key_public(const struct signing_key *key, struct buffer *der, struct error *e);

/* The key's id, KEY_ID_SIZE bytes, valid as long as the key. */
const uint8_t *signing_key_id(const struct signing_key *key);

/* signing_key_sign(key, bytes, length, signature, e):
 * ES256: 64 bytes r||s into ${signature}. Return 0, or ERROR_NO_MEMORY; of a key that is elsewhere, also what its sign returns. */
int signing_key_sign(
	const struct signing_key *key, const void *bytes, size_t length, uint8_t signature[64], struct error *e);

/* public_key_read(der, length, ret_key, e): from SubjectPublicKeyInfo DER. Return 0, ERROR_BAD_INPUT (also for a kind
 * or size of key not listed above) or ERROR_NO_MEMORY. Freed with public_key_free. */
int public_key_read(const void *der, size_t length, struct public_key **ret_key, struct error *e);

/* What a certificate says of its key. ${usage} is of enum key_usage. */
struct certificate_facts {
	uint8_t id[KEY_ID_SIZE];
	char country[3]; /* the subject's, else the issuer's, "" where neither has one */
	instant from, to;
	unsigned usage;
};

/* public_key_read_certificate(der, length, ret_key, ret_facts, e):
 * From an X.509 certificate's DER. Its own signature is not checked: that is for whoever made the list. */
int public_key_read_certificate(
	const void *der, size_t length, struct public_key **ret_key, struct certificate_facts *ret_facts, struct error *e);

/* Accepts NULL. */
void public_key_free(struct public_key *key);

/* public_key_id(der, length, id): the id of SubjectPublicKeyInfo or certificate DER. Return ERROR_NO_MEMORY or 0. */
int public_key_id(const void *der, size_t length, uint8_t id[KEY_ID_SIZE], struct error *e);

/* public_key_check(key, algorithm, bytes, length, signature, signature_length):
 * Whether the signature, as COSE writes it, holds. False where the algorithm is unknown or not for this kind of key.
 * ES256 with a key of a larger curve is checked as real issuers use it: SHA-256, r and s as long as the curve needs. */
bool public_key_check(const struct public_key *key, int64_t algorithm, const void *bytes, size_t length,
	const uint8_t *signature, size_t signature_length);

/* Whether ${key} is EC P-256, the only kind that lists of our own are signed with. */
bool public_key_is_p256(const struct public_key *key);

/* Whether a code may be signed with this algorithm and key: ES256 with EC P-256, PS256 with RSA, EdDSA with Ed25519. */
bool public_key_suits(const struct public_key *key, int64_t algorithm);

#endif
