#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/office.h"

struct request {
	const char *pack, *state, *overdue, *text, *zh, *en, *import, *case_name, *override;
	char **words;
	size_t count;
};

struct listing {
	struct cli *cli;
	struct cli_store *store;
	bool words;
};

static void
print_appeal(const struct registry_appeal *a, const struct listing *listing)
{
	const struct zone *zone = cli_zone(listing->store);
	char since[TIME_TEXT_SIZE], due[TIME_TEXT_SIZE], decided[TIME_TEXT_SIZE];

	printf("%" PRId64 " %s: %s %s since %s, by %s, ", a->number, registry_appeal_state_name(a->state), a->jurisdiction,
		colour_name(a->colour), time_write(a->since, zone, since), a->rules);
	if (a->state == APPEAL_OPEN)
		printf("answer due %s%s\n", time_write(a->due_at, zone, due),
			a->due_at <= registry_now(listing->store->registry) ? ": overdue" : "");
	else
		printf("ended %s%s%s\n", time_write(a->decided_at, zone, decided), a->decided_by ? " by " : "",
			a->decided_by ? a->decided_by : "");
	if (a->correction)
		printf("  corrected: %s\n", a->correction);
	if (!listing->words)
		return;
	printf("  %s\n", *a->words ? a->words : "(its words are forgotten)");
	if (*a->answer_zh)
		printf("  zh: %s\n", a->answer_zh);
	if (*a->answer_en)
		printf("  en: %s\n", a->answer_en);
}

static int
show_one(const struct registry_appeal *appeal, void *context, struct error *e)
{
	const struct listing *listing = context;
	json_t *item;

	if (!listing->cli->json) {
		print_appeal(appeal, listing);
		return 0;
	}
	item = office_appeal_json(
		appeal, registry_now(listing->store->registry), cli_zone(listing->store), true, listing->words);
	if (!item)
		return error_no_memory(e);
	cli_print_json(item);
	return 0;
}

static int
list(struct cli *cli, struct cli_store *store, const struct request *request)
{
	const instant now = registry_now(store->registry);
	struct registry_appeals_asked asked = {
		.jurisdiction = request->pack, .state = APPEAL_STATES, .overdue_at = request->overdue ? &now : NULL};
	struct listing listing = {cli, store, false};
	struct error e = {0};

	if (request->state && !registry_appeal_state_read(request->state, &asked.state))
		return cli_usage(cli, "--state is open, upheld, rejected or withdrawn");
	return registry_appeals_each(store->registry, &asked, show_one, &listing, &e) < 0 ? cli_fail(&e) : EXIT_DONE;
}

static int
show(struct cli *cli, struct cli_store *store, int64_t number)
{
	const struct office office = cli_office(store);
	struct listing listing = {cli, store, true};
	struct error e = {0};

	return office_appeal_show(&office, number, cli_actor(store), show_one, &listing, &e) < 0 ? cli_fail(&e) : EXIT_DONE;
}

static int
answer(const struct cli *cli, int64_t number, const char *state, const char *before)
{
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:s}", "appeal", (json_int_t)number, "state", state));
	printf("appeal %" PRId64 ": %s%s\n", number, before, state);
	return EXIT_DONE;
}

static int
open_appeal(struct cli *cli, struct cli_store *store, const struct request *request)
{
	const struct office office = cli_office(store);
	struct office_colour colour;
	const struct pack *pack;
	person_number person;
	struct error e = {0};
	int64_t number = 0;
	int r, code;

	if ((code = cli_pack(store, request->pack, &pack)) || (code = cli_person(store, request->words[1], &person)))
		return code;
	if (office_colour(&office, pack, person, &colour, &e) < 0)
		return cli_fail(&e);
	r = office_appeal_open(&office, &colour, request->text, cli_actor(store), &number, &e);
	office_colour_clear(&colour);
	return r < 0 ? cli_fail(&e) : answer(cli, number, "open", r ? "" : "about this colour one is ");
}

static int
withdraw(struct cli *cli, struct cli_store *store, int64_t number)
{
	const struct office office = cli_office(store);
	struct error e = {0};

	return office_appeal_withdraw(&office, number, 0, cli_actor(store), &e) < 0 ? cli_fail(&e)
																				: answer(cli, number, "withdrawn", "");
}

static bool
read_number(const char *text, int64_t *number)
{
	return !text || text_integer(text, strlen(text), 1, INT64_MAX, number);
}

static int
decide(struct cli *cli, struct cli_store *store, const struct office_actor *actor, const struct request *request,
	int64_t number)
{
	const struct office office = cli_office(store);
	struct office_answer given = {.upheld = strcmp(request->words[2], "upheld") == 0,
		.correction.case_name = request->case_name,
		.zh = request->zh,
		.en = request->en};
	struct error e = {0};

	if (!given.upheld && strcmp(request->words[2], "rejected") != 0)
		return cli_usage(cli, "an appeal is upheld or rejected");
	if (!read_number(request->import, &given.correction.import) ||
		!read_number(request->override, &given.correction.override))
		return cli_usage(cli, "--import and --override have a number");
	if (office_appeal_decide(&office, number, &given, actor, &e) < 0)
		return cli_fail(&e);
	return answer(cli, number, request->words[2], "");
}

enum act { LIST, SHOW, OPEN, WITHDRAW, DECIDE, ACTS };

static int
act_on(struct cli *cli, struct cli_store *store, enum act act, const struct office_actor *actor,
	const struct request *request)
{
	int64_t number = 0;

	if (act == LIST)
		return list(cli, store, request);
	if (act == OPEN)
		return open_appeal(cli, store, request);
	if (!text_integer(request->words[1], strlen(request->words[1]), 1, INT64_MAX, &number))
		return cli_usage(cli, "%s needs a number", request->words[0]);
	if (act == SHOW)
		return show(cli, store, number);
	return act == WITHDRAW ? withdraw(cli, store, number) : decide(cli, store, actor, request, number);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	static const char *const acts[ACTS] = {"list", "show", "open", "withdraw", "decide"};
	static const size_t words[ACTS] = {1, 2, 2, 2, 3};
	struct request request = {0};
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &request.pack}, {"state", OPTION_VALUE, &request.state},
		{"overdue", OPTION_FLAG, &request.overdue}, {"words", OPTION_VALUE, &request.text},
		{"zh", OPTION_VALUE, &request.zh}, {"en", OPTION_VALUE, &request.en}, {"import", OPTION_VALUE, &request.import},
		{"case", OPTION_VALUE, &request.case_name}, {"override", OPTION_VALUE, &request.override}};
	struct office_actor actor = {0};
	struct cli_store store;
	int act = 0,
		code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &request.words, &request.count);

	if (code)
		return code;
	while (act < ACTS && (request.count == 0 || strcmp(request.words[0], acts[act]) != 0))
		act++;
	if (act == ACTS || request.count != words[act])
		return cli_usage(cli, "what to do: list, show N, open ID, withdraw N, decide N upheld or decide N rejected");
	if (act == OPEN && !request.text)
		return cli_usage(cli, "open needs --words");
	if (act == DECIDE && (code = cli_actor_signs(cli, &actor)))
		return code;
	if ((code = cli_store_open(cli, act != LIST, &store)) == 0)
		code = act_on(cli, &store, (enum act)act, &actor, &request);
	cli_store_close(&store);
	return code;
}

const struct command command_appeal = {
	.name = "appeal",
	.summary = "what people say against their colours, and the office's answers",
	.usage =
		"appeal list [--state S] [--overdue] [--pack P] | show N | open ID --words TEXT [--pack P] | withdraw N |\n"
		"       appeal decide N upheld (--import N | --case C | --override N) [--zh TEXT] [--en TEXT] |\n"
		"       appeal decide N rejected [--zh TEXT] [--en TEXT]",
	.help =
		"People appeal against a colour on their own page. open writes one down for somebody without a phone, in their words, and withdraw\n"
		"takes back such a one, never what people opened themselves, and not by who entered what the colour rests on; while one about a colour is open, the same again is that one. The pack's \"appeals\" says until\n"
		"when an answer is due (default 3 days) and whose office answers. What another service says of a person is appealed against there: the\n"
		"message names it.\n\n"
		"An appeal changes no colour. Whoever upholds one names what was corrected since: an import that was undone or brought, a case that is\n"
		"discarded or has no grounds any more, or an override that is proposed. decide is signed (--as USER, password in $HEALTHCODE_TOKEN) by a\n"
		"supervisor or administrator who neither wrote the appeal down nor entered what the colour rests on. The answer goes to the person, in\n"
		"Chinese, English or both; the ledger has the decision, and no words. show opens the words, which is logged for the person to read.\n\n"
		"  --state S      open, upheld, rejected or withdrawn alone\n"
		"  --overdue      those alone whose answer is overdue\n"
		"  --pack P       the jurisdiction (open: default the store's first)\n"
		"  --words TEXT   what the person says, at most 2000 bytes\n"
		"  --zh, --en     the answer, at most 1000 bytes each\n",
	.run = run,
};
