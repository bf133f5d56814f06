/* credential/filter.h: which codes are revoked, in a sixth of the bytes that their ids take (a Golomb-coded set).
 *
 * An id is 16 random bytes. Its first eight, as a number x, become the value floor(x * n * 2^20 / 2^64), n being how many
 * ids there are. The values are sorted, and each difference d to the one before is written as d >> 20 ones, a zero, and 20
 * bits; the first bit is a byte's highest, and the last byte is filled with zeroes.
 *
 * F1. Every id that was put in is found.
 * F2. Another id is found with a chance of 1 in 2^20, whatever n is: its holder's next code has another id. */

#ifndef HEALTHCODE_CREDENTIAL_FILTER_H
#define HEALTHCODE_CREDENTIAL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { FILTER_IDS_MAX = 200000, FILTER_ID_SIZE = 16 };

/* A filter that was read. Zeroed, it holds nothing. */
struct filter {
	uint64_t *values; /* sorted; owned */
	size_t count;
};

/* filter_write(ids, count, bytes, e): append the filter of ${count} ids. Return 0, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int filter_write(const uint8_t (*ids)[FILTER_ID_SIZE], size_t count, struct buffer *bytes, struct error *e);

/* filter_read(bytes, length, count, ret_filter, e):
 * Read the filter of ${count} ids. Return 0, ERROR_BAD_INPUT (cut off, longer, or a value out of range), ERROR_TOO_LARGE
 * or ERROR_NO_MEMORY; nothing is allocated that the bytes cannot hold. Freed with filter_free. */
int filter_read(const uint8_t *bytes, size_t length, size_t count, struct filter *ret_filter, struct error *e);

/* Frees what it owns. Accepts one that is zeroed. */
void filter_free(struct filter *filter);

/* F1, F2 */
bool filter_has(const struct filter *filter, const uint8_t id[FILTER_ID_SIZE]);

#endif
