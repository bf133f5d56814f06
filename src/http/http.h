/* http/http.h: the HTTP API under /v1 (docs/openapi.yaml) and the pages. Routes, sessions, roles, limits; no decisions.
 *
 * Each of the server's threads opens the registry for itself. A request's body, the number of connections and the rate
 * of requests from one address have maxima, which are answered with 413, 503 and 429. */

#ifndef HEALTHCODE_HTTP_HTTP_H
#define HEALTHCODE_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "http/gateway.h"
#include "http/peer_client.h"
#include "http/pin.h"
#include "http/tellers.h"

enum { HTTP_BODY_MAX = 16 << 10, HTTP_CONNECTIONS_MAX = 4096, HTTP_THREADS_MAX = 64 };

struct http_server;

/* ${listen} is ADDRESS:PORT ("127.0.0.1:8080", "[::1]:0"; port 0 takes a free one). ${data} is the store's folder or
 * ${database} its URI, ${presence} the folder of the stays or NULL (registry/store.h). ${web} is the folder of the built pages, or NULL for none. ${threads} is 1 to HTTP_THREADS_MAX.
 * ${certificate} and ${key} are PEM files for TLS, both or neither. ${peers} is the ADDRESS:PORT at which other services ask and tell,
 * NULL for none; ${peer_certificate} and ${peer_key} are what this one shows them, and shows itself with. */
struct http_options {
	const char *listen, *data, *database, *presence, *web, *certificate, *key;
	const char *peers, *peer_certificate, *peer_key;
	unsigned threads;
};

/* http_start(options, ret_server, e):
 * Start serving. Return 0 and the server, which the caller ends with http_stop, or ERROR_USAGE (an address that is none),
 * ERROR_IO (the port is taken, the certificate unreadable), or what opening the registry gives. */
int http_start(const struct http_options *options, struct http_server **ret_server, struct error *e);

/* The port that is listened on; and that for other services, 0 where there is none. */
uint16_t http_port(const struct http_server *server);
uint16_t http_peers_port(const struct http_server *server);

/* Take no more connections, answer what is under way (for at most 10 s), end. Accepts NULL. */
void http_stop(struct http_server *server);

#endif
