/* registry/user_key.h: what users sign with, so that an act of two people shows both, whoever runs the store.
 *
 * A user's key is Ed25519, its seed made of their password by argon2id at the moment of signing and kept nowhere. The public
 * key is kept once it was first used. */

#ifndef HEALTHCODE_REGISTRY_USER_KEY_H
#define HEALTHCODE_REGISTRY_USER_KEY_H

#include "registry/user.h"

enum { USER_KEY_SIZE = 32, USER_SIGNATURE_SIZE = 64 };

struct registry_signature {
	uint8_t key[USER_KEY_SIZE], bytes[USER_SIGNATURE_SIZE];
};

/* registry_user_sign(registry, name, password, bytes, length, ret_user, ret_signature, e):
 * Authenticate as registry_user_authenticate and sign. Call it outside a transaction, so that a wrong password is counted.
 * Also ERROR_DENIED where the key kept for the user is another one. */
int registry_user_sign(struct registry *registry, const char *name, const char *password, const void *bytes,
	size_t length, struct registry_user *ret_user, struct registry_signature *ret_signature, struct error *e);

/* registry_user_key_keep(registry, name, key, e): keep the user's public key. Return 1 if none was kept before, 0 if this one
 * was. */
int
registry_user_key_keep(struct registry *registry, const char *name, const uint8_t key[USER_KEY_SIZE], struct error *e);

/* Whether ${signature} is good for the bytes under its key. */
bool registry_signature_holds(const struct registry_signature *signature, const void *bytes, size_t length);

#endif
