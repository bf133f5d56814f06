/* Rows as a city makes them, and as nobody would. */

#ifndef HEALTHCODE_TESTS_PRESENCE_ROWS_H
#define HEALTHCODE_TESTS_PRESENCE_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "presence/segment.h"
#include "presence/sort.h"

/* xorshift64*: the same numbers everywhere. */
static inline uint64_t
draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dU;
}

static inline uint32_t
draw_below(uint64_t *state, uint64_t limit)
{
	return (uint32_t)((draw(state) >> 32) * limit >> 32);
}

/* ${people} and ${places} up to 2^32 - 1. Now and then a row has a seat, knows only its day, lasts for months. */
static inline void
draw_rows(struct row *rows, size_t count, uint64_t people, uint64_t places, uint32_t sources, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t rare = draw_below(state, 1000);

		rows[i] = (struct row){.person = 1 + draw_below(state, people),
			.place = 1 + draw_below(state, places),
			.start = 57600 + draw_below(state, 86400),
			.duration_s = 1 + draw_below(state, rare < 5 ? PRESENCE_STAY_MAX_S : 14400),
			.source = draw_below(state, sources),
			.seat = rare % 10 == 7 ? (uint16_t)draw_below(state, 1 << 16) : 0,
			.day_only = rare % 50 == 3};
	}
}

static inline bool
rows_equal(const struct row *a, const struct row *b)
{
	return a->person == b->person && a->place == b->place && a->start == b->start && a->duration_s == b->duration_s &&
		a->source == b->source && a->seat == b->seat && a->day_only == b->day_only;
}

/* Sorted the plain way. */
static enum order plain_order;

static inline int
plain_compare(const void *a, const void *b)
{
	return row_compare_keys(a, b, plain_order);
}

static inline void
sort_plainly(struct row *rows, size_t count, enum order order)
{
	plain_order = order;
	qsort(rows, count, sizeof *rows, plain_compare);
}

#endif
