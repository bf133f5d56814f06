#include "presence/sort.h"

#include <string.h>

#include "presence/bits.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW = 48 };

/* Sort rows that are nearly sorted, or few. */
static void
insert_each(struct row *rows, size_t count, enum order order)
{
	for (size_t i = 1; i < count; i++) {
		struct row row = rows[i];
		size_t at = i;

		while (at > 0 && row_compare_keys(&rows[at - 1], &row, order) > 0) {
			rows[at] = rows[at - 1];
			at--;
		}
		rows[at] = row;
	}
}

/* Merge sort, for many rows of one key. */
static void
merge_each(struct row *rows, struct row *scratch, size_t count, enum order order)
{
	const size_t half = count / 2;
	size_t left = 0, right = half, to = 0;

	if (count <= FEW) {
		insert_each(rows, count, order);
		return;
	}
	merge_each(rows, scratch, half, order);
	merge_each(rows + half, scratch, count - half, order);
	memcpy(scratch, rows, half * sizeof *rows);
	while (left < half && right < count)
		rows[to++] = row_compare_keys(&scratch[left], &rows[right], order) <= 0 ? scratch[left++] : rows[right++];
	memcpy(rows + to, scratch + left, (half - left) * sizeof *rows);
}

/* What the radix sort looks at: major and start, each less its least. */
struct radix {
	enum order order;
	uint32_t least_major, least_start;
	unsigned start_width, width;
};

static uint64_t
radix_key(const struct radix *radix, const struct row *row)
{
	return (uint64_t)(row_major(row, radix->order) - radix->least_major) << radix->start_width |
		(row->start - radix->least_start);
}

static struct radix
radix_of(const struct row *rows, size_t count, enum order order)
{
	struct radix radix = {order, UINT32_MAX, UINT32_MAX, 0, 0};
	uint32_t most_major = 0, most_start = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t major = row_major(&rows[i], order), start = rows[i].start;

		radix.least_major = major < radix.least_major ? major : radix.least_major;
		most_major = major > most_major ? major : most_major;
		radix.least_start = start < radix.least_start ? start : radix.least_start;
		most_start = start > most_start ? start : most_start;
	}
	radix.start_width = bits_width(most_start - radix.least_start);
	radix.width = radix.start_width + bits_width(most_major - radix.least_major);
	return radix;
}

/* Order by one digit of the key. */
static void
pass(const struct row *rows, struct row *sorted, size_t count, const struct radix *radix, unsigned shift)
{
	size_t places[DIGITS] = {0}, sum = 0;

	for (size_t i = 0; i < count; i++)
		places[radix_key(radix, &rows[i]) >> shift & (DIGITS - 1)]++;
	for (size_t i = 0; i < DIGITS; i++) {
		size_t here = places[i];

		places[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		sorted[places[radix_key(radix, &rows[i]) >> shift & (DIGITS - 1)]++] = rows[i];
}

/* Rows of one key in order of their minor. */
static void
order_ties(struct row *rows, struct row *scratch, size_t count, const struct radix *radix)
{
	for (size_t i = 0, end; i < count; i = end) {
		uint64_t key = radix_key(radix, &rows[i]);

		for (end = i + 1; end < count && radix_key(radix, &rows[end]) == key; end++)
			;
		if (end - i > 1)
			merge_each(rows + i, scratch, end - i, radix->order);
	}
}

void
rows_sort(struct row *rows, struct row *scratch, size_t count, enum order order)
{
	struct row *from = rows, *to = scratch, *swap;
	struct radix radix;

	if (count <= FEW) {
		insert_each(rows, count, order);
		return;
	}
	radix = radix_of(rows, count, order);
	for (unsigned shift = 0; shift < radix.width; shift += DIGIT_BITS) {
		pass(from, to, count, &radix, shift);
		swap = from;
		from = to;
		to = swap;
	}
	if (from != rows)
		memcpy(rows, from, count * sizeof *rows);
	order_ties(rows, scratch, count, &radix);
}
