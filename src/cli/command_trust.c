#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"

static int
run(struct cli *cli, int argc, char **argv)
{
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1 || strcmp(words[0], "export") != 0)
		return cli_usage(cli, "what to do: export");
	if ((code = cli_refuse_times(cli, CLI_KNOWN)))
		return code;
	if ((code = cli_store_open(cli, false, &store)) == 0) {
		if (issuer_trust_list(store.issuer, registry_now(store.registry), &list, &e) < 0)
			code = cli_fail(&e);
		else if (fwrite(list.data, 1, list.length, stdout) != list.length)
			code = EXIT_FAILED;
	}
	buffer_free(&list);
	cli_store_close(&store);
	return code;
}

const struct command command_trust = {
	.name = "trust",
	.summary = "write the signed trust list",
	.usage = "trust export > FILE",
	.help =
		"Writes the signed list of the keys that sign this store's codes (docs/code-format.md) to standard output. A gate\n"
		"needs nothing else to check a code offline: 'healthcode code verify CODE --trust FILE'.\n",
	.run = run,
};
