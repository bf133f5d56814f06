#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/mllp_server.h"
#include "cli/office.h"
#include "cli/store.h"
#include "feed/feed.h"

static volatile sig_atomic_t ended;

static void
end(int number)
{
	(void)number;
	ended = 1;
}

static void
say_line(const char *line, void *context)
{
	(void)context;
	cli_say("healthcode: %s", line);
}

static int
take(const char *from, const void *bytes, size_t length, struct buffer *answer, void *context, struct error *e)
{
	struct cli_store *store = context;
	const struct office office = cli_office(store);
	struct office_import second;
	const struct feed_message_options options = {.from = from,
		.by = store->has_user ? store->user.name : NULL,
		.settle = office_message_settle,
		.settle_context = &second};
	char reason[ERROR_MESSAGE_MAX + ERROR_FILE_MAX + 64];
	enum feed_answer taken = FEED_REFUSED;
	struct error why = {0};
	int code = office_import_open(&second, &office, NULL, "labs", &why);

	if (code < 0) {
		*e = why;
		return code;
	}
	code = feed_message(store->registry, &options, bytes, length, &taken, answer, &why);
	if (why.code)
		cli_say("healthcode: %s: %s", from, error_text(&why, reason, sizeof reason));
	if (code == ERROR_NO_MEMORY)
		*e = why;
	return code == ERROR_NO_MEMORY ? code : 0;
}

/* What came changes colours at once. A store that is busy is tried again. */
static int
rest(void *context, struct error *e)
{
	struct cli_store *store = context;
	struct cascade_counts counts;

	if (cascade_trace_cases(store->cascade, e) == 0 &&
		cascade_evaluate_due(store->cascade, NULL, NULL, &counts, e) == 0)
		return 0;
	cli_say("healthcode: %s", e->message);
	return e->code == ERROR_NO_MEMORY || e->code == ERROR_CORRUPT ? e->code : 1;
}

static bool
is_loopback(const char *listen)
{
	return text_starts(listen, "127.") || text_starts(listen, "[::1]:");
}

static int
serve(struct cli *cli, const struct mllp_server_options *given)
{
	struct mllp_server_options options = *given;
	struct sigaction action = {.sa_handler = end};
	struct mllp_server *server = NULL;
	struct cli_store store = {0};
	struct error e = {0};
	sigset_t held, before;
	unsigned port;
	int exit = cli_store_open(cli, true, &store);

	if (exit)
		goto out;
	options.context = &store;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigprocmask(SIG_BLOCK, &held, &before);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (mllp_server_open(&options, &server, &port, &e) < 0) {
		exit = cli_fail(&e);
		goto out;
	}
	cli_say("healthcode: taking HL7 v2 on %s://%.*s:%u", options.certificate ? "mllps" : "mllp",
		(int)(strrchr(options.listen, ':') - options.listen), options.listen, port);
	if (mllp_server_run(server, &ended, &before, &e) < 0)
		exit = cli_fail(&e);
	cli_say("healthcode: stopping");
out:
	mllp_server_close(server);
	cli_store_close(&store);
	return exit;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *listen = NULL, *certificate = NULL, *key = NULL, *authority = NULL;
	const struct cli_option options[] = {
		{"listen", OPTION_VALUE, &listen},
		{"certificate", OPTION_VALUE, &certificate},
		{"key", OPTION_VALUE, &key},
		{"authority", OPTION_VALUE, &authority},
	};
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count)
		return cli_usage(cli, "no words are taken, and there is '%s'", words[0]);
	if (!certificate != !key)
		return cli_usage(cli, "--certificate and --key go together");
	if (authority && !certificate)
		return cli_usage(cli, "--authority needs --certificate and --key");
	if (!listen)
		listen = "127.0.0.1:2575";
	if (!certificate && !is_loopback(listen))
		return cli_usage(cli, "without --certificate and --key only this machine may connect: listen at 127.0.0.1");

	struct mllp_server_options server = {.listen = listen,
		.certificate = certificate,
		.key = key,
		.authority = authority,
		.take = take,
		.rest = rest,
		.said = say_line};

	return serve(cli, &server);
}

const struct command command_mllp = {
	.name = "mllp",
	.summary = "take laboratories' HL7 v2 messages over MLLP and TLS",
	.usage = "mllp [--listen ADDRESS:PORT] [--certificate FILE --key FILE [--authority FILE]]",
	.help =
		"Takes HL7 v2 ORU^R01 messages until SIGINT or SIGTERM. Each is an import of labs of its own, answered AA once it is\n"
		"committed, AE if its content is at fault, AR if it is not what is taken here; who is concerned is evaluated at once.\n"
		"One that would worsen more colours than the pack lets one office do is answered AE and held ('import letters retry').\n"
		"What is not taken waits as a dead letter ('import letters'). A message that comes again is answered AA and changes\n"
		"nothing.\n\n"
		"  --listen ADDRESS:PORT  default 127.0.0.1:2575; port 0 takes a free one, which is printed\n"
		"  --certificate, --key   PEM files: TLS 1.2 or newer. Without them only this machine may connect\n"
		"  --authority FILE       PEM: peers need a certificate of these authorities, whose common name says who sent what\n",
	.run = run,
};
