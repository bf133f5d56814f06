/* cli/mllp_server.h: HL7 v2 over MLLP over TLS: connections in, answers out. What a message means is its caller's. */

#ifndef HEALTHCODE_CLI_MLLP_SERVER_H
#define HEALTHCODE_CLI_MLLP_SERVER_H

#include <signal.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
	MLLP_CONNECTIONS_MAX = 256,
	MLLP_IDLE_S = 600, /* a connection that says nothing so long is closed */
	MLLP_HANDSHAKE_S = 10,
	MLLP_ANSWERS_MAX = 4 << 20, /* bytes that wait for one peer to take them */
};

/* mllp_server_take: answer one message of ${from} (the certificate's common name, else the peer's address) into ${answer}. A negative
 * return ends the server.
 * mllp_server_rest: called after each round in which messages came, when their answers are on their way. Return 0, 1 to be called
 * again within a second, or a negative code. */
struct mllp_server_options {
	const char *listen;            /* "ADDRESS:PORT", port 0 is a free one */
	const char *certificate, *key; /* PEM files, or NULL: no TLS */
	const char *authority;         /* PEM file: peers need a certificate of these, or NULL */
	int (*take)(
		const char *from, const void *bytes, size_t length, struct buffer *answer, void *context, struct error *e);
	int (*rest)(void *context, struct error *e);
	void (*said)(const char *line, void *context); /* what an operator wants to know of connections */
	void *context;
};

struct mllp_server;

/* mllp_server_open(options, ret_server, ret_port, e): listen. ${options} must live as long as the server. Return 0, ERROR_USAGE (no
 * address), ERROR_BAD_INPUT (a certificate or key that is none), ERROR_IO or ERROR_NO_MEMORY. */
int mllp_server_open(
	const struct mllp_server_options *options, struct mllp_server **ret_server, unsigned *ret_port, struct error *e);

/* mllp_server_run(server, ended, signals, e): serve until *${ended}, which a handler of a signal sets; ${signals} is the mask in
 * which it may. What was begun is answered first. Return 0, or the code that ended it. */
int mllp_server_run(
	struct mllp_server *server, const volatile sig_atomic_t *ended, const sigset_t *signals, struct error *e);

/* Close all. Accepts NULL. */
void mllp_server_close(struct mllp_server *server);

#endif
