#include "feed/texts.h"

#include <sodium.h>
#include <stdbool.h>
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

/* Which of those that came lately it may be. Whoever chooses texts that share a place only makes this useless: they cost what they would without. */
static uint32_t *
recent_of(const struct texts *texts, const char *text, size_t length)
{
	uint64_t first, last;

	memcpy(&first, text, sizeof first);
	memcpy(&last, text + length - sizeof last, sizeof last);
	first = (first ^ last >> 32 ^ last << 32) * UINT64_C(0x9e3779b97f4a7c15);
	return &texts->recent[first >> 32 & (TEXTS_RECENT - 1)];
}

static bool
is_text(const struct text_item *item, const char *text, size_t length)
{
	const char *own = text_of(item);

	/* A telephone's number, and other texts of 8 to 16 bytes: its first and its last eight. */
	if (item->length != length)
		return false;
	if (length > 16)
		return memcmp(own, text, length) == 0;
	return memcmp(own, text, 8) == 0 && memcmp(own + length - 8, text + length - 8, 8) == 0;
}

static int
grow_slots(struct texts *texts, struct error *e)
{
	size_t count = texts->slot_count ? texts->slot_count * 2 : FIRST_SLOTS;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (!slots)
		return error_no_memory(e);
	if (!texts->recent && !(texts->recent = calloc(TEXTS_RECENT, sizeof *texts->recent))) {
		free(slots);
		return error_no_memory(e);
	}
	if (!texts->slots)
		randombytes_buf(texts->seed, sizeof texts->seed);
	free(texts->slots);
	texts->slots = slots;
	texts->slot_count = count;
	for (size_t i = 0; i < texts->count; i++)
		*slot_of(texts, text_of(&texts->items[i]), texts->items[i].length, texts->items[i].hash) = (uint32_t)i + 1;
	return 0;
}

static int
number_of(struct texts *texts, const char *text, size_t length, size_t most, size_t *ret_number, struct error *e)
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

int
texts_number(struct texts *texts, const char *text, size_t length, size_t most, size_t *ret_number, struct error *e)
{
	uint32_t *recent;
	int r;

	if (length < sizeof(uint64_t) || !texts->recent)
		return number_of(texts, text, length, most, ret_number, e);
	recent = recent_of(texts, text, length);
	if (*recent && is_text(&texts->items[*recent - 1], text, length)) {
		*ret_number = *recent - 1;
		return 0;
	}
	if ((r = number_of(texts, text, length, most, ret_number, e)) >= 0)
		*recent = (uint32_t)*ret_number + 1;
	return r;
}

void
texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i].text);
	free(texts->items);
	free(texts->slots);
	free(texts->recent);
	*texts = (struct texts){0};
}
