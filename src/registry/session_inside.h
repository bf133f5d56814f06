/* registry/session_inside.h (inside the room): how a session begins, whoever it is for. */

#ifndef HEALTHCODE_REGISTRY_SESSION_INSIDE_H
#define HEALTHCODE_REGISTRY_SESSION_INSIDE_H

#include "registry/internal.h"

/* session_start(registry, user, phone_hash, lasts_s, token, e): for a user, or (NULL) for a resident's phone. */
int session_start(struct registry *registry, const struct registry_user *user, const uint8_t *phone_hash,
	int64_t lasts_s, char token[TOKEN_TEXT_SIZE], struct error *e);

#endif
