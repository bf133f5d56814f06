/* feed/record.h: rows as the readers give them, whatever the format. Inside the room.
 *
 * A record that is refused does not end the reading: the next call goes on at the line after it. */

#ifndef HEALTHCODE_FEED_RECORD_H
#define HEALTHCODE_FEED_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { RECORD_FIELDS_MAX = 1024 };

/* ${text} is UTF-8, has a NUL after its ${length} bytes and none among them; ${name} is set by readers whose format
 * names each field (JSON lines), else NULL. Line and column (bytes) count from 1. Valid until the next record. */
struct record_field {
	const char *name, *text;
	size_t length, line, column;
};

/* A field where it stands in the file: no NUL follows. ${length} 0: none is there. */
struct field_text {
	const char *text;
	size_t length;
};

struct record {
	size_t line; /* where it starts */
	size_t field_count;
	const struct record_field *fields;
};

/* Whether a failure of a reader's next is the record's alone, so that reading goes on. */
static inline bool
record_refused(int code)
{
	return code == ERROR_BAD_INPUT || code == ERROR_TOO_LARGE;
}

#endif
