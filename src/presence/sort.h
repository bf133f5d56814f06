/* presence/sort.h: rows in one of their two orders. Inside the room. */

#ifndef HEALTHCODE_PRESENCE_SORT_H
#define HEALTHCODE_PRESENCE_SORT_H

#include "presence/block.h"

/* rows_sort(rows, scratch, count, order):
 * Sort by row_compare_keys; records of one stay keep the order in which they came. ${scratch} has room for ${count} rows
 * too. Cost is linear: a radix sort by 11 bits at a time of the bits that differ. */
void rows_sort(struct row *rows, struct row *scratch, size_t count, enum order order);

#endif
