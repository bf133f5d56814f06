#include "credential/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { P256_COORDINATE = 32, COORDINATE_MAX = 66, RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192 };

/* ${signer} and ${digest} are found once: to look an algorithm up costs half a signature. Of a key that is elsewhere ${pair} is
 * the public part alone, and ${signer} NULL. */
struct signing_key {
	EVP_PKEY *pair;
	EVP_PKEY_CTX *signer;
	struct signing_key_outside outside;
	EVP_MD *digest;
	uint8_t id[KEY_ID_SIZE];
};

struct public_key {
	EVP_PKEY *key;
};

/* The size in bytes of r and of s under an EC key; 0 for a curve that is not read. */
static size_t
coordinate_size(const EVP_PKEY *key)
{
	char group[32];

	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
		return 0;
	if (strcmp(group, "prime256v1") == 0)
		return P256_COORDINATE;
	if (strcmp(group, "secp384r1") == 0)
		return 48;
	return strcmp(group, "secp521r1") == 0 ? COORDINATE_MAX : 0;
}

/* OpenSSL's own queue of errors is emptied, so that none is found later by someone else. */
static int
refuse(struct error *e, const char *reason)
{
	ERR_clear_error();
	return error_set(e, ERROR_BAD_INPUT, "%s", reason);
}

static int
no_memory(struct error *e)
{
	ERR_clear_error();
	return error_no_memory(e);
}

int
public_key_id(const void *der, size_t length, uint8_t id[KEY_ID_SIZE], struct error *e)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	if (EVP_Digest(der, length, digest, NULL, EVP_sha256(), NULL) != 1)
		return no_memory(e);
	memcpy(id, digest, KEY_ID_SIZE);
	return 0;
}

/* Append what an i2d function makes. */
static int
add_der(struct buffer *der, int (*write)(const EVP_PKEY *, unsigned char **), const EVP_PKEY *key, struct error *e)
{
	unsigned char *bytes = NULL;
	int length = write(key, &bytes), r;

	if (length < 0)
		return no_memory(e);
	r = buffer_add(der, bytes, (size_t)length, e);
	OPENSSL_clear_free(bytes, (size_t)length);
	return r;
}

/* Wrap a pair and find its id; takes ${pair} and the context of ${outside} (NULL: the pair signs itself). */
static int
signing_key_wrap(
	EVP_PKEY *pair, const struct signing_key_outside *outside, struct signing_key **ret_key, struct error *e)
{
	struct signing_key *key = calloc(1, sizeof *key);
	struct buffer der = buffer_make(KEY_DER_MAX);
	int r;

	if (!key) {
		EVP_PKEY_free(pair);
		if (outside)
			outside->free_context(outside->context);
		return error_no_memory(e);
	}
	key->pair = pair;
	if (outside)
		key->outside = *outside;
	if ((!outside && (!(key->signer = EVP_PKEY_CTX_new(pair, NULL)) || EVP_PKEY_sign_init(key->signer) != 1)) ||
		!(key->digest = EVP_MD_fetch(NULL, "SHA256", NULL))) {
		r = no_memory(e);
		goto out;
	}
	if ((r = signing_key_public(key, &der, e)) < 0 || (r = public_key_id(der.data, der.length, key->id, e)) < 0)
		goto out;
	*ret_key = key;
	key = NULL;
out:
	signing_key_free(key);
	buffer_free(&der);
	return r;
}

int
signing_key_make(struct signing_key **ret_key, struct error *e)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");

	return pair ? signing_key_wrap(pair, NULL, ret_key, e) : no_memory(e);
}

int
signing_key_read(const void *der, size_t length, struct signing_key **ret_key, struct error *e)
{
	const unsigned char *at = der;
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *pair;

	if (length > KEY_DER_MAX)
		return error_set(e, ERROR_BAD_INPUT, "a key of more than %d bytes", KEY_DER_MAX);
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)length);
	pair = info && at == (const unsigned char *)der + length ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	if (!pair || coordinate_size(pair) != P256_COORDINATE) {
		EVP_PKEY_free(pair);
		return refuse(e, "not a PKCS#8 key of the curve P-256");
	}
	return signing_key_wrap(pair, NULL, ret_key, e);
}

int
signing_key_wrap_outside(const void *der, size_t length, const struct signing_key_outside *outside,
	struct signing_key **ret_key, struct error *e)
{
	const unsigned char *at = der;
	EVP_PKEY *pair = length <= KEY_DER_MAX ? d2i_PUBKEY(NULL, &at, (long)length) : NULL;

	if (!pair || at != (const unsigned char *)der + length || coordinate_size(pair) != P256_COORDINATE) {
		EVP_PKEY_free(pair);
		outside->free_context(outside->context);
		return refuse(e, "not a public key of the curve P-256");
	}
	return signing_key_wrap(pair, outside, ret_key, e);
}

void
signing_key_free(struct signing_key *key)
{
	if (!key)
		return;
	if (key->outside.free_context)
		key->outside.free_context(key->outside.context);
	EVP_MD_free(key->digest);
	EVP_PKEY_CTX_free(key->signer);
	EVP_PKEY_free(key->pair);
	free(key);
}

static int
write_pkcs8(const EVP_PKEY *pair, unsigned char **ret_bytes)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pair);
	int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info, ret_bytes) : -1;

	PKCS8_PRIV_KEY_INFO_free(info);
	return length;
}

int
signing_key_write(const struct signing_key *key, struct buffer *der, struct error *e)
{
	if (key->outside.sign)
		return error_set(e, ERROR_USAGE, "the key is elsewhere and cannot be read");
	return add_der(der, write_pkcs8, key->pair, e);
}

int
signing_key_public(const struct signing_key *key, struct buffer *der, struct error *e)
{
	return add_der(der, i2d_PUBKEY, key->pair, e);
}

const uint8_t *
signing_key_id(const struct signing_key *key)
{
	return key->id;
}

/* One of the two numbers of a signature in DER, of at most 33 bytes (the first 0 where it would be negative), in a fixed width.
 * Return what follows, or NULL. */
static const uint8_t *
take_number(const uint8_t *der, const uint8_t *end, uint8_t fixed[P256_COORDINATE])
{
	size_t length;

	if (end - der < 2 || der[0] != 0x02 || (length = der[1]) == 0 || length > (size_t)(end - der - 2))
		return NULL;
	der += 2;
	end = der + length;
	while (der < end && !*der)
		der++;
	if (end - der > P256_COORDINATE)
		return NULL;
	memset(fixed, 0, P256_COORDINATE);
	memcpy(fixed + P256_COORDINATE - (end - der), der, (size_t)(end - der));
	return end;
}

int
signing_key_sign(
	const struct signing_key *key, const void *bytes, size_t length, uint8_t signature[64], struct error *e)
{
	uint8_t digest[SHA256_DIGEST_LENGTH], der[80], fixed[2 * P256_COORDINATE];
	size_t der_length = sizeof der;
	const uint8_t *at;

	if (EVP_Digest(bytes, length, digest, NULL, key->digest, NULL) != 1)
		return no_memory(e);
	if (key->outside.sign)
		return key->outside.sign(key->outside.context, digest, signature, e);
	if (EVP_PKEY_sign(key->signer, der, &der_length, digest, sizeof digest) != 1)
		return no_memory(e);
	/* SEQUENCE { INTEGER r, INTEGER s }, short enough for lengths of one byte */
	if (der_length < 2 || !(at = take_number(der + 2, der + der_length, fixed)) ||
		!take_number(at, der + der_length, fixed + P256_COORDINATE))
		return no_memory(e);
	memcpy(signature, fixed, sizeof fixed);
	return 0;
}

/* Whether it is of a kind that is listed in the header. */
static bool
key_is_known(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_EC:
		return coordinate_size(key) > 0;
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
	case EVP_PKEY_ED25519:
		return true;
	default:
		return false;
	}
}

/* Takes ${key}, which may be NULL: not readable. */
static int
public_key_wrap(EVP_PKEY *key, struct public_key **ret_key, struct error *e)
{
	struct public_key *wrapped;

	if (!key || !key_is_known(key)) {
		EVP_PKEY_free(key);
		return refuse(e, "not a public key of a known kind (EC P-256, P-384, P-521, RSA 2048 to 8192, Ed25519)");
	}
	if (!(wrapped = calloc(1, sizeof *wrapped))) {
		EVP_PKEY_free(key);
		return error_no_memory(e);
	}
	wrapped->key = key;
	*ret_key = wrapped;
	return 0;
}

int
public_key_read(const void *der, size_t length, struct public_key **ret_key, struct error *e)
{
	const unsigned char *at = der;
	EVP_PKEY *key;

	if (length > KEY_DER_MAX)
		return error_set(e, ERROR_BAD_INPUT, "a key of more than %d bytes", KEY_DER_MAX);
	key = d2i_PUBKEY(NULL, &at, (long)length);
	if (key && at != (const unsigned char *)der + length) {
		EVP_PKEY_free(key);
		return refuse(e, "bytes follow the public key");
	}
	return public_key_wrap(key, ret_key, e);
}

static bool
read_time(const ASN1_TIME *time, instant *ret_at)
{
	struct tm parts;

	if (!time || ASN1_TIME_to_tm(time, &parts) != 1)
		return false;
	*ret_at =
		(instant)day_from_civil(parts.tm_year + 1900, (unsigned)parts.tm_mon + 1, (unsigned)parts.tm_mday) * DAY_S +
		parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
	return true;
}

/* The extended key usages of HCERT 1.0.5; some issuers write the arc with a 0 in it. None of them: all. */
static unsigned
read_usage(const X509 *certificate)
{
	static const struct {
		const char *identifier;
		unsigned usage;
	} known[] = {
		{"1.3.6.1.4.1.1847.2021.1.1", KEY_USAGE_TEST},
		{"1.3.6.1.4.1.1847.2021.1.2", KEY_USAGE_VACCINATION},
		{"1.3.6.1.4.1.1847.2021.1.3", KEY_USAGE_RECOVERY},
		{"1.3.6.1.4.1.0.1847.2021.1.1", KEY_USAGE_TEST},
		{"1.3.6.1.4.1.0.1847.2021.1.2", KEY_USAGE_VACCINATION},
		{"1.3.6.1.4.1.0.1847.2021.1.3", KEY_USAGE_RECOVERY},
	};
	EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	unsigned usage = 0;
	char text[64];

	for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages); i++) {
		OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(usages, i), 1);
		for (size_t j = 0; j < sizeof known / sizeof *known; j++)
			if (strcmp(text, known[j].identifier) == 0)
				usage |= known[j].usage;
	}
	sk_ASN1_OBJECT_pop_free(usages, ASN1_OBJECT_free);
	return usage ? usage : KEY_USAGE_ALL;
}

static void
read_country(const X509 *certificate, char country[3])
{
	const X509_NAME *names[] = {X509_get_subject_name(certificate), X509_get_issuer_name(certificate)};
	char text[8];

	country[0] = 0;
	for (size_t i = 0; i < 2 && !country[0]; i++)
		if (X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)names[i], NID_countryName, text, sizeof text) == 2)
			memcpy(country, text, 3);
}

int
public_key_read_certificate(
	const void *der, size_t length, struct public_key **ret_key, struct certificate_facts *ret_facts, struct error *e)
{
	const unsigned char *at = der;
	struct certificate_facts facts = {0};
	X509 *certificate = NULL;
	int r;

	if (length > KEY_DER_MAX)
		return error_set(e, ERROR_BAD_INPUT, "a certificate of more than %d bytes", KEY_DER_MAX);
	certificate = d2i_X509(NULL, &at, (long)length);
	if (!certificate || at != (const unsigned char *)der + length ||
		!read_time(X509_get0_notBefore(certificate), &facts.from) ||
		!read_time(X509_get0_notAfter(certificate), &facts.to)) {
		r = refuse(e, "not an X.509 certificate");
		goto out;
	}
	facts.usage = read_usage(certificate);
	read_country(certificate, facts.country);
	if ((r = public_key_id(der, length, facts.id, e)) < 0 ||
		(r = public_key_wrap(X509_get_pubkey(certificate), ret_key, e)) < 0)
		goto out;
	*ret_facts = facts;
out:
	X509_free(certificate);
	ERR_clear_error();
	return r;
}

void
public_key_free(struct public_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->key);
	free(key);
}

bool
public_key_is_p256(const struct public_key *key)
{
	return coordinate_size(key->key) == P256_COORDINATE;
}

bool
public_key_suits(const struct public_key *key, int64_t algorithm)
{
	int kind = EVP_PKEY_get_base_id(key->key);

	switch (algorithm) {
	case COSE_ES256:
		return public_key_is_p256(key);
	case COSE_PS256:
		return kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
	case COSE_EDDSA:
		return kind == EVP_PKEY_ED25519;
	default:
		return false;
	}
}

/* r||s to DER; its length, or 0. */
static size_t
signature_to_der(const uint8_t *signature, size_t size, uint8_t *der)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, (int)size, NULL), *s = BN_bin2bn(signature + size, (int)size, NULL);
	int length = 0;

	if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL;
		length = i2d_ECDSA_SIG(pair, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return length > 0 ? (size_t)length : 0;
}

static bool
check(EVP_PKEY *key, const EVP_MD *digest, bool pss, const void *bytes, size_t length, const uint8_t *signature,
	size_t signature_length)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *of_key;
	bool holds = context && EVP_DigestVerifyInit(context, &of_key, digest, NULL, key) == 1 &&
		(!pss ||
			(EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) == 1 &&
				EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
		EVP_DigestVerify(context, signature, signature_length, bytes, length) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return holds;
}

bool
public_key_check(const struct public_key *key, int64_t algorithm, const void *bytes, size_t length,
	const uint8_t *signature, size_t signature_length)
{
	int kind = EVP_PKEY_get_base_id(key->key);
	const EVP_MD *digest = algorithm == COSE_ES384 ? EVP_sha384()
		: algorithm == COSE_ES512                  ? EVP_sha512()
												   : EVP_sha256();
	uint8_t der[2 * COORDINATE_MAX + 16];
	size_t size, der_length;

	switch (algorithm) {
	case COSE_ES256:
	case COSE_ES384:
	case COSE_ES512:
		size = coordinate_size(key->key);
		if (!size || signature_length != 2 * size || !(der_length = signature_to_der(signature, size, der)))
			return false;
		return check(key->key, digest, false, bytes, length, der, der_length);
	case COSE_PS256:
		return (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) &&
			check(key->key, digest, true, bytes, length, signature, signature_length);
	case COSE_EDDSA:
		return kind == EVP_PKEY_ED25519 && check(key->key, NULL, false, bytes, length, signature, signature_length);
	default:
		return false;
	}
}
