#include <inttypes.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "cli/office.h"
#include "cli/store.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

/* The first local day that is still kept: a day is destroyed when ${days} whole days have passed since it ended. */
static day_number
first_kept(struct cli_store *store, const struct pack *pack, int64_t days)
{
	return zone_day(pack_zone(pack), registry_now(store->registry)) - (day_number)days;
}

struct purged {
	struct presence_purged stays;
	int64_t checks, code_days, held, appeals;
};

static json_t *
purged_json(const struct purged *purged)
{
	const struct presence_purged *stays = &purged->stays;
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];

	return json_pack("{s:s, s:I, s:I, s:s?, s:s?, s:I, s:I, s:I, s:I}", "kind", "stays", "days",
		(json_int_t)stays->days, "bytes", (json_int_t)stays->bytes, "first",
		stays->days ? day_write(stays->first, first) : NULL, "last", stays->days ? day_write(stays->last, last) : NULL,
		"checks", (json_int_t)purged->checks, "code_days", (json_int_t)purged->code_days, "held",
		(json_int_t)purged->held, "appeals", (json_int_t)purged->appeals);
}

static int
note(struct cli_store *store, const struct purged *purged, struct error *e)
{
	json_t *body = purged_json(purged);

	if (body && json_object_set_new(body, "by", json_string(cli_actor(store))) < 0) {
		json_decref(body);
		body = NULL;
	}
	return ledger_append_json(
		registry_db(store->registry), registry_recording_time(store->registry), "retention.purged", body, NULL, e);
}

/* What gates keep, and what phones said that nobody vouched for. */
static int
purge_movement(struct cli_store *store, instant before, struct purged *purged, struct error *e)
{
	int r = gate_purge(store->registry, store->issuer, before, &purged->checks, &purged->code_days, e);

	return r < 0 ? r : registry_held_forget(store->registry, before, &purged->held, e);
}

/* What was destroyed and the ledger's entry of it are one act; the keys are gone in any case. */
static int
purge(struct cli_store *store, const struct pack *pack, const json_t *stays_days, struct purged *ret_purged,
	struct error *e)
{
	const json_t *movement_days = json_object_get(pack_section(pack, "retention"), "movement_days");
	const struct office office = cli_office(store);
	struct purged purged = {0};
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	if ((r = presence_purge(cascade_presence(store->cascade), first_kept(store, pack, json_integer_value(stays_days)),
			 &purged.stays, e)) == 0 &&
		(r = cascade_place_alerts_forget(store->cascade, e)) == 0 && json_is_integer(movement_days))
		r = purge_movement(store,
			zone_day_start(pack_zone(pack), first_kept(store, pack, json_integer_value(movement_days))), &purged, e);
	if (r == 0)
		r = office_appeals_forget(&office, &purged.appeals, e);
	if (r == 0 && (purged.stays.days || purged.checks || purged.code_days || purged.held || purged.appeals))
		r = note(store, &purged, e);
	if (r < 0)
		registry_rollback(store->registry);
	else if ((r = registry_commit(store->registry, e)) == 0)
		*ret_purged = purged;
	return r;
}

static int
answer(const struct cli *cli, const struct purged *purged)
{
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];

	if (cli->json)
		return cli_print_json(purged_json(purged));
	if (purged->stays.days == 0)
		printf("stays: nothing is past its retention\n");
	else
		printf("stays: %" PRId64 " days destroyed, %s to %s\n", purged->stays.days,
			day_write(purged->stays.first, first), day_write(purged->stays.last, last));
	if (purged->checks == 0 && purged->code_days == 0)
		printf("gates: nothing is past its retention\n");
	else
		printf("gates: %" PRId64 " checks forgotten, and whose the codes of %" PRId64 " days were\n", purged->checks,
			purged->code_days);
	if (purged->held)
		printf("held: %" PRId64 " statements of phones that nobody vouched for removed\n", purged->held);
	return EXIT_DONE;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct purged purged = {0};
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
	} else if (purge(&store, pack, days, &purged, &e) < 0) {
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
		"ledger. Contacts that were traced before stay as they were; alerts about places of those days go. Nothing can be imported into a destroyed day.\n"
		"What gates asked about and refused is forgotten after retention.movement_days, with the complaints about it, and so is\n"
		"whose the codes of those days were: the keys of their ids are destroyed. What a phone said that nobody vouched for by then is\n"
		"removed. Of appeals that ended as long ago as their packs' appeals.kept_days says, the words, the answer and whose they were are\n"
		"forgotten. Run it once a day.\n",
	.run = run,
};
