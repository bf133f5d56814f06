#include "presence/people.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "keys/keys.h"
#include "presence/bits.h"
#include "presence/segment_format.h"

enum {
	SLOT_BITS_LEAST = 6,
	AHEAD = 24,    /* rows whose slots are fetched before they are looked at */
	PACK_HEAD = 9, /* count 4, low width 1, bytes of high bits 4 */
	PERSONS_LEAST = 64,
	HUGE_PAGE = 2 << 20,
};

void
people_clear(struct people *people)
{
	if (people->persons)
		keys_wipe(people->persons, people->count * sizeof *people->persons);
	free(people->persons);
	free(people->slots);
	*people = (struct people){0};
}

/* Room for ${count} numbers, not zeroed. Both lists are read here and there: where they are large, in huge pages if the kernel
 * gives any, because with small ones the processor looks for the page longer than it reads. */
static uint32_t *
numbers_new(size_t count)
{
	size_t size = count * sizeof(uint32_t);
	uint32_t *numbers;

	if (size < HUGE_PAGE)
		return malloc(size);
	size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	if ((numbers = aligned_alloc(HUGE_PAGE, size)))
		(void)madvise(numbers, size, MADV_HUGEPAGE);
	return numbers;
}

static size_t
home_of(const struct people *people, uint32_t person)
{
	return (person * 2654435769U) >> (32 - people->slot_bits);
}

/* The slot of ${person}, or the free one where it would be. There is a free one (grow). */
static size_t
slot_of(const struct people *people, uint32_t person)
{
	size_t at = home_of(people, person);

	while (people->slots[at] && people->persons[people->slots[at] - 1] != person)
		at = (at + 1) & (people->slot_count - 1);
	return at;
}

bool
people_find(const struct people *people, uint32_t person, uint32_t *ret_number)
{
	uint32_t slot = people->slot_count ? people->slots[slot_of(people, person)] : 0;

	if (!slot)
		return false;
	*ret_number = slot - 1;
	return true;
}

/* Slots for ${count} people, a quarter of them free. */
static int
grow(struct people *people, size_t count, struct error *e)
{
	struct people larger = *people;

	if (count <= people->slot_count / 4 * 3)
		return 0;
	larger.slot_bits = people->slot_bits ? people->slot_bits + 1 : SLOT_BITS_LEAST;
	while (((size_t)1 << larger.slot_bits) / 4 * 3 < count)
		larger.slot_bits++;
	larger.slot_count = (size_t)1 << larger.slot_bits;
	if (!(larger.slots = numbers_new(larger.slot_count)))
		return error_no_memory(e);
	memset(larger.slots, 0, larger.slot_count * sizeof *larger.slots);
	for (size_t i = 0; i < people->count; i++)
		larger.slots[slot_of(&larger, people->persons[i])] = (uint32_t)i + 1;
	free(people->slots);
	people->slots = larger.slots;
	people->slot_count = larger.slot_count;
	people->slot_bits = larger.slot_bits;
	return 0;
}

/* Room in the list for ${count} people. */
static int
make_room(struct people *people, size_t count, struct error *e)
{
	size_t capacity = people->capacity ? people->capacity : PERSONS_LEAST;
	uint32_t *persons;

	if (count <= people->capacity)
		return 0;
	if (count > PEOPLE_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d people have stays", PEOPLE_MAX);
	while (capacity < count)
		capacity *= 2;
	if (!(persons = numbers_new(capacity)))
		return error_no_memory(e);
	if (people->persons) {
		memcpy(persons, people->persons, people->count * sizeof *persons);
		keys_wipe(people->persons, people->count * sizeof *persons);
	}
	free(people->persons);
	people->persons = persons;
	people->capacity = capacity;
	return 0;
}

static int
add(struct people *people, uint32_t person, struct error *e)
{
	int r;

	if ((r = grow(people, people->count + 1, e)) < 0 || (r = make_room(people, people->count + 1, e)) < 0)
		return r;
	people->slots[slot_of(people, person)] = (uint32_t)people->count + 1;
	people->persons[people->count++] = person;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* P2: number those from ${first} on by person. ${pairs} (person, then number) and ${scratch} have room for them. */
static void
renumber(struct people *people, size_t first, uint64_t *pairs, uint32_t *scratch, struct row *rows, size_t count)
{
	const size_t new_count = people->count - first;

	for (size_t i = 0; i < new_count; i++)
		pairs[i] = (uint64_t)people->persons[first + i] << 32 | i;
	qsort(pairs, new_count, sizeof *pairs, compare);
	for (size_t i = 0; i < new_count; i++) /* while numbers and persons still fit each other */
		scratch[i] = (uint32_t)slot_of(people, (uint32_t)(pairs[i] >> 32));
	for (size_t i = 0; i < new_count; i++) {
		people->persons[first + i] = (uint32_t)(pairs[i] >> 32);
		people->slots[scratch[i]] = (uint32_t)(first + i) + 1;
	}
	for (size_t i = 0; i < new_count; i++)
		scratch[(uint32_t)pairs[i]] = (uint32_t)(first + i);
	for (size_t i = 0; i < count; i++)
		if (rows[i].person >= first)
			rows[i].person = scratch[rows[i].person - first];
}

int
people_number(struct people *people, struct row *rows, size_t count, struct error *e)
{
	const size_t first = people->count;
	uint64_t *pairs = NULL;
	uint32_t *scratch = NULL;
	uint32_t number;
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		if (people->slot_count && i + AHEAD < count)
			__builtin_prefetch(&people->slots[home_of(people, rows[i + AHEAD].person)]);
		if (!people_find(people, rows[i].person, &number)) {
			number = (uint32_t)people->count;
			if ((r = add(people, rows[i].person, e)) < 0)
				return r;
		}
		rows[i].person = number;
	}
	if (people->count - first < 2)
		return 0;
	pairs = malloc((people->count - first) * sizeof *pairs);
	scratch = malloc((people->count - first) * sizeof *scratch);
	if (pairs && scratch)
		renumber(people, first, pairs, scratch, rows, count);
	else
		r = error_no_memory(e);
	free(pairs);
	free(scratch);
	return r;
}

size_t
people_pack(const uint32_t *persons, size_t count, uint8_t *bytes)
{
	const unsigned quotient_width = bits_width(persons[count - 1] / count);
	const unsigned low_width = quotient_width ? quotient_width - 1 : 0;
	const size_t low_bytes = bits_bytes(low_width, count);
	const size_t high_bytes = ((persons[count - 1] >> low_width) + count + 7) / 8;
	uint8_t *low = bytes + PACK_HEAD, *high = low + low_bytes;

	format_put(format_put(format_put(bytes, count, 4), low_width, 1), high_bytes, 4);
	memset(low, 0, low_bytes + high_bytes + BITS_SLACK);
	for (size_t i = 0; i < count; i++)
		bits_put(low, low_width, i, persons[i] & bits_mask(low_width));
	for (size_t i = 0; i < count; i++)
		bits_set(high, (size_t)(persons[i] >> low_width) + i);
	return PACK_HEAD + low_bytes + high_bytes;
}

static int
corrupt(struct error *e)
{
	return error_set(e, ERROR_CORRUPT, "a list of people is not as it was written");
}

int
people_unpack(struct people *people, const uint8_t *bytes, size_t length, struct error *e)
{
	const uint8_t *at = bytes, *high;
	size_t count, high_bytes, i = 0, low_bytes;
	unsigned low_width;
	uint32_t number;
	int r;

	if (length < PACK_HEAD)
		return corrupt(e);
	count = format_get(&at, 4);
	low_width = (unsigned)format_get(&at, 1);
	high_bytes = format_get(&at, 4);
	if (count > PEOPLE_PACKED_MAX || low_width > 32)
		return corrupt(e);
	low_bytes = bits_bytes(low_width, count);
	if (PACK_HEAD + low_bytes + high_bytes != length)
		return corrupt(e);
	if ((r = grow(people, people->count + count, e)) < 0)
		return r;
	high = at + low_bytes;
	for (size_t bit = 0; bit < high_bytes * 8; bit++) {
		uint64_t person;

		if (!(high[bit / 8] >> bit % 8 & 1))
			continue;
		if (i == count)
			return corrupt(e);
		person = (uint64_t)(bit - i) << low_width | bits_get(at, low_width, i);
		i++;
		if (person > UINT32_MAX || people_find(people, (uint32_t)person, &number))
			return corrupt(e);
		if ((r = add(people, (uint32_t)person, e)) < 0)
			return r;
	}
	return i == count ? 0 : corrupt(e);
}
