/* http/peer_client.h: asks another service, and tells it, over mutual TLS: both sides know each other by the pins of their keys. */

#ifndef HEALTHCODE_HTTP_PEER_CLIENT_H
#define HEALTHCODE_HTTP_PEER_CLIENT_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/error.h"
#include "gate/gate.h"

enum { PEER_CONNECT_S = 5, PEER_ANSWER_S = 10, PEER_CAUSE_SIZE = 64, PEER_BODY_MAX = 16 << 10 };

struct peer_client;

/* peer_client_new(certificate, key, ret_client, e): ${certificate} and ${key} are PEM files, with which it shows itself. ERROR_IO or
 * ERROR_BAD_INPUT (with the file) for what they are not. Freed with peer_client_free, which accepts NULL. One thread at a time. */
int peer_client_new(const char *certificate, const char *key, struct peer_client **ret_client, struct error *e);
void peer_client_free(struct peer_client *client);

/* Called now and then while an answer is awaited: true breaks it off. NULL: never. */
void peer_client_watch(struct peer_client *client, bool (*is_over)(void *context), void *context);

/* peer_client_ask(client, asking, statement, cause, e):
 * Put the question. ${cause} is "" and the statement's text appended, or why the peer tells nothing. ERROR_IO where there is no answer, or
 * who answers is another, or what comes is no answer. */
int peer_client_ask(struct peer_client *client, const struct peer_asking *asking, struct buffer *statement,
	char cause[PEER_CAUSE_SIZE], struct error *e);

/* peer_client_tell(client, url, pin, statements, ret_refused, e):
 * Tell the statements (an array of texts). ${ret_refused} is the peer's list of those that it does not take: [{"index", "cause"}], whose items
 * are checked. ERROR_IO as above. */
int peer_client_tell(struct peer_client *client, const char *url, const uint8_t pin[PEER_PIN_SIZE], json_t *statements,
	json_t **ret_refused, struct error *e);

#endif
