#include <inttypes.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

/* The first local day whose stays are still kept: a day's are destroyed when ${days} whole days have passed since it
 * ended. */
static day_number
first_kept(struct cli_store *store, const struct pack *pack, int64_t days)
{
	return zone_day(pack_zone(pack), registry_now(store->registry)) - (day_number)days;
}

static json_t *
purged_json(const struct presence_purged *purged)
{
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];

	if (purged->days == 0)
		return json_pack("{s:s, s:i, s:I, s:n, s:n}", "kind", "stays", "days", 0, "bytes", (json_int_t)purged->bytes,
			"first", "last");
	return json_pack("{s:s, s:I, s:I, s:s, s:s}", "kind", "stays", "days", (json_int_t)purged->days, "bytes",
		(json_int_t)purged->bytes, "first", day_write(purged->first, first), "last", day_write(purged->last, last));
}

/* What was destroyed and the ledger's entry of it are one act; the keys are gone in any case. */
static int
purge(struct cli_store *store, day_number before, struct presence_purged *ret_purged, struct error *e)
{
	json_t *body;
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	r = presence_purge(cascade_presence(store->cascade), before, ret_purged, e);
	if (r == 0 && ret_purged->days) {
		body = purged_json(ret_purged);
		if (body && json_object_set_new(body, "by", json_string(cli_actor(store))) < 0) {
			json_decref(body);
			body = NULL;
		}
		r = ledger_append_json(
			registry_db(store->registry), registry_recording_time(store->registry), "retention.purged", body, NULL, e);
	}
	if (r < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

static int
answer(const struct cli *cli, const struct presence_purged *purged)
{
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];

	if (cli->json)
		return cli_print_json(purged_json(purged));
	if (purged->days == 0)
		printf("stays: nothing is past its retention\n");
	else
		printf("stays: %" PRId64 " days destroyed, %s to %s\n", purged->days, day_write(purged->first, first),
			day_write(purged->last, last));
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct presence_purged purged = {0};
	const struct pack *pack;
	const json_t *days;
	struct cli_store store;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count)
		return cli_usage(cli, "no word is expected");
	if ((code = cli_store_open(cli, true, &store)) || (code = cli_pack(&store, NULL, &pack)))
		goto out;
	days = json_object_get(pack_section(pack, "retention"), "stays_days");
	if (!json_is_integer(days)) {
		error_set(&e, ERROR_USAGE, "the pack %s does not say retention.stays_days", pack_jurisdiction(pack));
		code = cli_fail(&e);
	} else if (purge(&store, first_kept(&store, pack, json_integer_value(days)), &purged, &e) < 0) {
		code = cli_fail(&e);
	} else {
		code = answer(cli, &purged);
	}
out:
	cli_store_close(&store);
	return code;
}

const struct command command_purge = {
	.name = "purge",
	.summary = "destroy what is past its retention",
	.usage = "purge",
	.help =
		"Destroys the keys of the local days whose stays are past the default jurisdiction's retention.stays_days, which\n"
		"makes every copy of those stays unreadable, backups included, then removes their files, and writes it to the\n"
		"ledger. Contacts that were traced before stay as they were. Nothing can be imported into a destroyed day.\n"
		"Run it once a day. Only stays are destroyed yet.\n",
	.run = run,
};
