/* feed/known.h: which messages were taken, and those that could not be. Inside the room. */

#ifndef HEALTHCODE_FEED_KNOWN_H
#define HEALTHCODE_FEED_KNOWN_H

#include "feed/import.h"

enum { KNOWN_SIZE = 32 };

/* known_put(registry, id, import, e): in the open transaction of ${import}, note that the message was taken by it. */
int known_put(struct registry *registry, const uint8_t id[KNOWN_SIZE], int64_t import, struct error *e);

/* known_migrate(registry, e): the tables of both; before any other call.
 * known_is(registry, id, e): whether it was taken, by an import that still counts: 1, 0 or a code. */
int known_migrate(struct registry *registry, struct error *e);
int known_is(struct registry *registry, const uint8_t id[KNOWN_SIZE], struct error *e);

/* A message on its way: whoever looks at it is told its hash as it came, and whether they hold it is remembered. */
struct settling {
	const struct feed_message_options *options;
	uint8_t sha256[EVIDENCE_SHA256_SIZE];
	bool held;
};

/* settling_begin(settling, options, bytes, length, import): make ${import} ask the ${options}' settle. */
void settling_begin(struct settling *settling, const struct feed_message_options *options, const void *bytes,
	size_t length, struct feed_import_options *import);

/* letter_put(registry, from, why, bytes, length, e): put a message aside as a dead letter (feed/message.h), sealed; the same again is
 * counted. */
int letter_put(struct registry *registry, const char *from, const struct error *why, const void *bytes, size_t length,
	struct error *e);

#endif
