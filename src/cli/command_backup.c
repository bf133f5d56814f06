#include <inttypes.h>

#include "backup/backup.h"
#include "cli/commands.h"
#include "cli/store.h"

static int
answer(const struct cli *cli, const char *path, const struct backup_counts *counts)
{
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:I, s:I}", "file", path, "stays_files", (json_int_t)counts->files,
			"bytes", (json_int_t)counts->bytes));
	printf("%s: the registry and %" PRIu64 " files of stays, %" PRIu64 " bytes; the keys are not in it\n", path,
		counts->files, counts->bytes);
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct backup_counts counts = {0};
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code || (code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if (count != 1)
		return cli_usage(cli, "the backup's file is expected");
	if ((code = cli_store_open(cli, false, &store)) == 0) {
		if (backup_make(cli->data, registry_db(store.registry), registry_keys(store.registry),
				cascade_presence(store.cascade), words[0], &counts, &e) < 0)
			code = cli_fail_unasked(&e);
		else
			code = answer(cli, words[0], &counts);
	}
	cli_store_close(&store);
	return code;
}

const struct command command_backup = {
	.name = "backup",
	.summary = "copy the store into one sealed file, while it serves",
	.usage = "backup FILE",
	.help =
		"Copies the registry and the stays, of one moment, into the new FILE, sealed under the store's key store; others\n"
		"read and write meanwhile. FILE is there under its name only when it is whole and synced. The store's folder\n"
		"needs room for another registry while it runs.\n"
		"\n"
		"No key is in FILE: copy DIR/keys apart, as docs/operations.md says. A day that 'purge' destroyed stays destroyed\n"
		"in every backup. A registry in PostgreSQL is backed up by PostgreSQL's own tools.\n",
	.run = run,
};
