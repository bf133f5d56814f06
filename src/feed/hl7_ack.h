/* feed/hl7_ack.h: the answer to an HL7 v2 message (ACK, original mode). Inside the room. */

#ifndef HEALTHCODE_FEED_HL7_ACK_H
#define HEALTHCODE_FEED_HL7_ACK_H

#include "base/buffer.h"
#include "base/time.h"
#include "feed/hl7.h"

/* hl7_ack(message, answer, control, why, at, ack, e):
 * Append the answer to ${message} (NULL: one that cannot be read) to ${ack}. ${answer} is "AA", "AE" or "AR"; ${control} the answer's
 * own control id; ${why} tells, for the others, what was wrong, "SEGMENT-FIELD: reason" where there is a place. */
int hl7_ack(const struct hl7 *message, const char *answer, const char *control, const struct error *why, instant at,
	struct buffer *ack, struct error *e);

#endif
