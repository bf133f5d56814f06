/* credential/certificate.h: health certificates of the EU (EU DCC: vaccination, test, recovery), as evidence.
 *
 * The steps are those of HCERT 1.0.5: prefix, base45, zlib, COSE, key id, signature, key usage, validity, schema. Each
 * can be asked alone; certificate_verify asks all. */

#ifndef HEALTHCODE_CREDENTIAL_CERTIFICATE_H
#define HEALTHCODE_CREDENTIAL_CERTIFICATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"
#include "credential/cose.h"
#include "credential/key.h"
#include "credential/trust.h"

/* Why a certificate does not count. The list is closed; the names by certificate_cause_name are part of the interface. */
enum certificate_cause {
	CERTIFICATE_VALID,
	CERTIFICATE_NO_QR,           /* "no_qr": a picture without one QR code */
	CERTIFICATE_BAD_PREFIX,      /* "bad_prefix" */
	CERTIFICATE_BAD_BASE45,      /* "bad_base45" */
	CERTIFICATE_BAD_ZLIB,        /* "bad_zlib" */
	CERTIFICATE_MALFORMED,       /* "malformed": CBOR, COSE or claims out of shape */
	CERTIFICATE_UNKNOWN_KEY,     /* "unknown_key" */
	CERTIFICATE_BAD_SIGNATURE,   /* "bad_signature" */
	CERTIFICATE_REVOKED,         /* "revoked": its key is */
	CERTIFICATE_KEY_NOT_VALID,   /* "key_not_valid": the key's certificate does not count at that moment */
	CERTIFICATE_WRONG_KEY_USAGE, /* "wrong_key_usage": the key may not sign this kind of certificate */
	CERTIFICATE_NOT_YET_VALID,   /* "not_yet_valid" */
	CERTIFICATE_EXPIRED,         /* "expired" */
	CERTIFICATE_BAD_SCHEMA,      /* "bad_schema": the payload is not as DCC schema 1.3 says */
	CERTIFICATE_LIST_TOO_OLD,    /* "list_too_old" */
};

/* The cause's name; NULL for CERTIFICATE_VALID. */
const char *certificate_cause_name(enum certificate_cause cause);

struct certificate {
	char issuer[ISSUER_SIZE]; /* the claim's, else the key's */
	instant issued_at;        /* INT64_MIN where it does not say */
	instant expires_at;
	unsigned kind;   /* of enum key_usage: test, vaccination or recovery; 0 where it is none or several of them */
	json_t *payload; /* the DCC, owned; NULL where none was read */
};

/* certificate_read(payload, length, ret_certificate, e):
 * Read the claims of a message's payload (CWT): issuer, issued at, expires at, and the DCC in claim -260, 1. Return 0,
 * or ERROR_BAD_INPUT, ERROR_TOO_LARGE or ERROR_NO_MEMORY. Freed with certificate_free. */
int certificate_read(const uint8_t *payload, size_t length, struct certificate *ret_certificate, struct error *e);

/* Frees what it owns. Accepts one that is zeroed. */
void certificate_free(struct certificate *certificate);

/* certificate_find_key(message, trust, ret_key, ret_cause, e):
 * The trusted certificate whose key signed: CERTIFICATE_VALID, _UNKNOWN_KEY or _BAD_SIGNATURE. The key id in the
 * protected header counts before the other. Return 0 or ERROR_NO_MEMORY. */
int certificate_find_key(const struct cose_sign1 *message, const struct trust *trust, const struct trust_key **ret_key,
	enum certificate_cause *ret_cause, struct error *e);

/* CERTIFICATE_VALID, _NOT_YET_VALID or _EXPIRED at ${now}: it counts in [issued_at, expires_at]. */
enum certificate_cause certificate_check_time(const struct certificate *certificate, instant now);

/* Whether a key of this usage may sign this kind of certificate. */
bool certificate_check_usage(const struct certificate *certificate, unsigned usage);

/* dcc_check(payload, e):
 * Whether the JSON is a DCC as schema 1.3 (DCC.combined-schema.json) says, dates included. Return 0, or
 * ERROR_BAD_INPUT with the member and the rule that it broke. Whether codes are in the value sets is not looked at. */
int dcc_check(const json_t *payload, struct error *e);

/* dcc_time_read(text, ret_at): whether ${text} is a DCC's date and time: RFC 3339, and, as issuers write it and the
 * schema's own examples allow, offsets without a colon or without minutes (+0200, +02). */
bool dcc_time_read(const char *text, instant *ret_at);

/* certificate_verify(bytes, length, trust, now, ret_certificate, ret_cause, e):
 * Check the text of a certificate ("HC1:...") or a picture of it (PNG, SVG) at ${now}. The answer is in ${ret_cause};
 * ${e} says more about what could not be read. ${ret_certificate} is filled where the signature holds, else zeroed:
 * nothing unproved is told; the caller frees it. Return 0, or ERROR_NO_MEMORY. */
int certificate_verify(const uint8_t *bytes, size_t length, const struct trust *trust, instant now,
	struct certificate *ret_certificate, enum certificate_cause *ret_cause, struct error *e);

#endif
