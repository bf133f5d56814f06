#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/office.h"
#include "cli/store.h"

static void
print_grounds(const struct cli_store *store, const json_t *grounds)
{
	const json_t *words = json_object_get(grounds, "words"), *item;
	const char *from = cli_text(grounds, "grounds_from"), *until = cli_text(grounds, "grounds_until");
	char at[TIME_TEXT_SIZE], withdrawn[TIME_TEXT_SIZE];
	size_t i;

	printf("%s  %s  ", cli_text(grounds, "case"), cli_text(grounds, "status"));
	if (*until)
		printf("coloured its contacts until %s\n", until);
	else if (*from)
		printf("colours its contacts since %s\n", from);
	else
		puts("without grounds: its contacts wait for a laboratory's result or two clinicians");
	json_array_foreach((json_t *)words, i, item)
	{
		printf("  %s  %s", cli_text(item, "by"), cli_local(store, item, "at", at));
		if (*cli_text(item, "withdrawn_at"))
			printf(", taken back %s", cli_local(store, item, "withdrawn_at", withdrawn));
		printf("\n");
	}
}

static int
show(struct cli *cli, struct cli_store *store, const char *name)
{
	json_t *grounds = NULL;
	struct error e = {0};

	if (cascade_case_grounds(store->cascade, name, cli_zone(store), &grounds, &e) < 0)
		return cli_fail(&e);
	if (cli->json)
		return cli_print_json(grounds);
	print_grounds(store, grounds);
	json_decref(grounds);
	return EXIT_DONE;
}

static int
say(struct cli *cli, struct cli_store *store, const char *name, bool holds)
{
	const struct office office = cli_office(store);
	struct error e = {0};

	if (!store->has_user || store->user.role != REGISTRY_CLINICIAN) {
		error_set(&e, ERROR_DENIED, "a clinician says so, in their own name (--as)");
		return cli_fail(&e);
	}
	if (office_case_word(&office, name, store->user.name, holds, &e) < 0)
		return cli_fail(&e);
	return show(cli, store, name);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	static const char *const acts[] = {"show", "affirm", "retract"};
	struct cli_store store;
	size_t count, act = 0;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	while (count == 2 && act < 3 && strcmp(words[0], acts[act]) != 0)
		act++;
	if (count != 2 || act == 3)
		return cli_usage(cli, "what to do: show, affirm or retract, and the case's name");
	if ((code = cli_store_open(cli, act != 0, &store)) == 0)
		code = act == 0 ? show(cli, &store, words[1]) : say(cli, &store, words[1], act == 1);
	cli_store_close(&store);
	return code;
}

const struct command command_case = {
	.name = "case",
	.summary = "what a case rests on, and a clinician's word that it is one",
	.usage = "case show NAME | case affirm NAME | case retract NAME",
	.help =
		"A case colours its contacts only with a laboratory's result or the words of two clinicians. Until then they are traced and\n"
		"wait (GET /v1/contacts?waiting=yes); the case itself is isolated all the same. A line list's rows say\n"
		"what they rest on, or their class does (a pack's \"grounds\").\n\n"
		"  show     whether and since when it colours them, and who said that it is a case\n"
		"  affirm   a clinician (--as) says that it is one; with the second one's word its contacts are coloured\n"
		"  retract  takes one's own word back: where one is left, its contacts have their colours back from then on\n",
	.run = run,
};
