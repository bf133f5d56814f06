/* feed/plain.h: lines of CSV that are written plainly, cut apart where they stand. Inside the room.
 *
 * Plain is a line of ASCII without quotes and control characters, of less than PLAIN_LINE_MAX bytes, that ends in LF or CRLF. Files of
 * millions of rows are written so; whatever is not is read by feed/csv.h, which also says what is wrong with it. */

#ifndef HEALTHCODE_FEED_PLAIN_H
#define HEALTHCODE_FEED_PLAIN_H

#include <stddef.h>

#include "feed/record.h"

/* PLAIN_LOOK: so many bytes are looked at, whatever of them the line has. */
enum { PLAIN_LINE_MAX = 256, PLAIN_LOOK = PLAIN_LINE_MAX + 1 };

/* plain_cut(bytes, columns, count, fields):
 * Cut the line at ${bytes} into its fields, of which the ${i}th goes to fields[columns[i]]. Return the line's length with its end, or 0 if it
 * is empty, not plain, or has another number of fields than ${count}; ${fields} hold something or other then. */
size_t plain_cut(const char *bytes, const size_t *columns, size_t count, struct field_text *fields);

#endif
