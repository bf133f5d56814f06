/* feed/known.h: which messages were taken. Inside the room. */

#ifndef HEALTHCODE_FEED_KNOWN_H
#define HEALTHCODE_FEED_KNOWN_H

#include "feed/import.h"

enum { KNOWN_SIZE = 32 };

/* known_put(registry, id, import, e): in the open transaction of ${import}, note that the message was taken by it. */
int known_put(struct registry *registry, const uint8_t id[KNOWN_SIZE], int64_t import, struct error *e);

#endif
