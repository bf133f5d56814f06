/* base/json.h: JSON from outside, read strictly, and the place of any value in its text.
 *
 * Parsing is jansson's (duplicate keys refused, 64-bit integers exact); this adds limits, our errors, and places,
 * which jansson does not keep. */

#ifndef HEALTHCODE_BASE_JSON_H
#define HEALTHCODE_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum { JSON_DEPTH_MAX = 256 };

/* json_read(text, length, name, ret_root, e):
 * Parse one whole JSON document (any kind of value), nested at most JSON_DEPTH_MAX deep, no duplicate keys, UTF-8, no
 * NUL in strings, no byte-order mark. ${name} is the file named in errors. Return 0 and a new reference, or
 * ERROR_BAD_INPUT with line and column, ERROR_TOO_LARGE (depth) or ERROR_NO_MEMORY. */
int json_read(const char *text, size_t length, const char *name, json_t **ret_root, struct error *e);

/* json_read_own(text, what, ret_root, e): parse what this program wrote and kept: as json_read, but what cannot be parsed is
 * ERROR_CORRUPT, "${what} cannot be read". */
int json_read_own(const char *text, const char *what, json_t **ret_root, struct error *e);

/* json_read_file(path, maximum, ret_root, ret_text, e):
 * Read and parse a file of at most ${maximum} bytes. ${ret_text} (NULL if not wanted) receives the text, freed by the
 * caller with buffer_free, for json_place. */
int json_read_file(const char *path, size_t maximum, json_t **ret_root, struct buffer *ret_text, struct error *e);

/* json_place(text, length, pointer, ret_line, ret_column):
 * Where the value at JSON pointer ${pointer} (RFC 6901, "" is the root) begins in the well-formed document ${text};
 * lines and columns (bytes) from 1. A pointer to nothing gives the place of the deepest ancestor that is there. */
void json_place(const char *text, size_t length, const char *pointer, size_t *ret_line, size_t *ret_column);

/* json_write(value, b, e):
 * Append the canonical form: keys sorted by bytes, no spaces, integers as they are, reals with 17 digits, strings
 * escaped only where JSON demands it. Equal values give equal bytes. */
int json_write(const json_t *value, struct buffer *b, struct error *e);

#endif
