#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/pack_read.h"
#include "cli/store.h"
#include "ledger/ledger.h"

/* Take "--pack DIR..." out of argv: every word up to the next option is one of its folders. Return how many. */
static size_t
take_packs(int *argc, char **argv, const char **packs)
{
	size_t count = 0;
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (strncmp(argv[i], "--pack=", strlen("--pack=")) == 0) {
			packs[count++] = argv[i] + strlen("--pack=");
		} else if (strcmp(argv[i], "--pack") == 0) {
			while (i + 1 < *argc && argv[i + 1][0] != '-')
				packs[count++] = argv[++i];
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	return count;
}

/* A key for each jurisdiction, good from when its pack is, so that what is asked of then can be signed and checked. */
static int
make_keys(struct cli_store *store, struct error *e)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	instant now = registry_clock(store->registry), from, to;
	const struct pack *pack;
	size_t count;
	int r;

	if ((r = registry_jurisdictions(store->registry, &names, &count, e)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < count; i++) {
		if ((r = registry_pack(store->registry, names[i], &pack, e)) < 0)
			break;
		pack_valid(pack, &from, &to);
		r = issuer_ensure(store->issuer, names[i], from < now ? from : now, now, e);
	}
	free(names);
	return r;
}

static int
record(struct cli_store *store, const char *const *packs, size_t count, struct error *e)
{
	json_t *list = json_array();
	int r;

	for (size_t i = 0; i < count; i++) {
		const struct pack *pack;

		if ((r = registry_pack(store->registry, packs[i], &pack, e)) < 0) {
			json_decref(list);
			return r;
		}
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "jurisdiction", pack_jurisdiction(pack), "policy", pack_hash(pack)));
	}
	return ledger_append_json(registry_db(store->registry), registry_clock(store->registry), "store.made",
		json_pack("{s:b, s:o}", "demo", registry_is_demo(store->registry), "packs", list), NULL, e);
}

static int
finish(struct cli *cli, const char *const *packs, size_t count, const char *token)
{
	struct cli_store store;
	struct error e = {0};
	int code = cli_store_open(cli, false, &store);

	if (!code &&
		((token && keys_token_set(registry_keys(store.registry), token, &e) < 0) ||
			registry_begin(store.registry, &e) < 0 || make_keys(&store, &e) < 0 ||
			record(&store, packs, count, &e) < 0 || registry_commit(store.registry, &e) < 0))
		code = cli_fail(&e);
	cli_store_close(&store);
	return code;
}

/* Nothing goes into force that pack check would refuse. */
static int
check_packs(const char *const *packs, size_t count, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct pack *pack = NULL;

		r = pack_read_checked(packs[i], NULL, NULL, &pack, e);
		pack_free(pack);
	}
	return r;
}

/* Nothing is made where the token does not answer. */
static int
check_token(const char *uri, struct error *e)
{
	struct token *token = NULL;
	int r = token_open(uri, &token, e);

	if (r == 0)
		r = token_check(token, e);
	token_close(token);
	return r;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const struct registry_where where = {.data = cli->data, .database = cli->database, .presence = cli->presence};
	const char *clock_text = NULL, *token = NULL;
	const struct cli_option options[] = {{"clock", OPTION_VALUE, &clock_text}, {"token", OPTION_VALUE, &token}};
	const char **packs = calloc((size_t)argc + 1, sizeof *packs);
	struct pack *pack = NULL;
	struct error e = {0};
	size_t count, pack_count;
	instant clock = 0;
	char **words;
	int code;

	if (!packs) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	pack_count = take_packs(&argc, argv, packs);
	if ((code = cli_options(cli, options, 2, argc, argv, &words, &count)))
		goto out;
	if (count || !pack_count) {
		code = cli_usage(cli, "--pack and the folder of each jurisdiction are needed");
		goto out;
	}
	if (cli->now_text) {
		code = cli_usage(cli, "--clock sets a demo store's time, not --now");
		goto out;
	}
	if ((code = cli_refuse_times(cli, CLI_KNOWN)))
		goto out;
	/* A local time is in the first jurisdiction's zone. */
	if (clock_text &&
		(pack_read_folder(packs[0], NULL, NULL, &pack, &e) < 0 ||
			time_read(clock_text, strlen(clock_text), pack_zone(pack), &clock, &e) < 0)) {
		code = pack ? cli_usage(cli, "--clock: %s", e.message) : cli_fail(&e);
		goto out;
	}
	if (check_packs(packs, pack_count, &e) < 0 || (token && check_token(token, &e) < 0) ||
		registry_create(&where, packs, pack_count, clock_text ? &clock : NULL, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	if ((code = finish(cli, packs, pack_count, token)) == 0)
		cli_say("made a %s at %s with %zu jurisdiction%s", clock_text ? "demo store" : "store",
			cli->database ? cli->database : cli->data, pack_count, pack_count == 1 ? "" : "s");
out:
	pack_free(pack);
	free(packs);
	return code;
}

const struct command command_init = {
	.name = "init",
	.summary = "make a store with keys and jurisdictions",
	.usage = "init --pack DIR... [--clock T] [--token URI]",
	.help =
		"Makes a new store at --data (or --database, with the keys at --data) whose jurisdictions are the packs in the\n"
		"folders DIR, the first being the default one. A pack's name is its folder's.\n\n"
		"  --clock T   a demo store: its time starts at T and runs on, its codes count nowhere else, and --now may date\n"
		"              what is recorded in it\n"
		"  --token URI make the keys that sign codes in a PKCS#11 token ('healthcode help key')\n",
	.run = run,
};
