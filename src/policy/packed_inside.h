/* policy/packed_inside.h (inside the room): the bytes of a packed row.
 *
 *   version | applied_at | list ... list       the lists in the order of enum fact_list
 *   list: count | item ... item                an item's fields in the order of its shape
 *
 *   number, count   as many bytes of 7 bits as it needs, the lowest first, all but the last with the bit 0x80
 *   signed          the same of 2n, or -2n-1 below 0
 *   time            signed: seconds since the time before it in the row (the first: since 1970). Where it may be null, one
 *                   more than its number is written, and 0 is null
 *   text            length, bytes, 0. A division that is not known has the length 0
 *   words           count, texts
 *   flag, colour    a number. hours, degree, temperature: one more than their number, 0 is null */

#ifndef HEALTHCODE_POLICY_PACKED_INSIDE_H
#define HEALTHCODE_POLICY_PACKED_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKED_VERSION = 3 };

/* Whether some list of ${lists} (a bit a list of the facts) has an item in that row, whatever its time; also where it is no row. Nothing
 * outside the row is looked at. */
bool packed_has(const void *row, size_t size, uint32_t lists);

#endif
