/* tests/feed/feed_store.h: a demo store of the real packs, into which tests import. */

#ifndef HEALTHCODE_TESTS_FEED_STORE_H
#define HEALTHCODE_TESTS_FEED_STORE_H

#include "base/buffer.h"
#include "feed/feed.h"
#include "presence/presence.h"
#include "registry/registry.h"

struct feed_store {
	char folder[64];
	struct registry *registry;
	struct buffer notes; /* what was said in the last import: "line:column: message", a line each */
};

/* For cmocka's group set-up and tear-down; the clock is 2020-03-24T08:00+08:00, the pack Hubei's. */
int feed_store_set_up(void **state);
int feed_store_tear_down(void **state);

/* Import bytes and return "new changed unchanged rejected", or the failure's message, valid until the next call. */
const char *feed_store_import(struct feed_store *store, const char *kind, const void *bytes, size_t length);
const char *feed_store_text(struct feed_store *store, const char *kind, const char *text);
const char *feed_store_file(struct feed_store *store, const char *kind, const char *path);

/* The evidence of a kind, "key-less" canonical bodies in order, a line each; freed by the next call. */
const char *feed_store_evidence(struct feed_store *store, enum evidence_kind kind);

/* Add the stays at the place of that code to the text, a line each as ${write} does; ${place} is that place, zeroed where none is. */
void feed_store_stays_at(struct feed_store *store, const char *code, presence_each *write, struct presence_place *place,
	struct buffer *text);

/* A resident's ID number with a right check digit, of somebody who does not exist; four at a time. */
const char *feed_id(unsigned serial);

#endif
