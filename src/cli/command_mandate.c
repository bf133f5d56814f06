#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"

struct request {
	const char *acts, *until;
	char **words;
	size_t count;
};

/* Staff who see people and their ID cards, in their own name. */
static int
check_staff(const struct cli_store *store)
{
	struct error e = {0};

	if (store->has_user && (store->user.role == REGISTRY_CLINICIAN || store->user.role == REGISTRY_SUPERVISOR))
		return EXIT_DONE;
	error_set(&e, ERROR_DENIED, "a mandate is given before a clinician or a supervisor, in their own name (--as)");
	return cli_fail(&e);
}

static int
read_acts(struct cli *cli, const char *text, unsigned *ret_acts)
{
	unsigned acts = 0;

	for (const char *at = text; *at;) {
		size_t length = strcspn(at, ",");
		enum mandate_act act;
		char word[16];

		if (length >= sizeof word)
			return cli_usage(cli, "--acts: no such act");
		memcpy(word, at, length);
		word[length] = 0;
		if (!mandate_act_read(word, &act))
			return cli_usage(cli, "--acts: of code, checkin, application, complaint and travel_card, with ',' between");
		acts |= (unsigned)act;
		at += length + (at[length] == ',');
	}
	*ret_acts = acts;
	return EXIT_DONE;
}

struct listing {
	struct cli *cli;
	const struct cli_store *store;
	int code;
};

static int
print_mandate(const struct registry_mandate *mandate, void *context, struct error *e)
{
	struct listing *listing = context;
	const struct zone *zone = cli_zone(listing->store);
	char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	json_t *acts = json_array();

	(void)e;
	time_write(mandate->from, zone, from);
	time_write(mandate->until, zone, until);
	for (unsigned i = 0; i < MANDATE_ACTS; i++)
		if (mandate->acts & 1U << i)
			json_array_append_new(acts, json_string(mandate_act_name((enum mandate_act)(1U << i))));
	if (listing->cli->json) {
		listing->code = cli_print_json(json_pack("{s:s, s:I, s:I, s:s, s:o, s:s, s:s, s:s?}", "mandate", mandate->name,
			"person", (json_int_t)mandate->person, "helper", (json_int_t)mandate->helper, "state",
			mandate_state_name(mandate->state), "acts", acts, "from", from, "until", until, "by",
			*mandate->by ? mandate->by : NULL));
		return listing->code;
	}
	printf("%s  person %u lets person %u:", mandate->name, (unsigned)mandate->person, (unsigned)mandate->helper);
	for (size_t i = 0; i < json_array_size(acts); i++)
		printf(" %s", json_string_value(json_array_get(acts, i)));
	printf("\n  %s, %s to %s%s%s\n", mandate_state_name(mandate->state), from, until, *mandate->by ? ", before " : "",
		mandate->by);
	json_decref(acts);
	return 0;
}

static int
list(struct cli *cli, struct cli_store *store, person_number person)
{
	struct listing listing = {.cli = cli, .store = store};
	struct error e = {0};

	if (registry_mandates_each(store->registry, person, print_mandate, &listing, &e) < 0)
		return cli_fail(&e);
	return listing.code;
}

/* An ID number that nobody was known by is by then. */
static int
person_of(struct cli_store *store, const char *text, person_number *ret_person)
{
	struct error e = {0};

	if (*text == '#')
		return cli_person(store, text, ret_person);
	if (registry_person_by_id_number(store->registry, text, strlen(text), true, 0, ret_person, &e) < 0)
		return cli_fail(&e);
	return EXIT_DONE;
}

static int
give(struct cli *cli, struct cli_store *store, const struct request *request)
{
	person_number person, helper;
	struct error e = {0};
	unsigned acts = 0;
	day_number day;
	instant until;
	int code;

	if ((code = read_acts(cli, request->acts, &acts)))
		return code;
	if (day_read(request->until, strlen(request->until), &day, &e) < 0)
		return cli_usage(cli, "--until: a day (YYYY-MM-DD), the last one");
	until = zone_day_start(cli_zone(store), day + 1);
	if (registry_begin(store->registry, &e) < 0)
		return cli_fail(&e);
	if ((code = person_of(store, request->words[1], &person)) || (code = person_of(store, request->words[2], &helper)))
		goto out;
	if (registry_mandate_give(store->registry, person, helper, acts, until, store->user.name, &e) < 0 ||
		registry_commit(store->registry, &e) < 0)
		code = cli_fail(&e);
out:
	if (code) {
		registry_rollback(store->registry);
		return code;
	}
	return list(cli, store, person);
}

static int
end(struct cli *cli, struct cli_store *store, const char *id, const char *name)
{
	person_number person;
	struct error e = {0};
	int code;

	if ((code = cli_person(store, id, &person)))
		return code;
	if (registry_mandate_end(store->registry, person, name, store->user.name, &e) < 0)
		return cli_fail(&e);
	return list(cli, store, person);
}

static int
show(struct cli *cli, struct cli_store *store, const char *id)
{
	person_number person;
	int code = cli_person(store, id, &person);

	return code ? code : list(cli, store, person);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct request request = {0};
	const struct cli_option options[] = {
		{"acts", OPTION_VALUE, &request.acts}, {"until", OPTION_VALUE, &request.until}};
	struct cli_store store;
	bool gives, lists, ends;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &request.words, &request.count);

	if (code)
		return code;
	gives = request.count == 3 && strcmp(request.words[0], "give") == 0;
	lists = request.count == 2 && strcmp(request.words[0], "list") == 0;
	ends = request.count == 3 && strcmp(request.words[0], "end") == 0;
	if (!gives && !lists && !ends)
		return cli_usage(cli, "what to do: give ID HELPER --acts A,... --until DAY, list ID, or end ID MANDATE");
	if (gives != (request.acts != NULL) || gives != (request.until != NULL))
		return cli_usage(
			cli, gives ? "which acts and until when: --acts A,... --until DAY" : "--acts and --until go with give");
	if ((code = cli_store_open(cli, !lists, &store)) == 0 && !lists)
		code = check_staff(&store);
	if (code == 0)
		code = gives ? give(cli, &store, &request)
			: lists  ? show(cli, &store, request.words[1])
					 : end(cli, &store, request.words[1], request.words[2]);
	cli_store_close(&store);
	return code;
}

const struct command command_mandate = {
	.name = "mandate",
	.summary = "who acts for whom: given before staff, listed, ended",
	.usage = "mandate give ID HELPER --acts A,... --until DAY | list ID | end ID MANDATE",
	.help =
		"Somebody who has no phone, or none that can do this, lets a helper act for them from the helper's account. Staff who saw the\n"
		"ID card (--as a clinician or a supervisor) give it here; from one's own account it is offered on the residents'\n"
		"page and holds once the helper accepts. Each act under it is in the log that the person reads.\n\n"
		"  give  lets the person HELPER do those acts for the person ID, in place of what there was between the two\n"
		"  list  what that person gave and was given, ended ones too\n"
		"  end   ends one by its name in the list; both are told\n\n"
		"  --acts A,...  code (show it), checkin (daily and at places), application, complaint (and the colour's reasons), travel_card\n"
		"  --until DAY   the last day (YYYY-MM-DD), at most a year ahead\n",
	.run = run,
};
