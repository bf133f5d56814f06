#include <stdio.h>

#include "cli/commands.h"

static int
run(struct cli *cli, int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return cli_usage(cli, "no arguments are taken");
	if (cli->json)
		return cli_print_json(json_pack("{s:s}", "version", HEALTHCODE_VERSION));
	printf("healthcode %s\n", HEALTHCODE_VERSION);
	return EXIT_DONE;
}

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.usage = "version",
	.help = "Prints the program's version.\n",
	.run = run,
};
