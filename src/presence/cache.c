#include "presence/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "keys/keys.h"
#include "presence/bits.h"

enum { CACHED_MAX = 1 << 22 };

struct cache {
	struct cached **held;
	size_t count, capacity, hand; /* ${hand}: where to look for room next (the clock's) */
	size_t bytes, bytes_maximum;
	uint64_t draw;
};

int
cache_new(size_t bytes_maximum, struct cache **ret_cache, struct error *e)
{
	struct cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		return error_no_memory(e);
	cache->bytes_maximum = bytes_maximum;
	*ret_cache = cache;
	return 0;
}

void
cache_free(struct cache *cache)
{
	if (!cache)
		return;
	while (cache->count)
		cache_drop(cache, cache->held[cache->count - 1]);
	free(cache->held);
	free(cache);
}

void
cache_drop(struct cache *cache, struct cached *cached)
{
	struct cached *last;

	if (!cached)
		return;
	last = cache->held[--cache->count];
	cache->held[cached->index] = last;
	last->index = cached->index;
	cache->bytes -= cached->size;
	*cached->home = NULL;
	keys_wipe(cached, cached->size);
	free(cached);
}

/* The clock: who was used again since the hand last passed stays for another round. What is new counts as not used again, so that
 * a walk over everything lets go of what it brought, and not of what is used all the time. */
static void
make_room(struct cache *cache, size_t size)
{
	while (cache->count && cache->bytes + size > cache->bytes_maximum) {
		struct cached *cached;

		if (cache->hand >= cache->count)
			cache->hand = 0;
		cached = cache->held[cache->hand];
		if (cached->recent)
			cached->recent = false;
		else
			cache_drop(cache, cached);
		cache->hand++;
	}
}

/* Somewhere around the clock, drawn by Knuth's multiplier. Were it behind those that came before, blocks would go in the order in
 * which they came: questions that come again touch them in one order, and each would go just before it is asked for. */
static void
put_somewhere(struct cache *cache, struct cached *cached)
{
	size_t at;

	cache->draw = cache->draw * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	at = (size_t)((cache->draw >> 32) * (cache->count + 1) >> 32);
	if (at < cache->count) {
		cache->held[cache->count] = cache->held[at];
		cache->held[cache->count]->index = cache->count;
	}
	cache->held[at] = cached;
	cached->index = at;
	cache->count++;
}

int
cache_make(struct cache *cache, size_t length, struct cached **home, struct cached **ret_cached, struct error *e)
{
	const size_t size = sizeof(struct cached) + length + BITS_SLACK;
	struct cached *cached;
	int r;

	/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	if ((r = array_grow(&cache->held, &cache->capacity, cache->count + 1, sizeof *cache->held, CACHED_MAX, e)) < 0)
		return r;
	make_room(cache, size);
	if (!(cached = malloc(size)))
		return error_no_memory(e);
	*cached = (struct cached){.home = home, .size = size};
	memset(cached->bytes + length, 0, BITS_SLACK);
	put_somewhere(cache, cached);
	cache->bytes += size;
	*home = cached;
	*ret_cached = cached;
	return 0;
}
