#include <inttypes.h>
#include <stdlib.h>

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

struct purged {
	bool stays_named; /* the pack says how long stays are kept */
	struct presence_purged stays;
	int64_t checks, code_days;
};

static json_t *
gates_json(const struct purged *purged)
{
	return json_pack("{s:s, s:I, s:I}", "kind", "checks", "checks", (json_int_t)purged->checks, "code_days",
		(json_int_t)purged->code_days);
}

static int
note(struct cli_store *store, json_t *body, struct error *e)
{
	char *text = NULL;
	int r;

	if (!body || json_object_set_new(body, "by", json_string(cli_actor(store))) < 0 ||
		!(text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS)))
		r = error_no_memory(e);
	else
		r = ledger_append(
			registry_db(store->registry), registry_recording_time(store->registry), "retention.purged", text, NULL, e);
	free(text);
	json_decref(body);
	return r;
}

/* What was destroyed and the ledger's entry of it are one act; the keys are gone in any case. */
static int
purge(struct cli_store *store, const struct pack *pack, struct purged *purged, struct error *e)
{
	const json_t *retention = pack_section(pack, "retention");
	const json_t *stays = json_object_get(retention, "stays_days"),
				 *checks = json_object_get(retention, "movement_days");
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	purged->stays_named = json_is_integer(stays);
	if (purged->stays_named &&
		((r = presence_purge(cascade_presence(store->cascade), first_kept(store, pack, json_integer_value(stays)),
			  &purged->stays, e)) < 0 ||
			(purged->stays.days && (r = note(store, purged_json(&purged->stays), e)) < 0)))
		goto out;
	if (json_is_integer(checks) &&
		((r = gate_purge(store->registry, store->issuer, first_kept(store, pack, json_integer_value(checks)),
			  &purged->checks, &purged->code_days, e)) < 0 ||
			((purged->checks || purged->code_days) && (r = note(store, gates_json(purged), e)) < 0)))
		goto out;
out:
	if (r < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	return r;
}

static int
answer(const struct cli *cli, const struct purged *purged)
{
	const struct presence_purged *stays = &purged->stays;
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];
	int code = EXIT_DONE;

	if (cli->json) {
		if (purged->stays_named)
			code = cli_print_json(purged_json(stays));
		return code ? code : cli_print_json(gates_json(purged));
	}
	if (stays->days)
		printf("stays: %" PRId64 " days destroyed, %s to %s\n", stays->days, day_write(stays->first, first),
			day_write(stays->last, last));
	else if (purged->stays_named)
		printf("stays: nothing is past its retention\n");
	if (purged->checks || purged->code_days)
		printf("gates: %" PRId64 " checks forgotten, and whose the codes of %" PRId64 " days were\n", purged->checks,
			purged->code_days);
	else
		printf("gates: nothing is past its retention\n");
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct purged purged = {0};
	const struct pack *pack;
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
	if (purge(&store, pack, &purged, &e) < 0)
		code = cli_fail(&e);
	else
		code = answer(cli, &purged);
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
		"What gates asked about and refused (with the complaints) is forgotten after retention.movement_days, and so is whose\n"
		"the codes of those days were: the keys of their ids are destroyed. Run it once a day.\n",
	.run = run,
};
