/* presence/people.h: dense numbers for the people of a span of days. Inside the room; pure.
 *
 * A registry's person numbers are drawn from 32 bits, and what is random doesn't pack. Rows hold numbers from 0 on
 * instead, which cost 3 bytes a stay less in a city of a million.
 *
 * P1. A number, once given, stays its person's: numbers are given in order, and never again.
 * P2. Those given at once ascend by person: nothing says who came first, and their list packs (block.h, B1). */

#ifndef HEALTHCODE_PRESENCE_PEOPLE_H
#define HEALTHCODE_PRESENCE_PEOPLE_H

#include "presence/block.h"

enum {
	PEOPLE_MAX = 1 << 30,
	PEOPLE_PACKED_MAX = 1 << 18, /* people packed at once */
};

/* What ${count} people packed never exceed. */
#define PEOPLE_PACKED_BYTES(count) (24 + (size_t)(count)*35 / 8)

/* Empty when zeroed. About 9 to 15 bytes of memory for each of the people. */
struct people {
	uint32_t *persons; /* by number */
	size_t count, capacity;
	uint32_t *slots; /* number + 1 at the first free place from the one that its person's hash names; 0: free */
	size_t slot_count;
	unsigned slot_bits;
};

/* Wipe and free. */
void people_clear(struct people *people);

/* people_find(people, person, ret_number): return whether ${person} has a number. */
bool people_find(const struct people *people, uint32_t person, uint32_t *ret_number);

/* people_number(people, rows, count, e):
 * Put the number in the place of each row's person; who has none gets one (P1, P2). Return 0, ERROR_TOO_LARGE or
 * ERROR_NO_MEMORY: then neither ${people} nor ${rows} are of use any more. */
int people_number(struct people *people, struct row *rows, size_t count, struct error *e);

/* people_pack(persons, count, bytes): pack 1 to PEOPLE_PACKED_MAX ascending persons into ${bytes}, which have
 * PEOPLE_PACKED_BYTES(count). Return the length.
 * people_unpack(people, bytes, length, e): give them the next numbers; BITS_SLACK bytes behind ${bytes} can be read.
 * Return 0, ERROR_TOO_LARGE, ERROR_NO_MEMORY, or ERROR_CORRUPT if that is no list of new people. */
size_t people_pack(const uint32_t *persons, size_t count, uint8_t *bytes);
int people_unpack(struct people *people, const uint8_t *bytes, size_t length, struct error *e);

#endif
