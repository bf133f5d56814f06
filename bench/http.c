/* GET /v1/me/code of the real server, every answer freshly signed, beside nginx that serves one such answer's bytes from a file
 * and beside the signatures alone, in turn.
 *
 * What the two references set together is one answer of nginx and one signature after another: 1 / (1 / nginx + 1 / signing). The
 * client (wrk) runs on the same cores, and costs both servers the same: its requests are the same bytes. All three are counted in
 * the processors' own time, client included, and given for all cores: with nothing else on the machine that is the clock's time,
 * since they fill it, and what else the machine does changes little. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "bench/bench.h"
#include "cascade/cascade.h"
#include "credential/credential.h"
#include "gate/issuer.h"
#include "registry/session_inside.h"

enum {
	TURNS = 5,
	LOAD_S = 3,
	WARM_S = 2,
	CONNECTIONS = 64,
	CORES_MAX = 64,
	WRITE_EVERY_MS = 10,
	PER_TRANSACTION = 5000,
	PATH_SIZE = 64,
	ANSWER_MAX = 1 << 16,
	WAIT_MS = 20000,
};

static const char pack_folder[] = "packs/hangzhou-2020", jurisdiction[] = "hangzhou-2020", path[] = "/v1/me/code";

struct town {
	size_t people;
	int cores;
	char folder[PATH_SIZE], token[TOKEN_TEXT_SIZE];
	uint16_t port, nginx_port;
	pid_t server, nginx;
};

/* Somebody who applied, for whom the department vouched, and who is signed in. */
static void
put_person(struct registry *registry, size_t i, FILE *tokens)
{
	char phone[PHONE_SIZE], token[TOKEN_TEXT_SIZE];
	struct registry_application application = {.id_number = bench_id_number(i),
		.name = "某人",
		.phone = phone,
		.division = "330106",
		.applied_at = time_now() - 20 * DAY_S,
		.residence_since = REGISTRY_ALWAYS,
		.how = VOUCHER_DEPARTMENT,
		.vouched_by = "bench"};
	uint8_t hash[REGISTRY_HASH_SIZE];
	enum evidence_outcome outcome;
	person_number person;
	struct error e = {0};

	snprintf(phone, sizeof phone, "139%08u", (unsigned)(i % 100000000));
	bench_need(registry_apply(registry, &application, &outcome, &person, &e), &e);
	registry_phone_hash(registry, phone, hash);
	bench_need(session_start(registry, NULL, hash, SESSION_RESIDENT_S, token, &e), &e);
	fprintf(tokens, "%s\n", token);
}

static void
put_risk(struct registry *registry)
{
	day_number today = zone_day(&zone_utc, time_now());
	enum evidence_outcome outcome;
	struct error e = {0};

	for (day_number day = today - 30; day <= today; day++) {
		const struct evidence_area_count count = {.source = "counts", .area = "330100", .country = "CN", .day = day};

		bench_need(evidence_area_put(registry_db(registry), &count, &outcome, &e), &e);
	}
}

static void
make_town(struct town *t)
{
	const char *packs[] = {pack_folder};
	struct registry_where where = {.data = t->folder};
	struct registry *registry;
	struct cascade *cascade;
	struct issuer *issuer;
	struct cascade_counts counts;
	char name[2 * PATH_SIZE];
	struct error e = {0};
	FILE *tokens;

	strcpy(t->folder, "/tmp/bench-http-XXXXXX");
	if (!mkdtemp(t->folder) || chmod(t->folder, 0711) < 0)
		bench_fail("no temporary folder");
	snprintf(name, sizeof name, "%s/tokens", t->folder);
	if (!(tokens = fopen(name, "w")))
		bench_fail("no file for the tokens");
	bench_need(registry_create(&where, packs, 1, NULL, &e), &e);
	bench_need(registry_open(&where, &registry, &e), &e);
	bench_need(registry_begin(registry, &e), &e);
	put_risk(registry);
	for (size_t i = 0; i < t->people; i++) {
		if (i % PER_TRANSACTION == 0) {
			bench_need(registry_commit(registry, &e), &e);
			bench_need(registry_begin(registry, &e), &e);
		}
		put_person(registry, i, tokens);
	}
	bench_need(registry_commit(registry, &e), &e);
	bench_need(cascade_open(registry, &cascade, &e), &e);
	bench_need(cascade_evaluate_due(cascade, NULL, NULL, &counts, &e), &e);
	bench_need(issuer_open(registry_db(registry), registry_keys(registry), &issuer, &e), &e);
	bench_need(issuer_ensure(issuer, jurisdiction, time_now() - DAY_S, time_now(), &e), &e);
	issuer_close(issuer);
	cascade_close(cascade);
	registry_close(registry);
	if (fclose(tokens) != 0)
		bench_fail("the tokens cannot be written");
}

static int
local_socket(uint16_t port, struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		bench_fail("no socket");
	return fd;
}

static uint16_t
free_port(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;
	int fd = local_socket(0, &address);

	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		bench_fail("no free port");
	close(fd);
	return ntohs(address.sin_port);
}

/* A program that ends with us, its words elsewhere. */
static pid_t
spawn(const struct town *t, char *const *arguments)
{
	char log[2 * PATH_SIZE];
	pid_t process;
	int fd;

	snprintf(log, sizeof log, "%s/log", t->folder);
	if ((process = fork()) != 0)
		return process;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if ((fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600)) >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
	}
	execvp(arguments[0], arguments);
	_exit(127);
}

static void
wait_for(uint16_t port)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000000};

	for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += 50) {
		struct sockaddr_in address;
		int fd = local_socket(port, &address);
		bool up = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

		close(fd);
		if (up)
			return;
		nanosleep(&pause, NULL);
	}
	bench_fail("a server does not start");
}

static void
start_server(struct town *t)
{
	char listen[32], threads[16];
	char *const arguments[] = {(char *)(uintptr_t) "build/healthcode", (char *)(uintptr_t) "--data", t->folder,
		(char *)(uintptr_t) "serve", (char *)(uintptr_t) "--listen", listen, (char *)(uintptr_t) "--threads", threads,
		NULL};

	t->port = free_port();
	snprintf(listen, sizeof listen, "127.0.0.1:%u", t->port);
	snprintf(threads, sizeof threads, "%d", t->cores);
	t->server = spawn(t, arguments);
	wait_for(t->port);
}

/* One answer's body, as anybody would get it. */
static void
fetch(const struct town *t, struct buffer *body)
{
	struct buffer answer = buffer_make(ANSWER_MAX);
	char piece[4096], request[256];
	struct sockaddr_in address;
	int fd = local_socket(t->port, &address), length;
	struct error e = {0};
	const char *found;
	ssize_t n;

	length = snprintf(request, sizeof request,
		"GET %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n", path, t->token);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 || write(fd, request, (size_t)length) != length)
		bench_fail("the server does not answer");
	while ((n = read(fd, piece, sizeof piece)) > 0)
		bench_need(buffer_add(&answer, piece, (size_t)n, &e), &e);
	close(fd);
	found = strstr(buffer_text(&answer), "\r\n\r\n");
	if (!found || strncmp(buffer_text(&answer), "HTTP/1.1 200 ", 13) != 0 || !strstr(found, "\"HC1:"))
		bench_fail("the server gives no code");
	bench_need(buffer_add_text(body, found + 4, &e), &e);
	buffer_free(&answer);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char full[4 * PATH_SIZE];
	FILE *file;

	snprintf(full, sizeof full, "%s/%s", folder, name);
	if (!(file = fopen(full, "w")) || fputs(text, file) < 0 || fclose(file) != 0)
		bench_fail("a file cannot be written");
}

static void
make_folder(const char *folder, const char *name)
{
	char full[4 * PATH_SIZE];

	snprintf(full, sizeof full, "%s/%s", folder, name);
	if (mkdir(full, 0755) < 0)
		bench_fail("a folder cannot be made");
}

static void
start_nginx(struct town *t)
{
	struct buffer text = buffer_make(ANSWER_MAX), body = buffer_make(ANSWER_MAX);
	char configuration[2 * PATH_SIZE];
	char *const arguments[] = {(char *)(uintptr_t) "nginx", (char *)(uintptr_t) "-p", t->folder,
		(char *)(uintptr_t) "-e", (char *)(uintptr_t) "stderr", (char *)(uintptr_t) "-c", configuration, NULL};
	struct error e = {0};

	t->nginx_port = free_port();
	fetch(t, &body);
	make_folder(t->folder, "static");
	make_folder(t->folder, "static/v1");
	make_folder(t->folder, "static/v1/me");
	write_file(t->folder, "static/v1/me/code", buffer_text(&body));
	bench_need(
		buffer_add_format(&text, &e,
			"daemon off; worker_processes %d; pid %s/nginx.pid; error_log stderr crit;\n"
			"events { worker_connections 4096; }\n"
			"http { access_log off; sendfile on; tcp_nopush on; open_file_cache max=100; keepalive_requests 1000000000;\n"
			"default_type application/json; client_body_temp_path %s/a; proxy_temp_path %s/b; fastcgi_temp_path %s/c;\n"
			"uwsgi_temp_path %s/d; scgi_temp_path %s/e;\n"
			"server { listen 127.0.0.1:%u; root %s/static; } }\n",
			t->cores, t->folder, t->folder, t->folder, t->folder, t->folder, t->folder, t->nginx_port, t->folder),
		&e);
	write_file(t->folder, "nginx.conf", buffer_text(&text));
	snprintf(configuration, sizeof configuration, "%s/nginx.conf", t->folder);
	t->nginx = spawn(t, arguments);
	wait_for(t->nginx_port);
	buffer_free(&text);
	buffer_free(&body);
}

/* Each request is another person's, in the same order for both servers. */
static void
write_script(const struct town *t)
{
	struct buffer text = buffer_make(ANSWER_MAX);
	struct error e = {0};

	bench_need(buffer_add_format(&text, &e,
				   "local threads = 0\n"
				   "function setup(thread) thread:set('number', threads); threads = threads + 1 end\n"
				   "function init() requests = {}; at = 0\n"
				   "  for line in io.lines('%s/tokens') do requests[#requests + 1] =\n"
				   "    'GET %s HTTP/1.1\\r\\nHost: bench\\r\\nAuthorization: Bearer ' .. line .. '\\r\\n\\r\\n' end\n"
				   "  at = math.floor(#requests * number / %d) end\n"
				   "function request() at = at %% #requests + 1; return requests[at] end\n",
				   t->folder, path, t->cores),
		&e);
	write_file(t->folder, "wrk.lua", buffer_text(&text));
	buffer_free(&text);
}

/* What a process has used of the processors, in seconds. */
static double
used_by(pid_t process)
{
	unsigned long user, system;
	char name[PATH_SIZE];
	FILE *stat;

	snprintf(name, sizeof name, "/proc/%d/stat", process);
	if (!(stat = fopen(name, "r")) ||
		fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		bench_fail("a server is gone");
	fclose(stat);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* And its children. */
static double
used_by_all(pid_t process)
{
	double used = used_by(process);
	char name[PATH_SIZE];
	FILE *children;
	pid_t child;

	snprintf(name, sizeof name, "/proc/%d/task/%d/children", process, process);
	if (!(children = fopen(name, "r")))
		bench_fail("a server is gone");
	while (fscanf(children, "%d", &child) == 1)
		used += used_by(child);
	fclose(children);
	return used;
}

/* What the programs that we ran and that ended have used. */
static double
used_by_ended(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Answers a second of all cores, all of them 200. */
static double
load(const struct town *t, pid_t server, uint16_t port, int seconds)
{
	char command[512], line[512];
	double answers = 0, used = -used_by_all(server) - used_by_ended();
	FILE *said;

	snprintf(command, sizeof command, "wrk -t%d -c%d -d%ds -s %s/wrk.lua http://127.0.0.1:%u 2>&1", t->cores,
		CONNECTIONS, seconds, t->folder, port);
	if (!(said = popen(command, "r")))
		bench_fail("wrk does not run");
	while (fgets(line, sizeof line, said)) {
		if (strstr(line, "Non-2xx") || strstr(line, "Socket errors"))
			bench_fail(line);
		(void)sscanf(line, " %lf requests in", &answers);
	}
	if (pclose(said) != 0 || answers <= 0)
		bench_fail("wrk fails (is it installed? script/packages)");
	used += used_by_all(server) + used_by_ended();
	return answers / used * t->cores;
}

struct signer_thread {
	pthread_t thread;
	struct signing_key *key;
	double until, rate; /* by this thread's own time */
};

static void *
sign_on(void *context)
{
	struct signer_thread *s = context;
	uint8_t message[120] = {0}, signature[64];
	struct timespec used;
	struct error e = {0};
	long count = 0;

	while (bench_now() < s->until) {
		bench_need(signing_key_sign(s->key, message, sizeof message, signature, &e), &e);
		count++;
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	s->rate = (double)count / ((double)used.tv_sec + (double)used.tv_nsec / 1e9);
	return NULL;
}

/* Signatures a second of all cores, by the same function. */
static double
signing(const struct town *t)
{
	struct signer_thread signers[CORES_MAX] = {0};
	double until = bench_now() + 1, rate = 0;
	struct error e = {0};

	for (int i = 0; i < t->cores; i++) {
		bench_need(signing_key_make(&signers[i].key, &e), &e);
		signers[i].until = until;
		if (pthread_create(&signers[i].thread, NULL, sign_on, &signers[i]) != 0)
			bench_fail("no thread");
	}
	for (int i = 0; i < t->cores; i++) {
		pthread_join(signers[i].thread, NULL);
		rate += signers[i].rate;
		signing_key_free(signers[i].key);
	}
	return rate;
}

/* Somebody else's process, that commits a change every few milliseconds, as gates and check-ins do. */
static pid_t
start_writer(const struct town *t)
{
	const struct timespec pause = {.tv_nsec = WRITE_EVERY_MS * 1000000L};
	struct registry_where where = {.data = t->folder};
	struct registry *registry;
	struct error e = {0};
	pid_t process = fork();

	if (process != 0)
		return process;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	bench_need(registry_open(&where, &registry, &e), &e);
	for (int64_t n = 0;; n++) {
		bench_need(db_do(registry_db(registry), "INSERT INTO attempt(subject, at) VALUES($1, $2)",
					   (struct db_value[]){db_blob("bench", 5), db_int(n)}, 2, &e),
			&e);
		nanosleep(&pause, NULL);
	}
}

static void
end(pid_t process)
{
	kill(process, SIGTERM);
	waitpid(process, NULL, 0);
}

static void
measure(struct town *t)
{
	double ours[TURNS], written[TURNS], nginx[TURNS], signatures[TURNS], n, s;
	char figure[96];

	/* Phones ask again and again: each has asked once. */
	load(t, t->server, t->port, WARM_S + (int)(t->people / 8000));
	for (int i = 0; i < TURNS; i++) {
		pid_t writer;

		nginx[i] = load(t, t->nginx, t->nginx_port, LOAD_S);
		ours[i] = load(t, t->server, t->port, LOAD_S);
		writer = start_writer(t);
		written[i] = load(t, t->server, t->port, LOAD_S);
		end(writer);
		signatures[i] = signing(t);
	}
	n = bench_median(nginx, TURNS);
	s = bench_median(signatures, TURNS);
	snprintf(figure, sizeof figure, "codes of %zu people", t->people);
	bench_figure(
		"http", figure, bench_median(ours, TURNS), "1/s", "nginx's answer and a signature", 1 / (1 / n + 1 / s), 0.7);
	snprintf(figure, sizeof figure, "the same, %d commits/s", 1000 / WRITE_EVERY_MS);
	bench_figure(
		"http", figure, bench_median(written, TURNS), "1/s", "nginx's answer and a signature", 1 / (1 / n + 1 / s), 0);
	bench_figure("http", "signatures", s, "1/s", "nginx's answers", n, 0);
}

static void
read_first_token(struct town *t)
{
	char name[2 * PATH_SIZE];
	FILE *tokens;

	snprintf(name, sizeof name, "%s/tokens", t->folder);
	if (!(tokens = fopen(name, "r")) || fread(t->token, TOKEN_TEXT_SIZE - 1, 1, tokens) != 1)
		bench_fail("no token");
	fclose(tokens);
}

static void
bench_http_of(size_t people)
{
	struct town t = {.people = people, .cores = (int)sysconf(_SC_NPROCESSORS_ONLN)};
	char command[128];

	t.cores = t.cores < 1 ? 1 : t.cores > CORES_MAX ? CORES_MAX : t.cores;
	make_town(&t);
	read_first_token(&t);
	start_server(&t);
	start_nginx(&t);
	write_script(&t);
	measure(&t);
	end(t.nginx);
	end(t.server);
	snprintf(command, sizeof command, "rm -rf %s", t.folder);
	if (system(command) != 0)
		bench_fail("the store cannot be removed");
}

void
bench_http(void)
{
	bench_http_of(100000);
}

void
bench_http_2(void)
{
	bench_http_of(2000);
}
