#include "cli/letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
	char at[TIME_TEXT_SIZE], settled[TIME_TEXT_SIZE];

	(void)e;
	time_write(letter->at, listing->zone, at);
	time_write(letter->settled_at, listing->zone, settled);
	if (listing->json) {
		cli_print_json(json_pack("{s:I, s:s, s:s, s:s, s:I, s:s?}", "letter", (json_int_t)letter->number, "at", at,
			"from", letter->from, "reason", letter->reason, "times", (json_int_t)letter->times, "settled_at",
			letter->settled_at ? settled : NULL));
		return 0;
	}
	printf("%" PRId64 "  %s  %s  %s%s%s\n", letter->number, at, letter->from, letter->reason,
		letter->settled_at ? ", settled " : "", letter->settled_at ? settled : "");
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

int
letters_settle(struct cli *cli, int64_t number)
{
	struct cli_store store;
	struct error e = {0};
	int exit = cli_store_open(cli, true, &store);

	if (!exit && feed_letter_settle(store.registry, number, &e) < 0)
		exit = cli_fail(&e);
	cli_store_close(&store);
	return exit;
}
