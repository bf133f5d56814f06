/* feed/hl7_file.h: the messages of a file of HL7 v2, in bounded memory. Inside the room.
 *
 * A message goes from a line that begins with MSH to the next, or to the end; MLLP's frame bytes around it are left out. The
 * batch protocol's segments (FHS, BHS, BTS, FTS) stand between messages. */

#ifndef HEALTHCODE_FEED_HL7_FILE_H
#define HEALTHCODE_FEED_HL7_FILE_H

#include <stdint.h>

#include "feed/window.h"

enum hl7_part { HL7_PART_MESSAGE, HL7_PART_BATCH_START, HL7_PART_BATCH_END, HL7_PART_FILE_START, HL7_PART_FILE_END };

/* ${bytes} are valid until the next call. ${line} is where it starts, from 1; segments are lines. ${count} is what BTS-1 or
 * FTS-1 say, -1 where they say nothing. */
struct hl7_chunk {
	enum hl7_part part;
	const char *bytes;
	size_t length, line;
	int64_t count;
};

struct hl7_file {
	struct window *window;
	size_t line, consumed, consumed_lines;
	/* NULL, or who is shown the bytes of a message above the maximum as they go by; a failure of theirs is returned. */
	int (*over)(const void *bytes, size_t length, void *context, struct error *e);
	void *context;
};

struct hl7_file hl7_file_of(struct window *window);

/* hl7_file_next(file, ret_chunk, e):
 * Return 1 and the next part, 0 at the end; ERROR_BAD_INPUT for bytes that belong to no message and ERROR_TOO_LARGE for a
 * message above HL7_MESSAGE_MAX, with their line and, in ${ret_chunk}, as many of their bytes as are kept: reading goes on at
 * the next message; or ERROR_IO, ERROR_NO_MEMORY. */
int hl7_file_next(struct hl7_file *file, struct hl7_chunk *ret_chunk, struct error *e);

#endif
