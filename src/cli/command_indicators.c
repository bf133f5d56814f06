#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/office.h"
#include "cli/store.h"
#include "console/console.h"

static int
print(const struct cli *cli, json_t *indicators)
{
	const json_t *item, *median;
	size_t i;

	if (cli->json)
		return cli_print_json(json_incref(indicators));
	json_array_foreach(json_object_get(indicators, "indicators"), i, item)
	{
		const json_int_t count = json_integer_value(json_object_get(item, "count")),
						 of = json_integer_value(json_object_get(item, "of")),
						 unknown = json_integer_value(json_object_get(item, "unknown"));
		const bool ratio = strcmp(cli_text(item, "id"), "contacts_per_case") == 0;

		printf("%-30s%8lld of %8lld", cli_text(item, "id"), (long long)count, (long long)of);
		if (of && ratio)
			printf("%8.1f ", (double)count / (double)of);
		else if (of)
			printf("%8.1f%%", 100.0 * (double)count / (double)of);
		if (json_is_integer(median = json_object_get(item, "median_hours")))
			printf("  median %lld h", (long long)json_integer_value(median));
		if (unknown)
			printf("  unknown of %lld", (long long)unknown);
		putchar('\n');
	}
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *from = NULL, *to = NULL;
	const struct cli_option options[] = {{"from", OPTION_VALUE, &from}, {"to", OPTION_VALUE, &to}};
	struct cli_store store;
	struct error e = {0};
	json_t *indicators = NULL;
	instant begins, ends;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code)
		return code;
	if (count)
		return cli_usage(cli, "only --from and --to are known");
	if ((code = cli_store_open(cli, false, &store)))
		goto out;
	ends = registry_now(store.registry);
	if (to && (code = cli_time(cli, &store, "to", to, &ends)))
		goto out;
	begins = ends - 7 * DAY_S;
	if (from && (code = cli_time(cli, &store, "from", from, &begins)))
		goto out;
	code =
		console_indicators(store.registry, begins, ends, &indicators, &e) < 0 ? cli_fail(&e) : print(cli, indicators);
	json_decref(indicators);
out:
	cli_store_close(&store);
	return code;
}

const struct command command_indicators = {
	.name = "indicators",
	.summary = "how fast and how well cases are found and followed",
	.usage = "indicators [--from T] [--to T]",
	.help =
		"Of the cases reported and the tests sampled in the period, as of now: each indicator is a count, what it is counted of, and\n"
		"of how many it is not known (docs/concepts.md says what is counted).\n\n"
		"  --from T  the beginning (default: a week before the end)\n"
		"  --to T    the end (default: now)\n",
	.run = run,
};
