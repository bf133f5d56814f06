#include "policy/certlogic_arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 4096 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t size, used;
	bool lent;
	alignas(max_align_t) char bytes[];
};

static int
too_large(const struct arena *arena, struct error *e)
{
	return error_set(e, ERROR_TOO_LARGE, "the run needs more memory than the maximum of %zu bytes", arena->maximum);
}

/* A new newest chunk with room for ${size} bytes. */
static int
add_chunk(struct arena *arena, size_t size, struct error *e)
{
	size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
	struct arena_chunk *chunk;

	if (room > arena->maximum - arena->total)
		return too_large(arena, e);
	chunk = malloc(sizeof *chunk + room);
	if (!chunk)
		return error_no_memory(e);
	*chunk = (struct arena_chunk){.older = arena->newest, .size = room};
	arena->newest = chunk;
	arena->total += room;
	return 0;
}

int
arena_take(struct arena *arena, size_t size, void *ret_memory, struct error *e)
{
	void *memory;
	int r;

	if (size > arena->maximum)
		return too_large(arena, e);
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if ((!arena->newest || arena->newest->size - arena->newest->used < size) && (r = add_chunk(arena, size, e)) < 0)
		return r;
	memory = arena->newest->bytes + arena->newest->used;
	arena->newest->used += size;
	memcpy(ret_memory, &memory, sizeof memory);
	return 0;
}

void
arena_lend(struct arena *arena, void *memory, size_t size)
{
	struct arena_chunk *chunk = memory;

	*chunk = (struct arena_chunk){.size = size - sizeof *chunk, .lent = true};
	arena->newest = chunk;
}

struct arena_mark
arena_here(const struct arena *arena)
{
	return (struct arena_mark){arena->newest, arena->newest ? arena->newest->used : 0};
}

void
arena_release(struct arena *arena, struct arena_mark mark)
{
	while (arena->newest != mark.chunk) {
		struct arena_chunk *chunk = arena->newest;

		arena->newest = chunk->older;
		if (chunk->lent)
			continue;
		arena->total -= chunk->size;
		free(chunk);
	}
	if (arena->newest)
		arena->newest->used = mark.used;
}
