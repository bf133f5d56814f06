/* registry/sign_in.h: residents prove that they hold a phone by a code sent to it. */

#ifndef HEALTHCODE_REGISTRY_SIGN_IN_H
#define HEALTHCODE_REGISTRY_SIGN_IN_H

#include "registry/session.h"

enum {
	SIGN_IN_CODE_DIGITS = 6,
	SIGN_IN_LASTS_S = 300,
	SIGN_IN_ATTEMPTS = 5, /* wrong tries after which a code is void */
	SIGN_IN_PER_HOUR = 5, /* codes one phone gets in an hour */
	SIGN_IN_PAUSE_S = 30, /* between two */
};

/* registry_sign_in_request(registry, phone, e):
 * Send a new code to ${phone} (any way of writing it), which voids the one before. The same for phones known or not.
 * Return 0; ERROR_BAD_INPUT; ERROR_DENIED when too many were asked for. */
int registry_sign_in_request(struct registry *registry, const char *phone, struct error *e);

/* registry_sign_in(registry, phone, code, token, e):
 * Exchange the code for a session. Return 0, or ERROR_DENIED (wrong, used, too old, too many tries). */
int registry_sign_in(
	struct registry *registry, const char *phone, const char *code, char token[TOKEN_TEXT_SIZE], struct error *e);

#endif
