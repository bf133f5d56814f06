/* credential/code.h: the signed code that a person holds, and what a gate learns from it offline.
 *
 * A code is "HC1:" + base45(zlib(COSE_Sign1(CWT))); docs/code-format.md has its claims. Ours are signed with ES256; those
 * of issuers that sign with PS256 or EdDSA are read as well. It names no
 * person. Its id is a permutation of person, jurisdiction and time slot under the issuer's key of the day: nobody else
 * can link two codes, and the issuer opens one without a table. */

#ifndef HEALTHCODE_CREDENTIAL_CODE_H
#define HEALTHCODE_CREDENTIAL_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"
#include "credential/colour.h"
#include "credential/key.h"
#include "credential/trust.h"

enum { CODE_ID_KEY_SIZE = 32, CODE_LIFETIME_MAX_S = 7 * DAY_S, CODE_CARD_SIZE = 5 };

/* What a code says. It counts in [issued_at, expires_at). */
struct code_claims {
	char issuer[ISSUER_SIZE]; /* the jurisdiction */
	enum code_colour colour;
	instant issued_at, expires_at;
	uint8_t id[CODE_ID_SIZE];
	char card[CODE_CARD_SIZE]; /* of a code on paper: the last four characters of its holder's ID card; else "" */
};

/* Why a code does not count. The list is closed; names by code_cause_name are part of the interface. */
enum code_cause {
	CODE_VALID,
	CODE_MALFORMED,       /* "malformed": not a code at all, or bytes out of place */
	CODE_NOT_A_CODE,      /* "not_a_code": well-formed, but says no colour, such as a health certificate */
	CODE_WRONG_ALGORITHM, /* "wrong_algorithm": none of ES256, PS256, EdDSA in the protected header, or not the key's */
	CODE_UNKNOWN_KEY,     /* "unknown_key": no trusted key has that id */
	CODE_BAD_SIGNATURE,   /* "bad_signature" */
	CODE_WRONG_ISSUER,    /* "wrong_issuer": the key does not sign for that jurisdiction */
	CODE_KEY_NOT_VALID,   /* "key_not_valid": issued outside the key's time */
	CODE_REVOKED,         /* "revoked": the code, or its key */
	CODE_NOT_YET_VALID,   /* "not_yet_valid" */
	CODE_EXPIRED,         /* "expired" */
	CODE_LIST_TOO_OLD,    /* "list_too_old": the trust list is older than it allows */
	CODE_WRONG_COLOUR,    /* "wrong_colour": a colour that is none of the four */
	CODE_SEALED,          /* "sealed": for gates, and no gate key is known that opens it: what it says is not known */
	CODE_TOO_LARGE,       /* "too_large": more text, inflated bytes or CBOR items than a code may have */
	CODE_NOT_RECOGNISED, /* "not_recognised": valid, of another jurisdiction, and not taken where it is shown (code_verify_at alone) */
};

/* The cause's name; NULL for CODE_VALID. */
const char *code_cause_name(enum code_cause cause);

/* code_issue(key, claims, text, e):
 * Append the code's text. Equal claims give equal bytes but for the signature. Return 0, ERROR_USAGE (no issuer, no
 * such colour, a card that is not four of 0-9 and A-Z, or a lifetime that is not from 1 s to CODE_LIFETIME_MAX_S), ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int code_issue(const struct signing_key *key, const struct code_claims *claims, struct buffer *text, struct error *e);

/* code_issue_sealed(key, claims, group, text, e):
 * The same for gates alone: the colour is sealed (COSE_Encrypt0) under a key that is made of ${group}, the gate group's of the
 * day (UTC) of its issue, and of the code's id. Not on paper: ${claims} has no card. */
int code_issue_sealed(const struct signing_key *key, const struct code_claims *claims,
	const uint8_t group[GATE_KEY_SIZE], struct buffer *text, struct error *e);

/* code_verify(text, length, trust, now, ret_claims, ret_cause, e):
 * Check a code at ${now}. The answer is in ${ret_cause}; ${e} then says more about one that is malformed.
 * ${ret_claims} holds what the code says where its signature holds, else zeroes: nothing unproved is told. Of a sealed code that
 * no gate key in ${trust} opens, the colour is 0. Return 0,
 * or ERROR_NO_MEMORY. */
int code_verify(const char *text, size_t length, const struct trust *trust, instant now, struct code_claims *ret_claims,
	enum code_cause *ret_cause, struct error *e);

/* code_verify_at(text, length, trust, jurisdiction, now, ret_claims, ret_cause, e):
 * The same at a gate of ${jurisdiction}: a code that counts, but not there by the word of the signed list, is CODE_NOT_RECOGNISED. Return
 * as code_verify, or ERROR_EXISTS_NOT where the list doesn't say whose codes count there (trust_speaks_of). */
int code_verify_at(const char *text, size_t length, const struct trust *trust, const char *jurisdiction, instant now,
	struct code_claims *ret_claims, enum code_cause *ret_cause, struct error *e);

/* What a code's id holds. ${jurisdiction} is the issuer's own number for it; ${slot} counts the slots of time that the
 * issuer divides the day into. */
struct code_id_parts {
	uint32_t person, jurisdiction;
	uint64_t slot;
};

/* The issuer's key of a day, made ready once: that costs twenty times a permutation. For one thread at a time. */
struct code_id_key;

/* code_id_key_new(bytes, ret_key, e): ${bytes} may be wiped afterwards. Return 0 or ERROR_NO_MEMORY. Freed with code_id_key_free, which wipes and
 * accepts NULL. */
int code_id_key_new(const uint8_t bytes[CODE_ID_KEY_SIZE], struct code_id_key **ret_key, struct error *e);
void code_id_key_free(struct code_id_key *key);

/* code_id_make(key, parts, id, e), code_id_open(key, id, ret_parts, e):
 * The permutation (AES-256 on one block) and its inverse. Any id opens to something: only a code whose signature holds is worth
 * opening. Return 0 or ERROR_NO_MEMORY. */
int code_id_make(struct code_id_key *key, const struct code_id_parts *parts, uint8_t id[CODE_ID_SIZE], struct error *e);
int
code_id_open(struct code_id_key *key, const uint8_t id[CODE_ID_SIZE], struct code_id_parts *ret_parts, struct error *e);

#endif
