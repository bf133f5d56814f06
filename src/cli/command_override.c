#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/office.h"

struct request {
	const char *pack, *colour, *cause, *until;
	char **words;
	size_t count;
};

static int
answer(struct cli *cli, int64_t number, enum office_state state)
{
	if (cli->json)
		return cli_print_json(
			json_pack("{s:I, s:s}", "override", (json_int_t)number, "state", office_state_name(state)));
	printf("override %" PRId64 ": %s\n", number,
		state == OFFICE_PROPOSED ? "a second person has to approve it" : office_state_name(state));
	return EXIT_DONE;
}

static int
propose(struct cli *cli, struct cli_store *store, const struct office *office, const struct office_actor *actor,
	const struct request *request)
{
	enum colour colour;
	person_number person;
	struct error e = {0};
	int64_t number;
	instant until;
	int code;

	if (request->count != 2 || !request->colour || !request->cause || !request->until)
		return cli_usage(cli, "propose needs an ID, --colour, --cause and --until");
	if (!colour_read(request->colour, &colour))
		return cli_usage(cli, "--colour is green, yellow, red or gray");
	if ((code = cli_time(cli, store, "until", request->until, &until)) ||
		(code = cli_person(store, request->words[1], &person)))
		return code;
	if (office_override_propose(office, request->pack, person, colour, request->cause, until, actor, &number, &e) < 0)
		return cli_fail(&e);
	return answer(cli, number, OFFICE_PROPOSED);
}

static int
decide(struct cli *cli, const struct office *office, const struct office_actor *actor, const struct request *request)
{
	bool approves = strcmp(request->words[0], "approve") == 0;
	struct error e = {0};
	int64_t number;
	int r;

	if (request->count != 2 || !text_integer(request->words[1], strlen(request->words[1]), 1, INT64_MAX, &number))
		return cli_usage(cli, "%s needs the override's number", request->words[0]);
	r = approves ? office_override_approve(office, number, actor, &e)
				 : office_override_revoke(office, number, actor, &e);
	return r < 0 ? cli_fail(&e) : answer(cli, number, approves ? OFFICE_APPROVED : OFFICE_REVOKED);
}

struct listing {
	const struct zone *zone;
	bool json;
};

static int
list_one(const struct office_proposal *p, void *context, struct error *e)
{
	const struct listing *listing = context;
	char at[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];

	(void)e;
	if (p->is_pack || p->is_match || p->is_import)
		return 0;
	time_write(p->proposed_at, listing->zone, at);
	time_write(p->until, listing->zone, until);
	if (listing->json)
		cli_print_json(
			json_pack("{s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s?}", "override", (json_int_t)p->number,
				"state", office_state_name(p->state), "person", (json_int_t)p->person, "jurisdiction", p->jurisdiction,
				"colour", colour_name(p->colour), "cause", p->cause, "until", until, "proposed_at", at, "proposed_by",
				p->proposed_by, "approved_by", p->decided_by, "revoked_by", p->revoked_by));
	else
		printf("%" PRId64 " %s: #%u %s %s (%s) until %s, proposed by %s%s%s%s%s\n", p->number,
			office_state_name(p->state), p->person, p->jurisdiction, colour_name(p->colour), p->cause, until,
			p->proposed_by, p->decided_by ? ", approved by " : "", p->decided_by ? p->decided_by : "",
			p->revoked_by ? ", revoked by " : "", p->revoked_by ? p->revoked_by : "");
	return 0;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	static const char *const acts[] = {"propose", "approve", "revoke", "list"};
	struct request request = {0};
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &request.pack},
		{"colour", OPTION_VALUE, &request.colour}, {"cause", OPTION_VALUE, &request.cause},
		{"until", OPTION_VALUE, &request.until}};
	struct office_actor actor = {0};
	struct office office;
	struct cli_store store;
	struct listing listing = {.json = cli->json};
	struct error e = {0};
	size_t act = 0;
	int code = cli_options(cli, options, 4, argc, argv, &request.words, &request.count);

	if (code)
		return code;
	while (act < 4 && (request.count == 0 || strcmp(request.words[0], acts[act]) != 0))
		act++;
	if (act == 4 || (act == 3 && request.count != 1))
		return cli_usage(cli, "what to do: propose ID, approve N, revoke N or list");
	if ((code = act == 3 ? cli_refuse_times(cli, CLI_NOW | CLI_KNOWN) : cli_actor_signs(cli, &actor)))
		return code;
	if ((code = cli_store_open(cli, act != 3, &store)))
		goto out;
	listing.zone = cli_zone(&store);
	office = cli_office(&store);
	if (act == 0)
		code = propose(cli, &store, &office, &actor, &request);
	else if (act != 3)
		code = decide(cli, &office, &actor, &request);
	else if (office_proposals_each(&office, list_one, &listing, &e) < 0)
		code = cli_fail(&e);
out:
	cli_store_close(&store);
	return code;
}

const struct command command_override = {
	.name = "override",
	.summary = "a colour by hand: a cause, two people, an end",
	.usage = "override propose ID --colour C --cause K --until T [--pack P] | approve N | revoke N | list",
	.help =
		"A colour set by hand lies over what the rules say, until its end. One supervisor or administrator proposes it for a\n"
		"cause of the pack's list (override_causes), another approves it; then it counts, and the person is told why. Each\n"
		"signs with their password ($HEALTHCODE_TOKEN, --as USER), and both stand in the ledger. One is enough to revoke it: the\n"
		"rules count again.\n\n"
		"  --colour C   green, yellow, red or gray\n"
		"  --cause K    one of the pack's override_causes\n"
		"  --until T    its end, within the pack's horizon_days\n"
		"  --pack P     the jurisdiction (default: the store's first)\n",
	.run = run,
};
