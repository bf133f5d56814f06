#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "http/http.h"

static int
wait_for_end(void)
{
	sigset_t ends;
	int number;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigwait(&ends, &number);
	return number;
}

/* Threads inherit the mask, so that only wait_for_end sees these. */
static void
hold_ends(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
}

static void
say_line(const char *line)
{
	cli_say("healthcode: %s", line);
}

/* Without a gateway named now, what the store was told last stays: "none" leads notices back to the outbox file. */
static int
start_gateway(struct cli *cli, const char *url, struct gateway **ret_gateway, struct error *e)
{
	const struct gateway_options options = {
		.where = {.data = cli->data, .database = cli->database},
		.url = url,
		.secret = getenv("HEALTHCODE_GATEWAY_SECRET"),
		.say = say_line,
	};
	struct registry *registry = NULL;
	int r;

	if (url && strcmp(url, "none") != 0)
		return gateway_start(&options, ret_gateway, e);
	if ((r = registry_open(&options.where, &registry, e)) < 0)
		return r;
	if (url)
		r = registry_set_gateway(registry, false, e);
	else if (registry_has_gateway(registry))
		cli_say("healthcode: notices wait for a gateway, and none is named (--gateway)");
	registry_close(registry);
	return r;
}

static int
start_tellers(struct cli *cli, const struct http_options *server, struct tellers **ret_tellers, struct error *e)
{
	const struct tellers_options options = {
		.where = {.data = cli->data, .database = cli->database, .presence = cli->presence},
		.certificate = server->peer_certificate,
		.key = server->peer_key,
		.say = say_line,
	};

	return server->peers ? tellers_start(&options, ret_tellers, e) : 0;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *listen = NULL, *web = NULL, *certificate = NULL, *key = NULL, *threads = NULL, *gateway_url = NULL;
	const char *peers = NULL, *peer_certificate = NULL, *peer_key = NULL;
	const struct cli_option options[] = {
		{"listen", OPTION_VALUE, &listen},
		{"web", OPTION_VALUE, &web},
		{"certificate", OPTION_VALUE, &certificate},
		{"key", OPTION_VALUE, &key},
		{"threads", OPTION_VALUE, &threads},
		{"gateway", OPTION_VALUE, &gateway_url},
		{"peers", OPTION_VALUE, &peers},
		{"peer-certificate", OPTION_VALUE, &peer_certificate},
		{"peer-key", OPTION_VALUE, &peer_key},
	};
	struct http_server *server = NULL;
	struct gateway *gateway = NULL;
	struct tellers *tellers = NULL;
	struct http_options server_options;
	struct error e = {0};
	int64_t thread_count = 2;
	size_t word_count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &word_count);

	if (code)
		return code;
	if (word_count)
		return cli_usage(cli, "no words are taken, and there is '%s'", words[0]);
	if ((code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if (threads && !text_integer(threads, strlen(threads), 1, HTTP_THREADS_MAX, &thread_count))
		return cli_usage(cli, "--threads is 1 to %d, not '%s'", HTTP_THREADS_MAX, threads);
	if (!certificate != !key)
		return cli_usage(cli, "--certificate and --key go together");
	if (!peers != !peer_certificate || !peers != !peer_key)
		return cli_usage(cli, "--peers, --peer-certificate and --peer-key go together");
	if (!web && file_is_folder(HEALTHCODE_SHARE "/web"))
		web = HEALTHCODE_SHARE "/web";

	server_options = (struct http_options){
		.listen = listen ? listen : "127.0.0.1:8080",
		.data = cli->data,
		.database = cli->database,
		.presence = cli->presence,
		.web = web,
		.certificate = certificate,
		.key = key,
		.peers = peers,
		.peer_certificate = peer_certificate,
		.peer_key = peer_key,
		.threads = (unsigned)thread_count,
	};
	hold_ends();
	if (start_gateway(cli, gateway_url, &gateway, &e) < 0 || http_start(&server_options, &server, &e) < 0 ||
		start_tellers(cli, &server_options, &tellers, &e) < 0) {
		http_stop(server);
		gateway_stop(gateway);
		return cli_fail(&e);
	}
	if (peers)
		cli_say("healthcode: other services are answered on https://%.*s:%u", (int)(strrchr(peers, ':') - peers), peers,
			http_peers_port(server));
	cli_say("healthcode: serving on %s://%.*s:%u", certificate ? "https" : "http",
		(int)(strrchr(server_options.listen, ':') - server_options.listen), server_options.listen, http_port(server));
	wait_for_end();
	cli_say("healthcode: stopping");
	tellers_stop(tellers);
	http_stop(server);
	gateway_stop(gateway);
	return EXIT_DONE;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "serve the HTTP API and the pages",
	.usage =
		"serve [--listen ADDRESS:PORT] [--web FOLDER] [--threads N] [--certificate FILE --key FILE] [--gateway URL|none] [--peers ADDRESS:PORT --peer-certificate FILE --peer-key FILE]",
	.help =
		"Serves the API under /v1 (docs/openapi.yaml) and the pages until SIGINT or SIGTERM, then answers what is under\n"
		"way and ends.\n\n"
		"  --listen ADDRESS:PORT  default 127.0.0.1:8080; port 0 takes a free one, which is printed\n"
		"  --web FOLDER           the built pages; default those installed\n"
		"  --threads N            1 to 64, default 2\n"
		"  --certificate, --key   PEM files: serve TLS (a proxy in front can do that instead)\n"
		"  --gateway URL          where notices and one-time codes are POSTed to be sent as text messages, signed with the\n"
		"                         secret in HEALTHCODE_GATEWAY_SECRET (whsec_ and base64); none: the outbox file again\n"
		"  --peers ADDRESS:PORT   where other services ask and tell of people's colours ('healthcode peer'), over TLS in which both\n"
		"                         sides show a certificate; --peer-certificate and --peer-key are this one's, PEM files\n",
	.run = run,
};
