/* feed/edifact.h: a UN/EDIFACT interchange (ISO 9735), read strictly and whole. Inside the room. Pure.
 *
 * The signs are those of UNA, where it is there. Spaces and line ends before a segment are left out. Checked are: UNB and UNZ, UNG and
 * UNE, UNH and UNT, each pair's reference and count (UNT counts segments, UNE messages, UNZ groups, or messages where there are
 * no groups). */

#ifndef HEALTHCODE_FEED_EDIFACT_H
#define HEALTHCODE_FEED_EDIFACT_H

#include <stddef.h>

#include "base/error.h"

enum { EDIFACT_SIZE_MAX = 4 << 20 /* of one interchange */, EDIFACT_SEGMENTS_MAX = 200000 };

struct edifact;

/* Where in the bytes an interchange begins; zeroed: the first. */
struct edifact_place {
	size_t at, line_start, lines; /* ${lines}: how many ended before it */
};

/* edifact_read(bytes, length, place, ret_interchange, e): the interchange at ${place}, which is then where the next one begins: at ${length} where there
 * is none. Freed with edifact_free. Return 0; ERROR_BAD_INPUT with line, column and the segment; ERROR_TOO_LARGE; ERROR_NO_MEMORY. */
int edifact_read(
	const char *bytes, size_t length, struct edifact_place *place, struct edifact **ret_interchange, struct error *e);

/* Accepts NULL. */
void edifact_free(struct edifact *interchange);

/* Segments from 0. edifact_tag gives three letters; edifact_text a component, elements and components counting from 1, "" where there
 * is none; edifact_start where the segment stands in the bytes, and of the one after the last where that ends. */
size_t edifact_count(const struct edifact *interchange);
const char *edifact_tag(const struct edifact *interchange, size_t segment);
const char *edifact_text(const struct edifact *interchange, size_t segment, unsigned element, unsigned component);
size_t edifact_start(const struct edifact *interchange, size_t segment);

/* edifact_refuse(interchange, segment, e, why): "DTM: why", with the segment's place. Return ERROR_BAD_INPUT. */
int edifact_refuse(const struct edifact *interchange, size_t segment, struct error *e, const char *why);

#endif
