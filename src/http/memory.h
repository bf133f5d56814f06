/* http/memory.h: what one thread remembers of its reads, for as long as nothing was committed.
 *
 * An entry is under 32 bytes that nobody outside can choose (a keyed hash), and holds for one version of the store (db_version)
 * and for the moments [from, until): whoever puts it says until when the same reads would give the same. So a remembered answer
 * is what reading again would give (docs/decisions/0073-remembered-until-anything-is-committed.md). */

#ifndef HEALTHCODE_HTTP_MEMORY_H
#define HEALTHCODE_HTTP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

enum { MEMORY_KEY_SIZE = 32, MEMORY_PLACES = 1 << 17, MEMORY_VALUE_MAX = 256 };

/* One thread's. It has room for MEMORY_PLACES entries; where it is full, one that holds no more goes first, else the oldest. */
struct memory;

/* memory_new(value_size, ret_memory, e): an empty one for values of ${value_size} bytes (1 to MEMORY_VALUE_MAX). Pages of it are
 * taken as they are used. Return 0 or ERROR_NO_MEMORY. Freed with memory_free, which accepts NULL. */
int memory_new(size_t value_size, struct memory **ret_memory, struct error *e);
void memory_free(struct memory *memory);

/* memory_find(memory, key, version, now, value): copy what is remembered under ${key}, if it holds for ${version} at ${now}. */
bool memory_find(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], int64_t version, instant now, void *value);

/* memory_put(memory, key, version, from, until, value): remember a copy. ${version} is of before the reads. Nothing where
 * ${until} <= ${from}. */
void memory_put(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], int64_t version, instant from, instant until,
	const void *value);

#endif
