/* feed/csv.h: CSV by RFC 4180, a record at a time, in bounded memory. Inside the room.
 *
 * Lines end in LF or CRLF, the last one may lack it; empty lines are left out. Refused are: bytes that are not UTF-8,
 * NUL, anything but a comma or the line's end after a closing quote, a carriage return without line feed outside
 * quotes, a record of more than WINDOW_RECORD_MAX bytes. A quote that is not closed within that many bytes, or at all,
 * costs its own line only: reading goes on at the next line. A quote inside a field that does not begin with one is
 * text, as csv-spectrum has it (37°36'37.8"N), though the RFC's grammar forbids it. */

#ifndef HEALTHCODE_FEED_CSV_H
#define HEALTHCODE_FEED_CSV_H

#include "feed/record.h"
#include "feed/window.h"

struct csv_reader;

/* csv_open(window, ret_reader, e): read from ${window}, which the caller closes after the reader. */
int csv_open(struct window *window, struct csv_reader **ret_reader, struct error *e);
void csv_close(struct csv_reader *reader);

/* csv_next(reader, ret_record, e):
 * Return 1 and a record, 0 at the end, ERROR_BAD_INPUT or ERROR_TOO_LARGE with line and column for a record that is
 * refused (see record_refused), or ERROR_IO or ERROR_NO_MEMORY. */
int csv_next(struct csv_reader *reader, struct record *ret_record, struct error *e);

#endif
