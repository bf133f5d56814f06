/* Entries stand in groups of PLACES_A_GROUP, each read and written under its lock: an entry is whole. */

#include "http/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_A_GROUP = 16, GROUPS = MEMORY_PLACES / PLACES_A_GROUP, LOCKS = 256 };

/* ${until} 0: free. The value follows. */
struct entry {
	uint8_t key[MEMORY_KEY_SIZE];
	int64_t number;
	instant from, until;
	struct db_about about;
	uint8_t value[];
};

struct memory {
	size_t value_size, entry_size;
	const struct changes *changes;
	uint8_t *entries;
	pthread_mutex_t locks[LOCKS];
};

int
memory_new(size_t value_size, const struct changes *changes, struct memory **ret_memory, struct error *e)
{
	struct memory *memory = calloc(1, sizeof *memory);

	assert(value_size > 0 && value_size <= MEMORY_VALUE_MAX);
	if (!memory)
		return error_no_memory(e);
	memory->value_size = value_size;
	memory->changes = changes;
	memory->entry_size = (sizeof(struct entry) + value_size + 7) / 8 * 8;
	/* Zeros that nobody has written yet are no memory. */
	if (!(memory->entries = calloc(MEMORY_PLACES, memory->entry_size))) {
		free(memory);
		return error_no_memory(e);
	}
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&memory->locks[i], NULL);
	*ret_memory = memory;
	return 0;
}

void
memory_free(struct memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&memory->locks[i]);
	free(memory->entries);
	free(memory);
}

static uint64_t
start_of(const uint8_t key[MEMORY_KEY_SIZE])
{
	uint64_t start;

	memcpy(&start, key, sizeof start);
	return start;
}

static pthread_mutex_t *
lock_of(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE])
{
	return &memory->locks[start_of(key) / PLACES_A_GROUP % GROUPS % LOCKS];
}

/* Its group's places, from its own one on. */
static struct entry *
entry_at(const struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], size_t probe)
{
	uint64_t start = start_of(key), group = start / PLACES_A_GROUP % GROUPS;

	return (struct entry *)(void *)(memory->entries +
		(group * PLACES_A_GROUP + (start + probe) % PLACES_A_GROUP) * memory->entry_size);
}

static bool
holds(const struct memory *memory, const struct entry *entry, instant now)
{
	return now >= entry->from && now < entry->until && changes_none(memory->changes, &entry->about, entry->number);
}

bool
memory_find(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], instant now, void *value)
{
	bool found = false;

	pthread_mutex_lock(lock_of(memory, key));
	for (size_t i = 0; i < PLACES_A_GROUP; i++) {
		const struct entry *entry = entry_at(memory, key, i);

		if (!entry->until)
			break;
		if (memcmp(entry->key, key, MEMORY_KEY_SIZE) != 0)
			continue;
		found = holds(memory, entry, now);
		if (found)
			memcpy(value, entry->value, memory->value_size);
		break;
	}
	pthread_mutex_unlock(lock_of(memory, key));
	return found;
}

/* Where it stands, or may stand. */
static struct entry *
place_for(const struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], instant now)
{
	struct entry *best = NULL;
	instant best_from = INT64_MAX;

	for (size_t i = 0; i < PLACES_A_GROUP; i++) {
		struct entry *entry = entry_at(memory, key, i);
		instant from;

		if (!entry->until || memcmp(entry->key, key, MEMORY_KEY_SIZE) == 0)
			return entry;
		from = holds(memory, entry, now) ? entry->from : INT64_MIN;
		if (!best || from < best_from) {
			best = entry;
			best_from = from;
		}
	}
	return best;
}

void
memory_put(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], const struct db_about *about, int64_t number,
	instant from, instant until, const void *value)
{
	struct entry *entry;

	if (until <= from || until == 0)
		return;
	pthread_mutex_lock(lock_of(memory, key));
	entry = place_for(memory, key, from);
	memcpy(entry->key, key, MEMORY_KEY_SIZE);
	entry->number = number;
	entry->from = from;
	entry->until = until;
	entry->about = *about;
	memcpy(entry->value, value, memory->value_size);
	pthread_mutex_unlock(lock_of(memory, key));
}
