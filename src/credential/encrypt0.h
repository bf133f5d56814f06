/* credential/encrypt0.h: COSE_Encrypt0 (RFC 9052, 5.2) with A256GCM (RFC 9053, 4.1): content that only holders of a key read.
 *
 * The key is known to both sides from elsewhere; nothing in a message names it. A nonce is random. */

#ifndef HEALTHCODE_CREDENTIAL_ENCRYPT0_H
#define HEALTHCODE_CREDENTIAL_ENCRYPT0_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { ENCRYPT0_KEY_SIZE = 32, ENCRYPT0_CONTENT_MAX = 65536 };

/* encrypt0_derive(group, about, about_length, key, e): a key for one message: HKDF-SHA-256 (RFC 5869) of ${group}, with
 * ${about} as its salt. Under a key of its own, no message shares its nonce with another. Return 0 or ERROR_NO_MEMORY. */
int encrypt0_derive(const uint8_t group[ENCRYPT0_KEY_SIZE], const void *about, size_t about_length,
	uint8_t key[ENCRYPT0_KEY_SIZE], struct error *e);

/* encrypt0_write(key, content, length, message, e):
 * Append a message, tagged 16, the algorithm in the protected header, the nonce in the other. Return 0, ERROR_TOO_LARGE or
 * ERROR_NO_MEMORY. */
int encrypt0_write(
	const uint8_t key[ENCRYPT0_KEY_SIZE], const void *content, size_t length, struct buffer *message, struct error *e);

/* encrypt0_open(key, message, length, content, e):
 * Append what was sealed. Return 0; ERROR_DENIED where it does not open with ${key}; ERROR_BAD_INPUT for what is no such
 * message (tagged 16 or untagged; another algorithm, "crit", a nonce that is not 12 bytes); ERROR_TOO_LARGE;
 * ERROR_NO_MEMORY. */
int encrypt0_open(const uint8_t key[ENCRYPT0_KEY_SIZE], const uint8_t *message, size_t length, struct buffer *content,
	struct error *e);

#endif
