#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"
#include "ledger/ledger.h"

/* The new key and the ledger's entry of who made it are one act. */
static int
rotate(struct cli_store *store, const char *jurisdiction, struct error *e)
{
	instant now = registry_recording_time(store->registry);
	json_t *body = json_pack("{s:s, s:s}", "by", cli_actor(store), "jurisdiction", jurisdiction);
	char *text = body ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	int r;

	json_decref(body);
	if (!text)
		return error_no_memory(e);
	if ((r = registry_begin(store->registry, e)) < 0)
		goto out;
	if ((r = issuer_rotate(store->issuer, jurisdiction, now, now, e)) < 0 ||
		(r = ledger_append(registry_db(store->registry), now, "key.rotated", text, NULL, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
out:
	free(text);
	return r;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &name}};
	const struct pack *pack;
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1 || strcmp(words[0], "rotate") != 0)
		return cli_usage(cli, "what to do: rotate");
	if ((code = cli_store_open(cli, true, &store)) == 0 && (code = cli_pack(&store, name, &pack)) == 0) {
		if (rotate(&store, pack_jurisdiction(pack), &e) < 0)
			code = cli_fail(&e);
		else
			cli_say("%s signs with a new key; codes of the one before stay valid until they expire",
				pack_jurisdiction(pack));
	}
	cli_store_close(&store);
	return code;
}

const struct command command_key = {
	.name = "key",
	.summary = "give a jurisdiction's issuer a new signing key",
	.usage = "key rotate [--pack P]",
	.help =
		"Makes a new signing key that is used from now on, and trusts the one before until it ends, so that no code stops\n"
		"counting. Publish the trust list again ('healthcode trust export').\n\n"
		"  --pack P   the jurisdiction (default: the store's first)\n",
	.run = run,
};
