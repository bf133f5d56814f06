/* feed/mllp.h: the frames in which HL7 v2 travels (Minimal Lower Layer Protocol, release 1): 0x0B, the message, 0x1C 0x0D. Inside
 * the feed room and for whoever serves it. Pure. */

#ifndef HEALTHCODE_FEED_MLLP_H
#define HEALTHCODE_FEED_MLLP_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum { MLLP_MESSAGE_MAX = 1 << 20, MLLP_READ_MAX = 1 << 16 };

/* What came of a connection and was not taken yet. */
struct mllp {
	struct buffer bytes;
	size_t taken;
};

struct mllp mllp_make(void);
void mllp_free(struct mllp *mllp);

/* mllp_add(mllp, bytes, length, e): bytes as they came, at most MLLP_READ_MAX at a time, each followed by mllp_next until
 * that gives 0. */
int mllp_add(struct mllp *mllp, const void *bytes, size_t length, struct error *e);

/* mllp_next(mllp, ret_bytes, ret_length, e):
 * Return 1 and a whole message, valid until the next mllp_add; 0 if more bytes are needed; or ERROR_BAD_INPUT (bytes outside of
 * frames, a frame in a frame, an end that is none) or ERROR_TOO_LARGE, after which the connection is of no use. */
int mllp_next(struct mllp *mllp, const char **ret_bytes, size_t *ret_length, struct error *e);

/* mllp_frame(bytes, length, frame, e): append the message in a frame. */
int mllp_frame(const void *bytes, size_t length, struct buffer *frame, struct error *e);

#endif
