/* keys/token.h: signing keys that are made in a PKCS#11 token (version 2.20 or later) and never leave it.
 *
 * A token is named by a PKCS#11 URI (RFC 7512): "pkcs11:token=LABEL?module-path=/PATH.so&pin-source=file:/PATH", with any of
 * token, manufacturer, model and serial. The PIN is in the file of pin-source (its first line; readable by its owner alone),
 * else in the environment's HEALTHCODE_TOKEN_PIN; never in the URI. It is read at each log-in.
 *
 * Nothing is asked of a token before it is needed. Where it was away, locked or started anew, the next question connects to
 * it again; between two attempts that fail lies a second. A PIN that was refused is not tried again, and none is
 * where one wrong try is left: a token that locks itself stops everybody.
 *
 * A struct token may be used by many threads; a struct token_key by one at a time, each with a session of its own. Whatever
 * a token does not do is ERROR_IO, with the reason in words. */

#ifndef HEALTHCODE_KEYS_TOKEN_H
#define HEALTHCODE_KEYS_TOKEN_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
	TOKEN_URI_MAX = 1024, /* bytes of a URI */
	TOKEN_PIN_MAX = 255,
	TOKEN_DIGEST_SIZE = 32,
	TOKEN_SIGNATURE_SIZE = 64,
};

struct token;
struct token_key;

/* token_open(uri, ret_token, e): read the URI. ERROR_USAGE where it names no module or no token, holds a PIN or what is not
 * understood; ERROR_NO_MEMORY. Freed with token_close, after its keys. */
int token_open(const char *uri, struct token **ret_token, struct error *e);

/* Accepts NULL. */
void token_close(struct token *token);

/* token_check(token, e): whether it is there, takes the PIN, and makes and uses keys of P-256. 0 or ERROR_IO. */
int token_check(struct token *token, struct error *e);

/* token_make(token, name, public_key, e): make an EC P-256 key named ${name}, which can be used and destroyed but not read;
 * append its public part, SubjectPublicKeyInfo DER. ERROR_IO, ERROR_NO_MEMORY. */
int token_make(struct token *token, const char *name, struct buffer *public_key, struct error *e);

/* token_find(token, name, e): 0 where it holds a private key of that name, else ERROR_EXISTS_NOT or ERROR_IO. */
int token_find(struct token *token, const char *name, struct error *e);

/* token_destroy(token, name, e): destroy every key of that name; 0 too where there is none. */
int token_destroy(struct token *token, const char *name, struct error *e);

/* token_key_open(token, name, ret_key, e): a key by its name; nothing is asked yet. Freed with token_key_close. */
int token_key_open(struct token *token, const char *name, struct token_key **ret_key, struct error *e);

/* Accepts NULL. */
void token_key_close(struct token_key *key);

/* token_key_sign(key, digest, signature, e): ECDSA, r || s. ERROR_IO, also where the token holds no such key. */
int token_key_sign(struct token_key *key, const uint8_t digest[TOKEN_DIGEST_SIZE],
	uint8_t signature[TOKEN_SIGNATURE_SIZE], struct error *e);

#endif
