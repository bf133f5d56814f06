/* policy/change.h: whom another version of a pack concerns.
 *
 * Who had a colour by one version need not be evaluated by another that decides alike about them: what was said of them
 * stands. Two versions are compared once, and each person by what lists of their facts have an item. */

#ifndef HEALTHCODE_POLICY_CHANGE_H
#define HEALTHCODE_POLICY_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/pack.h"

/* ${everyone}: nothing can be told. Else who has no item in any of ${lists} (a bit a list of the facts; 0: anybody) is not concerned: at any
 * moment evaluate_colour() comes out by the one pack as by the other. ${never_lasts}: and where it saw no change up to the horizon, none
 * comes after it either with nothing new happening, unless something planned is known (a colour set by hand, a recovery's validity). */
struct pack_change {
	bool everyone, never_lasts;
	uint32_t lists;
};

/* pack_compare(before, after): whom it concerns that ${after} takes the place of ${before}. Texts, sources, and in pack.json what no
 * colour depends on may differ. */
struct pack_change pack_compare(const struct pack *before, const struct pack *after);

/* Whether the change concerns the person of a packed row (policy/packed.h), of whom was said by the one before that no change is in
 * sight (${never}), or when the next one comes, which has not passed. What is no row is said to be concerned, and refused where it is read. */
bool pack_change_concerns(const struct pack_change *change, bool never, const void *row, size_t size);

#endif
