/* credential/compress.h: zlib streams (RFC 1950), one whole stream at a time. */

#ifndef HEALTHCODE_CREDENTIAL_COMPRESS_H
#define HEALTHCODE_CREDENTIAL_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* inflate_all(bytes, length, out, e):
 * Append what the stream holds. Return 0, or ERROR_BAD_INPUT (broken, cut off, a dictionary wanted, or bytes after
 * the stream), ERROR_TOO_LARGE (more than the maximum of ${out}: stopped there) or ERROR_NO_MEMORY. */
int inflate_all(const uint8_t *bytes, size_t length, struct buffer *out, struct error *e);

/* store_all(bytes, length, out, e):
 * Append a stream that holds ${bytes} (at most 1 MiB) as they are, in stored blocks: a code is less than 200 bytes, most
 * of them key id, id and signature, and no level of deflate makes them fewer (docs/decisions/0029). The stream begins
 * with 0x78, which some readers look for. Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int store_all(const uint8_t *bytes, size_t length, struct buffer *out, struct error *e);

#endif
