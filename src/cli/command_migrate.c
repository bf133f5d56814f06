#include <stdio.h>

#include "cli/commands.h"
#include "cli/store.h"

/* Opening a store brings its tables up to date, each room's in a transaction; this does it and nothing else. */
static int
run(struct cli *cli, int argc, char **argv)
{
	struct cli_store store;
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count)
		return cli_usage(cli, "no word is expected");
	if ((code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)) != 0)
		return code;
	code = cli_store_open(cli, true, &store);
	cli_store_close(&store);
	if (code == 0 && cli->json)
		return cli_print_json(json_pack("{s:b}", "up_to_date", 1));
	if (code == 0)
		puts("the store is as this program writes it");
	return code;
}

const struct command command_migrate = {
	.name = "migrate",
	.summary = "bring an older program's store up to date",
	.usage = "migrate",
	.help =
		"Every command does this when it opens a store; after an upgrade 'migrate' does it before anybody waits for it. Make a\n"
		"backup first: an older program does not open what a newer one has written.\n",
	.run = run,
};
