/* policy/certlogic_arena.h: memory of one run, given back all at once or down to a mark; inside the room only. */

#ifndef HEALTHCODE_POLICY_CERTLOGIC_ARENA_H
#define HEALTHCODE_POLICY_CERTLOGIC_ARENA_H

#include <stddef.h>

#include "base/error.h"

struct arena_chunk;

/* Zeroed but for ${maximum}, in bytes, it is ready. */
struct arena {
	struct arena_chunk *newest;
	size_t total, maximum;
};

/* A moment to which arena_release goes back. */
struct arena_mark {
	struct arena_chunk *chunk;
	size_t used;
};

/* arena_take(arena, size, ret_memory, e): ${size} bytes, aligned for any value, not zeroed. Return 0, ERROR_TOO_LARGE
 * past the maximum, or ERROR_NO_MEMORY. ${ret_memory} is the address of the pointer to set. */
int arena_take(struct arena *arena, size_t size, void *ret_memory, struct error *e);

struct arena_mark arena_here(const struct arena *arena);

/* arena_lend(arena, memory, size): let an arena without memory begin with the caller's, aligned for any value, before it asks
 * for more. It counts for nothing towards the maximum. */
void arena_lend(struct arena *arena, void *memory, size_t size);

/* Free all that was taken since ${mark}; a zeroed mark frees everything. */
void arena_release(struct arena *arena, struct arena_mark mark);

#endif
