/* registry/user.h: staff, devices at gates, gateways: those who act by name. */

#ifndef HEALTHCODE_REGISTRY_USER_H
#define HEALTHCODE_REGISTRY_USER_H

#include "registry/store.h"

enum { USER_NAME_SIZE = 65, PASSWORD_LEAST = 8, PASSWORD_MAX = 256 };

enum registry_role {
	REGISTRY_RESIDENT, /* not a user's: a resident's session has it */
	REGISTRY_GATE,
	REGISTRY_TRACER,
	REGISTRY_CLINICIAN,
	REGISTRY_SUPERVISOR,
	REGISTRY_AUDITOR,
	REGISTRY_ADMINISTRATOR,
	REGISTRY_CARRIER,   /* the carriers' gateway: vouches for phones */
	REGISTRY_COMMITTEE, /* a community committee: vouches */
	REGISTRY_ROLE_COUNT,
};

/* "resident", "gate", ...; reading returns success. */
const char *registry_role_name(enum registry_role role);
bool registry_role_read(const char *text, enum registry_role *ret_role);

struct registry_user {
	int64_t number;
	char name[USER_NAME_SIZE];
	enum registry_role role;
	char office[USER_NAME_SIZE]; /* "" where none was told */
	char
		division[7]; /* of a committee, whose people it applies for; "" where none was told. Not known of a session's */
};

/* registry_user_add(registry, name, role, password, by, e):
 * Add a user: ${name} is 1 to 64 of [a-z0-9._-], ${password} PASSWORD_LEAST to PASSWORD_MAX bytes, kept as argon2id.
 * ${by} is who adds, or NULL. Return 0, ERROR_EXISTS, ERROR_BAD_INPUT or ERROR_USAGE (a resident's role). */
int registry_user_add(struct registry *registry, const char *name, enum registry_role role, const char *password,
	const char *by, struct error *e);

/* registry_user_move(registry, name, office, e): from now on they act for that office: 1 to 64 of [a-z0-9._-]. ERROR_EXISTS_NOT,
 * ERROR_BAD_INPUT. */
int registry_user_move(struct registry *registry, const char *name, const char *office, struct error *e);

/* registry_user_place(registry, name, division, e): a committee's user applies for the people of that division (six digits) and those in it.
 * ERROR_EXISTS_NOT, ERROR_BAD_INPUT, ERROR_USAGE for another role.
 * registry_user_covers(user, division): whether ${division} is that one or in it. */
int registry_user_place(struct registry *registry, const char *name, const char *division, struct error *e);
bool registry_user_covers(const struct registry_user *user, const char *division);

/* registry_user_authenticate(registry, name, password, ret_user, e):
 * Return 0, or ERROR_DENIED, as slowly for a name that is not there as for a wrong password; also after too many wrong
 * ones (10 within 15 minutes for the name). */
int registry_user_authenticate(
	struct registry *registry, const char *name, const char *password, struct registry_user *ret_user, struct error *e);

/* registry_user_find(registry, name, ret_user, e): 0 or ERROR_EXISTS_NOT. For those who are already trusted. */
int registry_user_find(struct registry *registry, const char *name, struct registry_user *ret_user, struct error *e);

/* registry_users_each(registry, each, context, e): by name. A non-zero return of ${each} ends the walk and is returned. */
typedef int registry_user_each(const struct registry_user *user, void *context, struct error *e);
int registry_users_each(struct registry *registry, registry_user_each *each, void *context, struct error *e);

#endif
