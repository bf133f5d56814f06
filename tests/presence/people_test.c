#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "presence/bits.h"
#include "presence/people.h"

static uint32_t
nth_person(uint32_t i)
{
	return (i + 1) * 2654435761U; /* an odd factor makes every number another one */
}

static void
number(struct people *people, const uint32_t *persons, size_t count, uint32_t *numbers)
{
	struct row *rows = calloc(count, sizeof *rows);
	struct error e = {0};

	assert_non_null(rows);
	for (size_t i = 0; i < count; i++)
		rows[i].person = persons[i];
	assert_int_equal(people_number(people, rows, count, &e), 0);
	for (size_t i = 0; i < count; i++)
		numbers[i] = rows[i].person;
	free(rows);
}

static void
a_number_stays_its_persons_P1(void **state)
{
	enum { COUNT = 5000, ROUNDS = 4 };
	struct people people = {0};
	uint32_t persons[COUNT], numbers[COUNT], found;

	(void)state;
	assert_false(people_find(&people, 7, &found));
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		for (uint32_t i = 0; i < COUNT; i++) /* each twice, half of them known from the round before */
			persons[i] = nth_person((round * COUNT + i) / 2);
		number(&people, persons, COUNT, numbers);
		for (size_t i = 0; i < COUNT; i++)
			assert_int_equal(people.persons[numbers[i]], persons[i]);
		for (uint32_t i = COUNT / 2; i < (round * COUNT + COUNT) / 2; i++) {
			assert_true(people_find(&people, nth_person(i), &found));
			assert_int_equal(people.persons[found], nth_person(i));
		}
	}
	assert_int_equal(people.count, COUNT / 2 * ROUNDS);
	assert_false(people_find(&people, nth_person(0), &found));
	people_clear(&people);
}

static void
those_numbered_at_once_ascend_P2(void **state)
{
	const uint32_t first[] = {900, 5, 900, UINT32_MAX, 1}, second[] = {5, 3, 2};
	struct people people = {0};
	uint32_t numbers[5];

	(void)state;
	number(&people, first, 5, numbers);
	assert_memory_equal(numbers, ((const uint32_t[]){2, 1, 2, 3, 0}), sizeof numbers);
	number(&people, second, 3, numbers);
	assert_memory_equal(numbers, ((const uint32_t[]){1, 5, 4}), 3 * sizeof *numbers);
	people_clear(&people);
}

static int
compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
a_list_unpacks_as_it_was_packed(void **state)
{
	static const size_t counts[] = {1, 2, 3, 100, 5000, PEOPLE_PACKED_MAX};

	(void)state;
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		uint8_t *bytes = malloc(PEOPLE_PACKED_BYTES(counts[c]));
		uint32_t *persons = calloc(counts[c], sizeof *persons);
		struct people people = {0};
		struct error e = {0};
		size_t length;

		assert_non_null(bytes);
		assert_non_null(persons);
		for (uint32_t i = 0; i < counts[c]; i++)
			persons[i] = c % 2 ? nth_person(i) : i; /* anywhere, and as dense as can be */
		qsort(persons, counts[c], sizeof *persons, compare);
		length = people_pack(persons, counts[c], bytes);
		assert_true(length + BITS_SLACK <= PEOPLE_PACKED_BYTES(counts[c]));
		assert_int_equal(people_unpack(&people, bytes, length, &e), 0);
		assert_int_equal(people.count, counts[c]);
		assert_memory_equal(people.persons, persons, counts[c] * sizeof *persons);
		assert_int_equal(people_unpack(&people, bytes, length, &e), ERROR_CORRUPT); /* they have numbers */
		people_clear(&people);
		free(persons);
		free(bytes);
	}
}

static void
a_changed_list_is_refused_or_read_within_its_bounds(void **state)
{
	uint32_t persons[50];
	uint8_t packed[PEOPLE_PACKED_BYTES(50)], *bytes;
	struct error e = {0};
	size_t length;

	(void)state;
	for (uint32_t i = 0; i < 50; i++)
		persons[i] = i * 80000000U;
	length = people_pack(persons, 50, packed);
	for (size_t at = 0; at < length; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			struct people people = {0};
			int r;

			assert_non_null(bytes = calloc(1, length + BITS_SLACK));
			memcpy(bytes, packed, length);
			bytes[at] ^= (uint8_t)(1U << bit);
			r = people_unpack(&people, bytes, length, &e);
			assert_true(r == 0 || r == ERROR_CORRUPT);
			people_clear(&people);
			free(bytes);
		}
	for (size_t shorter = 0; shorter < length; shorter++) {
		struct people people = {0};

		assert_int_equal(people_unpack(&people, packed, shorter, &e), ERROR_CORRUPT);
		people_clear(&people);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_stays_its_persons_P1),
		cmocka_unit_test(those_numbered_at_once_ascend_P2),
		cmocka_unit_test(a_list_unpacks_as_it_was_packed),
		cmocka_unit_test(a_changed_list_is_refused_or_read_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
