/* registry/session.h: tokens that say who asks: a resident's phone, or a user. */

#ifndef HEALTHCODE_REGISTRY_SESSION_H
#define HEALTHCODE_REGISTRY_SESSION_H

#include "registry/user.h"

enum {
	TOKEN_TEXT_SIZE = 65, /* 256 random bits in hex */
	SESSION_RESIDENT_S = 30 * DAY_S,
	SESSION_USER_S = 12 * 3600,
	SESSION_DEVICE_S = 366 * DAY_S, /* a gate's device, a gateway: the token is its credential */
};

/* ${role} is REGISTRY_RESIDENT for a phone (then ${phone_hash} is it), else the user's. */
struct registry_session {
	enum registry_role role;
	uint8_t phone_hash[32], hash[32]; /* ${hash}: the token's, under which its row stands */
	struct registry_user user;
	instant started_at, expires_at;
};

/* registry_session_start_user(registry, user, lasts_s, token, e): a new session for one who was authenticated. Only the
 * token's hash is kept; ${token} is given out once. */
int registry_session_start_user(struct registry *registry, const struct registry_user *user, int64_t lasts_s,
	char token[TOKEN_TEXT_SIZE], struct error *e);

/* registry_session_find(registry, token, ret_session, e): 0, or ERROR_DENIED for a token that is none, ended, or
 * expired. */
int registry_session_find(
	struct registry *registry, const char *token, struct registry_session *ret_session, struct error *e);

/* registry_session_end(registry, token, e): sign out; also of what is no session. */
int registry_session_end(struct registry *registry, const char *token, struct error *e);

#endif
