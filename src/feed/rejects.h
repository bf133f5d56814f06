/* feed/rejects.h: the file of rejected rows. Inside the room; see feed/feed.h. */

#ifndef HEALTHCODE_FEED_REJECTS_H
#define HEALTHCODE_FEED_REJECTS_H

#include "feed/rows.h"

struct feed_rejects;

/* rejects_add(rejects, rows, e): copy the row last returned or refused. Return 0, ERROR_USAGE (another heading than that of the
 * rows before), ERROR_IO or ERROR_NO_MEMORY. */
int rejects_add(struct feed_rejects *rejects, struct rows *rows, struct error *e);

/* rejects_add_bytes(rejects, bytes, length, e): the same of a message, which has no heading. */
int rejects_add_bytes(struct feed_rejects *rejects, const void *bytes, size_t length, struct error *e);

#endif
