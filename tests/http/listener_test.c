#include "http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONNECTIONS = 8, PATIENCE_S = 10 };

/* Who asks for "/wait" says so and is answered once he may go on; "/slow" is the same, of a route that sends first what is held. */
static sem_t waits, may_go_on;
static struct listener *listener;

static void
wait_for(sem_t *s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	(void)sem_timedwait(s, &until);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
	const char *upload, size_t *upload_size, void **request)
{
	struct MHD_Response *response;
	enum MHD_Result sent;

	(void)context;
	(void)method;
	(void)version;
	(void)upload;
	(void)upload_size;
	if (!*request) {
		*request = &waits;
		return MHD_YES;
	}
	if (strcmp(path, "/slow") == 0)
		listener_push();
	if (strcmp(path, "/quick") != 0) {
		sem_post(&waits);
		wait_for(&may_go_on);
	}
	response = MHD_create_response_from_buffer(4, (void *)(uintptr_t) "done", MHD_RESPMEM_PERSISTENT);
	listener_hold(connection);
	sent = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return sent;
}

static void
on_end(void *context, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)request;
	(void)code;
}

static int
start(void **state)
{
	const struct listener_options options = {.listen = "127.0.0.1:0",
		.threads = 1,
		.connections_max = CONNECTIONS,
		.on_request = on_request,
		.on_end = on_end};
	struct error e = {0};

	(void)state;
	sem_init(&waits, 0, 0);
	sem_init(&may_go_on, 0, 0);
	if (listener_start(&options, &listener, &e) < 0)
		fail_msg("%s", e.message);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	listener_stop(listener);
	sem_destroy(&waits);
	sem_destroy(&may_go_on);
	return 0;
}

static int
open_connection(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(listener_port(listener))};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int s = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(s >= 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(s, (struct sockaddr *)&address, sizeof address), 0);
	return s;
}

static void
say(int s, const char *path)
{
	static const char rest[] = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

	assert_true(send(s, "GET ", 4, MSG_NOSIGNAL | MSG_MORE) == 4);
	assert_true(send(s, path, strlen(path), MSG_NOSIGNAL | MSG_MORE) == (ssize_t)strlen(path));
	assert_true(send(s, rest, sizeof rest - 1, MSG_NOSIGNAL) == sizeof rest - 1);
}

/* Whether an answer came in time. */
static bool
hear(int s)
{
	char answer[1024] = "";
	size_t length = 0;

	while (!strstr(answer, "done")) {
		ssize_t got = recv(s, answer + length, sizeof answer - 1 - length, 0);

		if (got <= 0)
			return false;
		answer[length += (size_t)got] = 0;
	}
	return true;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A connection that the thread has taken. */
static int
open_answered(void)
{
	int s = open_connection();

	say(s, "/quick");
	assert_true(hear(s));
	return s;
}

/* All but one are closed in the one turn that follows an answer, in which nobody is answered. */
static void
who_had_all_connections_takes_others_again(void **state)
{
	int s[CONNECTIONS], late;

	(void)state;
	for (size_t i = 0; i < CONNECTIONS; i++)
		s[i] = open_answered();
	late = open_connection(); /* which nobody takes yet */
	say(late, "/quick");
	say(s[0], "/wait");
	wait_for(&waits);
	for (size_t i = 1; i < CONNECTIONS; i++)
		close(s[i]);
	sem_post(&may_go_on);
	assert_true(hear(s[0]));
	assert_true(hear(late));
	close(late);
	close(s[0]);
}

/* The kernel sends what is corked after 0.2 s. A loaded machine may take as long now and then, so the best of many counts. */
static void
an_answer_waits_for_no_slow_one(void **state)
{
	enum { ROUNDS = 50 };
	const double at_once_s = 0.15;
	double best_s = PATIENCE_S;

	(void)state;
	for (int round = 0; round < ROUNDS && best_s > at_once_s; round++) {
		int first = open_answered(), quick = open_answered(), slow = open_answered();
		double before;

		say(first, "/wait");
		wait_for(&waits);
		say(quick, "/quick"); /* these two come in the same turn */
		say(slow, "/slow");
		sem_post(&may_go_on);
		assert_true(hear(first));
		wait_for(&waits);
		before = seconds();
		assert_true(hear(quick));
		if (seconds() - before < best_s)
			best_s = seconds() - before;
		sem_post(&may_go_on);
		assert_true(hear(slow));
		close(first);
		close(quick);
		close(slow);
	}
	assert_true(best_s <= at_once_s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_had_all_connections_takes_others_again, start, end),
		cmocka_unit_test_setup_teardown(an_answer_waits_for_no_slow_one, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
