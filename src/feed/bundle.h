/* feed/bundle.h: FHIR R4 bundles over HTTP, one at a time, each answered. Public: see feed/feed.h.
 *
 * A bundle is an import of labs of its own, as a file with it would be: taken whole or refused whole. The same bundle from the
 * same user is known by its content, its identifier within, and changes nothing; the same results in other bytes are unchanged
 * by their natural keys. What is at fault is kept as a dead letter (feed/message.h). */

#ifndef HEALTHCODE_FEED_BUNDLE_H
#define HEALTHCODE_FEED_BUNDLE_H

#include "feed/message.h"

enum { FEED_BUNDLE_TYPE_SIZE = 24 };

/* What became of a bundle. ${read} is false where it was known already, or refused: then nothing was read. ${outcome} is its
 * words as an import counts it ("new", "changed", "unchanged"). ${noticed} is what is worth knowing, or "". */
struct feed_bundle {
	enum feed_answer answer;
	char type[FEED_BUNDLE_TYPE_SIZE]; /* Bundle.type, "" where it is none of FHIR's */
	size_t entries;
	const char *outcome;
	char noticed[ERROR_MESSAGE_MAX];
};

/* feed_bundle(registry, options, bytes, length, ret_bundle, e):
 * Take one bundle of at most FEED_MESSAGE_MAX bytes. Return 0 however it was answered (FEED_AT_FAULT: its content, FEED_REFUSED:
 * no bundle of those that are read; FEED_HELD), with ${e} telling why it was not taken, place included where its text cannot be read;
 * or a code of the store's. */
int feed_bundle(struct registry *registry, const struct feed_message_options *options, const void *bytes, size_t length,
	struct feed_bundle *ret_bundle, struct error *e);

#endif
