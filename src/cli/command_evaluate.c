#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/store.h"

static const enum colour shown[] = {COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED, COLOUR_GRAY};

static int
print_change(const struct cascade_change *change, void *context, struct error *e)
{
	const struct cli *cli = context;

	(void)e;
	if (!cli->json)
		printf("%u %s: %s%s%s\n", change->person, change->jurisdiction,
			change->first ? "" : colour_name(change->before), change->first ? "" : " -> ", colour_name(change->after));
	return 0;
}

/* Told whichever way the answer is printed: what could not be decided is no answer. */
static int
print_failure(
	person_number person, const char *jurisdiction, const struct error *reason, void *context, struct error *e)
{
	(void)context;
	(void)e;
	cli_say("person %u: %s: %s", person, jurisdiction, reason->message);
	return 0;
}

static int
read_people(struct cli_store *store, char **words, size_t count, person_number **ret_people)
{
	person_number *people = calloc(count ? count : 1, sizeof *people);
	struct error e = {0};
	int code = 0;

	if (!people) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	for (size_t i = 0; i < count && !code; i++)
		code = cli_person(store, words[i], &people[i]);
	if (code)
		free(people);
	else
		*ret_people = people;
	return code;
}

static int
print_counts(struct cli *cli, const struct cascade_counts *counts)
{
	json_t *colours;

	if (!cli->json) {
		printf("evaluated %lld, changed %lld", (long long)counts->evaluated, (long long)counts->changed);
		if (counts->failed > 0)
			printf(", failed %lld", (long long)counts->failed);
		printf("\n");
		for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
			printf("  %-6s %lld\n", colour_name(shown[i]), (long long)counts->colours[shown[i]]);
		return EXIT_DONE;
	}
	colours = json_object();
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		json_object_set_new(colours, colour_name(shown[i]), json_integer(counts->colours[shown[i]]));
	return cli_print_json(json_pack("{s:I, s:I, s:I, s:o}", "evaluated", (json_int_t)counts->evaluated, "changed",
		(json_int_t)counts->changed, "failed", (json_int_t)counts->failed, "colours", colours));
}

/* Everybody who is due, and what colours there are then. */
static int
evaluate_all(struct cli_store *store, const char *jurisdiction, const struct cascade_listener *listener,
	struct cascade_counts *ret_counts, struct error *e)
{
	int r = cascade_evaluate_due(store->cascade, jurisdiction, listener, ret_counts, e);

	return r != 0 ? r : registry_colour_counts(store->registry, jurisdiction, ret_counts->colours, e);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *pack_name = NULL;
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &pack_name}};
	const struct cascade_listener listener = {print_change, print_failure, cli};
	struct cascade_counts counts = {0};
	person_number *people = NULL;
	const struct pack *pack;
	struct cli_store store;
	struct error e = {0};
	bool rehearse;
	size_t count;
	char **words;
	int r, code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if ((code = cli_store_open(cli, false, &store)) || (pack_name && (code = cli_pack(&store, pack_name, &pack))) ||
		(code = read_people(&store, words, count, &people)))
		goto out;
	if (pack_name)
		pack_name = pack_jurisdiction(pack);
	/* What is asked of another time, or of what was known then, is answered and leaves no trace. */
	rehearse = cli->known_text || (cli->now_text && !registry_is_demo(store.registry));
	if (rehearse)
		r = cascade_rehearse(store.cascade, pack_name, people, count, &listener, &counts, &e);
	else if ((r = cascade_trace_cases(store.cascade, &e)) == 0)
		r = count ? cascade_evaluate_people(store.cascade, pack_name, people, count, &listener, &counts, &e)
				  : evaluate_all(&store, pack_name, &listener, &counts, &e);
	if (r < 0)
		code = cli_fail(&e);
	else
		code = print_counts(cli, &counts);
	if (code == EXIT_DONE && rehearse)
		cli_say("nothing is recorded: --%s asks of another time", cli->known_text ? "known" : "now");
	if (code == EXIT_DONE && counts.failed > 0)
		code = EXIT_BAD_INPUT;
out:
	free(people);
	cli_store_close(&store);
	return code;
}

const struct command command_evaluate = {
	.name = "evaluate",
	.summary = "evaluate those who are due, or those named",
	.usage = "evaluate [--pack P] [ID...]",
	.help =
		"Evaluates everyone who is due, or the people named, and prints each changed colour and the counts by colour.\n"
		"Colours, their log and the ledger are written together, some hundred people at a time: after a crash, run it\n"
		"again.\n\n"
		"Somebody whose evaluation cannot be made (a rule that fails on their evidence) is named on stderr with the\n"
		"reason, keeps the colour they had and stays due; the others are evaluated, and the exit code is 3.\n\n"
		"  --pack P   one jurisdiction only\n\n"
		"With --known, or with --now in a store that is no demo, everyone who applied (or is named) is evaluated as of\n"
		"then and nothing is recorded.\n",
	.run = run,
};
