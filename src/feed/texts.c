#include "feed/texts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { FIRST_SLOTS = 1024 };

_Static_assert(TEXTS_SEED_SIZE == crypto_shorthash_KEYBYTES, "the hash's key");

static uint64_t
hash_of(const struct texts *texts, const char *text, size_t length)
{
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, length, texts->seed);
	return hash;
}

static const char *
text_of(const struct text_item *item)
{
	return item->text ? item->text : item->brief;
}

/* Where it is, or where it would go. */
static uint32_t *
slot_of(const struct texts *texts, const char *text, size_t length, uint64_t hash)
{
	for (size_t at = hash & (texts->slot_count - 1);; at = (at + 1) & (texts->slot_count - 1)) {
		uint32_t *slot = &texts->slots[at];
		const struct text_item *item = *slot ? &texts->items[*slot - 1] : NULL;

		if (!item || (item->hash == hash && item->length == length && memcmp(text_of(item), text, length) == 0))
			return slot;
	}
}

static int
grow_slots(struct texts *texts, struct error *e)
{
	size_t count = texts->slot_count ? texts->slot_count * 2 : FIRST_SLOTS;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (!slots)
		return error_no_memory(e);
	if (!texts->slots)
		randombytes_buf(texts->seed, sizeof texts->seed);
	free(texts->slots);
	texts->slots = slots;
	texts->slot_count = count;
	for (size_t i = 0; i < texts->count; i++)
		*slot_of(texts, text_of(&texts->items[i]), texts->items[i].length, texts->items[i].hash) = (uint32_t)i + 1;
	return 0;
}

int
texts_number(struct texts *texts, const char *text, size_t length, size_t most, size_t *ret_number, struct error *e)
{
	struct text_item item = {.length = (uint32_t)length};
	uint32_t *slot;
	int r;

	if (length > TEXTS_LENGTH_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d bytes", TEXTS_LENGTH_MAX);
	if (texts->count * 2 >= texts->slot_count && (r = grow_slots(texts, e)) < 0)
		return r;
	item.hash = hash_of(texts, text, length);
	slot = slot_of(texts, text, length, item.hash);
	if (*slot) {
		*ret_number = *slot - 1;
		return 0;
	}
	if ((r = array_grow(&texts->items, &texts->capacity, texts->count + 1, sizeof item, most, e)) < 0)
		return r;
	if (length > sizeof item.brief && !(item.text = malloc(length)))
		return error_no_memory(e);
	memcpy(item.text ? item.text : item.brief, text, length);
	texts->items[texts->count++] = item;
	*slot = (uint32_t)texts->count;
	*ret_number = texts->count - 1;
	return 1;
}

void
texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i].text);
	free(texts->items);
	free(texts->slots);
	*texts = (struct texts){0};
}
