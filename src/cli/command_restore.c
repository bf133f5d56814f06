#include <inttypes.h>
#include <stdlib.h>

#include "backup/backup.h"
#include "base/file.h"
#include "cli/commands.h"

static int
answer(const struct cli *cli, const struct backup_counts *counts, const struct presence_purged *purged)
{
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];

	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:I, s:I}", "stays_files", (json_int_t)counts->files, "bytes",
			(json_int_t)counts->bytes, "days_destroyed", (json_int_t)purged->days));
	printf("%s: the registry and %" PRIu64 " files of stays\n", cli->data, counts->files);
	if (purged->days)
		printf("stays: %" PRId64 " days destroyed since, %s to %s\n", purged->days, day_write(purged->first, first),
			day_write(purged->last, last));
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct presence_purged purged = {0};
	struct backup_counts counts = {0};
	struct error e = {0};
	char *presence;
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code || (code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if (count != 1)
		return cli_usage(cli, "the backup's file is expected");
	if (cli->database)
		return cli_usage(cli, "a registry in PostgreSQL is put back by PostgreSQL's own tools");
	if (!(presence = file_join(cli->presence ? cli->presence : cli->data, cli->presence ? "" : "presence", &e)) ||
		backup_restore(cli->data, presence, words[0], &counts, &purged, &e) < 0)
		code = cli_fail_unasked(&e);
	else
		code = answer(cli, &counts, &purged);
	free(presence);
	return code;
}

const struct command command_restore = {
	.name = "restore",
	.summary = "make a store of a backup and its keys",
	.usage = "restore FILE",
	.help =
		"Puts what 'healthcode backup FILE' copied into the store's folder, whose keys (DIR/keys) must be there already,\n"
		"and no registry. A FILE that was cut short or changed, or is of a store with other keys, is refused, and so is\n"
		"one with stays of a day whose key is missing though nobody destroyed it. Until everything is whole and synced\n"
		"there is no store: after a crash or a failure run it again.\n"
		"\n"
		"Days that were destroyed since the backup was made are destroyed in it. Then run 'healthcode check', and\n"
		"'healthcode ledger verify --size SIZE --root HEX' with a root that was kept elsewhere.\n",
	.run = run,
};
