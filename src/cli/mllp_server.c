#include "cli/mllp_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "feed/feed.h"

enum { NAME_SIZE = 128, REST_MS = 1000, BACKLOG = 64 };

struct connection {
	int fd;
	SSL *tls; /* or NULL */
	bool shaken, closing;
	short wants; /* what to poll for, beside what waits to be written */
	char from[NAME_SIZE];
	struct mllp in;
	struct buffer out;
	size_t written;
	int64_t active_s;
};

struct mllp_server {
	const struct mllp_server_options *options;
	int fd;
	SSL_CTX *context;
	struct connection *connections[MLLP_CONNECTIONS_MAX];
	size_t count;
	bool took; /* messages in this round */
};

static int64_t
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void
say(struct mllp_server *server, const struct connection *c, const char *what)
{
	char line[NAME_SIZE + ERROR_MESSAGE_MAX + 2];

	snprintf(line, sizeof line, "%s: %.*s", c->from, ERROR_MESSAGE_MAX - 1, what);
	server->options->said(line, server->options->context);
}

static int
tls_failed(struct error *e, const char *what, const char *file)
{
	char reason[256] = "";

	ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
	error_set(e, ERROR_BAD_INPUT, "%s: %s", what, reason);
	return error_at(e, file, 0, 0);
}

static int
open_tls(struct mllp_server *server, struct error *e)
{
	const struct mllp_server_options *o = server->options;

	if (!o->certificate)
		return 0;
	server->context = SSL_CTX_new(TLS_server_method());
	if (!server->context)
		return error_no_memory(e);
	SSL_CTX_set_min_proto_version(server->context, TLS1_2_VERSION);
	SSL_CTX_set_mode(server->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (SSL_CTX_use_certificate_chain_file(server->context, o->certificate) != 1)
		return tls_failed(e, "the certificate cannot be used", o->certificate);
	if (SSL_CTX_use_PrivateKey_file(server->context, o->key, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(server->context) != 1)
		return tls_failed(e, "the key cannot be used", o->key);
	if (!o->authority)
		return 0;
	if (SSL_CTX_load_verify_locations(server->context, o->authority, NULL) != 1)
		return tls_failed(e, "the authority's certificates cannot be used", o->authority);
	SSL_CTX_set_verify(server->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

/* "127.0.0.1:2575", "[::1]:2575". */
static int
listen_at(struct mllp_server *server, unsigned *ret_port, struct error *e)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	const char *address = server->options->listen, *colon = strrchr(address, ':');
	struct sockaddr_storage bound;
	socklen_t size = sizeof bound;
	struct addrinfo *found = NULL;
	char host[64], port[8];
	int on = 1, code = 0;

	if (!colon || (size_t)(colon - address) >= sizeof host)
		return error_set(e, ERROR_USAGE, "ADDRESS:PORT expected, not '%.64s'", address);
	snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
	if (*host == '[' && strchr(host, ']')) {
		*strchr(host, ']') = 0;
		memmove(host, host + 1, strlen(host));
	}
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return error_set(e, ERROR_USAGE, "ADDRESS:PORT expected, not '%.64s'", address);
	server->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0 || setsockopt(server->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
		bind(server->fd, found->ai_addr, found->ai_addrlen) < 0 || listen(server->fd, BACKLOG) < 0 ||
		getsockname(server->fd, (struct sockaddr *)&bound, &size) < 0)
		code = error_set_errno(e, ERROR_IO, errno, "cannot listen at %.64s", address);
	freeaddrinfo(found);
	if (code < 0)
		return code;
	if (getnameinfo((struct sockaddr *)&bound, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
		return error_set(e, ERROR_IO, "the port is not known");
	*ret_port = (unsigned)strtoul(port, NULL, 10);
	return 0;
}

int
mllp_server_open(
	const struct mllp_server_options *options, struct mllp_server **ret_server, unsigned *ret_port, struct error *e)
{
	struct mllp_server *server = calloc(1, sizeof *server);
	int code;

	if (!server)
		return error_no_memory(e);
	server->options = options;
	server->fd = -1;
	if ((code = open_tls(server, e)) < 0 || (code = listen_at(server, ret_port, e)) < 0) {
		mllp_server_close(server);
		return code;
	}
	*ret_server = server;
	return 0;
}

static void
connection_free(struct connection *c)
{
	if (!c)
		return;
	if (c->tls) {
		if (c->shaken)
			SSL_shutdown(c->tls);
		SSL_free(c->tls);
	}
	if (c->fd >= 0)
		close(c->fd);
	mllp_free(&c->in);
	buffer_free(&c->out);
	free(c);
}

void
mllp_server_close(struct mllp_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->count; i++)
		connection_free(server->connections[i]);
	if (server->fd >= 0)
		close(server->fd);
	SSL_CTX_free(server->context);
	free(server);
}

static void
accept_one(struct mllp_server *server)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof peer;
	int on = 1, fd = accept4(server->fd, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *c;

	if (fd < 0)
		return;
	c = server->count < MLLP_CONNECTIONS_MAX ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	c->fd = fd;
	c->wants = POLLIN;
	c->in = mllp_make();
	c->out = buffer_make(MLLP_ANSWERS_MAX);
	c->active_s = seconds();
	if (getnameinfo((struct sockaddr *)&peer, size, c->from, sizeof c->from, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(c->from, sizeof c->from, "unknown");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c->shaken = !server->context;
	if (server->context && (!(c->tls = SSL_new(server->context)) || SSL_set_fd(c->tls, fd) != 1)) {
		connection_free(c);
		return;
	}
	server->connections[server->count++] = c;
}

/* What TLS waits for. Return false if the connection is over. */
static bool
wait_for_tls(struct connection *c, int result)
{
	switch (SSL_get_error(c->tls, result)) {
	case SSL_ERROR_WANT_READ:
		c->wants = POLLIN;
		return true;
	case SSL_ERROR_WANT_WRITE:
		c->wants = POLLIN | POLLOUT;
		return true;
	default:
		return false;
	}
}

/* The peer is who its certificate says, where one was asked for. */
static void
name_peer(struct connection *c)
{
	X509 *certificate = SSL_get_peer_certificate(c->tls);
	char name[NAME_SIZE];

	if (certificate &&
		X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, (int)sizeof name) > 0)
		memcpy(c->from, name, sizeof name);
	X509_free(certificate);
}

static void
shake(struct mllp_server *server, struct connection *c)
{
	int r = SSL_accept(c->tls);

	if (r == 1) {
		c->shaken = true;
		c->wants = POLLIN;
		name_peer(c);
		return;
	}
	if (!wait_for_tls(c, r)) {
		say(server, c, "the TLS handshake failed");
		c->closing = true;
	}
}

static int
take_messages(struct mllp_server *server, struct connection *c, struct error *e)
{
	struct buffer answer = buffer_make(FEED_ANSWER_MAX);
	struct error why = {0};
	const char *bytes;
	size_t length;
	int r;

	while ((r = mllp_next(&c->in, &bytes, &length, &why)) > 0) {
		buffer_clear(&answer);
		server->took = true;
		if ((r = server->options->take(c->from, bytes, length, &answer, server->options->context, e)) < 0)
			goto out;
		/* Whoever takes no answers gets no more. */
		if (answer.length && mllp_frame(answer.data, answer.length, &c->out, &why) < 0)
			break;
	}
	if (why.code) {
		say(server, c, why.message);
		c->closing = true;
	}
	r = 0;
out:
	buffer_free(&answer);
	return r;
}

static int
read_some(struct mllp_server *server, struct connection *c, struct error *e)
{
	char bytes[1 << 14];
	int code = 0;

	while (!c->closing) {
		ssize_t got = c->tls ? SSL_read(c->tls, bytes, (int)sizeof bytes) : read(c->fd, bytes, sizeof bytes);

		if (got <= 0) {
			bool waits = c->tls ? wait_for_tls(c, (int)got) : got < 0 && (errno == EAGAIN || errno == EINTR);

			c->closing = !waits;
			break;
		}
		c->active_s = seconds();
		if ((code = mllp_add(&c->in, bytes, (size_t)got, e)) < 0 || (code = take_messages(server, c, e)) < 0)
			break;
	}
	explicit_bzero(bytes, sizeof bytes);
	return code;
}

static void
write_some(struct connection *c)
{
	while (c->written < c->out.length) {
		size_t left = c->out.length - c->written;
		int size = left > 1 << 14 ? 1 << 14 : (int)left;
		ssize_t put = c->tls ? SSL_write(c->tls, c->out.data + c->written, size)
							 : send(c->fd, c->out.data + c->written, (size_t)size, MSG_NOSIGNAL);

		if (put <= 0) {
			bool waits = c->tls ? wait_for_tls(c, (int)put) : put < 0 && (errno == EAGAIN || errno == EINTR);

			if (!waits)
				c->closing = true;
			if (!waits)
				buffer_clear(&c->out);
			if (!waits)
				c->written = 0;
			return;
		}
		c->written += (size_t)put;
	}
	buffer_clear(&c->out);
	c->written = 0;
	c->wants = POLLIN;
}

static int
serve_one(struct mllp_server *server, struct connection *c, struct error *e)
{
	int code = 0;

	ERR_clear_error();
	if (!c->shaken)
		shake(server, c);
	if (c->shaken && !c->closing)
		code = read_some(server, c, e);
	if (c->shaken)
		write_some(c);
	return code;
}

/* Close what is over, or silent for too long. */
static void
sweep(struct mllp_server *server)
{
	int64_t now = seconds();

	for (size_t i = 0; i < server->count;) {
		struct connection *c = server->connections[i];
		int64_t silent_s = now - c->active_s;

		if ((c->closing && c->written == c->out.length) || silent_s > MLLP_IDLE_S ||
			(!c->shaken && silent_s > MLLP_HANDSHAKE_S)) {
			connection_free(c);
			server->connections[i] = server->connections[--server->count];
		} else {
			i++;
		}
	}
}

static void
fill_polls(const struct mllp_server *server, struct pollfd *polls)
{
	polls[0] = (struct pollfd){.fd = server->fd, .events = POLLIN};
	for (size_t i = 0; i < server->count; i++) {
		const struct connection *c = server->connections[i];

		polls[i + 1] =
			(struct pollfd){.fd = c->fd, .events = (short)(c->wants | (c->written < c->out.length ? POLLOUT : 0))};
	}
}

int
mllp_server_run(
	struct mllp_server *server, const volatile sig_atomic_t *ended, const sigset_t *signals, struct error *e)
{
	struct pollfd polls[MLLP_CONNECTIONS_MAX + 1];
	const struct timespec wait = {.tv_sec = REST_MS / 1000};
	int rest = 1;

	while (!*ended) {
		size_t count = server->count;
		int ready, code;

		fill_polls(server, polls);
		ready = ppoll(polls, count + 1, &wait, signals);
		if (ready < 0 && errno != EINTR)
			return error_set_errno(e, ERROR_IO, errno, "cannot wait for connections");
		for (size_t i = 0; i < count && ready > 0; i++)
			if (polls[i + 1].revents && (code = serve_one(server, server->connections[i], e)) < 0)
				return code;
		if (ready > 0 && polls[0].revents)
			accept_one(server);
		sweep(server);
		if (server->took || rest) {
			server->took = false;
			if ((rest = server->options->rest(server->options->context, e)) < 0)
				return rest;
		}
	}
	return 0;
}
