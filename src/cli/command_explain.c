#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/store.h"

/* Each rule with its reason and the evidence, further in by ${indent}. */
static void
print_rules(const json_t *rules, const char *indent)
{
	const json_t *rule, *item;
	size_t i, j;

	json_array_foreach(rules, i, rule)
	{
		const json_t *reason = json_object_get(rule, "reason");

		printf("%s%s: %s\n%s  %s\n", indent, json_string_value(json_object_get(rule, "id")),
			json_string_value(json_object_get(reason, "en")), indent, json_string_value(json_object_get(reason, "zh")));
		json_array_foreach(json_object_get(rule, "evidence"), j, item)
		{
			char *text = json_dumps(item, JSON_SORT_KEYS);

			printf("%s  evidence: %s\n", indent, text ? text : "");
			free(text);
		}
	}
}

static void
print_decision(const json_t *result)
{
	const json_t *next = json_object_get(result, "next"), *change;
	size_t i;

	printf("%s: %s since %s\n", json_string_value(json_object_get(result, "jurisdiction")),
		json_string_value(json_object_get(result, "colour")), json_string_value(json_object_get(result, "since")));
	print_rules(json_object_get(result, "rules"), "  ");
	if (json_is_object(next)) {
		printf("  next: %s at %s\n", json_string_value(json_object_get(next, "colour")),
			json_string_value(json_object_get(next, "at")));
		print_rules(json_object_get(result, "soon"), "    ");
		json_array_foreach(json_object_get(result, "later"), i, change)
		{
			printf("  then: %s at %s\n", json_string_value(json_object_get(change, "colour")),
				json_string_value(json_object_get(change, "at")));
			print_rules(json_object_get(change, "rules"), "    ");
		}
	} else
		printf("  next: no change in sight\n");
}

/* The decisions of every jurisdiction where the person applied, or of the one named. */
static int
explain_all(struct cli_store *store, const char *only, person_number person, const char *id, json_t *results)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	const struct pack *pack;
	struct error e = {0};
	json_t *result;
	size_t count = 0;
	int code = 0;

	if (only) {
		if ((code = cli_pack(store, only, &pack)))
			return code;
		if (cascade_explain(store->cascade, pack, person, &result, &e) < 0)
			return cli_fail(&e);
		json_object_set_new(result, "person", json_string(id));
		json_array_append_new(results, result);
		return 0;
	}
	if (registry_jurisdictions(store->registry, &names, &count, &e) < 0)
		return cli_fail(&e);
	for (size_t i = 0; i < count && !code; i++) {
		if ((code = cli_pack(store, names[i], &pack)) || cascade_is_travel_card(pack))
			continue;
		if (cascade_explain(store->cascade, pack, person, &result, &e) == 0) {
			json_object_set_new(result, "person", json_string(id));
			json_array_append_new(results, result);
		} else if (e.code != ERROR_EXISTS_NOT) {
			code = cli_fail(&e);
		}
	}
	free(names);
	if (!code && json_array_size(results) == 0) {
		cli_say("%s has not applied anywhere here by then", id);
		code = EXIT_NO;
	}
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *pack = NULL;
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &pack}};
	struct cli_store store;
	person_number person;
	json_t *results = NULL, *result;
	size_t count, i;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "one ID is needed");
	results = json_array();
	if ((code = cli_store_open(cli, false, &store)) || (code = cli_person(&store, words[0], &person)) ||
		(code = explain_all(&store, pack, person, words[0], results)))
		goto out;
	if (cli->json) {
		code = cli_print_json(json_incref(pack ? json_array_get(results, 0) : results));
	} else {
		json_array_foreach(results, i, result) print_decision(result);
	}
out:
	json_decref(results);
	cli_store_close(&store);
	return code;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "why a person has their colour, and when it changes",
	.usage = "explain ID [--pack P]",
	.help =
		"Says for a person the colour, the rules that gave it with their reasons, the evidence they used, since when,\n"
		"and the earliest change if nothing new happens, with the rules that bring it, and what follows on it within the\n"
		"pack's horizon. Nothing is recorded. ID is an ID number or a person's number.\n\n"
		"  --pack P   one jurisdiction only (default: all where the person applied)\n\n"
		"With --now T the decision as of T, with --known T from what had been recorded by then.\n",
	.run = run,
};
