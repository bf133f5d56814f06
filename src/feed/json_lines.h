/* feed/json_lines.h: JSON lines, an object a line, in bounded memory. Inside the room.
 *
 * A member is a field: text as it is, a number as it is written, true and false as "yes" and "no", a list of texts joined
 * by ";", null like a member that is not there. Anything else, and a line that is no object, is refused. Empty lines are
 * left out. A line has at most WINDOW_RECORD_MAX bytes. */

#ifndef HEALTHCODE_FEED_JSON_LINES_H
#define HEALTHCODE_FEED_JSON_LINES_H

#include "feed/record.h"
#include "feed/window.h"

struct json_lines;

/* As csv_open, csv_close and csv_next; the fields have names. */
int json_lines_open(struct window *window, struct json_lines **ret_reader, struct error *e);
void json_lines_close(struct json_lines *reader);
int json_lines_next(struct json_lines *reader, struct record *ret_record, struct error *e);

#endif
