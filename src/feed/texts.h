/* feed/texts.h: texts numbered from 0 in the order in which they first come: devices, cells. Inside the room. */

#ifndef HEALTHCODE_FEED_TEXTS_H
#define HEALTHCODE_FEED_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { TEXTS_SEED_SIZE = 16, TEXTS_BRIEF_SIZE = 28, TEXTS_LENGTH_MAX = 1 << 20, TEXTS_RECENT = 16384 };

/* All zero is empty. */
struct texts {
	uint8_t seed[TEXTS_SEED_SIZE]; /* of the hash, drawn at random: nobody can choose texts that collide */
	struct text_item {
		uint64_t hash;
		uint32_t length;
		char brief[TEXTS_BRIEF_SIZE]; /* a text that fits; others are at ${text} */
		char *text;
	} * items;
	uint32_t *slots; /* number + 1, 0 where free; a power of two, never more than half full */
	size_t count, capacity, slot_count;
	uint32_t
		*recent; /* TEXTS_RECENT: of the texts with the same mix the one that came last, number + 1; 0: none came */
};

/* texts_number(texts, text, length, most, ret_number, e):
 * The number of ${text}. Return 0, or 1 if it is new, or ERROR_TOO_LARGE (more than ${most} texts, or one above TEXTS_LENGTH_MAX bytes) or ERROR_NO_MEMORY. */
int
texts_number(struct texts *texts, const char *text, size_t length, size_t most, size_t *ret_number, struct error *e);

void texts_free(struct texts *texts);

#endif
