/* credential/place_code.h: what hangs at a door, or is shown there: a signed code of a place and a short time. Who scans it says that
 * they were there then: one of another time, or that nobody signed, says nothing. Container and signature are a health code's
 * (docs/code-format.md). */

#ifndef HEALTHCODE_CREDENTIAL_PLACE_CODE_H
#define HEALTHCODE_CREDENTIAL_PLACE_CODE_H

#include "credential/code.h"

enum {
	PLACE_CODE_PLACE_SIZE = 65,
	PLACE_CODE_LIFETIME_MAX_S = DAY_S + 2 * 3600, /* a local day, longer by a change of the clock */
	PLACE_CODE_TEXT_MAX = 1024,
};

/* ${issuer} is the jurisdiction, ${place} as it is registered there. It counts in [issued_at, expires_at). */
struct place_code {
	char issuer[ISSUER_SIZE], place[PLACE_CODE_PLACE_SIZE];
	instant issued_at, expires_at;
};

/* place_code_sign(key, code, text, e): append the code's text, at most PLACE_CODE_TEXT_MAX bytes. Return 0, ERROR_USAGE for one that
 * cannot be, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int place_code_sign(const struct signing_key *key, const struct place_code *code, struct buffer *text, struct error *e);

/* place_code_verify(text, length, trust, now, ret_code, ret_cause, e):
 * Check a code at ${now}. ${ret_cause} as code_verify's; CODE_NOT_A_CODE is what is well-formed and no place's. ${ret_code} holds what it
 * says where its signature holds, else zeroes. Return 0, or ERROR_NO_MEMORY. */
int place_code_verify(const char *text, size_t length, const struct trust *trust, instant now,
	struct place_code *ret_code, enum code_cause *ret_cause, struct error *e);

#endif
