/* rehearse/held.h: when a gate would not have let somebody pass, by one pack's decisions from the application on. */

#ifndef HEALTHCODE_REHEARSE_HELD_H
#define HEALTHCODE_REHEARSE_HELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"

/* Spans [from, to), one after the other. Owned; freed with held_clear. */
struct held {
	struct held_span {
		instant from, to;
	} * spans;
	size_t count, capacity;
};

/* held_read(changes, pass, now, ret_held, e): from evaluate()'s list of changes up to ${now}; ${pass} says which colours a gate
 * lets in. */
int
held_read(const json_t *changes, const bool pass[COLOUR_COUNT], instant now, struct held *ret_held, struct error *e);
void held_clear(struct held *held);

bool held_at(const struct held *held, instant at);

/* In seconds. */
int64_t held_length(const struct held *held);

#endif
