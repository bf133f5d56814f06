#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/store.h"
#include "ledger/ledger.h"

static int
export_list(struct cli *cli)
{
	struct buffer list = buffer_make(TRUST_FILE_MAX);
	struct cli_store store;
	struct error e = {0};
	int code = cli_refuse_times(cli, CLI_KNOWN);

	if (code)
		return code;
	if ((code = cli_store_open(cli, false, &store)) == 0) {
		if (gate_trust_list(store.registry, store.issuer, registry_now(store.registry), &list, NULL, &e) < 0)
			code = cli_fail(&e);
		else if (fwrite(list.data, 1, list.length, stdout) != list.length)
			code = EXIT_FAILED;
	}
	buffer_free(&list);
	cli_store_close(&store);
	return code;
}

/* Whose list was taken or forgotten, and by whom, is for the ledger. */
static int
note(struct cli_store *store, const char *kind, const uint8_t root_id[KEY_ID_SIZE], int64_t version, struct error *e)
{
	char root[2 * KEY_ID_SIZE + 1];

	return ledger_append_json(registry_db(store->registry), registry_recording_time(store->registry), kind,
		json_pack("{s:s, s:s, s:I}", "by", cli_actor(store), "root", text_hex(root_id, KEY_ID_SIZE, root), "version",
			(json_int_t)version),
		NULL, e);
}

/* The jurisdictions that a list signs for, each once, in the order of their keys. */
static json_t *
jurisdictions(const struct trust *trust)
{
	json_t *names = json_array(), *seen = json_object();

	for (size_t i = 0; i < trust_count(trust); i++) {
		const struct trust_key *key = trust_at(trust, i);

		if (key->is_certificate || json_object_get(seen, key->issuer))
			continue;
		json_object_set_new(seen, key->issuer, json_true());
		json_array_append_new(names, json_string(key->issuer));
	}
	json_decref(seen);
	return names;
}

static int
print_taken(const struct cli *cli, const struct trust *trust)
{
	const struct trust_facts *facts = trust_list_facts(trust);
	char root[2 * KEY_ID_SIZE + 1];
	json_t *names = jurisdictions(trust), *name;
	size_t i;

	text_hex(facts->root_id, KEY_ID_SIZE, root);
	if (cli->json)
		return cli_print_json(
			json_pack("{s:s, s:I, s:o}", "root", root, "version", (json_int_t)facts->version, "jurisdictions", names));
	printf("root %s, version %lld, signs for", root, (long long)facts->version);
	json_array_foreach(names, i, name) printf("%s %s", i ? "," : "", json_string_value(name));
	putchar('\n');
	json_decref(names);
	return EXIT_DONE;
}

static int
take(struct cli_store *store, const struct buffer *list, const uint8_t *root_id, struct trust **ret_taken,
	struct error *e)
{
	struct trust *taken = NULL;
	int r;

	if ((r = registry_begin(store->registry, e)) < 0)
		return r;
	if ((r = issuer_take_list(store->issuer, list->data, list->length, root_id,
			 registry_recording_time(store->registry), &taken, e)) < 0 ||
		(r = note(store, "trust.taken", trust_list_facts(taken)->root_id, trust_list_facts(taken)->version, e)) < 0)
		registry_rollback(store->registry);
	else
		r = registry_commit(store->registry, e);
	if (r == 0)
		*ret_taken = taken;
	else
		trust_free(taken);
	return r;
}

static int
import_list(struct cli *cli, const char *path, const uint8_t *root_id)
{
	struct buffer list = buffer_make(ISSUER_PEER_LIST_MAX);
	struct trust *taken = NULL;
	struct cli_store store = {0};
	struct error e = {0};
	int code = EXIT_DONE;

	if (file_read(path, &list, &e) < 0)
		code = cli_fail(&e);
	else if ((code = cli_store_open(cli, true, &store)) == 0)
		code = take(&store, &list, root_id, &taken, &e) < 0 ? cli_fail(&e) : print_taken(cli, taken);
	trust_free(taken);
	buffer_free(&list);
	cli_store_close(&store);
	return code;
}

static int
forget_list(struct cli *cli, const uint8_t root_id[KEY_ID_SIZE])
{
	struct cli_store store;
	struct error e = {0};
	int r, code = cli_store_open(cli, true, &store);

	if (code)
		goto out;
	if ((r = registry_begin(store.registry, &e)) == 0) {
		if ((r = issuer_forget_list(store.issuer, root_id, registry_recording_time(store.registry), &e)) < 0 ||
			(r = note(&store, "trust.forgotten", root_id, 0, &e)) < 0)
			registry_rollback(store.registry);
		else
			r = registry_commit(store.registry, &e);
	}
	if (r < 0)
		code = cli_fail(&e);
out:
	cli_store_close(&store);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *root = NULL;
	const struct cli_option options[] = {{"root", OPTION_VALUE, &root}};
	uint8_t root_id[KEY_ID_SIZE];
	size_t count;
	char **words;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code)
		return code;
	if (root && (strlen(root) != 2 * KEY_ID_SIZE || !text_unhex(root, root_id, KEY_ID_SIZE)))
		return cli_usage(cli, "a root is named by 16 digits of 0-9 and a-f");
	if (count == 1 && strcmp(words[0], "export") == 0 && !root)
		return export_list(cli);
	if (count == 2 && strcmp(words[0], "import") == 0)
		return import_list(cli, words[1], root ? root_id : NULL);
	if (count == 1 && strcmp(words[0], "forget") == 0 && root)
		return forget_list(cli, root_id);
	return cli_usage(cli, "what to do: export, import FILE [--root ID], forget --root ID");
}

const struct command command_trust = {
	.name = "trust",
	.summary = "write the signed trust list, and take others'",
	.usage = "trust export > FILE | trust import FILE [--root ID] | trust forget --root ID",
	.help =
		"export writes the signed list of the keys that sign this store's codes (docs/code-format.md) to standard output. A gate\n"
		"needs nothing else to check a code offline: 'healthcode code verify CODE --trust FILE'.\n\n"
		"import takes the list of another issuer, so that gates here can read its codes; which of them count is said by the\n"
		"packs (\"recognises\"). It goes out with our own list until it is too old: import a newer one before. Nobody else's list can\n"
		"name keys for a jurisdiction of this store. forget lets it count no more.\n\n"
		"  --root ID         whose list it is: needed for the first one. Ask whoever makes the list, not whoever hands it over\n",
	.run = run,
};
