/* "pack activate" and "pack list": which rules hold from when, and who said so. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command_pack.h"
#include "cli/office.h"

/* Whether the store has no jurisdiction of that name. */
static bool
is_new(struct cli_store *store, const char *name)
{
	char(*names)[JURISDICTION_SIZE] = NULL;
	size_t count = 0;
	bool found = registry_jurisdictions(store->registry, &names, &count, NULL) < 0;

	for (size_t i = 0; i < count && !found; i++)
		found = strcmp(names[i], name) == 0;
	free(names);
	return !found;
}

/* A pack of a name that the store does not know makes another jurisdiction, where nobody has applied: seldom what is meant by who copied the
 * folder to change a rule. */
static void
tell_if_new(struct cli_store *store, const char *folder, const char *jurisdiction)
{
	const struct pack *pack;

	if (!jurisdiction) {
		if (registry_pack(store->registry, folder, &pack, NULL) < 0)
			return;
		jurisdiction = pack_jurisdiction(pack);
	}
	if (is_new(store, jurisdiction))
		cli_say("%s would be a new jurisdiction of this store; --jurisdiction J makes it the next version of J",
			jurisdiction);
}

static int
answer(struct cli *cli, const char *folder, int64_t number, enum office_state state)
{
	if (cli->json)
		return cli_print_json(json_pack(
			"{s:I, s:s, s:s}", "proposal", (json_int_t)number, "state", office_state_name(state), "pack", folder));
	if (state == OFFICE_PROPOSED)
		printf("proposal %lld: a second person has to activate %s too\n", (long long)number, folder);
	else
		printf(
			"proposal %lld: %s is active; 'healthcode evaluate' tells who changes colour\n", (long long)number, folder);
	return EXIT_DONE;
}

int
pack_activate(struct cli *cli, int argc, char **argv)
{
	const char *from_text = NULL, *jurisdiction = NULL;
	const struct cli_option options[] = {
		{"from", OPTION_VALUE, &from_text}, {"jurisdiction", OPTION_VALUE, &jurisdiction}};
	struct office_actor actor;
	enum office_state state;
	struct office office;
	struct cli_store store;
	struct error e = {0};
	int64_t number;
	instant from;
	size_t count;
	char **words;
	int code = cli_options(cli, options, 2, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "activate needs one folder");
	if ((code = cli_actor_signs(cli, &actor)))
		return code;
	if ((code = cli_store_open(cli, true, &store)) ||
		(from_text && (code = cli_time(cli, &store, "from", from_text, &from))))
		goto out;
	office = cli_office(&store);
	if (office_pack_activate(&office, words[0], jurisdiction, from_text ? &from : NULL, &actor, &number, &state, &e) <
		0)
		code = cli_fail(&e);
	else {
		if (state == OFFICE_PROPOSED)
			tell_if_new(&store, words[0], jurisdiction);
		code = answer(cli, words[0], number, state);
	}
out:
	cli_store_close(&store);
	return code;
}

struct listing {
	struct cli *cli;
	struct cli_store *store;
	const char *only;
};

static int
list_activation(const struct registry_activation *a, void *context, struct error *e)
{
	const struct listing *listing = context;
	char from[TIME_TEXT_SIZE], recorded[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	instant valid_from, valid_to;
	const struct pack *pack;
	bool over;
	int r;

	if (listing->only && strcmp(listing->only, a->jurisdiction) != 0)
		return 0;
	if ((r = registry_pack_by_hash(listing->store->registry, a->hash, &pack, e)) < 0)
		return r;
	time_write(a->from, pack_zone(pack), from);
	time_write(a->recorded_at, pack_zone(pack), recorded);
	pack_valid(pack, &valid_from, &valid_to);
	if (valid_to != INT64_MAX)
		time_write(valid_to, pack_zone(pack), until);
	over = a->in_force && valid_to <= registry_now(listing->store->registry);
	if (listing->cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:b, s:s?, s:s?, s:s?}", "jurisdiction", a->jurisdiction,
			"policy", a->hash, "from", from, "recorded_at", recorded, "in_force", a->in_force, "proposed_by", a->by,
			"approved_by", a->approved_by, "valid_until", valid_to == INT64_MAX ? NULL : until));
	else
		printf("%s %s from %s%s%s%s%s%s%s%s\n", a->jurisdiction, a->hash, from, a->by ? ", by " : "",
			a->by ? a->by : "", a->approved_by ? " and " : "", a->approved_by ? a->approved_by : "",
			a->in_force ? ", in force" : "", over ? ", though valid only until " : "", over ? until : "");
	return 0;
}

int
pack_versions(struct cli *cli, int argc, char **argv)
{
	struct listing listing = {.cli = cli};
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count > 1)
		return cli_usage(cli, "list takes one jurisdiction, or none");
	listing.only = count ? words[0] : NULL;
	listing.store = &store;
	if (!(code = cli_store_open(cli, false, &store)) &&
		registry_activations_each(store.registry, list_activation, &listing, &e) < 0)
		code = cli_fail(&e);
	cli_store_close(&store);
	return code;
}
