/* keys/keys.h: the key store: the only place where keys are.
 *
 * A folder (DIR/keys, 0700) beside the store it belongs to, and never inside its database, log or backup:
 *
 *   root.key       32 random bytes. Whoever has it and this folder has all that is below.
 *   hash.key       finds identity: keyed hashes of ID numbers and phones, tokens of sessions (keys_hash)
 *   seal.key       seals identity: names, ID numbers, phones, addresses, in the registry (keys_seal)
 *   NAME.key       what other rooms put here by name. Names in use:
 *                    issuer-...          an issuer's signing key, PKCS#8 (made and read by credential)
 *                    day-KIND-DATE       a local day's key; destroying it destroys what the day sealed (presence, evidence)
 *                    peer-...            what is shared with another service, to name people by (gate)
 *                    person-NUMBER       a person's key, where something of theirs is to be destroyed alone
 *   NAME.gone      empty: that key was destroyed, and no other will take its name
 *   token.uri      where issuers' keys are made in a PKCS#11 token: its URI (keys/token.h), a line of text. NAME.key then holds
 *                  a reference and the public part, and the key itself never leaves the token
 *
 * Every file but root.key and token.uri is sealed under the root key, with its name bound in. Files are 0600, written whole and synced.
 * Keys in memory are locked there where the system allows it, and wiped. A struct keys may be used by many threads
 * at once, and its folder by many processes.
 *
 * Hashes are keyed BLAKE2b-256. Seals are XChaCha20-Poly1305 with a random nonce: version (1), nonce (24), content and
 * tag (16). A purpose (a short text such as "id-number") gives a hash or a seal its own derived key, so that values of
 * two purposes cannot be compared or exchanged. */

#ifndef HEALTHCODE_KEYS_KEYS_H
#define HEALTHCODE_KEYS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"
#include "keys/token.h"

enum {
	KEYS_SIZE = 32,         /* bytes of a symmetric key and of a hash */
	KEYS_SEAL_EXTRA = 41,   /* bytes that sealing adds */
	KEYS_NAME_MAX = 80,     /* characters of a name: a-z, 0-9, '-', '.', '_', the first no '.' */
	KEYS_VALUE_MAX = 16384, /* bytes kept under a name */
};

struct keys;

/* keys_open(folder, create, ret_keys, e):
 * Open the key store in ${folder}. With ${create} the folder and the root, hash and seal keys are made where there is
 * no root key yet. A destruction that a crash interrupted is finished. Without ${create} a missing store is
 * ERROR_EXISTS_NOT. Also ERROR_CORRUPT (a key does not open under this root, or is missing), ERROR_IO, ERROR_NO_MEMORY;
 * ERROR_DENIED if others than the owner may read the root key. The caller closes it with keys_close. */
int keys_open(const char *folder, bool create, struct keys **ret_keys, struct error *e);

/* Wipe and free. Accepts NULL. */
void keys_close(struct keys *keys);

/* keys_hash(keys, purpose, bytes, length, hash): the keyed hash of ${bytes} for ${purpose}; always the same. */
void keys_hash(const struct keys *keys, const char *purpose, const void *bytes, size_t length, uint8_t hash[KEYS_SIZE]);

/* keys_seal(keys, purpose, about, about_length, bytes, length, sealed, e):
 * Append ${bytes}, sealed, to ${sealed}. ${about} (may be NULL with 0) is bound in and must be given again on opening:
 * what the value belongs to, such as its row's key, so that it cannot be moved to another row.
 * keys_open_sealed(...): append what was sealed to ${bytes}; ERROR_CORRUPT if it was changed, or sealed otherwise.
 * Both: ERROR_TOO_LARGE, ERROR_NO_MEMORY; on failure the buffer is as before. */
int keys_seal(const struct keys *keys, const char *purpose, const void *about, size_t about_length, const void *bytes,
	size_t length, struct buffer *sealed, struct error *e);
int keys_open_sealed(const struct keys *keys, const char *purpose, const void *about, size_t about_length,
	const void *sealed, size_t length, struct buffer *bytes, struct error *e);

/* The same under a key at hand, such as a day's. */
int keys_seal_with(const uint8_t key[KEYS_SIZE], const void *about, size_t about_length, const void *bytes,
	size_t length, struct buffer *sealed, struct error *e);
int keys_open_with(const uint8_t key[KEYS_SIZE], const void *about, size_t about_length, const void *sealed,
	size_t length, struct buffer *bytes, struct error *e);

/* keys_put(keys, name, bytes, length, e): keep ${bytes} under ${name}. ERROR_EXISTS if the name is taken, ERROR_DENIED
 * if its key was destroyed, ERROR_USAGE for a name that cannot be, ERROR_TOO_LARGE, ERROR_IO. */
int keys_put(struct keys *keys, const char *name, const void *bytes, size_t length, struct error *e);

/* keys_get(keys, name, bytes, size, ret_length, e): read what is kept under ${name} into ${size} bytes at ${bytes}; the
 * caller wipes them with keys_wipe. ERROR_EXISTS_NOT (the message says if it was destroyed), ERROR_CORRUPT,
 * ERROR_TOO_LARGE, ERROR_IO. */
int keys_get(const struct keys *keys, const char *name, void *bytes, size_t size, size_t *ret_length, struct error *e);

/* keys_get_or_make(keys, name, key, e): the symmetric key ${name}, made at random and kept if there is none. Two that
 * ask at once get the same one. ERROR_DENIED if it was destroyed. */
int keys_get_or_make(struct keys *keys, const char *name, uint8_t key[KEYS_SIZE], struct error *e);

/* keys_token_uri(keys): the URI of the store's token; NULL where it has none.
 * keys_token_set(keys, uri, e): have issuers' keys made in that token from now on; with NULL, in the folder again. What was
 * made before stays where it is: a token that is asked for such a key has to be the one that has it. Not while other threads
 * use ${keys}. ERROR_USAGE for a URI that names no token; ERROR_IO, also where the token does not answer as it has to. */
const char *keys_token_uri(const struct keys *keys);
int keys_token_set(struct keys *keys, const char *uri, struct error *e);

/* keys_make_in_token(keys, name, public_key, e): make an EC P-256 key in the store's token, keep a reference under ${name},
 * and append the public part, SubjectPublicKeyInfo DER. As keys_put and token_make; ERROR_USAGE without a token. */
int keys_make_in_token(struct keys *keys, const char *name, struct buffer *public_key, struct error *e);

/* keys_in_token(keys, name, bytes, length, ret_key, ret_public, e):
 * Where ${bytes}, as keys_get found them under ${name}, refer to the token: return 1, the key (closed with token_key_close
 * before ${keys} is) and where in ${bytes} its public part begins. 0 where they are the key itself. ERROR_IO where the store
 * has no token any more; ERROR_NO_MEMORY. */
int keys_in_token(const struct keys *keys, const char *name, const void *bytes, size_t length,
	struct token_key **ret_key, size_t *ret_public, struct error *e);

/* keys_list(keys, prefix, ret_names, e): names that begin with ${prefix}, sorted, without root, hash and seal; the
 * caller frees them with file_names_free. */
int keys_list(const struct keys *keys, const char *prefix, struct file_names *ret_names, struct error *e);

/* keys_destroy(keys, name, e): overwrite and remove a key, for good; success means it is synced. Storage that keeps
 * old blocks (copy-on-write, flash) keeps only bytes sealed under the root key. One in the token is destroyed there first.
 * ERROR_EXISTS_NOT if there never was one; success again if it was destroyed before. */
int keys_destroy(struct keys *keys, const char *name, struct error *e);

/* Whether there was a key ${name} that was destroyed. */
bool keys_destroyed(const struct keys *keys, const char *name);

/* keys_check(keys, ret_count, e): open every key that is kept. Return 0 with how many there are beside root, hash and seal, or
 * ERROR_CORRUPT with the first that doesn't open under this root key, or that the token should hold and doesn't. One that is destroyed meanwhile is passed by. */
int keys_check(const struct keys *keys, size_t *ret_count, struct error *e);

/* Random bytes from the system, and overwriting that no compiler leaves out. */
void keys_random(void *bytes, size_t length);
void keys_wipe(void *bytes, size_t length);

#endif
