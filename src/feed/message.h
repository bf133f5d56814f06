/* feed/message.h: messages over a wire, one at a time, each answered; and those that could not be taken, kept until somebody
 * looked after them (dead letters). Public: see feed/feed.h.
 *
 * A message is an import of its own. The answer is AA once it is committed, so that a sender who saw none sends it again: a
 * message that is known by its sender (MSH-3, MSH-4), control id (MSH-10) and content is answered AA and changes nothing. AE
 * means that its content is at fault, or that it is held until more people looked at it, AR that it is none of what is taken here; each is kept as a dead letter. A failure of the
 * store is answered AE too, with code 207, and kept nowhere: the sender still has the message.
 *
 * Dead letters are sealed by their day's key (day-letter-DATE): destroying it destroys them. */

#ifndef HEALTHCODE_FEED_MESSAGE_H
#define HEALTHCODE_FEED_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/time.h"

struct registry;

enum { FEED_FROM_SIZE = 128, FEED_MESSAGE_MAX = 1 << 20, FEED_ANSWER_MAX = 1 << 16 };

/* Who looks at what was taken before it is committed, in the open transaction; any failure of theirs leaves nothing of it. ${sha256} is the
 * content's, or NULL where there is none. */
typedef int feed_settle(const uint8_t *sha256, void *context, struct error *e);

struct feed_message_options {
	const char *from;    /* whom the wire names: a certificate's common name, or an address */
	const char *by;      /* the user who takes messages in, or NULL */
	feed_settle *settle; /* may be NULL. ERROR_DENIED of it: the message is held */
	void *settle_context;
};

enum feed_answer { FEED_TAKEN, FEED_KNOWN, FEED_AT_FAULT, FEED_REFUSED, FEED_HELD };

/* feed_message(registry, options, bytes, length, ret_answer, answer, e):
 * Take one HL7 v2 message and append the answer to ${answer} (without frame). Return 0 however it was answered, with ${e}
 * telling why it was not taken; or a code of the store's, with an answer all the same (none for ERROR_NO_MEMORY). */
int feed_message(struct registry *registry, const struct feed_message_options *options, const void *bytes,
	size_t length, enum feed_answer *ret_answer, struct buffer *answer, struct error *e);

/* A dead letter; ${reason} is as an error's text, ${times} how often it came. */
struct feed_letter {
	int64_t number;
	instant at, settled_at, dropped_at; /* 0 where it waits, or where its bytes are kept */
	const char *from, *reason;
	int64_t times;
};

/* feed_letters_each(registry, each, context, e): every dead letter, by number. A non-zero return ends the walk. */
int feed_letters_each(struct registry *registry,
	int (*each)(const struct feed_letter *letter, void *context, struct error *e), void *context, struct error *e);

/* feed_letter_hash(registry, number, sha256, e): of the message as it came. ERROR_EXISTS_NOT.
 * feed_letter_open(registry, number, bytes, e): append the message as it came. ERROR_EXISTS_NOT (no such letter, or its day's
 * key was destroyed), ERROR_DENIED.
 * feed_letter_settle(registry, number, e): it needs nobody any more. ERROR_EXISTS_NOT.
 * feed_letter_drop(registry, number, e): the same, and its bytes are erased. That it came, from whom and why it was not taken stay.
 * feed_letter_retry(registry, number, options, ret_answer, e): take it once more, with all ${options} but who sent it, for what was at
 * fault may be in the pack, or mended in the program. Taken, or known by now, it is settled; at fault again, it counts once
 * more, and ${e} says why. Return 0 with ${ret_answer}, or ERROR_EXISTS_NOT, ERROR_DENIED or a code of the store's. */
int feed_letter_hash(struct registry *registry, int64_t number, uint8_t sha256[32], struct error *e);
int feed_letter_open(struct registry *registry, int64_t number, struct buffer *bytes, struct error *e);
int feed_letter_settle(struct registry *registry, int64_t number, struct error *e);
int feed_letter_drop(struct registry *registry, int64_t number, struct error *e);
int feed_letter_retry(struct registry *registry, int64_t number, const struct feed_message_options *options,
	enum feed_answer *ret_answer, struct error *e);

#endif
