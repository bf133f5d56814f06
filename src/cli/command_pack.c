#include <stdio.h>
#include <string.h>

#include "cli/command_pack.h"
#include "cli/commands.h"
#include "cli/pack_read.h"
#include "policy/policy.h"

void
pack_print_fault(void *context, const struct error *fault)
{
	char text[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 64];

	(void)context;
	cli_say("%s", error_text(fault, text, sizeof text));
}

static void
keep_fault(void *context, const struct error *fault)
{
	json_array_append_new(context,
		json_pack("{s:s,s:I,s:I,s:s}", "file", fault->file, "line", (json_int_t)fault->line, "column",
			(json_int_t)fault->column, "reason", fault->message));
}

static void
print_pack(const struct pack *pack)
{
	printf("%s: %s (%s), policy %s\n", pack_jurisdiction(pack),
		json_string_value(json_object_get(pack_section(pack, "name"), "en")),
		json_string_value(json_object_get(pack_section(pack, "name"), "zh")), pack_hash(pack));
}

/* One JSON document, whether the pack is sound or not. */
static int
check_json(const char *folder)
{
	json_t *faults = json_array();
	struct pack *pack = NULL;
	struct error e = {0};
	int code, printed;

	code = pack_read_checked(folder, keep_fault, faults, &pack, &e);
	if (code < 0 && json_array_size(faults) == 0) {
		json_decref(faults);
		return cli_fail(&e);
	}
	printed = cli_print_json(json_pack("{s:b,s:s*,s:s*,s:o}", "valid", code == 0, "jurisdiction",
		pack ? pack_jurisdiction(pack) : NULL, "policy", pack ? pack_hash(pack) : NULL, "faults", faults));
	pack_free(pack);
	if (printed != EXIT_DONE)
		return printed;
	return code == 0 ? EXIT_DONE : EXIT_BAD_INPUT;
}

static int
check(const char *folder)
{
	struct pack *pack = NULL;
	struct error e = {0};
	int code = pack_read_checked(folder, pack_print_fault, NULL, &pack, &e);

	/* Faults of the pack's files were printed as they were found. */
	if (code == ERROR_BAD_INPUT)
		return EXIT_BAD_INPUT;
	if (code < 0)
		return cli_fail(&e);
	print_pack(pack);
	pack_free(pack);
	return EXIT_DONE;
}

static int
pack_check(struct cli *cli, int argc, char **argv)
{
	char **words;
	size_t count;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "check needs one folder");
	if ((code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	return cli->json ? check_json(words[0]) : check(words[0]);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli, int argc, char **argv);
	} acts[] = {{"check", pack_check}, {"test", pack_test}, {"diff", pack_diff}, {"activate", pack_activate},
		{"list", pack_versions}, {"score", pack_score}};

	for (size_t i = 0; argc > 1 && i < sizeof acts / sizeof *acts; i++)
		if (strcmp(argv[1], acts[i].name) == 0)
			return acts[i].run(cli, argc - 1, argv + 1);
	return cli_usage(cli, "what to do with a pack: check, test, diff, activate, list or score");
}

const struct command command_pack = {
	.name = "pack",
	.summary = "check, rehearse and activate a jurisdiction's rules",
	.usage = "pack check DIR | test DIR | diff OLD NEW [--truth DIR] [--workers N] [--samples N] [--seed S] |\n"
			 "       activate DIR [--jurisdiction J] [--from T] | list [J] | score [P]",
	.help =
		"pack check reads the pack in the folder DIR and prints its jurisdiction, its name and its hash; or every fault,\n"
		"a line each with file, line and column, and exits with 3. How a pack is written: docs/packs.md.\n\n"
		"pack test checks the pack in DIR and runs its own tests, the files in DIR/tests, each a person's facts and what they\n"
		"must be told at which moments. It prints each answer that is not the expected one, with file, line and column, and each\n"
		"rule that no test sees. It exits with 0 only where there is neither, 1 where there is, or no test at all, and 3 where a\n"
		"file is at fault.\n\n"
		"pack diff evaluates two packs over everyone who applied in OLD's jurisdiction, as of --now, and changes nothing:\n"
		"who would change colour, by colour, rule and residence, and how many could no longer pass a gate. OLD and NEW are\n"
		"jurisdictions of the store, folders, or the hashes of versions in the store. It exits with 0 where nobody's colour\n"
		"differs, 1 where somebody's does, and 3 where NEW cannot decide somebody.\n\n"
		"  --workers N   how many threads (default: one a processor); the answer is the same\n"
		"  --samples N   how many people to show by their random numbers (default 10)\n"
		"  --seed S      which ones (default 1)\n"
		"  --truth DIR   the folder that 'simulate' wrote and the store was made of: what each pack would have averted, at\n"
		"                what cost\n\n"
		"pack activate puts the pack in DIR in force as its jurisdiction's next version. It takes two supervisors or\n"
		"administrators: the first who runs it proposes, the second who runs it over the same files makes it so. Each signs with\n"
		"their password ($HEALTHCODE_TOKEN, --as USER), and both stand in the ledger. Versions before it stay in the store: with\n"
		"--now T everything is decided by the one in force at T. pack list tells which held from when, and by whom,\n"
		"and where rules are in force past their valid.to: they stay so until others are.\n\n"
		"  --jurisdiction J   it is a version of J, whatever the folder's name\n"
		"  --from T           from T on, not at once; never before the pack's valid.from\n\n"
		"pack score tells how the rules of P (default: the store's first) did: whom each stopped, for how long, how many of them\n"
		"were found positive later, and how many contests of it were upheld. Nothing is recorded.\n",
	.run = run,
};
