/* http/memory.h: what the server's threads remember of their reads, for as long as nothing was committed about whom they read.
 *
 * An entry is under 16 bytes that nobody outside can choose or guess (a keyed hash). It is about somebody, was read when the changes up to a number
 * were known (http/changes.h), and holds while none came about them and for the moments [from, until): whoever puts it says until when
 * the same reads would give the same. So a remembered answer is what reading again would give
 * (docs/decisions/0109-remembered-until-something-of-them-is-committed.md). */

#ifndef HEALTHCODE_HTTP_MEMORY_H
#define HEALTHCODE_HTTP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"
#include "http/changes.h"

enum { MEMORY_KEY_SIZE = 16, MEMORY_PLACES = 1 << 18, MEMORY_VALUE_MAX = 256 };

/* For all threads. It has room for MEMORY_PLACES entries; where it is full, one that holds no more goes first, else the oldest. */
struct memory;

/* memory_new(value_size, changes, ret_memory, e): an empty one for values of ${value_size} bytes (1 to MEMORY_VALUE_MAX). ${changes} outlive
 * it. Pages of it are taken as they are used. Return 0 or ERROR_NO_MEMORY. Freed with memory_free, which accepts NULL. */
int memory_new(size_t value_size, const struct changes *changes, struct memory **ret_memory, struct error *e);
void memory_free(struct memory *memory);

/* memory_find(memory, key, now, value): copy what is remembered under ${key}, if it holds at ${now} as far as changes are known. */
bool memory_find(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], instant now, void *value);

/* memory_put(memory, key, about, number, from, until, value): remember a copy of what is about ${about}. ${number} is changes_read's of before
 * the reads. Nothing where ${until} <= ${from}. */
void memory_put(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], const struct db_about *about, int64_t number,
	instant from, instant until, const void *value);

#endif
