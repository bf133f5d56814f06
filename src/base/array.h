/* base/array.h: the one way in which arrays grow. */

#ifndef HEALTHCODE_BASE_ARRAY_H
#define HEALTHCODE_BASE_ARRAY_H

#include <stddef.h>

#include "base/error.h"

/* array_grow(items, capacity, wanted, size, maximum, e):
 * Make room in *${items} (an array of *${capacity} items of ${size} bytes, or NULL) for ${wanted} items, at most
 * ${maximum}. New room is zeroed. Return 0, or ERROR_TOO_LARGE or ERROR_NO_MEMORY; on failure nothing changed.
 * ${items} is the address of the array's pointer. */
int array_grow(void *items, size_t *capacity, size_t wanted, size_t size, size_t maximum, struct error *e);

#endif
