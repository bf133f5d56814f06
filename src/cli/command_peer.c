#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "cli/verify.h"
#include "http/http.h"
#include "ledger/ledger.h"

enum {
	FILE_MAX = 1 << 16,
	SECRET_TEXT_SIZE = sodium_base64_ENCODED_LEN(PEER_SECRET_SIZE, sodium_base64_VARIANT_ORIGINAL),
};

/* A secret as "peer secret" printed it. */
static int
read_secret(const char *path, uint8_t secret[PEER_SECRET_SIZE], struct error *e)
{
	struct buffer bytes = buffer_make(FILE_MAX);
	size_t length = 0;
	int r = file_read(path, &bytes, e);

	if (r == 0 &&
		(sodium_base642bin(secret, PEER_SECRET_SIZE, buffer_text(&bytes), bytes.length, "\r\n", &length, NULL,
			 sodium_base64_VARIANT_ORIGINAL) < 0 ||
			length != PEER_SECRET_SIZE)) {
		error_set(e, ERROR_BAD_INPUT, "a secret is a line of 'healthcode peer secret'");
		r = error_at(e, path, 0, 0);
	}
	if (bytes.data)
		keys_wipe(bytes.data, bytes.length);
	buffer_free(&bytes);
	return r;
}

static int
print_secret(void)
{
	uint8_t secret[PEER_SECRET_SIZE];
	char text[SECRET_TEXT_SIZE];

	keys_random(secret, sizeof secret);
	puts(sodium_bin2base64(text, sizeof text, secret, sizeof secret, sodium_base64_VARIANT_ORIGINAL));
	keys_wipe(secret, sizeof secret);
	keys_wipe(text, sizeof text);
	return EXIT_DONE;
}

static int
print_pin(const char *path)
{
	struct buffer bytes = buffer_make(FILE_MAX);
	uint8_t pin[PEER_PIN_SIZE];
	char text[PIN_TEXT_SIZE];
	struct error e = {0};
	int r = file_read(path, &bytes, &e);

	if (r == 0 && (r = pin_of_pem(buffer_text(&bytes), bytes.length, pin, &e)) < 0)
		error_at(&e, path, 0, 0);
	buffer_free(&bytes);
	if (r < 0)
		return cli_fail(&e);
	puts(pin_write(pin, text));
	return EXIT_DONE;
}

/* The change and the ledger's entry of who made it are one; then the secrets that no peer has any more are destroyed. */
static int
change(struct cli_store *store, const struct peer *peer, bool remove, const uint8_t *secret, struct error *e)
{
	instant now = registry_recording_time(store->registry);
	struct db *db = registry_db(store->registry);
	char pin[PIN_TEXT_SIZE];
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	if (remove)
		r = peer_remove(db, peer->jurisdiction, e);
	else
		r = peer_put(db, registry_keys(store->registry), peer, secret, now, e);
	if (r < 0 ||
		(r = ledger_append_json(db, now, remove ? "peer.removed" : "peer.added",
			 remove ? json_pack("{s:s, s:s}", "by", cli_actor(store), "peer", peer->jurisdiction)
					: json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:s*}", "by", cli_actor(store), "peer",
						  peer->jurisdiction, "url", peer->url, "pin", pin_write(peer->pin, pin), "gives", peer->gives,
						  "takes", peer->takes, "pages", peer->pages),
			 NULL, e)) < 0) {
		registry_rollback(store->registry);
		return r;
	}
	if ((r = registry_commit(store->registry, e)) == 0)
		r = peer_tidy(db, registry_keys(store->registry), e);
	return r;
}

static int
change_peer(struct cli *cli, const struct peer *peer, bool remove, const uint8_t *secret)
{
	struct cli_store store = {0};
	struct error e = {0};
	int code = cli_store_open(cli, true, &store);

	if (!code && change(&store, peer, remove, secret, &e) < 0)
		code = cli_fail(&e);
	cli_store_close(&store);
	return code;
}

/* "gives", "takes" or "both": as we do, to and of the peer. */
static bool
read_direction(const char *text, struct peer *peer)
{
	peer->gives = !text || strcmp(text, "both") == 0 || strcmp(text, "gives") == 0;
	peer->takes = !text || strcmp(text, "both") == 0 || strcmp(text, "takes") == 0;
	return peer->gives || peer->takes;
}

static const char *
direction(const struct peer *peer)
{
	return peer->gives && peer->takes ? "both" : peer->gives ? "gives" : "takes";
}

static int
print_peer(const struct peer *peer, void *context, struct error *e)
{
	const struct cli *cli = context;
	char pin[PIN_TEXT_SIZE];

	(void)e;
	pin_write(peer->pin, pin);
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s?}", "peer", peer->jurisdiction, "url", peer->url,
			"pin", pin, "direction", direction(peer), "pages", *peer->pages ? peer->pages : NULL));
	printf("%s  %s  %s  %s%s%s\n", peer->jurisdiction, peer->url, pin, direction(peer), *peer->pages ? "  " : "",
		peer->pages);
	return 0;
}

static int
list(struct cli *cli)
{
	struct cli_store store = {0};
	struct error e = {0};
	int code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN);

	if (code)
		return code;
	if ((code = cli_store_open(cli, false, &store)) == 0 &&
		peer_each(registry_db(store.registry), print_peer, cli, &e) < 0)
		code = cli_fail(&e);
	cli_store_close(&store);
	return code;
}

static int
print_answer(struct cli *cli, const struct cli_store *store, const struct statement *said, const char *cause)
{
	char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];

	if (*cause) {
		if (cli->json)
			(void)cli_print_json(json_pack("{s:n, s:s}", "colour", "cause", cause));
		else
			puts(cause);
		return EXIT_NO;
	}
	time_write(said->issued_at, cli_zone(store), from);
	time_write(said->expires_at, cli_zone(store), until);
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:n}", "jurisdiction", said->issuer, "colour",
			code_colour_name(said->colour), "from", from, "until", until, "cause"));
	printf("%s: %s until %s\n", said->issuer, code_colour_name(said->colour), until);
	return EXIT_DONE;
}

/* Ask the peer whose ${code} it is about ${person}, and take what it says. ${cause} is "" or why it says nothing. */
static int
ask_peer(struct cli_store *store, const struct pack *pack, person_number person, const char *code,
	struct peer_client *client, struct statement *ret_said, char cause[PEER_CAUSE_SIZE], struct error *e)
{
	struct buffer text = buffer_make(STATEMENT_TEXT_MAX);
	const char *refused = NULL;
	struct peer_asking asking;
	int r;

	cause[0] = 0;
	if ((r = peer_prepare(store->cascade, store->issuer, pack, person, code, &asking, &refused, e)) == 0 && !refused &&
		(r = peer_client_ask(client, &asking, &text, cause, e)) == 0 && !*cause)
		r = peer_take(
			store->cascade, store->issuer, buffer_text(&text), text.length, asking.pin, person, ret_said, &refused, e);
	if (r == 0 && refused)
		snprintf(cause, PEER_CAUSE_SIZE, "%s", refused);
	buffer_free(&text);
	return r;
}

static int
ask(struct cli *cli, char **words, const char *name, const char *certificate, const char *key)
{
	struct buffer code_text = buffer_make(QR_PICTURE_MAX);
	char cause[PEER_CAUSE_SIZE];
	struct peer_client *client = NULL;
	struct cli_store store = {0};
	struct statement said = {0};
	const struct pack *pack;
	person_number person;
	struct error e = {0};
	int code;

	if ((code = cli_store_open(cli, true, &store)) || (code = cli_person(&store, words[1], &person)) ||
		(code = cli_pack(&store, name, &pack)))
		goto out;
	if (verify_code(words[2], &code_text, &e) < 0 || peer_client_new(certificate, key, &client, &e) < 0 ||
		ask_peer(&store, pack, person, buffer_text(&code_text), client, &said, cause, &e) < 0)
		code = cli_fail(&e);
	else
		code = print_answer(cli, &store, &said, cause);
out:
	peer_client_free(client);
	buffer_free(&code_text);
	cli_store_close(&store);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *url = NULL, *pages = NULL, *pin = NULL, *secret_file = NULL, *way = NULL, *name = NULL,
			   *certificate = NULL, *key = NULL;
	const struct cli_option options[] = {{"url", OPTION_VALUE, &url}, {"pages", OPTION_VALUE, &pages},
		{"pin", OPTION_VALUE, &pin}, {"secret", OPTION_VALUE, &secret_file}, {"direction", OPTION_VALUE, &way},
		{"pack", OPTION_VALUE, &name}, {"certificate", OPTION_VALUE, &certificate}, {"key", OPTION_VALUE, &key}};
	uint8_t secret[PEER_SECRET_SIZE];
	struct peer peer = {0};
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count == 1 && strcmp(words[0], "secret") == 0)
		return print_secret();
	if (count == 2 && strcmp(words[0], "pin") == 0)
		return print_pin(words[1]);
	if (count == 1 && strcmp(words[0], "list") == 0)
		return list(cli);
	if (count == 3 && strcmp(words[0], "ask") == 0) {
		if (!certificate || !key)
			return cli_usage(cli, "a peer is asked with --certificate and --key");
		return ask(cli, words, name, certificate, key);
	}
	if (count != 2 || (strcmp(words[0], "add") != 0 && strcmp(words[0], "remove") != 0))
		return cli_usage(cli, "what to do: add, list, remove, ask, secret or pin");
	peer.jurisdiction = words[1];
	if (strcmp(words[0], "remove") == 0)
		return change_peer(cli, &peer, true, NULL);
	if (!url || !pin || !pin_read(pin, peer.pin))
		return cli_usage(cli, "a peer needs its --url and --pin (sha256//..., as 'healthcode peer pin' prints it)");
	if (!read_direction(way, &peer))
		return cli_usage(cli, "--direction is gives, takes or both");
	peer.url = url;
	peer.pages = pages;
	if (secret_file && read_secret(secret_file, secret, &e) < 0)
		return cli_fail(&e);
	code = change_peer(cli, &peer, false, secret_file ? secret : NULL);
	keys_wipe(secret, sizeof secret);
	return code;
}

const struct command command_peer = {
	.name = "peer",
	.summary = "exchange colours with other services",
	.usage =
		"peer add JURISDICTION --url URL --pin PIN [--pages URL] [--secret FILE] [--direction gives|takes|both] | peer list | peer remove JURISDICTION | peer ask ID TEXT|FILE [--pack P] --certificate FILE --key FILE | peer secret | peer pin FILE",
	.help =
		"A peer is a jurisdiction of another service with which this one exchanges signed statements of what colour somebody has,\n"
		"for those who showed their code of one to the other (docs/operations.md). Its trust list is taken with 'trust import'; which\n"
		"of its colours count is said by the packs (\"recognises\"), and what they do by their rules (\"payload.recognitions\").\n"
		"'serve --peers' answers peers, and tells them when a colour changes.\n\n"
		"add names a peer, or names it anew. secret prints a new secret for two services to share: people are named by it between\n"
		"them, as a keyed hash of the ID number. pin prints which key a TLS certificate (PEM) has. Both are handed over by a safe way.\n"
		"remove ends it. Each stands in the ledger.\n\n"
		"  --url URL         https://HOST:PORT, where its service answers others\n"
		"  --pin PIN         sha256//..., of its TLS certificate's key\n"
		"  --pages URL       https://HOST/..., where its residents read why and appeal: whose colour here is that service's is sent there;\n"
		"                    at most 256 bytes; left out, those that are kept stay, and '' is none\n"
		"  --secret FILE     what 'peer secret' printed; left out, the one that is kept stays\n"
		"  --direction       gives: it may ask us and is told; takes: we ask it and are told; both, which is the default\n\n"
		"ask puts the question for somebody who shows their code of a peer (a text, or a picture) at a counter here, where they have\n"
		"applied, and takes the answer: evidence of theirs from now on. Exit 1 with the cause where nothing is told.\n\n"
		"  --pack P          for which jurisdiction here (default: the first)\n"
		"  --certificate, --key  PEM files: what this service shows to others, as with serve --peers\n",
	.run = run,
};
