#include "http/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES = 16 };

/* ${until} 0: free. The value follows. */
struct entry {
	uint8_t key[MEMORY_KEY_SIZE];
	int64_t version;
	instant from, until;
	uint8_t value[];
};

struct memory {
	size_t value_size, entry_size;
	uint8_t *entries;
};

int
memory_new(size_t value_size, struct memory **ret_memory, struct error *e)
{
	struct memory *memory = calloc(1, sizeof *memory);

	assert(value_size > 0 && value_size <= MEMORY_VALUE_MAX);
	if (!memory)
		return error_no_memory(e);
	memory->value_size = value_size;
	memory->entry_size = (sizeof(struct entry) + value_size + 7) / 8 * 8;
	/* Zeros that nobody has written yet are no memory. */
	if (!(memory->entries = calloc(MEMORY_PLACES, memory->entry_size))) {
		free(memory);
		return error_no_memory(e);
	}
	*ret_memory = memory;
	return 0;
}

void
memory_free(struct memory *memory)
{
	if (!memory)
		return;
	free(memory->entries);
	free(memory);
}

static struct entry *
entry_at(const struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], size_t probe)
{
	uint64_t start;

	memcpy(&start, key, sizeof start);
	return (struct entry *)(void *)(memory->entries + (start + probe) % MEMORY_PLACES * memory->entry_size);
}

bool
memory_find(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], int64_t version, instant now, void *value)
{
	for (size_t i = 0; i < PROBES; i++) {
		const struct entry *entry = entry_at(memory, key, i);

		if (!entry->until)
			return false;
		if (memcmp(entry->key, key, MEMORY_KEY_SIZE) != 0)
			continue;
		if (entry->version != version || now < entry->from || now >= entry->until)
			return false;
		memcpy(value, entry->value, memory->value_size);
		return true;
	}
	return false;
}

/* Where it stands, or may stand. */
static struct entry *
place_for(const struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], int64_t version, instant now)
{
	struct entry *best = NULL;
	instant best_from = INT64_MAX;

	for (size_t i = 0; i < PROBES; i++) {
		struct entry *entry = entry_at(memory, key, i);
		instant from = entry->version == version && now < entry->until ? entry->from : INT64_MIN;

		if (!entry->until || memcmp(entry->key, key, MEMORY_KEY_SIZE) == 0)
			return entry;
		if (!best || from < best_from) {
			best = entry;
			best_from = from;
		}
	}
	return best;
}

void
memory_put(struct memory *memory, const uint8_t key[MEMORY_KEY_SIZE], int64_t version, instant from, instant until,
	const void *value)
{
	struct entry *entry;

	if (until <= from || until == 0)
		return;
	entry = place_for(memory, key, version, from);
	memcpy(entry->key, key, MEMORY_KEY_SIZE);
	entry->version = version;
	entry->from = from;
	entry->until = until;
	memcpy(entry->value, value, memory->value_size);
}
