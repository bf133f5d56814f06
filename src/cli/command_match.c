#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/office.h"
#include "console/console.h"

struct request {
	const char *purpose, *state;
	char **words;
	size_t count;
};

struct listing {
	struct cli *cli;
	const struct zone *zone;
};

static double
bits(int64_t score)
{
	return (double)score / 1000;
}

static json_t *
match_json(const struct registry_match *m, const struct zone *zone)
{
	char found[TIME_TEXT_SIZE], decided[TIME_TEXT_SIZE];

	return json_pack("{s:I, s:s, s:I, s:I, s:f, s:{s:s, s:s, s:s}, s:s, s:s?, s:s?, s:s?}", "match",
		(json_int_t)m->number, "state", registry_match_state_name(m->state), "person", (json_int_t)m->person,
		"candidate", (json_int_t)m->candidate, "score", bits(m->score), "compared", "name",
		registry_compared_name(m->name), "birth_date", registry_compared_name(m->birth_date), "phone",
		registry_compared_name(m->phone), "found_at", time_write(m->found_at, zone, found), "by", m->decided_by,
		"purpose", m->purpose, "decided_at", m->purpose ? time_write(m->decided_at, zone, decided) : NULL);
}

static void
print_match(const struct registry_match *m, const struct zone *zone)
{
	char found[TIME_TEXT_SIZE];

	printf("%" PRId64 " %s: #%u and #%u, %.1f bits (name %s, birth date %s, phone %s), found %s%s%s\n", m->number,
		registry_match_state_name(m->state), m->person, m->candidate, bits(m->score), registry_compared_name(m->name),
		registry_compared_name(m->birth_date), registry_compared_name(m->phone), time_write(m->found_at, zone, found),
		m->decided_by ? ", by " : "", m->decided_by ? m->decided_by : "");
}

static int
list_one(const struct registry_match *match, void *context, struct error *e)
{
	const struct listing *listing = context;

	(void)e;
	if (listing->cli->json)
		cli_print_json(match_json(match, listing->zone));
	else
		print_match(match, listing->zone);
	return 0;
}

static int
list(struct cli *cli, struct cli_store *store, const struct request *request)
{
	struct listing listing = {cli, cli_zone(store)};
	enum registry_match_state state = MATCH_STATES;
	struct error e = {0};

	if (request->state && !registry_match_state_read(request->state, &state))
		return cli_usage(cli, "--state is waiting, automatic, accepted or rejected");
	return registry_matches_each(store->registry, state, 0, 0, list_one, &listing, &e) < 0 ? cli_fail(&e) : EXIT_DONE;
}

/* Both sides, opened: each opening is in the log of looks and in the ledger. */
struct shown {
	struct cli_store *store;
	const struct request *request;
	const struct zone *zone;
	json_t *item;
};

static json_t *
side_json(struct shown *shown, person_number person, struct error *e)
{
	const struct console_look look = {.purpose = shown->request->purpose, .by = cli_actor(shown->store)};
	struct registry_identity identity = {0};
	json_t *side = NULL;

	if (console_identity(shown->store->registry, person, &look, &identity, e) < 0)
		return NULL;
	side = json_pack("{s:I, s:s, s:s, s:s, s:s}", "person", (json_int_t)person, "name", identity.name, "id_number",
		identity.id_number, "birth_date", identity.birth_date, "phone", identity.phone);
	registry_identity_wipe(&identity);
	if (!side)
		error_no_memory(e);
	return side;
}

static int
show_one(const struct registry_match *match, void *context, struct error *e)
{
	struct shown *shown = context;

	(void)e;
	shown->item = match_json(match, shown->zone);
	return 0;
}

static void
print_side(const json_t *side)
{
	printf("  #%lld: %s, ID number %s, born %s, phone %s\n",
		(long long)json_integer_value(json_object_get(side, "person")),
		json_string_value(json_object_get(side, "name")), json_string_value(json_object_get(side, "id_number")),
		json_string_value(json_object_get(side, "birth_date")), json_string_value(json_object_get(side, "phone")));
}

static int
show(struct cli *cli, struct cli_store *store, const struct request *request, int64_t number)
{
	struct listing listing = {cli, cli_zone(store)};
	struct shown shown = {.store = store, .request = request, .zone = listing.zone};
	struct error e = {0};
	json_t *sides[2] = {NULL};
	int code = EXIT_DONE;

	if (registry_match(store->registry, number, show_one, &shown, &e) < 0)
		return cli_fail(&e);
	for (int i = 0; i < 2 && code == EXIT_DONE; i++) {
		const json_t *person = json_object_get(shown.item, i == 0 ? "person" : "candidate");

		if (!(sides[i] = side_json(&shown, (person_number)json_integer_value(person), &e)))
			code = cli_fail(&e);
	}
	if (code == EXIT_DONE && cli->json) {
		json_object_set_new(shown.item, "sides", json_pack("[O, O]", sides[0], sides[1]));
		code = cli_print_json(json_incref(shown.item));
	} else if (code == EXIT_DONE) {
		registry_match(store->registry, number, list_one, &listing, &e);
		print_side(sides[0]);
		print_side(sides[1]);
	}
	json_decref(sides[0]);
	json_decref(sides[1]);
	json_decref(shown.item);
	return code;
}

static int
answer(struct cli *cli, int64_t match, int64_t number, enum office_state state)
{
	if (state == OFFICE_PROPOSED && !cli->json)
		printf("proposal %" PRId64 ": somebody's colour gets worse, so a second person has to approve it\n", number);
	else if (!cli->json)
		printf("match %" PRId64 ": decided\n", match);
	return cli->json ? cli_print_json(json_pack("{s:I, s:I, s:s}", "match", (json_int_t)match, "proposal",
						   (json_int_t)number, "state", office_state_name(state)))
					 : EXIT_DONE;
}

static int
decide(struct cli *cli, const struct office *office, const struct office_actor *actor, const struct request *request,
	enum registry_match_state state, int64_t match)
{
	enum office_state done = OFFICE_APPROVED;
	struct error e = {0};
	int64_t number = 0;

	if (office_match_decide(office, match, state, request->purpose, actor, &number, &done, &e) < 0)
		return cli_fail(&e);
	return answer(cli, match, number, done);
}

static int
join(struct cli *cli, struct cli_store *store, const struct office *office, const struct office_actor *actor,
	const struct request *request)
{
	person_number person, candidate;
	struct error e = {0};
	int64_t match;
	int code;

	if ((code = cli_person(store, request->words[1], &person)) ||
		(code = cli_person(store, request->words[2], &candidate)))
		return code;
	if (registry_match_put(store->registry, person, candidate, actor->name, &match, &e) < 0)
		return cli_fail(&e);
	return decide(cli, office, actor, request, MATCH_ACCEPTED, match);
}

/* Approve the proposal, or take it back. */
static int
settle(struct cli *cli, const struct office *office, const struct office_actor *actor, bool approve, int64_t number)
{
	const char *state = office_state_name(approve ? OFFICE_APPROVED : OFFICE_REVOKED);
	struct error e = {0};

	if ((approve ? office_match_approve(office, number, actor, &e) : office_match_withdraw(office, number, actor, &e)) <
		0)
		return cli_fail(&e);
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:s}", "proposal", (json_int_t)number, "state", state));
	printf("proposal %" PRId64 ": %s\n", number, state);
	return EXIT_DONE;
}

enum act { LIST, SHOW, APPROVE, WITHDRAW, ACCEPT, REJECT, REVOKE, JOIN, ACTS };

static int
act_on(struct cli *cli, struct cli_store *store, enum act act, const struct office_actor *actor,
	const struct request *request)
{
	const struct office office = cli_office(store);
	int64_t number = 0;

	if (act == LIST)
		return list(cli, store, request);
	if (act == JOIN)
		return join(cli, store, &office, actor, request);
	if (!text_integer(request->words[1], strlen(request->words[1]), 1, INT64_MAX, &number))
		return cli_usage(cli, "%s needs a number", request->words[0]);
	if (act == SHOW)
		return show(cli, store, request, number);
	if (act == APPROVE || act == WITHDRAW)
		return settle(cli, &office, actor, act == APPROVE, number);
	return decide(cli, &office, actor, request,
		act == ACCEPT       ? MATCH_ACCEPTED
			: act == REJECT ? MATCH_REJECTED
							: MATCH_WAITING,
		number);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	static const char *const acts[ACTS] = {"list", "show", "approve", "withdraw", "accept", "reject", "revoke", "join"};
	static const size_t words[ACTS] = {1, 2, 2, 2, 2, 2, 2, 3};
	struct request request = {0};
	const struct cli_option options[] = {
		{"purpose", OPTION_VALUE, &request.purpose}, {"state", OPTION_VALUE, &request.state}};
	struct office_actor actor = {0};
	struct cli_store store;
	int act = 0, code = cli_options(cli, options, 2, argc, argv, &request.words, &request.count);

	if (code)
		return code;
	while (act < ACTS && (request.count == 0 || strcmp(request.words[0], acts[act]) != 0))
		act++;
	if (act == ACTS || request.count != words[act])
		return cli_usage(
			cli, "what to do: list, show N, accept N, reject N, revoke N, join ID ID, approve N or withdraw N");
	if ((act == SHOW || act >= ACCEPT) && !request.purpose)
		return cli_usage(cli, "%s needs --purpose", acts[act]);
	if (act >= APPROVE && (code = cli_actor_signs(cli, &actor)))
		return code;
	if ((code = cli_store_open(cli, act >= APPROVE, &store)) == 0)
		code = act_on(cli, &store, (enum act)act, &actor, &request);
	cli_store_close(&store);
	return code;
}

const struct command command_match = {
	.name = "match",
	.summary = "who is it: people who may be one",
	.usage = "match list [--state S] | show N --purpose W | accept N --purpose W | reject N --purpose W |\n"
			 "       match revoke N --purpose W | join ID ID --purpose W | approve N | withdraw N",
	.help =
		"A laboratory, a hospital or an airline may tell of somebody without an ID number. Name, date of birth and phone are compared with\n"
		"those of everybody who has one, and weighed (the pack's section \"matching\"). Where one person alone reaches its\n"
		"match_at, they are one (automatic); who reaches review_at waits on this list; all others stay two.\n\n"
		"accept says that the two are one from now on: evidence of both counts for both. reject says that they are two; where they were one,\n"
		"they are two again, each with the evidence that came for them. join is for two with ID numbers: a passport, then an\n"
		"ID card. Each is signed (--as USER, password in $HEALTHCODE_TOKEN). Where a colour of theirs gets worse by it, or many others', it waits for a second\n"
		"person's approve; until then anybody who may sign may withdraw it. revoke takes a decision back: it is as if nobody had\n"
		"decided, and what is automatic is found again. All of it is in the ledger. show opens both identities, which is logged.\n\n"
		"  --purpose W   what for, in a few words\n"
		"  --state S     waiting, automatic, accepted or rejected alone\n",
	.run = run,
};
