#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_hold.h"
#include "cli/import_show.h"
#include "cli/letters.h"
#include "cli/office.h"
#include "cli/store.h"
#include "credential/credential.h"
#include "feed/feed.h"

static void
say(const struct error *note, void *context)
{
	char text[ERROR_MESSAGE_MAX + ERROR_FILE_MAX + 64];

	(void)context;
	cli_say("%s", error_text(note, text, sizeof text));
}

static int
print_totals(const struct cli *cli, const char *kind, const char *file, const struct feed_totals *totals)
{
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "kind", kind, "file", file, "read",
			(json_int_t)totals->read, "new", (json_int_t)totals->added, "changed", (json_int_t)totals->changed,
			"unchanged", (json_int_t)totals->unchanged, "rejected", (json_int_t)totals->rejected));
	printf("%s: %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " unchanged, %" PRIu64 " rejected\n", kind,
		totals->added, totals->changed, totals->unchanged, totals->rejected);
	return EXIT_DONE;
}

/* What was imported may be a case, or where somebody met one. */
static bool
may_bring_contacts(const char *kind)
{
	return strcmp(kind, "cases") == 0 || strcmp(kind, "stays") == 0 || strcmp(kind, "places") == 0 ||
		strcmp(kind, "labs") == 0 || strcmp(kind, "pings") == 0 || strcmp(kind, "flights") == 0 ||
		strcmp(kind, "rail") == 0 || strcmp(kind, "venue-checkins") == 0 || strcmp(kind, "certificates") == 0;
}

/* Files that belong to an import, where they are given. */
struct beside {
	const char *rejects, *mapping, *trust;
};

/* One file: the totals, or an exit code after what is to be said. */
static int
import_file(struct cli *cli, struct registry *registry, struct feed_import_options *options,
	struct office_import *office, struct feed_totals *totals)
{
	uint8_t sha256[OFFICE_SHA256_SIZE];
	struct error e = {0};

	if (office->most >= 0 && office->actor &&
		(feed_file_hash(options->file, sha256, &e) < 0 || office_import_sign(office, sha256, &e) < 0))
		return cli_fail(&e);
	if (feed_import(registry, options, totals, &e) == 0)
		return EXIT_DONE;
	return office->held ? import_hold(cli, office, options->file) : cli_fail(&e);
}

/* One file after the other; a file that cannot be read does not keep the others from being imported. */
static int
import_files(struct cli *cli, struct registry *registry, struct feed_import_options *options,
	struct office_import *office, char **files, size_t count)
{
	int exit = EXIT_DONE;

	for (size_t i = 0; i < count; i++) {
		struct feed_totals totals = {0};
		int code;

		options->file = files[i];
		office->held = false;
		if ((code = import_file(cli, registry, options, office, &totals)) != EXIT_DONE) {
			if (code > exit)
				exit = code;
			if (code == EXIT_FAILED)
				break;
			continue;
		}
		if ((code = print_totals(cli, options->kind, files[i], &totals)) != EXIT_DONE)
			return code;
		if (totals.rejected && exit < EXIT_BAD_INPUT)
			exit = EXIT_BAD_INPUT;
	}
	return exit;
}

static int
import(struct cli *cli, const char *kind, char **files, size_t count, bool strict, const struct beside *beside)
{
	struct feed_mapping *mapping = NULL;
	struct trust *trust = NULL;
	struct feed_import_options options = {.kind = kind, .strict = strict, .refused = say, .noticed = say};
	struct office_actor actor;
	struct office office;
	struct office_import second;
	struct cli_store store;
	struct error e = {0};
	int exit;

	if ((exit = cli_store_open(cli, true, &store)))
		goto out;
	options.by = store.has_user ? store.user.name : NULL;
	if (store.has_user && store.user.role == REGISTRY_COMMITTEE) {
		if (strcmp(kind, "residents") != 0) {
			error_set(&e, ERROR_DENIED, "a committee imports residents alone");
			exit = cli_fail(&e);
			goto out;
		}
		options.committee = &store.user;
	}
	office = cli_office(&store);
	if (office_import_open(&second, &office, import_actor(cli, &store, &actor), kind, &e) < 0) {
		exit = cli_fail(&e);
		goto out;
	}
	if (second.most >= 0) {
		options.settle = office_import_settle;
		options.settle_context = &second;
	}
	if ((beside->mapping && feed_mapping_read(beside->mapping, &mapping, &e) < 0) ||
		(beside->trust && trust_load(beside->trust, &trust, &e) < 0) ||
		(beside->rejects && feed_rejects_new(beside->rejects, &options.rejects, &e) < 0)) {
		exit = cli_fail(&e);
		goto out;
	}
	options.mapping = mapping;
	options.trust = trust;
	exit = import_files(cli, store.registry, &options, &second, files, count);
	if (options.rejects && feed_rejects_finish(options.rejects, &e) < 0)
		exit = cli_fail(&e);
	if (may_bring_contacts(kind) && cascade_trace_cases(store.cascade, &e) < 0)
		exit = cli_fail(&e);
out:
	feed_rejects_free(options.rejects);
	feed_mapping_free(mapping);
	trust_free(trust);
	cli_store_close(&store);
	return exit;
}

struct listing {
	const struct zone *zone;
	bool json;
};

static int
print_import(const struct evidence_import *import, void *context, struct error *e)
{
	const struct listing *listing = context;
	const struct evidence_counts *c = &import->counts;
	char at[TIME_TEXT_SIZE], undone[TIME_TEXT_SIZE];

	(void)e;
	time_write(import->recorded_at, listing->zone, at);
	time_write(import->undone_at, listing->zone, undone);
	if (listing->json) {
		cli_print_json(json_pack("{s:I, s:s, s:s, s:s?, s:s, s:b, s:s?, s:I, s:I, s:I, s:I, s:I}", "import",
			(json_int_t)import->id, "kind", import->kind, "file", import->file_name, "by", import->by, "at", at,
			"ended", import->ended, "undone_at", import->undone ? undone : NULL, "read", (json_int_t)c->read, "new",
			(json_int_t)c->new_rows, "changed", (json_int_t)c->changed, "unchanged", (json_int_t)c->unchanged,
			"rejected", (json_int_t)c->rejected));
		return 0;
	}
	printf("%" PRId64 "  %s  %s  %s: %" PRId64 " new, %" PRId64 " changed, %" PRId64 " unchanged, %" PRId64
		   " rejected%s%s\n",
		import->id, at, import->file_name, import->kind, c->new_rows, c->changed, c->unchanged, c->rejected,
		import->undone ? ", undone " : "", import->undone ? undone : "");
	return 0;
}

static int
list(struct cli *cli)
{
	struct listing listing = {.json = cli->json};
	struct cli_store store;
	struct error e = {0};
	int exit = cli_store_open(cli, false, &store);

	if (exit)
		goto out;
	listing.zone = cli_zone(&store);
	if (evidence_import_each(registry_db(store.registry), registry_known(store.registry), print_import, &listing, &e) <
		0)
		exit = cli_fail(&e);
out:
	cli_store_close(&store);
	return exit;
}

static int
print_held(const struct office_proposal *p, void *context, struct error *e)
{
	const struct listing *listing = context;
	char at[TIME_TEXT_SIZE];

	(void)e;
	if (!p->is_import)
		return 0;
	time_write(p->proposed_at, listing->zone, at);
	if (listing->json)
		cli_print_json(json_pack("{s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:s?, s:s?}", "proposal", (json_int_t)p->number,
			"state", office_state_name(p->state), "kind", p->kind, "file", p->file, "people", (json_int_t)p->people,
			"proposed_at", at, "proposed_by", p->proposed_by, "approved_by", p->decided_by, "revoked_by",
			p->revoked_by));
	else
		printf("%" PRId64 " %s  %s  %s: %s, would worsen %" PRId64 " people, by %s%s%s\n", p->number,
			office_state_name(p->state), at, p->file, p->kind, p->people, p->proposed_by,
			p->decided_by ? ", approved by " : "", p->decided_by ? p->decided_by : "");
	return 0;
}

/* Imports that wait for a second office, and what became of them. */
static int
held(struct cli *cli)
{
	struct listing listing = {.json = cli->json};
	struct cli_store store;
	struct error e = {0};
	int exit = cli_store_open(cli, false, &store);

	if (exit == 0) {
		const struct office office = cli_office(&store);

		listing.zone = cli_zone(&store);
		if (office_proposals_each(&office, print_held, &listing, &e) < 0)
			exit = cli_fail(&e);
	}
	cli_store_close(&store);
	return exit;
}

static int
withdraw(struct cli *cli, const char *text)
{
	struct office_actor actor = {0};
	struct cli_store store;
	struct error e = {0};
	int64_t number;
	int exit = cli_actor_signs(cli, &actor);

	if (exit)
		return exit;
	if (!text_integer(text, strlen(text), 1, INT64_MAX, &number))
		return cli_usage(cli, "the number of a proposal expected, not '%s'", text);
	if ((exit = cli_store_open(cli, true, &store)) == 0) {
		const struct office office = cli_office(&store);

		if (office_import_withdraw(&office, number, &actor, &e) < 0)
			exit = cli_fail(&e);
	}
	cli_store_close(&store);
	return exit;
}

/* Signed for where it waits for a second office; and where it does from now on, handed in. */
static int
undo_one(struct cli *cli, struct cli_store *store, struct office_import *second, int64_t import)
{
	char name[OFFICE_UNDO_SIZE];
	uint8_t sha256[OFFICE_SHA256_SIZE];
	struct error e = {0};

	office_undo_name(import, name, sha256);
	if (office_import_sign(second, sha256, &e) < 0)
		return cli_fail(&e);
	if (feed_import_undo(store->registry, import, cli_actor(store), office_import_settle, second, &e) < 0) {
		return second->held ? import_hold(cli, second, name) : cli_fail(&e);
	}
	return cascade_trace_cases(store->cascade, &e) < 0 ? cli_fail(&e) : EXIT_DONE;
}

static int
undo(struct cli *cli, const char *number)
{
	struct office_actor actor;
	struct office_import second;
	struct office office;
	struct cli_store store;
	struct error e = {0};
	int64_t import;
	int exit;

	if (!text_integer(number, strlen(number), 1, INT64_MAX, &import))
		return cli_usage(cli, "the number of an import expected, not '%s'", number);
	if ((exit = cli_store_open(cli, true, &store)) == 0) {
		office = cli_office(&store);
		exit = office_import_open(&second, &office, import_actor(cli, &store, &actor), "undo", &e) < 0
			? cli_fail(&e)
			: undo_one(cli, &store, &second, import);
	}
	cli_store_close(&store);
	return exit;
}

static int
show(struct cli *cli, const char *number)
{
	int64_t import;

	if (!text_integer(number, strlen(number), 1, INT64_MAX, &import))
		return cli_usage(cli, "the number of an import expected, not '%s'", number);
	return import_show(cli, import);
}

static int
letters(struct cli *cli, char **words, size_t count)
{
	static const struct {
		const char *word;
		int (*act)(struct cli *cli, int64_t number);
	} acts[] = {{"show", letters_show}, {"retry", letters_retry}, {"settle", letters_settle}, {"drop", letters_drop}};
	int (*act)(struct cli * cli, int64_t number) = NULL;
	int64_t number;

	if (count == 0)
		return letters_list(cli);
	for (size_t i = 0; i < sizeof acts / sizeof *acts && count == 2; i++)
		if (strcmp(acts[i].word, words[0]) == 0)
			act = acts[i].act;
	if (!act)
		return cli_usage(cli, "letters, or letters show, retry, settle or drop N expected");
	if (!text_integer(words[1], strlen(words[1]), 1, INT64_MAX, &number))
		return cli_usage(cli, "the number of a letter expected, not '%s'", words[1]);
	return act(cli, number);
}

static bool
is_kind(const char *word)
{
	const char *kind;

	for (size_t i = 0; (kind = feed_kind(i)); i++)
		if (strcmp(kind, word) == 0)
			return true;
	return false;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct beside beside = {0};
	const char *strict = NULL;
	const struct cli_option options[] = {
		{"rejects", OPTION_VALUE, &beside.rejects},
		{"strict", OPTION_FLAG, &strict},
		{"mapping", OPTION_VALUE, &beside.mapping},
		{"trust", OPTION_VALUE, &beside.trust},
	};
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count == 0)
		return cli_usage(cli, "a kind and files are needed");
	if (strcmp(words[0], "list") == 0 && count == 1)
		return list(cli);
	if (strcmp(words[0], "held") == 0 && count == 1)
		return held(cli);
	if (strcmp(words[0], "withdraw") == 0 && count == 2)
		return withdraw(cli, words[1]);
	if (strcmp(words[0], "undo") == 0 && count == 2)
		return undo(cli, words[1]);
	if (strcmp(words[0], "show") == 0 && count == 2)
		return show(cli, words[1]);
	if (strcmp(words[0], "letters") == 0)
		return letters(cli, words + 1, count - 1);
	if (!is_kind(words[0]))
		return cli_usage(cli, "there is no kind '%s'", words[0]);
	if (count == 1)
		return cli_usage(cli, "files of %s are needed ('-' is standard input)", words[0]);
	if ((strcmp(words[0], "certificates") == 0) != (beside.trust != NULL))
		return cli_usage(cli, "certificates are checked against --trust, and nothing else is");
	return import(cli, words[0], words + 1, count - 1, strict != NULL, &beside);
}

const struct command command_import = {
	.name = "import",
	.summary = "read files into the store, list imports, show or undo one",
	.usage =
		"import KIND FILE... [--mapping FILE] [--rejects FILE] [--strict] [--trust FILE] | import list | import show N | import undo N |\n"
		"       import held | import withdraw N | import letters [show N | retry N | settle N | drop N]",
	.help =
		"Reads CSV (with a heading line) or JSON lines, told apart by the content; '-' is standard input.\n"
		"Kinds: residents checkins places stays venue-checkins devices pings visits areas risk-areas cases labs vaccinations\n"
		"certificates flights rail orders (columns: docs/imports.md). Files of labs may also be HL7 v2 (ORU^R01) or FHIR R4 bundles, files\n"
		"of flights UN/EDIFACT PAXLST.\n"
		"Prints 'KIND: N new, N changed, N unchanged, N rejected' for each file. The same file again changes nothing.\n"
		"A rejected row is told as FILE:LINE:COLUMN: reason; the others are taken, and the exit code is 3.\n\n"
		"  --mapping FILE  read another program's headings, values, dates and encoding by that file (docs/imports.md)\n"
		"  --rejects FILE  copy rejected rows there, under their heading, to be mended and imported again\n"
		"  --strict        keep nothing of a file that has a rejected row\n"
		"  --trust FILE    whose certificates count, as 'certificate verify' takes it: certificates are checked at the store's now\n\n"
		"'import list' shows what was imported; 'import show N' one import with its file's SHA-256, why rows were refused, and what\n"
		"rests on it. From 'import undo N' on nothing of import N counts; it is refused while something rests on it.\n"
		"Where the default jurisdiction's pack has \"second_office\", a file that would give more people a worse colour is held: nothing\n"
		"of it is kept until a user of another office (--as) imports the same file. What undoes an import, and a message taken once more\n"
		"('letters retry N'), is held likewise and done by both. 'import held' lists them, and 'import withdraw N'\n"
		"takes one back.\n"
		"'import letters' shows the messages that could not be taken ('healthcode mllp'); 'show N' prints one as it came, to be\n"
		"mended and imported, 'retry N' takes it once more as it is, 'settle N' says that it needs nobody any more, and\n"
		"'drop N' erases its bytes as well.\n",
	.run = run,
};
