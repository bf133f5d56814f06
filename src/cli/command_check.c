#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "cli/ledger_verify.h"
#include "cli/store.h"
#include "db/db.h"
#include "keys/keys.h"
#include "ledger/ledger.h"

enum { PROBLEMS_MAX = 1 << 16 };

struct checked {
	struct presence_checked stays;
	struct ledger_verdict ledger;
	size_t keys;
};

static int
answer(const struct cli *cli, const struct checked *checked)
{
	const struct presence_checked *stays = &checked->stays;

	if (cli->json)
		return cli_print_json(json_pack("{s:b, s:{s:I, s:I, s:I, s:I}, s:{s:I}, s:I}", "whole", 1, "stays", "days",
			(json_int_t)stays->days, "segments", (json_int_t)stays->segments, "stays", (json_int_t)stays->stays,
			"bytes", (json_int_t)stays->bytes, "ledger", "entries", (json_int_t)checked->ledger.size, "keys",
			(json_int_t)checked->keys));
	printf(
		"registry: whole\nledger: whole: %" PRId64 " entries\nkeys: whole: %zu\n", checked->ledger.size, checked->keys);
	printf("stays: whole: %" PRId64 " of %" PRId64 " days, %" PRId64 " segments, %" PRId64 " bytes\n", stays->stays,
		stays->days, stays->segments, stays->bytes);
	return EXIT_DONE;
}

static int
check_ledger(struct cli_store *store, struct ledger_verdict *verdict, struct error *e)
{
	int r = cli_ledger_verify(store, verdict, e);

	if (r < 0)
		return r;
	return verdict->wrong < 0
		? 0
		: error_set(e, ERROR_CORRUPT, "ledger: wrong at entry %" PRId64 ": %s", verdict->wrong, verdict->reason);
}

static int
check(struct cli_store *store, struct checked *checked, struct error *e)
{
	struct buffer problems = buffer_make(PROBLEMS_MAX);
	int r = db_check(registry_db(store->registry), &problems, e);

	if (r < 0)
		fputs(buffer_text(&problems), stderr);
	buffer_free(&problems);
	if (r < 0 || (r = check_ledger(store, &checked->ledger, e)) < 0 ||
		(r = keys_check(registry_keys(store->registry), &checked->keys, e)) < 0)
		return r;
	return presence_check(cascade_presence(store->cascade), &checked->stays, e);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct checked checked = {0};
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count)
		return cli_usage(cli, "no word is expected");
	if ((code = cli_store_open(cli, false, &store)) == 0)
		code = check(&store, &checked, &e) < 0 ? cli_fail(&e) : answer(cli, &checked);
	cli_store_close(&store);
	return code;
}

const struct command command_check = {
	.name = "check",
	.summary = "read the whole store and say whether it is as it was written",
	.usage = "check",
	.help =
		"Reads every page and index of the registry, every entry of the ledger, every key and every stay: each part opens\n"
		"under its day's key, is sorted, and holds the same stays by person as by place. Exit 4 with the first fault if\n"
		"anything is not as it was written. 'healthcode ledger verify' compares the ledger with a root that was kept\n"
		"elsewhere. PostgreSQL's pages are checked by its own tools.\n",
	.run = run,
};
