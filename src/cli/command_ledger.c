#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/ledger_proof.h"
#include "cli/ledger_verify.h"
#include "cli/store.h"

enum { PROOF_FILE_MAX = 4 << 20, MISSING = -1 };

/* The options as numbers: MISSING where not given. */
struct request {
	int64_t from, limit, size, since;
	const char *root, *proof;
	const char *const *words;
	size_t word_count;
};

struct showing {
	const struct zone *zone;
	instant until; /* later entries are not shown */
	bool json;
	int64_t left;
};

static int
show_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct showing *showing = context;
	char at[TIME_TEXT_SIZE];
	json_t *value;

	if (entry->at > showing->until)
		return 0;
	if (showing->left-- == 0)
		return 1;
	time_write(entry->at, showing->zone, at);
	if (!showing->json) {
		printf("%" PRId64 " %s %s %s\n", entry->seq, at, entry->kind, entry->body);
		return 0;
	}
	if (!(value = ledger_entry_json(entry, e)))
		return e->code;
	json_object_set_new(value, "at", json_string(at));
	json_object_set_new(value, "seq", json_integer(entry->seq));
	json_object_set_new(value, "leaf", ledger_hash_json(&entry->leaf));
	return cli_print_json(value) == EXIT_DONE ? 0 : error_set(e, ERROR_IO, "cannot write the answer");
}

static int
show(struct cli *cli, struct cli_store *store, const struct request *request)
{
	struct db *db = registry_db(store->registry);
	instant known = registry_known(store->registry), now = registry_now(store->registry);
	struct showing showing = {.zone = cli_zone(store),
		.until = cli->now_text && now < known ? now : known,
		.json = cli->json,
		.left = request->limit == MISSING ? INT64_MAX : request->limit};
	struct error e = {0};

	if (ledger_each(db, request->from == MISSING ? 0 : request->from, show_entry, &showing, &e) < 0)
		return cli_fail(&e);
	return EXIT_DONE;
}

static int
print_proof(const struct cli *cli, json_t *document)
{
	size_t index;
	json_t *hash;

	if (cli->json)
		return cli_print_json(document);
	if (json_object_get(document, "old_size"))
		printf("root at %" JSON_INTEGER_FORMAT " %s\n", json_integer_value(json_object_get(document, "old_size")),
			json_string_value(json_object_get(document, "old_root")));
	else
		printf("leaf %" JSON_INTEGER_FORMAT " %s\n", json_integer_value(json_object_get(document, "seq")),
			json_string_value(json_object_get(document, "leaf")));
	json_array_foreach(json_object_get(document, "proof"), index, hash)
		printf("proof %zu %s\n", index, json_string_value(hash));
	printf("root at %" JSON_INTEGER_FORMAT " %s\n", json_integer_value(json_object_get(document, "size")),
		json_string_value(json_object_get(document, "root")));
	json_decref(document);
	return EXIT_DONE;
}

static int
prove(struct cli *cli, struct cli_store *store, const struct request *request)
{
	struct db *db = registry_db(store->registry);
	int64_t seq = 0, size = request->size;
	json_t *document = NULL;
	struct error e = {0};
	int r;

	if ((request->word_count == 1) == (request->since != MISSING))
		return cli_usage(cli, "prove takes an entry's number, or --since SIZE");
	if (request->word_count && !text_integer(request->words[0], strlen(request->words[0]), 0, INT64_MAX, &seq))
		return cli_usage(cli, "'%s' is no entry's number", request->words[0]);
	if (size == MISSING && (r = ledger_size(db, &size, &e)) < 0)
		return cli_fail(&e);
	if (request->since != MISSING)
		r = ledger_proof_of_growth(db, request->since, size, &document, &e);
	else
		r = ledger_proof_of_entry(db, seq, size, &document, &e);
	return r < 0 ? cli_fail(&e) : print_proof(cli, document);
}

/* Whether the root that somebody kept is the ledger's at that size; said in ${verdict} if not. */
static int
compare_root(struct db *db, const struct request *request, struct ledger_verdict *verdict, struct error *e)
{
	struct ledger_hash kept, root;
	int r;

	if (!text_unhex(request->root, kept.bytes, LEDGER_HASH_SIZE))
		return error_set(e, ERROR_USAGE, "--root is %d hexadecimal digits", 2 * LEDGER_HASH_SIZE);
	if (verdict->wrong >= 0 && verdict->wrong < request->size)
		return 0;
	if (request->size > verdict->size)
		root = (struct ledger_hash){0};
	else if ((r = ledger_root(db, request->size, &root, e)) < 0)
		return r;
	if (request->size > verdict->size || memcmp(&root, &kept, sizeof root) != 0) {
		verdict->wrong = 0;
		snprintf(
			verdict->reason, sizeof verdict->reason, "the root at %" PRId64 " is not the one given", request->size);
	}
	return 0;
}

static int
verify(struct cli *cli, struct cli_store *store, const struct request *request)
{
	struct db *db = registry_db(store->registry);
	struct ledger_verdict verdict;
	char root[2 * LEDGER_HASH_SIZE + 1];
	struct error e = {0};
	bool valid;

	if (request->word_count)
		return cli_usage(cli, "verify takes no words, and there is '%s'", request->words[0]);
	if (!request->root != (request->size == MISSING))
		return cli_usage(cli, "--size and --root go together");
	if (cli_ledger_verify(store, &verdict, &e) < 0 || (request->root && compare_root(db, request, &verdict, &e) < 0))
		return cli_fail(&e);
	valid = verdict.wrong < 0;
	if (cli->json) {
		json_t *answer = json_pack("{s:b, s:I, s:o, s:o, s:o}", "valid", valid, "size", (json_int_t)verdict.size,
			"root", ledger_hash_json(&verdict.root), "wrong", valid ? json_null() : json_integer(verdict.wrong),
			"reason", valid ? json_null() : json_string(verdict.reason));
		int code = cli_print_json(answer);

		return code ? code : valid ? EXIT_DONE : EXIT_NO;
	}
	if (valid)
		printf("ledger: %" PRId64 " entries, root %s\n", verdict.size,
			text_hex(verdict.root.bytes, LEDGER_HASH_SIZE, root));
	else
		printf("ledger: wrong at entry %" PRId64 ": %s\n", verdict.wrong, verdict.reason);
	return valid ? EXIT_DONE : EXIT_NO;
}

/* Without a store: anybody can do this. */
static int
verify_proof(struct cli *cli, const char *path)
{
	json_t *document = NULL;
	struct error e = {0};
	bool valid = false;
	int r;

	if ((r = json_read_file(path, PROOF_FILE_MAX, &document, NULL, &e)) == 0)
		r = ledger_proof_check(document, &valid, &e);
	json_decref(document);
	if (r < 0) {
		error_at(&e, path, e.line, e.column);
		return cli_fail(&e);
	}
	if (cli->json) {
		int code = cli_print_json(json_pack("{s:b}", "valid", valid));

		return code ? code : valid ? EXIT_DONE : EXIT_NO;
	}
	puts(valid ? "valid" : "not valid");
	return valid ? EXIT_DONE : EXIT_NO;
}

static bool
read_number(const char *text, int64_t *number)
{
	*number = MISSING;
	return !text || text_integer(text, strlen(text), 0, INT64_MAX, number);
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *from = NULL, *limit = NULL, *size = NULL, *since = NULL;
	struct request request = {0};
	const struct cli_option options[] = {
		{"from", OPTION_VALUE, &from},
		{"limit", OPTION_VALUE, &limit},
		{"size", OPTION_VALUE, &size},
		{"since", OPTION_VALUE, &since},
		{"root", OPTION_VALUE, &request.root},
		{"proof", OPTION_VALUE, &request.proof},
	};
	const struct {
		const char *name;
		int (*run)(struct cli *cli, struct cli_store *store, const struct request *request);
	} verbs[] = {{"show", show}, {"prove", prove}, {"verify", verify}};
	struct cli_store store;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code)
		return code;
	if (!read_number(from, &request.from) || !read_number(limit, &request.limit) || !read_number(size, &request.size) ||
		!read_number(since, &request.since))
		return cli_usage(cli, "--from, --limit, --size and --since are whole numbers from 0");
	if (count == 0)
		return cli_usage(cli, "show, prove or verify?");
	request.words = (const char *const *)words + 1;
	request.word_count = count - 1;
	if (strcmp(words[0], "show") != 0 && (code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if (request.proof && strcmp(words[0], "verify") == 0)
		return verify_proof(cli, request.proof);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(words[0], verbs[i].name) == 0) {
			if ((code = cli_store_open(cli, false, &store)) == 0)
				code = verbs[i].run(cli, &store, &request);
			cli_store_close(&store);
			return code;
		}
	return cli_usage(cli, "there is no 'ledger %s'", words[0]);
}

const struct command command_ledger = {
	.name = "ledger",
	.summary = "the log of causes: show it, prove what is in it, verify it",
	.usage = "ledger show [--from SEQ] [--limit N]\n"
			 "       healthcode ledger prove SEQ [--size SIZE]\n"
			 "       healthcode ledger prove --since SIZE [--size SIZE]\n"
			 "       healthcode ledger verify [--size SIZE --root HEX]\n"
			 "       healthcode ledger verify --proof FILE",
	.help = "The ledger is an append-only Merkle log (RFC 6962) of everything that can change a colour.\n"
			"\n"
			"show    entries in order, from number SEQ on, N at most; none made after --now or --known\n"
			"prove   that entry SEQ is under the ledger's root; or that the root only adds to the one\n"
			"        at SIZE (--since). --size proves it of the root at an earlier size. With --json the\n"
			"        proof is a document that 'verify --proof' checks without a store\n"
			"verify  recomputes every hash from the entries, and compares with a root that you kept; and\n"
			"        what entries say of evidence, imports and changes of colour, with what is kept of them.\n"
			"        Exit 1 names the first wrong entry\n",
	.run = run,
};
