/* The program: takes the options that every command shares, finds the command, runs it. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"

static const struct command *const commands[] = {COMMANDS};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static const char usage[] =
	"usage: healthcode [--data DIR] [--database URI] [--presence URI] [--json] [--now RFC3339] [--known RFC3339]\n"
	"                  [--as USER] [--progress auto|always|never] COMMAND ...\n";

static const char options_help[] =
	"\noptions:\n"
	"  --data DIR        the store's folder: tables, keys, stays, outbox (default $HEALTHCODE_DATA, else ./data)\n"
	"  --database URI    the tables are in that database, the rest in the store's folder: postgresql://...\n"
	"  --presence URI    the folder of the stays, where it is not the store's own: file:///DIR or DIR\n"
	"  --json            answer with JSON, a document or a line each\n"
	"  --now TIME        the clock stands at TIME: nothing dated later counts\n"
	"  --known TIME      what was recorded after TIME does not count\n"
	"  --as USER         who acts: a user's name, their password or token in $HEALTHCODE_TOKEN\n"
	"  --progress WHEN   auto (on a terminal), always or never\n"
	"\nexit status: 0 done or yes, 1 no, 2 wrong usage, 3 bad input, 4 failure\n";

static const struct command *
command_named(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
help(struct cli *cli, const char *name)
{
	const struct command *command;

	if (!name) {
		printf("%s\ncommands:\n", usage);
		for (size_t i = 0; i < COMMAND_COUNT; i++)
			printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
		printf("%s\n'healthcode help COMMAND' tells more.\n", options_help);
		return EXIT_DONE;
	}
	command = command_named(name);
	if (!command)
		return cli_usage(cli, "there is no command '%s'", name);
	printf("usage: healthcode %s\n\n%s", command->usage, command->help);
	return EXIT_DONE;
}

static int
read_progress(struct cli *cli, const char *value)
{
	static const char *const names[] = {"auto", "always", "never"};

	for (size_t i = 0; i < 3; i++)
		if (strcmp(value, names[i]) == 0) {
			cli->progress = (enum progress)i;
			return 0;
		}
	return cli_usage(cli, "--progress is auto, always or never, not '%s'", value);
}

/* The one engine there is keeps stays in a folder. */
static int
read_presence(struct cli *cli)
{
	static const char file[] = "file://";

	if (!cli->presence)
		return 0;
	if (strncmp(cli->presence, file, strlen(file)) == 0)
		cli->presence += strlen(file);
	if (strstr(cli->presence, "://") || !*cli->presence)
		return cli_usage(cli, "--presence is a folder, or file:///DIR: there is no other engine");
	return 0;
}

/* Take the shared options out of argv, wherever they stand before a "--", and leave the other words in it. */
static int
take_shared_options(struct cli *cli, int *argc, char **argv)
{
	const char *progress = NULL, *json = NULL;
	const struct {
		const char *name;
		const char **value;
		bool flag;
	} shared[] = {
		{"--data", &cli->data, false},
		{"--database", &cli->database, false},
		{"--presence", &cli->presence, false},
		{"--json", &json, true},
		{"--now", &cli->now_text, false},
		{"--known", &cli->known_text, false},
		{"--as", &cli->as, false},
		{"--progress", &progress, false},
	};
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		size_t found = 0, count = sizeof shared / sizeof shared[0], length = strcspn(argv[i], "=");

		if (strcmp(argv[i], "--") == 0) {
			while (i < *argc)
				argv[kept++] = argv[i++];
			break;
		}
		while (found < count &&
			(strlen(shared[found].name) != length || strncmp(argv[i], shared[found].name, length) != 0))
			found++;
		if (found == count || (found == 0 && cli->command && cli->command->own_data)) {
			if (!cli->command && argv[i][0] != '-')
				cli->command = command_named(argv[i]);
			argv[kept++] = argv[i];
			continue;
		}
		if (shared[found].flag) {
			*shared[found].value = "";
		} else if (argv[i][length] == '=') {
			*shared[found].value = argv[i] + length + 1;
		} else if (i + 1 < *argc) {
			*shared[found].value = argv[++i];
		} else {
			return cli_usage(cli, "%s needs a value", argv[i]);
		}
	}
	argv[kept] = NULL;
	*argc = kept;
	cli->json = json != NULL;
	return progress ? read_progress(cli, progress) : 0;
}

/* A full disk or a closed pipe under stdout is a failure, even when it shows only now. */
static int
close_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno != EPIPE)
		fprintf(stderr, "healthcode: cannot write to standard output: %s\n", strerror(errno));
	return EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	struct cli cli = {0};
	int code;

	signal(SIGPIPE, SIG_IGN);
	code = take_shared_options(&cli, &argc, argv);
	if (code)
		return code;
	if ((code = read_presence(&cli)))
		return code;
	if (!cli.data)
		cli.data = getenv("HEALTHCODE_DATA");
	if (!cli.data || !*cli.data)
		cli.data = "data";

	if (argc < 2) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		cli.command = NULL;
		return close_output(help(&cli, argc > 2 ? argv[2] : NULL));
	}
	if (strcmp(argv[1], "--version") == 0)
		argv[1] = (char *)"version";
	cli.command = command_named(argv[1]);
	if (!cli.command)
		return cli_usage(&cli, "there is no %s '%s'", argv[1][0] == '-' ? "option" : "command", argv[1]);
	if (argc > 2 && argv[2] && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))
		return close_output(help(&cli, argv[1]));
	return close_output(cli.command->run(&cli, argc - 1, argv + 1));
}
