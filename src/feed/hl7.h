/* feed/hl7.h: one HL7 v2 message (2.3 to 2.9, the "pipe" encoding), read strictly and whole. Inside the room. Pure.
 *
 * Delimiters are those of MSH-1 and MSH-2. Segments end in CR (also LF or CRLF, as files have it). Escape sequences are
 * resolved. MSH-18 tells the encoding: UTF-8 (also where nothing is said, ASCII being a part of it), GB 18030 or ISO 8859-1;
 * what comes out is UTF-8. Refused are: any other encoding, bytes that are not of it, control characters, a segment
 * whose name is none, delimiters that are not four or five different signs, an escape that is not closed or not known. */

#ifndef HEALTHCODE_FEED_HL7_H
#define HEALTHCODE_FEED_HL7_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { HL7_MESSAGE_MAX = 1 << 20, HL7_SEGMENTS_MAX = 4096, HL7_INDEX_MAX = 1023 };

struct hl7;

/* hl7_read(bytes, length, ret_message, e):
 * Read one message; the caller frees it with hl7_free. Return 0; ERROR_BAD_INPUT with the line (segments are lines) and the
 * column in bytes (of the message as UTF-8), the message beginning with the place ("PID-5: ..."); ERROR_TOO_LARGE
 * above the limits; ERROR_NO_MEMORY. */
int hl7_read(const void *bytes, size_t length, struct hl7 **ret_message, struct error *e);

/* Accepts NULL. */
void hl7_free(struct hl7 *message);

/* The segments, MSH first. hl7_name gives three characters; hl7_find the first segment ${name} from number ${from} on,
 * or hl7_count where there is none. */
size_t hl7_count(const struct hl7 *message);
const char *hl7_name(const struct hl7 *message, size_t segment);
size_t hl7_find(const struct hl7 *message, const char *name, size_t from);

/* hl7_text(message, segment, field, repetition, component, subcomponent):
 * A value; fields and all that is in them count from 1. "" where there is none, and for one that is sent as two quotes
 * (delete what is there). MSH-1 and MSH-2 are the delimiters. Lives as long as the message. */
const char *hl7_text(const struct hl7 *message, size_t segment, unsigned field, unsigned repetition, unsigned component,
	unsigned subcomponent);

/* How many repetitions the field has; 0 for one that is empty. */
unsigned hl7_repetitions(const struct hl7 *message, size_t segment, unsigned field);

/* hl7_refuse(message, segment, field, e, why): fill ${e} with "PID-3: why" and that place; field 0 means the segment.
 * Return ERROR_BAD_INPUT. */
int hl7_refuse(const struct hl7 *message, size_t segment, unsigned field, struct error *e, const char *why);

#endif
