/* presence/cipher.h: what a segment's bytes are sealed with. Inside the room.
 *
 * AES-256-GCM under a key of the segment's own, derived from its day's key and its random id (keyed BLAKE2b-256). The
 * nonce is the part's kind and number, so no nonce comes twice under a key, and no part opens in another's place. */

#ifndef HEALTHCODE_PRESENCE_CIPHER_H
#define HEALTHCODE_PRESENCE_CIPHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CIPHER_KEY_SIZE = 32, CIPHER_ID_SIZE = 16, CIPHER_TAG_SIZE = 16 };

struct cipher;

/* cipher_new(day_key, id, ret_cipher, e): of the segment ${id}. Return 0, or ERROR_NO_MEMORY. */
int cipher_new(const uint8_t day_key[CIPHER_KEY_SIZE], const uint8_t id[CIPHER_ID_SIZE], struct cipher **ret_cipher,
	struct error *e);

/* Wipe and free. Accepts NULL. */
void cipher_free(struct cipher *cipher);

/* cipher_seal(cipher, kind, number, about, about_length, bytes, length, sealed, e):
 * Seal into ${sealed}, which has ${length} + CIPHER_TAG_SIZE bytes and may be ${bytes}. ${about} is bound in.
 * cipher_open(...): the way back; ${length} is without the tag. Return 0, or ERROR_CORRUPT. */
int cipher_seal(struct cipher *cipher, uint32_t kind, uint64_t number, const void *about, size_t about_length,
	const void *bytes, size_t length, uint8_t *sealed, struct error *e);
int cipher_open(struct cipher *cipher, uint32_t kind, uint64_t number, const void *about, size_t about_length,
	const uint8_t *sealed, size_t length, uint8_t *bytes, struct error *e);

#endif
