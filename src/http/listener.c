/* L1. A socket is corked from before its answer is queued until the thread's next push: no answer waits for another turn.
 * L2. A thread's list of corked sockets names none that is closed: its number may be another's already.
 * L3. A daemon that can take no more connections stops listening, and looks whether it can again as a turn begins: so a turn in which one was
 *     closed is followed by another, and none is waited for longer than QUIET_MS: others free descriptors as well. */

#include "http/listener.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/worker.h"

enum { TIMEOUT_S = 30, MEMORY_PER_CONNECTION = 16 << 10, QUIET_TURN_MS = 10, QUIET_MS = 1000 };

struct thread {
	struct listener *listener;
	struct MHD_Daemon *daemon;
	struct worker *worker;
	int fd, epoll; /* the daemon's own of the socket that is listened on, and its epoll's */
};

struct listener {
	struct listener_options options;
	int fd, wake; /* ${wake} becomes readable with ${quiet} */
	uint16_t port;
	atomic_bool quiet;
	size_t thread_count;
	struct thread threads[];
};

/* This thread's corked sockets, and whether a connection was closed in this turn. */
static _Thread_local struct {
	int fds[LISTENER_TOGETHER_MAX];
	size_t count;
	bool closed;
} held;

static void
set_cork(int fd, int on)
{
	/* An answer that is not held back is one that is sent at once. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

void
listener_push(void)
{
	for (size_t i = 0; i < held.count; i++)
		set_cork(held.fds[i], 0);
	held.count = 0;
}

static int
socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : MHD_INVALID_SOCKET;
}

void
listener_hold(struct MHD_Connection *connection)
{
	int fd = socket_of(connection);

	if (fd == MHD_INVALID_SOCKET)
		return;
	if (held.count == LISTENER_TOGETHER_MAX)
		listener_push();
	set_cork(fd, 1);
	held.fds[held.count++] = fd;
}

/* A socket is closed after this, which sends what was held back in it. */
static void
on_connection(void *context, struct MHD_Connection *connection, void **kept, enum MHD_ConnectionNotificationCode code)
{
	int fd = code == MHD_CONNECTION_NOTIFY_CLOSED ? socket_of(connection) : MHD_INVALID_SOCKET;

	(void)context;
	(void)kept;
	held.closed = held.closed || code == MHD_CONNECTION_NOTIFY_CLOSED;
	for (size_t i = held.count; i > 0; i--)
		if (held.fds[i - 1] == fd)
			held.fds[i - 1] = held.fds[--held.count];
}

/* Until a connection has something, a timeout of one comes, or the listener becomes quiet: in a quiet one, for a moment. */
static void
wait_for_something(struct thread *thread)
{
	struct pollfd watched[] = {
		{.fd = thread->epoll, .events = POLLIN}, {.fd = thread->listener->wake, .events = POLLIN}};
	bool quiet = atomic_load(&thread->listener->quiet);
	MHD_UNSIGNED_LONG_LONG next_ms;
	int wait_ms = quiet ? QUIET_TURN_MS : QUIET_MS;

	if (MHD_get_timeout(thread->daemon, &next_ms) == MHD_YES && next_ms < (MHD_UNSIGNED_LONG_LONG)wait_ms)
		wait_ms = (int)next_ms;
	(void)poll(watched, quiet ? 1 : 2, wait_ms);
}

/* One that answered somebody looks at once whether there is more. L3. */
static int64_t
turn(void *context)
{
	struct thread *thread = context;
	enum MHD_Result good = MHD_run_wait(thread->daemon, 0);
	bool again = held.count > 0 || held.closed;

	listener_push();
	held.closed = false;
	if (good != MHD_YES)
		return QUIET_TURN_MS;
	if (!again)
		wait_for_something(thread);
	return 0;
}

/* Split "127.0.0.1:8080" or "[::1]:8080" and look the address up, numbers only. */
static int
read_address(const char *listen, struct addrinfo **ret_address, struct error *e)
{
	const char *colon = strrchr(listen, ':');
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	char host[128];
	size_t length;

	if (!colon || (size_t)(colon - listen) >= sizeof host)
		return error_set(e, ERROR_USAGE, "an address is HOST:PORT, not '%s'", listen);
	length = (size_t)(colon - listen);
	if (length >= 2 && listen[0] == '[' && listen[length - 1] == ']') {
		listen++;
		length -= 2;
	}
	memcpy(host, listen, length);
	host[length] = 0;
	if (getaddrinfo(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, colon + 1, &hints, ret_address) != 0)
		return error_set(e, ERROR_USAGE, "'%s' is no numeric address with a port", listen);
	return 0;
}

static uint16_t
port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name;
	socklen_t length = sizeof name;

	memset(&name, 0, sizeof name);
	if (getsockname(fd, &name.any, &length) < 0)
		return 0;
	return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

static int
open_socket(struct listener *listener, const char *listen_at, struct error *e)
{
	struct addrinfo *address = NULL;
	const int on = 1;
	int r;

	if ((r = read_address(listen_at, &address, e)) < 0)
		return r;
	listener->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0 || setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
		(address->ai_family == AF_INET6 && setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) ||
		bind(listener->fd, address->ai_addr, address->ai_addrlen) < 0 || listen(listener->fd, SOMAXCONN) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot listen on %s", listen_at);
	freeaddrinfo(address);
	listener->port = r == 0 ? port_of(listener->fd) : 0;
	return r;
}

static int
start_daemon(struct thread *thread, struct error *e)
{
	const struct listener_options *options = &thread->listener->options;
	const union MHD_DaemonInfo *info;
	int fd;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_TURBO | MHD_USE_ITC;
	/* With a list of authorities MHD asks for the other side's certificate; who that is, the pin says. */
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key},
		{options->asks_certificate ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
			(void *)(uintptr_t)options->certificate},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
		{MHD_OPTION_END, 0, NULL},
	};

	if (options->certificate)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	if ((fd = fcntl(thread->listener->fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return error_set_errno(e, ERROR_IO, errno, "cannot listen on %s", options->listen);
	errno = 0;
	thread->daemon =
		MHD_start_daemon(flags, 0, NULL, NULL, options->on_request, options->context, MHD_OPTION_LISTEN_SOCKET, fd,
			MHD_OPTION_NOTIFY_COMPLETED, options->on_end, options->context, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
			NULL, MHD_OPTION_CONNECTION_LIMIT, (options->connections_max + options->threads - 1) / options->threads,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
			(size_t)MEMORY_PER_CONNECTION, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (!thread->daemon) /* which has closed its socket */
		return errno
			? error_set_errno(e, ERROR_IO, errno, "cannot listen on %s", options->listen)
			: error_set(e, ERROR_IO, "cannot listen on %s: %s", options->listen,
				  options->certificate ? "the certificate or its key cannot be used" : "no thread can serve there");
	info = MHD_get_daemon_info(thread->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	assert(info);
	thread->fd = fd;
	thread->epoll = info->epoll_fd;
	return 0;
}

int
listener_start(const struct listener_options *options, struct listener **ret_listener, struct error *e)
{
	struct listener *listener = calloc(1, sizeof *listener + options->threads * sizeof *listener->threads);
	int r;

	if (!listener)
		return error_no_memory(e);
	listener->options = *options;
	listener->fd = listener->wake = -1;
	listener->thread_count = options->threads;
	if ((listener->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
		r = error_set_errno(e, ERROR_IO, errno, "threads for %s", options->listen);
		goto out;
	}
	if ((r = open_socket(listener, options->listen, e)) < 0)
		goto out;
	for (size_t i = 0; i < listener->thread_count; i++) {
		listener->threads[i].listener = listener;
		if ((r = start_daemon(&listener->threads[i], e)) < 0 ||
			(r = worker_start(turn, &listener->threads[i], &listener->threads[i].worker, e)) < 0)
			goto out;
	}
	*ret_listener = listener;
	listener = NULL;
out:
	listener_stop(listener);
	return r;
}

uint16_t
listener_port(const struct listener *listener)
{
	return listener->port;
}

/* A daemon that is quiesced leaves its socket to us: it is closed when no thread can take it for another's. */
void
listener_quiesce(struct listener *listener)
{
	atomic_store(&listener->quiet, true);
	if (listener->wake >= 0)
		(void)eventfd_write(listener->wake, 1);
	for (size_t i = 0; i < listener->thread_count; i++)
		if (listener->threads[i].daemon)
			(void)MHD_quiesce_daemon(listener->threads[i].daemon);
}

void
listener_stop(struct listener *listener)
{
	if (!listener)
		return;
	listener_quiesce(listener);
	for (size_t i = 0; i < listener->thread_count; i++) {
		worker_stop(listener->threads[i].worker);
		if (listener->threads[i].daemon) {
			MHD_stop_daemon(listener->threads[i].daemon);
			close(listener->threads[i].fd);
		}
	}
	if (listener->fd >= 0)
		close(listener->fd);
	if (listener->wake >= 0)
		close(listener->wake);
	free(listener);
}
