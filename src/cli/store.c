#include "cli/store.h"

#include <stdlib.h>
#include <string.h>

static int
read_time(struct cli_store *store, const char *option, const char *text, const struct zone *zone, instant *ret_time)
{
	struct error e = {0};

	(void)store;
	if (time_read(text, strlen(text), zone, ret_time, &e) == 0)
		return 0;
	cli_say("healthcode: %s: %s", option, e.message);
	return EXIT_USAGE;
}

static int
set_times(struct cli *cli, struct cli_store *store)
{
	const struct pack *pack;
	instant now, known;
	int code;

	if (!cli->now_text && !cli->known_text)
		return 0;
	if ((code = cli_pack(store, NULL, &pack)) || /* local times are the default jurisdiction's */
		(cli->now_text && (code = read_time(store, "--now", cli->now_text, pack_zone(pack), &now))) ||
		(cli->known_text && (code = read_time(store, "--known", cli->known_text, pack_zone(pack), &known))))
		return code;
	registry_set_times(store->registry, cli->now_text ? &now : NULL, cli->known_text ? &known : NULL);
	return 0;
}

static int
authenticate(struct cli *cli, struct cli_store *store)
{
	const char *secret = getenv("HEALTHCODE_TOKEN");
	struct registry_session session;
	struct error e = {0};

	if (!cli->as)
		return 0;
	if (!secret)
		return cli_usage(cli, "--as needs the user's password or token in $HEALTHCODE_TOKEN");
	if (registry_session_find(store->registry, secret, &session, &e) == 0 && session.role != REGISTRY_RESIDENT &&
		strcmp(session.user.name, cli->as) == 0)
		store->user = session.user;
	else if (registry_user_authenticate(store->registry, cli->as, secret, &store->user, &e) < 0)
		return cli_fail(&e);
	store->has_user = true;
	return 0;
}

int
cli_store_open(struct cli *cli, bool records, struct cli_store *ret_store)
{
	const struct registry_where where = {.data = cli->data, .database = cli->database, .presence = cli->presence};
	struct error e = {0};
	int code;

	*ret_store = (struct cli_store){0};
	if (registry_open(&where, &ret_store->registry, &e) < 0 ||
		cascade_open(ret_store->registry, &ret_store->cascade, &e) < 0 ||
		issuer_open(registry_db(ret_store->registry), registry_keys(ret_store->registry), &ret_store->issuer, &e) < 0) {
		if (e.code == ERROR_EXISTS_NOT) { /* no store is a failure, not an answer */
			cli_say("healthcode: there is no store at %s; 'healthcode init' makes one",
				cli->database ? cli->database : cli->data);
			return EXIT_FAILED;
		}
		return cli_fail(&e);
	}
	if (records && cli->now_text && !registry_is_demo(ret_store->registry))
		return cli_usage(cli, "--now dates what is recorded only in a demo store (init --clock)");
	if (records && cli->known_text)
		return cli_usage(cli, "--known asks what was known, and this records");
	code = set_times(cli, ret_store);
	return code ? code : authenticate(cli, ret_store);
}

void
cli_store_close(struct cli_store *store)
{
	issuer_close(store->issuer);
	cascade_close(store->cascade);
	registry_close(store->registry);
	*store = (struct cli_store){0};
}

int
cli_person(struct cli_store *store, const char *text, person_number *ret_person)
{
	struct error e = {0};

	return registry_person_by_text(store->registry, text, ret_person, &e) < 0 ? cli_fail(&e) : 0;
}

int
cli_pack(struct cli_store *store, const char *name, const struct pack **ret_pack)
{
	struct error e = {0};

	return registry_pack(store->registry, name, ret_pack, &e) < 0 ? cli_fail(&e) : 0;
}

const struct zone *
cli_zone(const struct cli_store *store)
{
	const struct pack *pack;
	struct error e = {0};

	return registry_pack(store->registry, NULL, &pack, &e) == 0 ? pack_zone(pack) : &zone_utc;
}

const char *
cli_local(const struct cli_store *store, const json_t *object, const char *name, char text[TIME_TEXT_SIZE])
{
	const char *utc = cli_text(object, name);
	instant at;

	if (!*utc || time_read(utc, strlen(utc), &zone_utc, &at, NULL) < 0)
		return "";
	return time_write(at, cli_zone(store), text);
}

const char *
cli_actor(const struct cli_store *store)
{
	return store->has_user ? store->user.name : "command line";
}
