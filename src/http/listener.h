/* http/listener.h: an address that is listened on, and the threads that answer there.
 *
 * Each thread has connections of its own. What it answers in a turn, to all connections that had something to read, it sends
 * together at the turn's end or after LISTENER_TOGETHER_MAX answers: sent one by one each wakes its reader, which on a busy
 * machine then runs for that one answer (docs/decisions/0133-answers-of-a-turn-are-sent-together.md). */

#ifndef HEALTHCODE_HTTP_LISTENER_H
#define HEALTHCODE_HTTP_LISTENER_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { LISTENER_TOGETHER_MAX = 16 };

struct listener;

/* ${listen} is ADDRESS:PORT (http/http.h). ${certificate} and ${key} are PEM, NULL for no TLS; with ${asks_certificate} the other side is asked for
 * its own. ${on_request} and ${on_end} are libmicrohttpd's, called with ${context} from ${threads} threads. */
struct listener_options {
	const char *listen, *certificate, *key;
	bool asks_certificate;
	unsigned threads, connections_max;
	MHD_AccessHandlerCallback on_request;
	MHD_RequestCompletedCallback on_end;
	void *context;
};

/* listener_start(options, ret_listener, e): ${options}' texts and context are needed until listener_stop. Return 0, ERROR_USAGE (an address
 * that is none), ERROR_IO (the port is taken, the certificate unreadable) or ERROR_NO_MEMORY. */
int listener_start(const struct listener_options *options, struct listener **ret_listener, struct error *e);

uint16_t listener_port(const struct listener *listener);

/* Called before an answer is queued, in the thread that answers: it goes with the turn's others.
 * listener_push(): send what is held, before something that may take longer than an answer should wait. */
void listener_hold(struct MHD_Connection *connection);
void listener_push(void);

/* Take no more connections; those that are there are answered. */
void listener_quiesce(struct listener *listener);

/* Quiesce, close the connections, end the threads. Accepts NULL. */
void listener_stop(struct listener *listener);

#endif
