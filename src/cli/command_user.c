#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "keys/keys.h"
#include "ledger/ledger.h"

enum { PASSWORD_BYTES = 10 };

/* What was done, and the ledger's entry of it, together. */
static int
tell_ledger(struct cli_store *store, const char *kind, const char *name, const char *role, const char *office,
	const char *division, struct error *e)
{
	return ledger_append_json(registry_db(store->registry), registry_recording_time(store->registry), kind,
		json_pack("{s:s, s:s*, s:s*, s:s*, s:s}", "by", cli_actor(store), "division", division, "office", office,
			"role", role, "user", name),
		NULL, e);
}

static int
add(struct cli_store *store, const char *name, enum registry_role role, const char *password, const char *office,
	const char *division, struct error *e)
{
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	if ((r = registry_user_add(store->registry, name, role, password, store->has_user ? store->user.name : NULL, e)) <
			0 ||
		(office && (r = registry_user_move(store->registry, name, office, e)) < 0) ||
		(division && (r = registry_user_place(store->registry, name, division, e)) < 0) ||
		(r = tell_ledger(store, "user.added", name, registry_role_name(role), office, division, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

static int
move(struct cli_store *store, const char *name, const char *office, const char *division, struct error *e)
{
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	if ((office && (r = registry_user_move(store->registry, name, office, e)) < 0) ||
		(division && (r = registry_user_place(store->registry, name, division, e)) < 0) ||
		(r = tell_ledger(store, "user.moved", name, NULL, office, division, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

static int
print_user(const struct registry_user *user, void *context, struct error *e)
{
	const struct cli *cli = context;

	(void)e;
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s?, s:s?}", "user", user->name, "role", registry_role_name(user->role),
			"office", *user->office ? user->office : NULL, "division", *user->division ? user->division : NULL));
	else
		printf("%-24s %-13s %s%s%s\n", user->name, registry_role_name(user->role), user->office,
			*user->office && *user->division ? " " : "", user->division);
	return 0;
}

/* The password that was given, or a new one that is told once. */
static const char *
choose_password(char made[2 * PASSWORD_BYTES + 1])
{
	const char *given = getenv("HEALTHCODE_PASSWORD");
	uint8_t random[PASSWORD_BYTES];

	if (given && *given)
		return given;
	keys_random(random, sizeof random);
	return text_hex(random, sizeof random, made);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *role_name = NULL, *office = NULL, *division = NULL, *password;
	const struct cli_option options[] = {
		{"role", OPTION_VALUE, &role_name}, {"office", OPTION_VALUE, &office}, {"division", OPTION_VALUE, &division}};
	char made[2 * PASSWORD_BYTES + 1];
	enum registry_role role = REGISTRY_RESIDENT;
	struct cli_store store;
	struct error e = {0};
	bool listing, moving;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code)
		return code;
	listing = count == 1 && strcmp(words[0], "list") == 0;
	moving = count == 2 && strcmp(words[0], "move") == 0 && (office || division) && !role_name;
	if (!listing && !moving && (count != 2 || strcmp(words[0], "add") != 0 || !role_name))
		return cli_usage(cli, "what to do: add NAME --role R, move NAME --office O or --division D, or list");
	if (!listing && !moving && (!registry_role_read(role_name, &role) || role == REGISTRY_RESIDENT))
		return cli_usage(cli, "there is no role '%s' for a user", role_name);
	if (listing && (code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if ((code = cli_store_open(cli, !listing, &store)))
		goto out;
	password = choose_password(made);
	if (listing      ? registry_users_each(store.registry, print_user, cli, &e) < 0
			: moving ? move(&store, words[1], office, division, &e) < 0
					 : add(&store, words[1], role, password, office, division, &e) < 0)
		code = cli_fail(&e);
	else if (!listing && !moving && password == made)
		printf("password: %s\n", made);
out:
	cli_store_close(&store);
	return code;
}

const struct command command_user = {
	.name = "user",
	.summary = "add a user, say for which office they act, or list them",
	.usage =
		"user add NAME --role R [--office O] [--division D] | user move NAME [--office O] [--division D] | user list",
	.help =
		"Adds somebody who acts by name: staff, a guard's device, a carrier's gateway. The password is $HEALTHCODE_PASSWORD,\n"
		"or a new one that is printed once. It is in the ledger who was added by whom.\n\n"
		"  --role R   gate, tracer, clinician, supervisor, auditor, administrator, carrier or committee\n"
		"  --office O for which office they act, [a-z0-9._-]: what takes a second office (docs/packs.md) takes one of another\n"
		"  --division D of a committee: six digits; it applies for the people of that division alone, with import residents and on the\n"
		"             page /committee\n",
	.run = run,
};
