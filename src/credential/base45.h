/* credential/base45.h: bytes in the 45 characters that a QR code packs well (RFC 9285). */

#ifndef HEALTHCODE_CREDENTIAL_BASE45_H
#define HEALTHCODE_CREDENTIAL_BASE45_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* base45_encode(bytes, length, text, e): append the text. Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int base45_encode(const void *bytes, size_t length, struct buffer *text, struct error *e);

/* base45_decode(text, length, bytes, e):
 * Append the bytes. Return 0, or ERROR_BAD_INPUT with e->column at the fault (a character outside the alphabet, a
 * group too large for its bytes, a length of 1 modulo 3), ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int base45_decode(const char *text, size_t length, struct buffer *bytes, struct error *e);

#endif
