/* keys/store.h: what the room's own files share. */

#ifndef HEALTHCODE_KEYS_STORE_H
#define HEALTHCODE_KEYS_STORE_H

#include "keys/keys.h"
#include "keys/token.h"

/* The keys that are held while the store is open, in locked memory. */
struct masters {
	uint8_t root[KEYS_SIZE], hash[KEYS_SIZE], seal[KEYS_SIZE];
};

struct keys {
	char *folder;
	struct masters *masters;
	struct token *token; /* NULL: none */
	char *token_uri;
};

/* The token that the folder names, opened; nothing where it names none (in_token.c). */
int keys_token_load(struct keys *keys, struct error *e);

/* keys_token_forget(keys, name, e): destroy what the token holds of the key ${name}, where that is only a reference. */
int keys_token_forget(const struct keys *keys, const char *name, struct error *e);

/* keys_token_has(keys, name, bytes, length, e): where ${bytes} (what is kept under ${name}) refer to the token, whether it
 * holds the key: 0, or ERROR_CORRUPT where it does not, or ERROR_IO. */
int keys_token_has(const struct keys *keys, const char *name, const void *bytes, size_t length, struct error *e);

#endif
