#include "cli/letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/import_hold.h"
#include "cli/office.h"
#include "cli/store.h"
#include "feed/feed.h"

struct listing {
	const struct zone *zone;
	bool json;
};

static int
print_letter(const struct feed_letter *letter, void *context, struct error *e)
{
	const struct listing *listing = context;
	char at[TIME_TEXT_SIZE], settled[TIME_TEXT_SIZE], dropped[TIME_TEXT_SIZE];

	(void)e;
	time_write(letter->at, listing->zone, at);
	time_write(letter->settled_at, listing->zone, settled);
	time_write(letter->dropped_at, listing->zone, dropped);
	if (listing->json) {
		cli_print_json(json_pack("{s:I, s:s, s:s, s:s, s:I, s:s?, s:s?}", "letter", (json_int_t)letter->number, "at",
			at, "from", letter->from, "reason", letter->reason, "times", (json_int_t)letter->times, "settled_at",
			letter->settled_at ? settled : NULL, "dropped_at", letter->dropped_at ? dropped : NULL));
		return 0;
	}
	printf("%" PRId64 "  %s  %s  %s%s%s\n", letter->number, at, letter->from, letter->reason,
		letter->dropped_at       ? ", dropped "
			: letter->settled_at ? ", settled "
								 : "",
		letter->dropped_at       ? dropped
			: letter->settled_at ? settled
								 : "");
	return 0;
}

int
letters_list(struct cli *cli)
{
	struct listing listing = {.json = cli->json};
	struct cli_store store;
	struct error e = {0};
	int exit = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN);

	if (exit)
		return exit;
	if ((exit = cli_store_open(cli, false, &store)))
		goto out;
	listing.zone = cli_zone(&store);
	if (feed_letters_each(store.registry, print_letter, &listing, &e) < 0)
		exit = cli_fail(&e);
out:
	cli_store_close(&store);
	return exit;
}

int
letters_show(struct cli *cli, int64_t number)
{
	struct buffer bytes = buffer_make(FEED_MESSAGE_MAX);
	struct cli_store store;
	struct error e = {0};
	int exit = cli_store_open(cli, false, &store);

	if (!exit && feed_letter_open(store.registry, number, &bytes, &e) < 0)
		exit = cli_fail(&e);
	else if (!exit)
		fwrite(bytes.data, 1, bytes.length, stdout);
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.length);
	buffer_free(&bytes);
	cli_store_close(&store);
	return exit;
}

static int
on_letter(struct cli *cli, int64_t number, int (*act)(struct registry *registry, int64_t number, struct error *e))
{
	struct cli_store store;
	struct error e = {0};
	int exit = cli_store_open(cli, true, &store);

	if (!exit && act(store.registry, number, &e) < 0)
		exit = cli_fail(&e);
	cli_store_close(&store);
	return exit;
}

int
letters_settle(struct cli *cli, int64_t number)
{
	return on_letter(cli, number, feed_letter_settle);
}

int
letters_drop(struct cli *cli, int64_t number)
{
	return on_letter(cli, number, feed_letter_drop);
}

static int
print_answer(const struct cli *cli, int64_t number, enum feed_answer answer, const struct error *why)
{
	static const char *const words[] = {[FEED_TAKEN] = "taken",
		[FEED_KNOWN] = "known already",
		[FEED_AT_FAULT] = "at fault",
		[FEED_REFUSED] = "refused"};

	if (answer == FEED_AT_FAULT || answer == FEED_REFUSED)
		return cli_fail(why);
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:s}", "letter", (json_int_t)number, "answer", words[answer]));
	printf("letter %" PRId64 ": %s\n", number, words[answer]);
	return EXIT_DONE;
}

/* Take it, signed for where it waits for a second office; and where it does from now on, hand it in. */
static int
retry(struct cli *cli, struct cli_store *store, struct office_import *second, int64_t number)
{
	const struct feed_message_options options = {
		.by = store->has_user ? store->user.name : NULL, .settle = office_message_settle, .settle_context = second};
	char name[64];
	uint8_t sha256[OFFICE_SHA256_SIZE];
	enum feed_answer answer;
	struct error e = {0};
	int exit;

	if ((second->most >= 0 && second->actor &&
			(feed_letter_hash(store->registry, number, sha256, &e) < 0 ||
				office_import_sign(second, sha256, &e) < 0)) ||
		feed_letter_retry(store->registry, number, &options, &answer, &e) < 0)
		return cli_fail(&e);
	if (answer == FEED_HELD) {
		snprintf(name, sizeof name, "letter %" PRId64, number);
		return import_hold(cli, second, name);
	}
	exit = print_answer(cli, number, answer, &e);
	return answer == FEED_TAKEN && cascade_trace_cases(store->cascade, &e) < 0 ? cli_fail(&e) : exit;
}

int
letters_retry(struct cli *cli, int64_t number)
{
	struct office_actor actor;
	struct office_import second;
	struct office office;
	struct cli_store store;
	struct error e = {0};
	int exit = cli_store_open(cli, true, &store);

	if (exit)
		goto out;
	office = cli_office(&store);
	exit = office_import_open(&second, &office, import_actor(cli, &store, &actor), "labs", &e) < 0
		? cli_fail(&e)
		: retry(cli, &store, &second, number);
out:
	cli_store_close(&store);
	return exit;
}
