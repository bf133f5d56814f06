/* The server: libmicrohttpd calls us once with a request's head, then with pieces of its body, then once more to be
 * answered; route_find tells by whom. */

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/file.h"
#include "http/answers.h"
#include "http/context.h"
#include "http/exchange.h"
#include "http/fhir.h"
#include "http/http.h"
#include "http/idempotency.h"
#include "http/limit.h"
#include "http/listener.h"
#include "http/metrics.h"
#include "http/pages.h"
#include "http/pin.h"
#include "http/routes.h"

enum { PEM_MAX = 1 << 20, IPV6_NETWORK_BYTES = 8, FINISH_S = 10, PEER_THREADS = 1 };

/* So much of a body is read on past its maximum, so that the other side can hear the answer; one over this is cut off. */
enum { BODY_PATIENCE = 16 * HTTP_BODY_MAX };

/* An address that is listened on: people's, or other services'. */
struct door {
	struct http_server *server;
	struct listener *listener;
	struct buffer certificate, key;
	bool for_peers;
};

struct http_server {
	struct door people, peers;
	struct http_shared *shared;
	struct limit *limits[LIMITS];
	struct pages *pages;
	atomic_uint under_way; /* requests whose head came and whose answer has not gone */
	atomic_bool stopping;
};

static int64_t
monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
note_address(struct exchange *x)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (!info || !info->client_addr)
		return;
	if (info->client_addr->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((struct sockaddr_in *)info->client_addr)->sin_addr, x->address, sizeof x->address);
	} else if (info->client_addr->sa_family == AF_INET6) {
		struct in6_addr network = ((struct sockaddr_in6 *)info->client_addr)->sin6_addr;

		/* One household has 2^64 addresses of version 6: its network is the other side. */
		memset(network.s6_addr + IPV6_NETWORK_BYTES, 0, sizeof network.s6_addr - IPV6_NETWORK_BYTES);
		inet_ntop(AF_INET6, &network, x->address, sizeof x->address);
	}
}

/* TLS has proved that the other side has the key of its certificate; whose that is, its pin says (gate/peer.h, P4). */
static void
note_pin(struct exchange *x)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	const gnutls_datum_t *shown;
	unsigned count = 0;

	if (!info || !info->tls_session)
		return;
	shown = gnutls_certificate_get_peers(info->tls_session, &count);
	x->has_pin = shown && count > 0 && pin_of_der(shown[0].data, shown[0].size, x->pin);
}

/* Pages may use what they brought themselves, and nothing else. */
static void
add_standard_headers(struct MHD_Response *response, const struct exchange *x)
{
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	if (x->content_type && strncmp(x->content_type, "text/html", strlen("text/html")) == 0) {
		MHD_add_response_header(response, "Content-Security-Policy",
			"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; "
			"frame-ancestors 'none'; form-action 'self'");
		MHD_add_response_header(response, "Permissions-Policy", "camera=(self), geolocation=(), microphone=()");
	}
	if (strncmp(x->path, "/v1/", 4) == 0) {
		bool cached = false;

		for (size_t i = 0; i < x->header_count; i++)
			cached |= strcmp(x->headers[i].name, "Cache-Control") == 0;
		if (!cached)
			MHD_add_response_header(response, "Cache-Control", "no-store");
	}
}

static enum MHD_Result
send_answer(struct http_server *server, struct exchange *x)
{
	struct MHD_Response *response;
	enum MHD_Result sent;
	size_t length = x->bytes.length;
	void *bytes;

	fhir_translate(x);
	if (x->answer) {
		bytes = json_dumps(x->answer, JSON_COMPACT | JSON_ENCODE_ANY);
		length = bytes ? strlen(bytes) : 0;
		if (!bytes)
			x->status = MHD_HTTP_SERVICE_UNAVAILABLE;
	} else {
		bytes = buffer_take(&x->bytes);
	}
	response = MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(bytes);
		return MHD_NO;
	}
	if (x->content_type)
		MHD_add_response_header(response, "Content-Type", x->content_type);
	for (size_t i = 0; i < x->header_count; i++)
		MHD_add_response_header(response, x->headers[i].name, x->headers[i].value);
	add_standard_headers(response, x);
	if (atomic_load(&server->stopping))
		MHD_add_response_header(response, "Connection", "close");
	listener_hold(x->connection);
	sent = MHD_queue_response(x->connection, x->status, response);
	MHD_destroy_response(response);
	return sent;
}

/* Guesses at secrets count for the address, whoever is signed in there. Else many people may share an address (a
 * carrier's), so that nobody who is signed in is locked out by the others. */
static bool
within_limit(
	struct http_server *server, const struct route *route, const struct http_context *context, struct exchange *x)
{
	unsigned retry_s = 1;

	if (route->limit == LIMIT_NONE || x->counted)
		return true;
	x->counted = true;
	if (route->limit == LIMIT_SECRET || !context->signed_in) {
		note_address(x);
		snprintf(x->limit_key, sizeof x->limit_key, "ip:%s", x->address);
	}
	if (limit_take(server->limits[route->limit], x->limit_key, monotonic_us() / 1000, &retry_s))
		return true;
	exchange_problem(x, MHD_HTTP_TOO_MANY_REQUESTS, "too-many-requests", "Please wait %u s", retry_s);
	exchange_set_header(x, "Retry-After", "%u", retry_s);
	return false;
}

static void
answer(struct http_server *server, struct exchange *x)
{
	int64_t start_us = monotonic_us();
	const struct route *route;
	struct http_context *context;
	struct error e = {0};

	if (!x->from_peers && strncmp(x->path, "/v1", 3) != 0 && server->pages &&
		(strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0) && pages_answer(server->pages, x))
		return;
	route = route_find(x);
	if (route && (route->role == ROLE_PEER) != x->from_peers) {
		exchange_problem(x, MHD_HTTP_NOT_FOUND, "not-found", "There is no such thing");
		return;
	}
	if (!route)
		return;
	if (route->answer != answer_code) /* alone known to be quick */
		listener_push();
	if ((context = context_get(server->shared, &e)) == NULL)
		exchange_failure(x, &e);
	else if (context_recognise(context, x) && within_limit(server, route, context, x) &&
		context_admit(context, route, x))
		idempotency_answer(context, route, x);
	metrics_count((unsigned)(route - routes), x->status, monotonic_us() - start_us);
}

/* A route whose bodies may be large takes them from those alone who may call it: of everybody else nothing is kept, and they are
 * answered so when they are done. */
static void
make_room(struct http_server *server, struct exchange *x)
{
	const struct route *route = x->from_peers ? NULL : route_of_large(x);
	struct http_context *context;
	struct error e = {0};

	x->body = buffer_make(route ? route->body_max : HTTP_BODY_MAX);
	if (!route)
		return;
	if ((context = context_get(server->shared, &e)) == NULL)
		exchange_failure(x, &e);
	else if (context_recognise(context, x) && within_limit(server, route, context, x))
		context_admit(context, route, x);
	if (x->status)
		metrics_count((unsigned)(route - routes), x->status, 0);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
	const char *upload, size_t *upload_size, void **request)
{
	struct door *door = context;
	struct http_server *server = door->server;
	struct exchange *x = *request;
	struct error e = {0};

	(void)version;
	if (!x) {
		x = malloc(sizeof *x);
		if (!x)
			return MHD_NO;
		memset(x, 0, offsetof(struct exchange, headers));
		x->connection = connection;
		x->method = method;
		x->path = path;
		x->from_peers = door->for_peers;
		if (door->for_peers)
			note_pin(x);
		make_room(server, x);
		*request = x;
		atomic_fetch_add(&server->under_way, 1);
		return MHD_YES;
	}
	if (*upload_size) {
		if ((x->received += *upload_size) > x->body.maximum + BODY_PATIENCE)
			return MHD_NO;
		if (!x->status && buffer_add(&x->body, upload, *upload_size, &e) < 0)
			exchange_failure(x, &e);
		*upload_size = 0;
		return MHD_YES;
	}
	if (!x->status)
		answer(server, x);
	return send_answer(server, x);
}

static void
on_end(void *context, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode code)
{
	struct http_server *server = ((struct door *)context)->server;
	struct exchange *x = *request;

	(void)connection;
	(void)code;
	if (!x)
		return;
	exchange_clear(x);
	free(x);
	*request = NULL;
	atomic_fetch_sub(&server->under_way, 1);
}

static int
open_door(struct http_server *server, struct door *door, const char *listen, const char *certificate, const char *key,
	unsigned threads, struct error *e)
{
	int r;

	door->server = server;
	if (certificate &&
		((r = file_read(certificate, &door->certificate, e)) < 0 || (r = file_read(key, &door->key, e)) < 0))
		return r;
	return listener_start(&(struct listener_options){.listen = listen,
							  .certificate = certificate ? buffer_text(&door->certificate) : NULL,
							  .key = certificate ? buffer_text(&door->key) : NULL,
							  .asks_certificate = door->for_peers,
							  .threads = threads,
							  .connections_max = HTTP_CONNECTIONS_MAX,
							  .on_request = on_request,
							  .on_end = on_end,
							  .context = door},
		&door->listener, e);
}

int
http_start(const struct http_options *options, struct http_server **ret_server, struct error *e)
{
	/* Bursts and rates a minute for one address; a guard's device checks one person every few seconds. */
	static const struct {
		unsigned burst, per_minute;
	} rates[LIMITS] = {
		[LIMIT_READ] = {600, 6000}, [LIMIT_WRITE] = {60, 120}, [LIMIT_SECRET] = {10, 20}, [LIMIT_NONE] = {1, 1}};
	struct http_server *server = calloc(1, sizeof *server);
	int r;

	if (!server)
		return error_no_memory(e);
	server->people = (struct door){.certificate = buffer_make(PEM_MAX), .key = buffer_make(PEM_MAX)};
	server->peers = (struct door){.for_peers = true, .certificate = buffer_make(PEM_MAX), .key = buffer_make(PEM_MAX)};
	for (size_t i = 0; i < LIMITS; i++)
		if ((r = limit_new(rates[i].burst, rates[i].per_minute, &server->limits[i], e)) < 0)
			goto out;
	if (options->web && (r = pages_read(options->web, &server->pages, e)) < 0)
		goto out;
	if ((r = context_share(options, &server->shared, e)) < 0)
		goto out;
	if ((r = open_door(
			 server, &server->people, options->listen, options->certificate, options->key, options->threads, e)) < 0 ||
		(options->peers &&
			(r = open_door(server, &server->peers, options->peers, options->peer_certificate, options->peer_key,
				 PEER_THREADS, e)) < 0))
		goto out;
	*ret_server = server;
	server = NULL;
out:
	http_stop(server);
	return r;
}

uint16_t
http_port(const struct http_server *server)
{
	return listener_port(server->people.listener);
}

uint16_t
http_peers_port(const struct http_server *server)
{
	return server->peers.listener ? listener_port(server->peers.listener) : 0;
}

/* Listen no more, and give what is under way its time. */
static void
finish(struct http_server *server)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int64_t until_us = monotonic_us() + (int64_t)FINISH_S * 1000000;
	const struct door *doors[] = {&server->people, &server->peers};

	for (size_t i = 0; i < 2; i++)
		if (doors[i]->listener)
			listener_quiesce(doors[i]->listener);
	atomic_store(&server->stopping, true);
	while (atomic_load(&server->under_way) && monotonic_us() < until_us)
		nanosleep(&pause, NULL);
}

static void
close_door(struct door *door)
{
	listener_stop(door->listener);
	if (door->key.data)
		keys_wipe(door->key.data, door->key.length);
	buffer_free(&door->certificate);
	buffer_free(&door->key);
}

void
http_stop(struct http_server *server)
{
	if (!server)
		return;
	finish(server);
	close_door(&server->people);
	close_door(&server->peers);
	context_share_end(server->shared);
	for (size_t i = 0; i < LIMITS; i++)
		limit_free(server->limits[i]);
	pages_free(server->pages);
	free(server);
}
