/* base/json_memory.h: what jansson does not tell of memory. Where an allocation fails it may leave a member or the end of a
 * string out without a word; so its allocations are counted, and what was made while one failed is thrown away. */

#ifndef HEALTHCODE_BASE_JSON_MEMORY_H
#define HEALTHCODE_BASE_JSON_MEMORY_H

#include <jansson.h>
#include <stddef.h>

/* How many of jansson's allocations failed in this thread so far. The first call of the program makes jansson allocate
 * through malloc and this count. */
size_t json_memory_failures(void);

/* json_if_whole(value, failures_before): ${value} where no allocation failed since json_memory_failures gave
 * ${failures_before}, else NULL, and it is freed. For json_pack with "s*" and "s?", which leave out what they should not. */
json_t *json_if_whole(json_t *value, size_t failures_before);

/* json_copy_shallow(value): a new reference to a copy of ${value} whose members are shared with it; json_copy_deep: with
 * copies of the members too. Whole, or NULL for lack of memory (and for NULL). */
json_t *json_copy_shallow(const json_t *value);
json_t *json_copy_deep(const json_t *value);

#endif
