#include "stores.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "gate/gate.h"
#include "http/http.h"
#include "registry/session_inside.h"

enum { ANSWER_SIZE = 64 << 10, PATIENCE_S = 20 };

static struct http_server *server;
static char web[64];

static int
start(void **state)
{
	struct http_options options = {.listen = "127.0.0.1:0", .data = folder, .web = web, .threads = 2};
	struct error e = {0};
	char path[128];

	store_set_up(state);
	options.data = folder;
	strcpy(web, "/tmp/healthcode-web-XXXXXX");
	assert_non_null(mkdtemp(web));
	snprintf(path, sizeof path, "%s/index.html", web);
	GOOD(file_write(path, "<p>home", 7, 0600, &e));
	GOOD(http_start(&options, &server, &e));
	return 0;
}

static int
end(void **state)
{
	char path[128];

	http_stop(server);
	server = NULL;
	snprintf(path, sizeof path, "%s/index.html", web);
	unlink(path);
	rmdir(web);
	return store_tear_down(state);
}

static int
open_connection(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(server))};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int s = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(s >= 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(s, (struct sockaddr *)&address, sizeof address), 0);
	return s;
}

static bool
say(int s, const char *bytes, size_t length)
{
	while (length) {
		ssize_t sent = send(s, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* What comes back until the other side closes, in memory of our own until the next call. */
static const char *
hear(int s)
{
	static char answer[ANSWER_SIZE];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof answer - 1 && (got = recv(s, answer + length, sizeof answer - 1 - length, 0)) > 0)
		length += (size_t)got;
	answer[length] = 0;
	close(s);
	return answer;
}

/* One request of a connection of its own; ${more} are further headers, each with its end of line. */
static const char *
ask(const char *method, const char *path, const char *more, const char *body)
{
	char head[1024];
	int s = open_connection();

	snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s", method, path, more,
		body ? "Content-Type: application/json\r\n" : "");
	say(s, head, strlen(head));
	if (body) {
		snprintf(head, sizeof head, "Content-Length: %zu\r\n", strlen(body));
		say(s, head, strlen(head));
	}
	say(s, "\r\n", 2);
	if (body)
		say(s, body, strlen(body));
	return hear(s);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned
status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (unsigned)atoi(answer + 9) : 0;
}

/* The value of a header, or "". */
static const char *
header_of(const char *answer, const char *name)
{
	static char value[1024];
	const char *line = strcasestr(answer, name);

	*value = 0;
	if (line && line[-1] == '\n')
		sscanf(line + strlen(name), ": %1023[^\r]", value);
	return value;
}

static void
only_pages_have_a_policy_and_it_is_the_one_of_the_readme(void **state)
{
	struct buffer readme = buffer_make(1 << 20);
	char path[512], wanted[1024] = "";
	const char *answer, *at;
	struct error e = {0};
	size_t length = 0;

	(void)state;
	snprintf(path, sizeof path, "%s/web/README.md", getenv("HEALTHCODE_SOURCE"));
	GOOD(file_read(path, &readme, &e));
	at = strstr(buffer_text(&readme), "Content-Security-Policy: ");
	assert_non_null(at);
	for (at += strlen("Content-Security-Policy: "); strncmp(at, "\n\n", 2) != 0; at++) /* its lines are one */
		if (!isspace((unsigned char)*at) || wanted[length - 1] != ' ')
			wanted[length++] = isspace((unsigned char)*at) ? ' ' : *at;
	buffer_free(&readme);

	answer = ask("GET", "/", "", NULL);
	assert_int_equal(status_of(answer), 200);
	assert_string_equal(header_of(answer, "Content-Security-Policy"), wanted);
	assert_string_equal(header_of(answer, "Permissions-Policy"), "camera=(self), geolocation=(), microphone=()");
	assert_string_equal(header_of(answer, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(header_of(answer, "Referrer-Policy"), "no-referrer");
	assert_string_equal(header_of(answer, "Cache-Control"), "no-cache");
	answer = ask("GET", "/v1/service", "", NULL);
	assert_string_equal(header_of(answer, "Content-Security-Policy"), "");
	assert_string_equal(header_of(answer, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(header_of(answer, "Referrer-Policy"), "no-referrer");
	assert_string_equal(header_of(answer, "Cache-Control"), "no-store");
}

static void
problems_have_the_same_headers(void **state)
{
	const char *answer = ask("GET", "/v1/nothing", "", NULL);

	(void)state;
	assert_int_equal(status_of(answer), 404);
	assert_string_equal(header_of(answer, "Content-Type"), "application/problem+json");
	assert_string_equal(header_of(answer, "Cache-Control"), "no-store");
	assert_string_equal(header_of(answer, "X-Content-Type-Options"), "nosniff");
}

static void
a_body_over_the_maximum_is_told_so(void **state)
{
	char *body = calloc(1, HTTP_BODY_MAX + 2);
	const char *answer;

	(void)state;
	assert_non_null(body);
	memset(body, ' ', HTTP_BODY_MAX + 1);
	assert_int_equal(status_of(ask("POST", "/v1/applications", "", body)), 413);
	body[HTTP_BODY_MAX] = 0;
	answer = ask("POST", "/v1/applications", "", body);
	assert_int_equal(status_of(answer), 400);
	assert_string_equal(header_of(answer, "Content-Type"), "application/problem+json");
	free(body);
}

static void
a_body_without_end_is_cut_off(void **state)
{
	static const char head[] = "POST /v1/applications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
							   "Transfer-Encoding: chunked\r\n\r\n";
	char chunk[1024 + 16];
	int s = open_connection(), chunks = 0;
	int length = snprintf(chunk, sizeof chunk, "400\r\n%01024d\r\n", 0);

	(void)state;
	say(s, head, strlen(head));
	while (chunks < 100000 && say(s, chunk, (size_t)length))
		chunks++;
	assert_true(chunks < 100000);
	close(s);
}

static void
a_head_over_the_maximum_is_refused(void **state)
{
	static const char head[] = "GET /v1/service HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: ";
	char *filling = malloc(64 << 10);
	int s = open_connection();
	unsigned status;

	(void)state;
	assert_non_null(filling);
	memset(filling, 'a', 64 << 10);
	say(s, head, strlen(head));
	say(s, filling, 64 << 10);
	say(s, "\r\n\r\n", 4);
	status = status_of(hear(s));
	assert_true(status == 0 || status == 413 || status == 431);
	free(filling);
	assert_int_equal(status_of(ask("GET", "/v1/service", "", NULL)), 200);
}

static void
guesses_are_few_and_told_how_long_to_wait(void **state)
{
	unsigned passed = 0;
	const char *answer;

	(void)state;
	do
		answer = ask("POST", "/v1/sessions", "", "{\"user\":\"a\"}");
	while (status_of(answer) == 422 && ++passed < 100);
	assert_int_equal(status_of(answer), 429);
	assert_in_range(passed, 10, 20);
	assert_true(atoi(header_of(answer, "Retry-After")) >= 1);
	assert_int_equal(status_of(ask("GET", "/v1/service", "", NULL)), 200);
	assert_int_equal(status_of(ask("GET", "/healthz", "", NULL)), 200);
}

static const char for_home[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/* The page by a connection that is kept. */
static unsigned
hear_home(int s)
{
	char answer[4096] = "";

	for (size_t length = 0; !strstr(answer, "<p>home"); answer[length] = 0) {
		ssize_t got = recv(s, answer + length, sizeof answer - 1 - length, 0);

		assert_true(got > 0);
		length += (size_t)got;
	}
	return status_of(answer);
}

static void
an_answer_waits_for_no_other(void **state)
{
	const double patience_s = 3; /* a socket that is left corked gives up after 0.2 s */
	double before = seconds();
	int s = open_connection();

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(say(s, for_home, strlen(for_home)));
		assert_int_equal(hear_home(s), 200);
	}
	close(s);
	assert_true(seconds() - before < patience_s);
}

/* More than are sent together (http/listener.h), and some who leave before they are answered. */
static void
all_who_ask_at_once_are_answered(void **state)
{
	const double patience_s = 5;
	int asking[100];
	double before;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		asking[i] = open_connection();
	before = seconds();
	for (int turn = 0; turn < 10; turn++) {
		for (size_t i = 0; i < 100; i++)
			assert_true(say(asking[i], for_home, strlen(for_home)));
		for (size_t i = turn == 9 ? 50 : 0; i < 100; i++)
			assert_int_equal(hear_home(asking[i]), 200);
	}
	assert_true(seconds() - before < patience_s);
	for (size_t i = 0; i < 100; i++)
		close(asking[i]);
	assert_int_equal(status_of(ask("GET", "/healthz", "", NULL)), 200);
}

static void
who_answers_nobody_ends_at_once(void **state)
{
	const double patience_s = 2;
	double before = seconds();

	(void)state;
	http_stop(server);
	server = NULL;
	assert_true(seconds() - before < patience_s);
}

static void *
stop(void *context)
{
	(void)context;
	http_stop(server);
	return NULL;
}

static void
what_is_under_way_is_answered_before_the_end(void **state)
{
	static const char head[] = "POST /v1/applications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
							   "Content-Length: 20\r\n\r\n{\"name\":";
	const struct timespec pause = {.tv_nsec = 300000000};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(server))};
	int s = open_connection(), idle = open_connection(), late;
	time_t before;
	const char *answer;
	pthread_t thread;

	(void)state;
	say(s, head, strlen(head));
	nanosleep(&pause, NULL); /* the head has come */
	before = time(NULL);
	assert_int_equal(pthread_create(&thread, NULL, stop, NULL), 0);
	nanosleep(&pause, NULL); /* the end has begun */
	say(s, "\"anybody\"  }", 12);
	answer = hear(s);
	assert_int_equal(status_of(answer), 422);
	assert_string_equal(header_of(answer, "Connection"), "close");
	pthread_join(thread, NULL);
	server = NULL;
	assert_true(time(NULL) - before < 8); /* nobody waits for who asks nothing */
	close(idle);
	late = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_not_equal(connect(late, (struct sockaddr *)&address, sizeof address), 0);
	close(late);
}

static void
an_address_that_is_taken_or_none_is_said(void **state)
{
	struct http_options options = {.data = folder, .threads = 1};
	struct http_server *other = NULL;
	struct error e = {0};
	char listen[64], page[128];

	(void)state;
	snprintf(listen, sizeof listen, "127.0.0.1:%u", http_port(server));
	options.listen = listen;
	assert_int_equal(http_start(&options, &other, &e), ERROR_IO);
	options.listen = "nowhere";
	assert_int_equal(http_start(&options, &other, &e), ERROR_USAGE);
	options.listen = "example.org:80";
	assert_int_equal(http_start(&options, &other, &e), ERROR_USAGE);
	snprintf(page, sizeof page, "%s/index.html", web);
	options.listen = "127.0.0.1:0";
	options.certificate = options.key = page;
	assert_int_equal(http_start(&options, &other, &e), ERROR_IO);
	assert_non_null(strstr(e.message, "the certificate or its key cannot be used"));
	assert_null(other);
}

static bool
gives_a_code(const char *token)
{
	char authorization[128];

	snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n", token);
	return strstr(ask("GET", "/v1/me/code", authorization, NULL), "\"code\":\"HC1:") != NULL;
}

/* Whose phone is signed in, evaluated. */
static person_number
sign_in_feng(char token[TOKEN_TEXT_SIZE])
{
	struct registry_application feng = application(FENG, "hubei-2020", "2020-03-01T08:00:00+08:00");
	uint8_t hash[REGISTRY_HASH_SIZE];
	struct error e = {0};
	person_number person = apply(registry, &feng);
	struct issuer *issuer;

	GOOD(issuer_open(registry_db(registry), registry_keys(registry), &issuer, &e));
	GOOD(issuer_ensure(issuer, "hubei-2020", registry_now(registry), registry_now(registry), &e));
	issuer_close(issuer);
	registry_phone_hash(registry, feng.phone, hash);
	GOOD(session_start(registry, NULL, hash, SESSION_RESIDENT_S, token, &e));
	assert_true(gives_a_code(token));
	return person;
}

static void
a_code_is_read_from_no_table_that_is_set_aside(void **state)
{
	char token[TOKEN_TEXT_SIZE], sql[128];
	struct error e = {0};

	(void)state;
	(void)sign_in_feng(token);
	GOOD(db_run(registry_db(registry), "PRAGMA foreign_keys = OFF", &e));
	/* What is said of nobody is about everybody, so that all is read again. */
	GOOD(db_do(registry_db(registry), "UPDATE setting SET value = value", NULL, 0, &e));
	for (size_t i = 0; registry_aside[i]; i++) {
		if (strncmp(registry_aside[i], "issuer_", strlen("issuer_")) == 0 ||
			strcmp(registry_aside[i], "migration") == 0)
			continue;
		snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", registry_aside[i]);
		GOOD(db_run(registry_db(registry), sql, &e));
	}
	assert_true(gives_a_code(token));
}

static void
who_signed_out_elsewhere_has_no_code_any_more(void **state)
{
	char token[TOKEN_TEXT_SIZE];
	struct error e = {0};

	(void)state;
	(void)sign_in_feng(token);
	assert_true(gives_a_code(token));
	GOOD(registry_session_end(registry, token, &e));
	assert_false(gives_a_code(token));
}

static void
what_another_process_finds_due_is_evaluated_first(void **state)
{
	char token[TOKEN_TEXT_SIZE];
	struct error e = {0};
	person_number person;
	int64_t due = 1;

	(void)state;
	person = sign_in_feng(token);
	assert_true(gives_a_code(token));
	GOOD(registry_due_put(registry, person, "hubei-2020", "test", registry_now(registry) - 1, &e));
	assert_true(gives_a_code(token));
	GOOD(db_one_int(registry_db(registry), "SELECT COUNT(*) FROM due WHERE cause = 'test'", NULL, 0, &due, &e));
	assert_int_equal(due, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_pages_have_a_policy_and_it_is_the_one_of_the_readme),
		TEST(problems_have_the_same_headers),
		TEST(a_body_over_the_maximum_is_told_so),
		TEST(a_body_without_end_is_cut_off),
		TEST(a_head_over_the_maximum_is_refused),
		TEST(guesses_are_few_and_told_how_long_to_wait),
		TEST(an_answer_waits_for_no_other),
		TEST(all_who_ask_at_once_are_answered),
		TEST(who_answers_nobody_ends_at_once),
		TEST(what_is_under_way_is_answered_before_the_end),
		TEST(an_address_that_is_taken_or_none_is_said),
		TEST(a_code_is_read_from_no_table_that_is_set_aside),
		TEST(who_signed_out_elsewhere_has_no_code_any_more),
		TEST(what_another_process_finds_due_is_evaluated_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
