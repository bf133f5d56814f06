#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"
#include "gate/gate.h"
#include "place/place.h"

static const char *
name_of(const json_t *named)
{
	const json_t *name = json_object_get(named, "name");

	return *cli_text(name, "en") ? cli_text(name, "en") : cli_text(name, "zh");
}

static void
print_permits(const char *what, const json_t *permits)
{
	const json_t *permitted = json_object_get(permits, "permitted"), *order, *need;
	size_t i, k;

	if (json_is_null(permitted)) {
		printf("%s: no order is known\n", what);
		return;
	}
	printf("%s: %s", what, json_is_true(permitted) ? "permitted" : "not permitted");
	if (*cli_text(permits, "from"))
		printf(" before %s", cli_text(permits, "from"));
	putchar('\n');
	json_array_foreach(json_object_get(permits, "orders"), i, order)
	{
		if (!json_is_true(json_object_get(order, "in_force")))
			continue;
		printf("  %s, for %s: %s\n", cli_text(order, "order"), cli_text(order, "for"),
			cli_text(json_object_get(order, "text"), "en"));
		json_array_foreach(json_object_get(order, "needs"), k, need)
			printf("    needed: %s\n", json_string_value(need));
		if (*cli_text(order, "transport"))
			printf("    transport: %s\n", cli_text(order, "transport"));
		printf("    source: %s\n", cli_text(order, "source"));
	}
}

static void
print_colours(const json_t *answer)
{
	const json_t *code = json_object_get(answer, "code"), *item, *rule, *verdict;
	const char *colour;
	size_t i, k;

	if (json_is_null(code)) {
		printf("at gates there: no jurisdiction of this store covers it\n");
		return;
	}
	printf("at gates there: %s (%s)", name_of(code), cli_text(code, "jurisdiction"));
	json_object_foreach(json_object_get(code, "verdicts"), colour, verdict)
		printf(", %s: %s", colour, json_string_value(verdict));
	putchar('\n');
	json_array_foreach(json_object_get(code, "recognised"), i, item)
		printf("  recognised too: %s\n", cli_text(item, "jurisdiction"));
	json_array_foreach(json_object_get(answer, "colours"), i, item)
	{
		const json_t *next = json_object_get(item, "next");

		printf(
			"%s: %s then, %s\n", cli_text(item, "jurisdiction"), cli_text(item, "colour"), cli_text(item, "verdict"));
		json_array_foreach(json_object_get(item, "rules"), k, rule)
			printf("  %s: %s\n", cli_text(rule, "id"), cli_text(json_object_get(rule, "reason"), "en"));
		if (json_is_object(next))
			printf("  next: %s at %s\n", cli_text(next, "colour"), cli_text(next, "at"));
	}
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct cli_store store = {0};
	struct journey journey = {0};
	json_t *answer = NULL;
	bool prevented = false;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 3 && count != 4)
		return cli_usage(cli, "from where, to where and the date are needed");
	if (!(journey.from = division_called(words[0])) || !(journey.to = division_called(words[1])))
		return cli_usage(
			cli, "'%s' is no division's code or name, or more than one's", journey.from ? words[1] : words[0]);
	if ((code = cli_store_open(cli, false, &store)))
		goto out;
	if (time_read(words[2], strlen(words[2]), cli_zone(&store), &journey.at, &e) < 0) {
		code = cli_usage(cli, "a date such as 2020-03-25 is needed");
		goto out;
	}
	if (count == 4 && (code = cli_person(&store, words[3], &journey.person)))
		goto out;
	if (gate_journey(store.cascade, &journey, &answer, &prevented, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	if (cli->json) {
		code = cli_print_json(json_incref(answer));
	} else {
		printf("%s to %s, %s\n", name_of(json_object_get(answer, "from")), name_of(json_object_get(answer, "to")),
			cli_text(answer, "at"));
		print_permits("leaving", json_object_get(answer, "leave"));
		print_permits("entering", json_object_get(answer, "enter"));
		print_colours(answer);
	}
	if (!code && prevented)
		code = EXIT_NO;
out:
	json_decref(answer);
	cli_store_close(&store);
	return code;
}

const struct command command_journey = {
	.name = "journey",
	.summary = "which orders, codes and colours await on the way from one place to another",
	.usage = "journey FROM TO DATE [ID]",
	.help =
		"Says which orders (import orders) let people leave FROM and enter TO on that day, for whom, on which conditions and by\n"
		"which source; whose codes count at gates in TO and what they say to each colour; and with ID, which colours that\n"
		"person will have there, if nothing new happens until then, by which rules, and when they change. FROM and TO are\n"
		"codes of divisions (420800) or names; DATE is a day (its beginning) or a time. Exit 1 where an order, or every colour\n"
		"that the person has, keeps from it.\n",
	.run = run,
};
