#include "credential/filter.h"

#include <stdlib.h>

enum { LOW_BITS = 20 };

__extension__ typedef unsigned __int128 wide;

static uint64_t
value_of(const uint8_t *id, size_t count)
{
	uint64_t x = 0;

	for (int i = 0; i < 8; i++)
		x = x << 8 | id[i];
	return (uint64_t)((wide)x * ((uint64_t)count << LOW_BITS) >> 64);
}

static int
order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct bits {
	struct buffer *bytes;
	uint8_t byte;
	unsigned used; /* of byte */
};

static int
put_bit(struct bits *bits, unsigned bit, struct error *e)
{
	int r = 0;

	bits->byte |= (uint8_t)(bit << (7 - bits->used));
	if (++bits->used == 8) {
		r = buffer_add_byte(bits->bytes, bits->byte, e);
		bits->byte = 0;
		bits->used = 0;
	}
	return r;
}

static int
put_difference(struct bits *bits, uint64_t difference, struct error *e)
{
	int r;

	for (uint64_t ones = difference >> LOW_BITS; ones; ones--)
		if ((r = put_bit(bits, 1, e)) < 0)
			return r;
	if ((r = put_bit(bits, 0, e)) < 0)
		return r;
	for (int i = LOW_BITS - 1; i >= 0; i--)
		if ((r = put_bit(bits, difference >> i & 1, e)) < 0)
			return r;
	return 0;
}

int
filter_write(const uint8_t (*ids)[FILTER_ID_SIZE], size_t count, struct buffer *bytes, struct error *e)
{
	struct bits bits = {.bytes = bytes};
	size_t before = bytes->length;
	uint64_t *values, last = 0;
	int r = 0;

	if (count > FILTER_IDS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d revoked codes", FILTER_IDS_MAX);
	if (!count)
		return 0;
	if (!(values = calloc(count, sizeof *values)))
		return error_no_memory(e);
	for (size_t i = 0; i < count; i++)
		values[i] = value_of(ids[i], count);
	qsort(values, count, sizeof *values, order);
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = put_difference(&bits, values[i] - last, e);
		last = values[i];
	}
	while (r == 0 && bits.used)
		r = put_bit(&bits, 0, e);
	if (r < 0)
		bytes->length = before;
	free(values);
	return r;
}

/* The next bit, or -1 at the end. */
static int
next_bit(const uint8_t *bytes, size_t length, size_t *at)
{
	size_t i = (*at)++;

	return i / 8 < length ? bytes[i / 8] >> (7 - i % 8) & 1 : -1;
}

/* Whether a difference was there. */
static bool
next_difference(const uint8_t *bytes, size_t length, size_t *at, uint64_t *ret_difference)
{
	uint64_t high = 0, low = 0;
	int bit;

	while ((bit = next_bit(bytes, length, at)) == 1)
		high++;
	for (int i = 0; bit >= 0 && i < LOW_BITS; i++)
		if ((bit = next_bit(bytes, length, at)) >= 0)
			low = low << 1 | (unsigned)bit;
	*ret_difference = high << LOW_BITS | low;
	return bit >= 0;
}

int
filter_read(const uint8_t *bytes, size_t length, size_t count, struct filter *ret_filter, struct error *e)
{
	struct filter filter = {0};
	uint64_t value = 0, difference;
	size_t at = 0;
	int r = 0;

	if (count > FILTER_IDS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d revoked codes", FILTER_IDS_MAX);
	if (count > length * 8 / (LOW_BITS + 1))
		return error_set(e, ERROR_BAD_INPUT, "a filter that is cut off");
	if (count && !(filter.values = calloc(count, sizeof *filter.values)))
		return error_no_memory(e);
	for (; filter.count < count; filter.count++) {
		if (!next_difference(bytes, length, &at, &difference) || (value += difference) >= (uint64_t)count << LOW_BITS) {
			r = error_set(e, ERROR_BAD_INPUT, "a filter that is cut off, or a value out of its range");
			goto out;
		}
		filter.values[filter.count] = value;
	}
	while (r == 0 && at < length * 8)
		if (length * 8 - at >= 8 || next_bit(bytes, length, &at) != 0)
			r = error_set(e, ERROR_BAD_INPUT, "a filter with something after it");
	if (r < 0)
		goto out;
	*ret_filter = filter;
	filter = (struct filter){0};
out:
	filter_free(&filter);
	return r;
}

void
filter_free(struct filter *filter)
{
	free(filter->values);
	*filter = (struct filter){0};
}

bool
filter_has(const struct filter *filter, const uint8_t id[FILTER_ID_SIZE])
{
	uint64_t value;

	if (!filter->count)
		return false;
	value = value_of(id, filter->count);
	return bsearch(&value, filter->values, filter->count, sizeof value, order) != NULL;
}
