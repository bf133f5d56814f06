#include "cli/import_show.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/store.h"
#include "feed/feed.h"

struct showing {
	struct cli_store store;
	const struct zone *zone;
	json_t *object;
};

static int
add_import(const struct evidence_import *import, void *context, struct error *e)
{
	struct showing *showing = context;
	const struct evidence_counts *c = &import->counts;
	char at[TIME_TEXT_SIZE], undone[TIME_TEXT_SIZE], hash[2 * EVIDENCE_SHA256_SIZE + 1];

	time_write(import->recorded_at, showing->zone, at);
	time_write(import->undone_at, showing->zone, undone);
	showing->object = json_pack("{s:I, s:s, s:s, s:s, s:s?, s:s, s:b, s:s?, s:{s:I, s:I, s:I, s:I, s:I}, s:[], s:[]}",
		"import", (json_int_t)import->id, "kind", import->kind, "file", import->file_name, "sha256",
		text_hex(import->sha256, sizeof import->sha256, hash), "by", import->by, "at", at, "ended", import->ended,
		"undone_at", import->undone ? undone : NULL, "rows", "read", (json_int_t)c->read, "new",
		(json_int_t)c->new_rows, "changed", (json_int_t)c->changed, "unchanged", (json_int_t)c->unchanged, "rejected",
		(json_int_t)c->rejected, "refused", "needed_by");
	return showing->object ? 0 : error_no_memory(e);
}

static int
add_refused(const struct error *why, void *context, struct error *e)
{
	json_t *list = json_object_get(((struct showing *)context)->object, "refused");
	json_t *item = json_pack(
		"{s:I, s:I, s:s}", "line", (json_int_t)why->line, "column", (json_int_t)why->column, "reason", why->message);

	return json_array_append_new(list, item) < 0 ? error_no_memory(e) : 0;
}

static int
add_rest(const struct feed_rest *rest, void *context, struct error *e)
{
	json_t *list = json_object_get(((struct showing *)context)->object, "needed_by");
	json_t *item = json_pack("{s:I, s:I, s:I, s:I}", "import", (json_int_t)rest->import, "unchanged",
		(json_int_t)rest->unchanged, "corrected", (json_int_t)rest->corrected, "used", (json_int_t)rest->used);

	return json_array_append_new(list, item) < 0 ? error_no_memory(e) : 0;
}

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static json_int_t
number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void
print(const json_t *o)
{
	const json_t *rows = json_object_get(o, "rows"), *item;
	size_t i;

	printf("import %" JSON_INTEGER_FORMAT ": %s, %s\n", number_of(o, "import"), text_of(o, "kind"), text_of(o, "file"));
	printf("sha256 %s\n", text_of(o, "sha256"));
	printf("recorded %s by %s%s%s\n", text_of(o, "at"), text_of(o, "by") ? text_of(o, "by") : "the command line",
		text_of(o, "undone_at") ? ", undone " : "", text_of(o, "undone_at") ? text_of(o, "undone_at") : "");
	printf("%" JSON_INTEGER_FORMAT " rows read: %" JSON_INTEGER_FORMAT " new, %" JSON_INTEGER_FORMAT
		   " changed, %" JSON_INTEGER_FORMAT " unchanged, %" JSON_INTEGER_FORMAT " rejected\n",
		number_of(rows, "read"), number_of(rows, "new"), number_of(rows, "changed"), number_of(rows, "unchanged"),
		number_of(rows, "rejected"));
	json_array_foreach(json_object_get(o, "refused"), i, item)
	{
		printf("refused %" JSON_INTEGER_FORMAT ":%" JSON_INTEGER_FORMAT ": %s\n", number_of(item, "line"),
			number_of(item, "column"), text_of(item, "reason"));
	}
	json_array_foreach(json_object_get(o, "needed_by"), i, item)
	{
		if (number_of(item, "import"))
			printf("needed by import %" JSON_INTEGER_FORMAT, number_of(item, "import"));
		else
			printf("needed by records of no import");
		printf(": %" JSON_INTEGER_FORMAT " records unchanged, %" JSON_INTEGER_FORMAT " corrected, %" JSON_INTEGER_FORMAT
			   " used\n",
			number_of(item, "unchanged"), number_of(item, "corrected"), number_of(item, "used"));
	}
}

int
import_show(struct cli *cli, int64_t import)
{
	struct showing showing = {0};
	struct error e = {0};
	struct db *db;
	int exit = cli_store_open(cli, false, &showing.store);

	if (exit)
		goto out;
	showing.zone = cli_zone(&showing.store);
	db = registry_db(showing.store.registry);
	if (evidence_import_find(db, import, registry_known(showing.store.registry), add_import, &showing, &e) < 0 ||
		evidence_import_each_refused(db, import, add_refused, &showing, &e) < 0 ||
		feed_import_each_rest(
			showing.store.registry, cascade_presence(showing.store.cascade), import, add_rest, &showing, &e) < 0) {
		exit = cli_fail(&e);
		goto out;
	}
	if (cli->json)
		exit = cli_print_json(json_incref(showing.object));
	else
		print(showing.object);
out:
	json_decref(showing.object);
	cli_store_close(&showing.store);
	return exit;
}
