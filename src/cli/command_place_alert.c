#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/office.h"
#include "cli/store.h"

enum { ALERTS_MOST = 1000 };

static int
print_item(struct cli *cli, const struct cli_store *store, json_t *item)
{
	const json_t *cases = json_object_get(item, "cases"), *name;
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	size_t i;

	if (cli->json)
		return cli_print_json(json_incref(item));
	printf("%lld  %s  %s (%s)  %lld unlinked, %zu cases  %s  %s\n",
		(long long)json_integer_value(json_object_get(item, "number")), cli_text(item, "state"),
		cli_text(item, "place"), cli_text(item, "kind"), (long long)json_integer_value(json_object_get(item, "groups")),
		json_array_size(cases), cli_local(store, item, "from", from), cli_local(store, item, "to", to));
	json_array_foreach(cases, i, name)
	{
		printf("  %s\n", json_string_value(name));
	}
	if (*cli_text(item, "outcome"))
		printf("  closed %s: %s\n", cli_local(store, item, "closed_at", from), cli_text(item, "outcome"));
	return EXIT_DONE;
}

static int
list(struct cli *cli, struct cli_store *store, bool all)
{
	json_t *items = NULL, *item;
	struct error e = {0};
	int code = EXIT_DONE;
	size_t i;

	if (cascade_place_alerts(store->cascade, all, ALERTS_MOST, &items, &e) < 0)
		return cli_fail(&e);
	json_array_foreach(items, i, item)
	{
		if (code == EXIT_DONE)
			code = print_item(cli, store, item);
	}
	json_decref(items);
	return code;
}

static int
close_one(struct cli *cli, struct cli_store *store, const char *word, const char *outcome)
{
	struct error e = {0};
	int64_t number;

	if (!text_integer(word, strlen(word), 1, INT64_MAX, &number))
		return cli_usage(cli, "an alert's number is needed, not '%s'", word);
	if (cascade_place_alert_close(store->cascade, number, store->has_user ? store->user.name : NULL, outcome, &e) < 0)
		return cli_fail(&e);
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:s}", "number", (json_int_t)number, "state", "closed"));
	printf("place alert %lld is closed\n", (long long)number);
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *all = NULL, *outcome = NULL;
	const struct cli_option options[] = {{"all", OPTION_FLAG, &all}, {"outcome", OPTION_VALUE, &outcome}};
	struct cli_store store;
	bool lists, closes;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code)
		return code;
	lists = count == 1 && strcmp(words[0], "list") == 0;
	closes = count == 2 && strcmp(words[0], "close") == 0;
	if (!lists && !closes)
		return cli_usage(cli, "what to do: list, or close N --outcome TEXT");
	if (closes != (outcome != NULL))
		return cli_usage(cli, closes ? "what came of it: --outcome TEXT" : "--outcome goes with close");
	if ((code = cli_store_open(cli, closes, &store)) == 0)
		code = closes ? close_one(cli, &store, words[1], outcome) : list(cli, &store, all != NULL);
	cli_store_close(&store);
	return code;
}

const struct command command_place_alert = {
	.name = "place-alert",
	.summary = "places that cases share whom nobody linked",
	.usage = "place-alert list [--all] | close N --outcome TEXT",
	.help =
		"Where cases were in the days in which they may have caught it, several at one place within days of each other, and nobody\n"
		"said who of them infected whom: the default jurisdiction's contact.place_alert says how many, in how many days and at\n"
		"which kinds of places. An alert is raised as cases are traced, and withdrawn when a case is discarded or linked. It\n"
		"colours nobody: it is for the office to look into.\n\n"
		"  list   those that are open; --all: closed and withdrawn ones too\n"
		"  close  the office has done with it, and what came of it; a case more at the place opens it again\n\n"
		"  --outcome TEXT  in at most 256 bytes\n",
	.run = run,
};
