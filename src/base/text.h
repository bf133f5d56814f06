/* base/text.h: small questions about text from outside. */

#ifndef HEALTHCODE_BASE_TEXT_H
#define HEALTHCODE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Whether ${length} bytes are well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms). */
bool text_is_utf8(const char *text, size_t length);

/* text_integer(text, length, least, most, ret_value):
 * Read a whole decimal integer, optional '-' first, nothing around it, ${least} <= value <= ${most}.
 * Return true and the value, or false and nothing. */
bool text_integer(const char *text, size_t length, int64_t least, int64_t most, int64_t *ret_value);

/* text_decimal(text, length, places, ret_value):
 * Read a decimal number such as "36.65" as an integer scaled by 10^${places} (0 to 9), further digits cut off toward
 * zero. No exponent, no sign but '-', at most 18 significant digits. Return true and the value, or false. */
bool text_decimal(const char *text, size_t length, unsigned places, int64_t *ret_value);

/* text_hex(bytes, length, text): write 2 * length lower-case digits and a NUL. Return ${text}. */
char *text_hex(const void *bytes, size_t length, char *text);

/* text_unhex(text, bytes, length): read exactly ${length} bytes from 2 * length digits and a NUL. Return success. */
bool text_unhex(const char *text, void *bytes, size_t length);

/* Whether ${text} begins with ${start}. */
bool text_starts(const char *text, const char *start);

/* A copy that the caller frees, or NULL with ${e} filled. */
char *text_copy(const char *text, struct error *e);

/* text_distance(a, b): how many bytes must be added, taken away or replaced, or neighbours swapped, to make ${b} of ${a};
 * texts longer than TEXT_DISTANCE_MAX are as far apart as can be (SIZE_MAX).
 * text_nearest(word, names): the name (of a list ended by NULL) that ${word} is most likely a misspelling of: the first one
 * at the least distance, at most 2 and less than half the word; NULL where none is near. */
enum { TEXT_DISTANCE_MAX = 64 };
size_t text_distance(const char *a, const char *b);
const char *text_nearest(const char *word, const char *const *names);

#endif
