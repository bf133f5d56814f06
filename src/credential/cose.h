/* credential/cose.h: COSE_Sign1 (RFC 9052, 4.2): a payload, and one signature over it. */

#ifndef HEALTHCODE_CREDENTIAL_COSE_H
#define HEALTHCODE_CREDENTIAL_COSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "credential/cbor.h"
#include "credential/key.h"

/* What a message says, nothing of it proved. The pointers are into the message's own bytes or document. */
struct cose_sign1 {
	struct cbor *document, *header;
	const uint8_t *protected_bytes, *payload, *signature;
	size_t protected_length, payload_length, signature_length;
	bool has_algorithm, algorithm_is_protected;
	int64_t algorithm;
	const uint8_t *key_id; /* from the protected header, else the other, else NULL */
	size_t key_id_length;
};

/* cose_sign1_read(bytes, length, limits, ret_message, e):
 * Read one message: tagged 18, also inside the CWT tag 61, or untagged. ${bytes} must outlive it. Refused: other tags,
 * a detached payload, a header with "crit" (nothing is understood that need be). Return 0, ERROR_BAD_INPUT,
 * ERROR_TOO_LARGE (past ${limits}) or ERROR_NO_MEMORY. */
int cose_sign1_read(const uint8_t *bytes, size_t length, const struct cbor_limits *limits,
	struct cose_sign1 *ret_message, struct error *e);

/* Frees what the message owns. Accepts one that is zeroed. */
void cose_sign1_free(struct cose_sign1 *message);

/* cose_sign1_check(message, external, external_length, key, ret_holds, e):
 * Whether the signature holds under ${key}, with ${external} (NULL: none) as externally supplied data. Return 0 or
 * ERROR_NO_MEMORY. */
int cose_sign1_check(const struct cose_sign1 *message, const void *external, size_t external_length,
	const struct public_key *key, bool *ret_holds, struct error *e);

/* cose_sign1_write(key, payload, length, message, e):
 * Append a tagged message, ES256, algorithm and key id in the protected header, deterministic but for the signature.
 * Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int cose_sign1_write(
	const struct signing_key *key, const void *payload, size_t length, struct buffer *message, struct error *e);

#endif
