#include "registry/internal.h"

#include <sodium.h>
#include <string.h>

#define PURPOSE_USER_KEY "user-key-salt"

/* The key kept for the user: 1, or 0 where there is none yet. */
static int
kept_key(struct registry *registry, const char *name, uint8_t key[USER_KEY_SIZE], struct error *e)
{
	struct db_statement *statement = NULL;
	const void *bytes;
	size_t length;
	int r;

	if ((r = db_start(registry->db, "SELECT public_key FROM user_key WHERE name = $1",
			 (struct db_value[]){db_text(name)}, 1, &statement, e)) == 0 &&
		(r = db_step(statement, e)) == 1) {
		bytes = db_column_blob(statement, 0, &length);
		if (length == USER_KEY_SIZE)
			memcpy(key, bytes, USER_KEY_SIZE);
		else
			r = error_set(e, ERROR_CORRUPT, "the key of the user %s is none", name);
	}
	db_finish(statement);
	return r;
}

/* The salt is a keyed hash of the name, so that equal passwords of two users, or in two stores, give other keys. */
static int
make_pair(const struct registry *registry, const char *name, const char *password, uint8_t public_key[USER_KEY_SIZE],
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES], struct error *e)
{
	uint8_t salt[KEYS_SIZE], seed[crypto_sign_SEEDBYTES];

	_Static_assert((int)crypto_pwhash_SALTBYTES <= (int)KEYS_SIZE, "a keyed hash serves as a salt");
	_Static_assert((int)crypto_sign_PUBLICKEYBYTES == (int)USER_KEY_SIZE, "Ed25519");
	keys_hash(registry->keys, PURPOSE_USER_KEY, name, strlen(name), salt);
	if (crypto_pwhash(seed, sizeof seed, password, strlen(password), salt, crypto_pwhash_OPSLIMIT_INTERACTIVE,
			crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return error_no_memory(e);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	keys_wipe(seed, sizeof seed);
	return 0;
}

int
registry_user_sign(struct registry *registry, const char *name, const char *password, const void *bytes, size_t length,
	struct registry_user *ret_user, struct registry_signature *ret_signature, struct error *e)
{
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES], kept[USER_KEY_SIZE];
	struct registry_signature signature;
	struct registry_user user;
	int r;

	if ((r = registry_user_authenticate(registry, name, password, &user, e)) < 0 ||
		(r = make_pair(registry, name, password, signature.key, secret_key, e)) < 0)
		return r;
	if ((r = kept_key(registry, name, kept, e)) == 1 && memcmp(kept, signature.key, sizeof kept) != 0)
		r = error_set(e, ERROR_DENIED, "the user %s signed with another key before", name);
	if (r >= 0) {
		crypto_sign_detached(signature.bytes, NULL, bytes, length, secret_key);
		*ret_user = user;
		*ret_signature = signature;
		r = 0;
	}
	keys_wipe(secret_key, sizeof secret_key);
	return r;
}

int
registry_user_key_keep(struct registry *registry, const char *name, const uint8_t key[USER_KEY_SIZE], struct error *e)
{
	int r = db_do(registry->db,
		"INSERT INTO user_key(name, public_key, recorded_at) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
		(struct db_value[]){db_text(name), db_blob(key, USER_KEY_SIZE), db_int(registry_recording_time(registry))}, 3,
		e);

	return r < 0 ? r : db_changes(registry->db) == 1;
}

bool
registry_signature_holds(const struct registry_signature *signature, const void *bytes, size_t length)
{
	return crypto_sign_verify_detached(signature->bytes, bytes, length, signature->key) == 0;
}
