#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "ledger/ledger.h"

/* An act upon a key and the ledger's entry of who did it are one. ${id} is NULL to make the next key. */
static int
act(struct cli_store *store, const uint8_t *id, char jurisdiction[ISSUER_SIZE], struct error *e)
{
	instant now = registry_recording_time(store->registry);
	char id_text[2 * KEY_ID_SIZE + 1];
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	r = id ? issuer_revoke_key(store->issuer, id, now, jurisdiction, e)
		   : issuer_rotate(store->issuer, jurisdiction, now, now, e);
	if (r < 0 ||
		(r = ledger_append_json(registry_db(store->registry), now, id ? "key.revoked" : "key.rotated",
			 json_pack("{s:s, s:s, s:s*}", "by", cli_actor(store), "jurisdiction", jurisdiction, "key",
				 id ? text_hex(id, KEY_ID_SIZE, id_text) : NULL),
			 NULL, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

struct listing {
	const struct zone *zone;
	bool json;
};

static int
print_key(const struct issuer_key *key, void *context, struct error *e)
{
	const struct listing *listing = context;
	char id[2 * KEY_ID_SIZE + 1], from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], revoked[TIME_TEXT_SIZE];
	bool is_revoked = key->revoked_at != TRUST_NEVER;

	(void)e;
	text_hex(key->id, KEY_ID_SIZE, id);
	time_write(key->from, listing->zone, from);
	time_write(key->to, listing->zone, to);
	if (is_revoked)
		time_write(key->revoked_at, listing->zone, revoked);
	if (listing->json)
		return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s?}", "key", id, "jurisdiction", key->jurisdiction,
			"from", from, "to", to, "revoked_at", is_revoked ? revoked : NULL));
	printf("%s  %s  %s  %s%s%s\n", id, key->jurisdiction, from, to, is_revoked ? "  revoked " : "",
		is_revoked ? revoked : "");
	return 0;
}

static int
run_list(struct cli *cli)
{
	struct listing listing = {.json = cli->json};
	struct cli_store store;
	struct error e = {0};
	int code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN);

	if (code)
		return code;
	if ((code = cli_store_open(cli, false, &store)))
		goto out;
	listing.zone = cli_zone(&store);
	if (issuer_keys_each(store.issuer, print_key, &listing, &e) < 0)
		code = cli_fail(&e);
out:
	cli_store_close(&store);
	return code;
}

static int
change_token(struct cli_store *store, const char *uri, struct error *e)
{
	int r = registry_begin(store->registry, e);

	if (r < 0)
		return r;
	if ((r = ledger_append_json(registry_db(store->registry), registry_recording_time(store->registry), "key.token",
			 json_pack("{s:s, s:s?}", "by", cli_actor(store), "token", uri), NULL, e)) < 0 ||
		(r = keys_token_set(registry_keys(store->registry), uri, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

/* Tell the store's token, or have another (${uri}; "none": no token) from now on. */
static int
run_token(struct cli *cli, const char *uri)
{
	const bool none = uri && strcmp(uri, "none") == 0;
	struct cli_store store;
	struct error e = {0};
	const char *known;
	int code = uri ? 0 : cli_refuse_times(cli, CLI_NOW | CLI_KNOWN);

	if (code)
		return code;
	if ((code = cli_store_open(cli, uri != NULL, &store)))
		goto out;
	if (uri && change_token(&store, none ? NULL : uri, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	known = keys_token_uri(registry_keys(store.registry));
	if (!uri && cli->json)
		code = cli_print_json(json_pack("{s:s?}", "token", known));
	else if (!uri)
		printf("%s\n", known ? known : "none");
	else
		cli_say("keys that sign codes are made in %s from now on", none ? "the store's folder" : "the token");
out:
	cli_store_close(&store);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &name}};
	char jurisdiction[ISSUER_SIZE] = "";
	uint8_t id[KEY_ID_SIZE];
	const struct pack *pack;
	struct cli_store store;
	struct error e = {0};
	bool revoke;
	size_t count;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if (count == 1 && strcmp(words[0], "list") == 0)
		return run_list(cli);
	if ((count == 1 || count == 2) && strcmp(words[0], "token") == 0)
		return run_token(cli, count == 2 ? words[1] : NULL);
	revoke = count == 2 && strcmp(words[0], "revoke") == 0;
	if (!revoke && (count != 1 || strcmp(words[0], "rotate") != 0))
		return cli_usage(cli, "what to do: list, rotate, revoke KEY, or token [URI]");
	if (revoke && (strlen(words[1]) != 2 * KEY_ID_SIZE || !text_unhex(words[1], id, sizeof id)))
		return cli_usage(cli, "a key is named by its 16 digits, as 'key list' shows them");
	if ((code = cli_store_open(cli, true, &store)) == 0 && (revoke || (code = cli_pack(&store, name, &pack)) == 0)) {
		if (!revoke)
			snprintf(jurisdiction, sizeof jurisdiction, "%s", pack_jurisdiction(pack));
		if (act(&store, revoke ? id : NULL, jurisdiction, &e) < 0)
			code = cli_fail(&e);
		else if (revoke)
			cli_say("no code of that key counts any more; publish the trust list now");
		else
			cli_say("%s signs with a new key; codes of the one before stay valid until they expire", jurisdiction);
	}
	cli_store_close(&store);
	return code;
}

const struct command command_key = {
	.name = "key",
	.summary = "list, replace and revoke the keys that sign codes",
	.usage = "key list | key rotate [--pack P] | key revoke KEY | key token [URI|none]",
	.help =
		"Each jurisdiction signs with another key each day (UTC). Keys are made by themselves, as long ahead as a trust list\n"
		"may be old, and destroyed when their day has ended.\n\n"
		"list prints each key's id, jurisdiction, time, and whether it was revoked.\n\n"
		"rotate makes another signing key that is used from now on, and trusts the one before until its day ends, so that\n"
		"no code stops counting. Publish the trust list again ('healthcode trust export').\n\n"
		"revoke lets no code of the key count any more, wherever the new list has come; where it was today's key, another\n"
		"one signs at once. For a key that may have been taken.\n\n"
		"token tells in which PKCS#11 token the keys are made that sign codes and lists; with a URI (RFC 7512) they are made\n"
		"there from now on, with 'none' in the store's folder again:\n\n"
		"  pkcs11:token=LABEL?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/healthcode/pin\n\n"
		"The PIN is the first line of that file, which only its owner may read, or in HEALTHCODE_TOKEN_PIN. Keys that were made\n"
		"before sign until they end.\n\n"
		"  --pack P   the jurisdiction (default: the store's first)\n",
	.run = run,
};
