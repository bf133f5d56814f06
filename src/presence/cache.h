/* presence/cache.h: opened blocks, kept within a stated size. Inside the room; one thread at a time. */

#ifndef HEALTHCODE_PRESENCE_CACHE_H
#define HEALTHCODE_PRESENCE_CACHE_H

#include "presence/block.h"

/* An opened block, and where its segment points at it. */
struct cached {
	struct cached **home;
	size_t index, size; /* its place in the cache, its bytes */
	bool recent;        /* used again since the cache last looked at it for room: who uses it says so */
	struct block block;
	uint8_t ends[BLOCK_GROUPS]; /* the block's, where they are noted */
	uint8_t bytes[];
};

struct cache;

/* cache_new(bytes_maximum, ret_cache, e): return 0 or ERROR_NO_MEMORY. */
int cache_new(size_t bytes_maximum, struct cache **ret_cache, struct error *e);

/* Free it and what it holds. Accepts NULL. */
void cache_free(struct cache *cache);

/* cache_make(cache, length, home, ret_cached, e):
 * Room for a block of ${length} bytes, letting go of blocks that were not used of late; *${home} points at it until the
 * cache lets it go. The caller fills it in, or drops it. Blocks handed out before are no longer valid. Return 0,
 * ERROR_NO_MEMORY or ERROR_TOO_LARGE. */
int cache_make(struct cache *cache, size_t length, struct cached **home, struct cached **ret_cached, struct error *e);

/* Wipe and let go of a block. Accepts NULL. */
void cache_drop(struct cache *cache, struct cached *cached);

#endif
