#include <inttypes.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "db/db.h"
#include "ledger/ledger.h"

enum { PROBLEMS_MAX = 1 << 16 };

static int
answer(const struct cli *cli, const struct presence_checked *checked)
{
	if (cli->json)
		return cli_print_json(json_pack("{s:b, s:{s:I, s:I, s:I, s:I}}", "whole", 1, "stays", "days",
			(json_int_t)checked->days, "segments", (json_int_t)checked->segments, "stays", (json_int_t)checked->stays,
			"bytes", (json_int_t)checked->bytes));
	printf("registry: whole\nstays: whole: %" PRId64 " of %" PRId64 " days, %" PRId64 " segments, %" PRId64 " bytes\n",
		checked->stays, checked->days, checked->segments, checked->bytes);
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct buffer problems = buffer_make(PROBLEMS_MAX);
	struct presence_checked checked;
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count)
		return cli_usage(cli, "no word is expected");
	if ((code = cli_store_open(cli, false, &store)) == 0) {
		if (db_check(registry_db(store.registry), &problems, &e) < 0) {
			fputs(buffer_text(&problems), stderr);
			code = cli_fail(&e);
		} else if (presence_check(cascade_presence(store.cascade), &checked, &e) < 0) {
			code = cli_fail(&e);
		} else {
			code = answer(cli, &checked);
		}
	}
	cli_store_close(&store);
	buffer_free(&problems);
	return code;
}

const struct command command_check = {
	.name = "check",
	.summary = "read the whole store and say whether it is as it was written",
	.usage = "check",
	.help =
		"Reads every page and index of the registry and every stay: each part opens under its day's key, is sorted, and\n"
		"holds the same stays by person as by place. Exit 4 with the first fault if anything is not as it was written.\n"
		"'healthcode ledger verify' checks the ledger. PostgreSQL's pages are checked by its own tools.\n",
	.run = run,
};
