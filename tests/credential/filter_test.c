#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "credential/filter.h"

enum { STRANGERS = 4000000 };

/* Ids as a permutation under a key gives them: equally likely, none like another. */
static void
next_id(uint64_t *state, uint8_t id[FILTER_ID_SIZE])
{
	for (int half = 0; half < 2; half++) {
		uint64_t x = *state += 0x9e3779b97f4a7c15u;

		x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
		x = (x ^ x >> 27) * 0x94d049bb133111ebu;
		x ^= x >> 31;
		memcpy(id + 8 * half, &x, 8);
	}
}

static struct filter
filter_of(uint8_t (*ids)[FILTER_ID_SIZE], size_t count, size_t *ret_size)
{
	struct buffer bytes = buffer_make(4 << 20);
	struct filter filter = {0};
	struct error e = {0};

	assert_int_equal(filter_write((const uint8_t(*)[FILTER_ID_SIZE])ids, count, &bytes, &e), 0);
	if (filter_read(bytes.data, bytes.length, count, &filter, &e) < 0)
		fail_msg("%s", e.message);
	*ret_size = bytes.length;
	buffer_free(&bytes);
	return filter;
}

static void
everyone_who_was_put_in_is_found_and_hardly_anyone_else(void **state)
{
	static const size_t counts[] = {1, 2, 1000, FILTER_IDS_MAX};
	uint8_t(*ids)[FILTER_ID_SIZE] = calloc(FILTER_IDS_MAX, FILTER_ID_SIZE), stranger[FILTER_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		uint64_t random = 20200324 + i;
		struct filter filter;
		size_t size, found = 0;

		for (size_t j = 0; j < counts[i]; j++)
			next_id(&random, ids[j]);
		filter = filter_of(ids, counts[i], &size);
		for (size_t j = 0; j < counts[i]; j++)
			assert_true(filter_has(&filter, ids[j]));
		for (size_t j = 0; j < STRANGERS; j++) {
			next_id(&random, stranger);
			found += filter_has(&filter, stranger);
		}
		/* 4 expected; more than 20 would come once in a hundred million runs. */
		assert_true(found <= 20);
		if (counts[i] >= 1000)
			assert_true(size * 6 > counts[i] * 16 && size * 8 < counts[i] * 22);
		filter_free(&filter);
	}
	free(ids);
}

static void
an_empty_filter_holds_nobody(void **state)
{
	uint8_t id[FILTER_ID_SIZE] = {0};
	struct filter filter;
	size_t size;

	(void)state;
	filter = filter_of(NULL, 0, &size);
	assert_int_equal(size, 0);
	assert_false(filter_has(&filter, id));
	filter_free(&filter);
}

static void
what_is_cut_off_or_longer_or_out_of_range_is_refused(void **state)
{
	uint8_t ids[50][FILTER_ID_SIZE], ones[100];
	struct buffer bytes = buffer_make(10000);
	uint64_t random = 7;
	struct filter filter;
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < 50; i++)
		next_id(&random, ids[i]);
	assert_int_equal(filter_write((const uint8_t(*)[FILTER_ID_SIZE])ids, 50, &bytes, &e), 0);
	for (size_t length = 0; length < bytes.length; length++)
		assert_int_equal(filter_read(bytes.data, length, 50, &filter, &e), ERROR_BAD_INPUT);
	assert_int_equal(filter_read(bytes.data, bytes.length, 51, &filter, &e), ERROR_BAD_INPUT);
	assert_int_equal(filter_read(bytes.data, bytes.length, FILTER_IDS_MAX, &filter, &e), ERROR_BAD_INPUT);
	assert_int_equal(filter_read(bytes.data, bytes.length, FILTER_IDS_MAX + 1, &filter, &e), ERROR_TOO_LARGE);
	assert_int_equal(buffer_add_byte(&bytes, 0, &e), 0);
	assert_int_equal(filter_read(bytes.data, bytes.length, 50, &filter, &e), ERROR_BAD_INPUT);
	memset(ones, 0xff, sizeof ones);
	assert_int_equal(filter_read(ones, sizeof ones, 30, &filter, &e), ERROR_BAD_INPUT);
	buffer_free(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyone_who_was_put_in_is_found_and_hardly_anyone_else),
		cmocka_unit_test(an_empty_filter_holds_nobody),
		cmocka_unit_test(what_is_cut_off_or_longer_or_out_of_range_is_refused),
	};

	return cmocka_run_group_tests_name("credential/filter", tests, NULL, NULL);
}
