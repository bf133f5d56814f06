/* credential/signed.h (inside the room): whose signature under a message of a jurisdiction's counts: a code's, a statement's. */

#ifndef HEALTHCODE_CREDENTIAL_SIGNED_H
#define HEALTHCODE_CREDENTIAL_SIGNED_H

#include "credential/cbor.h"
#include "credential/code.h"
#include "credential/cose.h"

/* A message taken out of its container: its claims are read, its signature is not looked at. */
struct signed_message {
	struct buffer bytes;
	struct cose_sign1 cose;
	struct cbor *claims;
};

/* signed_open(text, length, ret_message, ret_cause, e): CODE_VALID and the message, or CODE_TOO_LARGE or CODE_MALFORMED with ${e} filled.
 * Return 0, or ERROR_NO_MEMORY. Whatever came of it is freed with signed_close. */
int signed_open(
	const char *text, size_t length, struct signed_message *ret_message, enum code_cause *ret_cause, struct error *e);
void signed_close(struct signed_message *message);

/* signed_find_key(message, trust, ret_key, ret_cause, e):
 * The trusted key for codes under which the signature holds: CODE_VALID and the key, or the cause and NULL. Return 0, or
 * ERROR_NO_MEMORY. */
int signed_find_key(const struct cose_sign1 *message, const struct trust *trust, const struct trust_key **ret_key,
	enum code_cause *ret_cause, struct error *e);

/* What such a message says of itself; ${id} (CODE_ID_SIZE) may be NULL. */
struct signed_claims {
	const char *issuer;
	instant issued_at, expires_at;
	const uint8_t *id;
};

/* What the list and the clock say of a message whose signature holds under ${key}. */
enum code_cause
signed_judge(const struct signed_claims *claims, const struct trust *trust, const struct trust_key *key, instant now);

#endif
