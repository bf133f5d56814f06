/* credential/cbor.h: CBOR (RFC 8949) read with limits, and written deterministically.
 *
 * Any well-formed CBOR is read: indefinite lengths, integers longer than needed, half floats, tags. Refused, before
 * memory is spent on it: what passes the limits, trailing bytes, text that is not UTF-8, and maps with two equal keys. */

#ifndef HEALTHCODE_CREDENTIAL_CBOR_H
#define HEALTHCODE_CREDENTIAL_CBOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* The major types in their order; the last one holds simple values and floats. */
enum cbor_kind {
	CBOR_UNSIGNED,
	CBOR_NEGATIVE,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_SIMPLE,
	CBOR_FLOAT,
};

enum { CBOR_FALSE = 20, CBOR_TRUE = 21, CBOR_NULL = 22, CBOR_UNDEFINED = 23 };

/* One data item. Owned by its document, and never changed after the reading. */
struct cbor_item {
	enum cbor_kind kind;
	uint64_t value; /* unsigned: itself; negative: n of -1 - n; tag: its number; simple: its value */
	double number;  /* float */
	/* Bytes and text: the content (not NUL-terminated), joined where it came in pieces. */
	const uint8_t *bytes;
	size_t length; /* bytes and text: bytes; array: items; map: pairs */
	/* Array: the items. Tag: its content. Map: key, value, key, value, ... sorted as 4.2.1 orders keys. */
	const struct cbor_item *first, *next;
};

/* At most this many bytes of input, items (keys, values, containers and tags each count), and containers in each
 * other. ${depth} is at most CBOR_DEPTH_MAX. */
struct cbor_limits {
	size_t bytes, items, depth;
};

enum { CBOR_DEPTH_MAX = 64 };

/* What credentials are read with: 64 KiB, 4096 items, 16 deep. */
extern const struct cbor_limits cbor_limits_default;

struct cbor;

/* cbor_read(bytes, length, limits, ret_document, e):
 * Read one whole data item. ${bytes} must outlive the document, whose strings point into it. Return 0, or
 * ERROR_BAD_INPUT (the message names the byte), ERROR_TOO_LARGE or ERROR_NO_MEMORY. Freed with cbor_free. */
int cbor_read(
	const uint8_t *bytes, size_t length, const struct cbor_limits *limits, struct cbor **ret_document, struct error *e);

/* Accepts NULL. */
void cbor_free(struct cbor *document);

const struct cbor_item *cbor_root(const struct cbor *document);

/* cbor_order(a, b): less than, equal to or greater than 0, as the deterministic encodings compare by bytes. */
int cbor_order(const struct cbor_item *a, const struct cbor_item *b);

/* The value at an integer or text key of ${map}; NULL where it is not there, or ${map} is NULL or no map. */
const struct cbor_item *cbor_at(const struct cbor_item *map, int64_t key);
const struct cbor_item *cbor_at_text(const struct cbor_item *map, const char *key);

/* Whether ${item} (may be NULL) is an integer that fits, and its value. */
bool cbor_integer(const struct cbor_item *item, int64_t *ret_value);

/* cbor_time(item, ret_at): as cbor_integer; a float between -2^53 and 2^53 counts too, rounded down. */
bool cbor_time(const struct cbor_item *item, int64_t *ret_at);

/* Whether ${item} (may be NULL) is text of at most ${size} - 1 bytes without NUL, copied to ${text} with a NUL. */
bool cbor_text(const struct cbor_item *item, char *text, size_t size);

/* cbor_to_json(item, ret_json, e):
 * The JSON that means the same: keys of maps must be text; dates by tag 0 become their text, other tags their content.
 * Return 0 and a new reference, or ERROR_BAD_INPUT for what JSON cannot say (bytes, integers past 64 bits, NaN,
 * undefined, other keys) or ERROR_NO_MEMORY. */
int cbor_to_json(const struct cbor_item *item, json_t **ret_json, struct error *e);

/* The writer: append one head or item to ${b}, in the shortest form. After cbor_write_array(n) come n items, after
 * cbor_write_map(n) n keys and values, which the caller puts in cbor_order, after cbor_write_tag one item. Return 0, or
 * ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int cbor_write_integer(struct buffer *b, int64_t value, struct error *e);
int cbor_write_bytes(struct buffer *b, const void *bytes, size_t length, struct error *e);
int cbor_write_text(struct buffer *b, const char *text, struct error *e);
int cbor_write_array(struct buffer *b, size_t count, struct error *e);
int cbor_write_map(struct buffer *b, size_t pairs, struct error *e);
int cbor_write_tag(struct buffer *b, uint64_t tag, struct error *e);
int cbor_write_simple(struct buffer *b, uint8_t value, struct error *e);
int cbor_write_float(struct buffer *b, double value, struct error *e);

/* cbor_write_item(b, item, e): the deterministic encoding (RFC 8949, 4.2.1) of ${item} and all in it. */
int cbor_write_item(struct buffer *b, const struct cbor_item *item, struct error *e);

#endif
