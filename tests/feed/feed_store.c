#include "../test.h"

#include "feed_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
feed_store_set_up(void **state)
{
	static struct feed_store store;
	char hubei[4096];
	const char *const packs[] = {hubei};
	const instant clock = 1585008000; /* 2020-03-24T08:00:00+08:00 */
	struct error e = {0};

	store = (struct feed_store){.folder = "/tmp/healthcode-feed-XXXXXX", .notes = buffer_make(1 << 20)};
	assert_non_null(mkdtemp(store.folder));
	snprintf(hubei, sizeof hubei, "%s/packs/hubei-2020", getenv("HEALTHCODE_SOURCE"));
	strcat(store.folder, "/data");

	const struct registry_where where = {.data = store.folder};

	if (registry_create(&where, packs, 1, &clock, &e) < 0 || registry_open(&where, &store.registry, &e) < 0)
		fail_msg("%s", e.message);
	*state = &store;
	return 0;
}

int
feed_store_tear_down(void **state)
{
	struct feed_store *store = *state;
	char command[128];

	registry_close(store->registry);
	buffer_free(&store->notes);
	*strrchr(store->folder, '/') = '\0';
	snprintf(command, sizeof command, "rm -rf '%s'", store->folder);
	return system(command);
}

static void
note(const struct error *e, void *context)
{
	struct feed_store *store = context;

	buffer_add_format(&store->notes, NULL, "%zu:%zu: %s\n", e->line, e->column, e->message);
}

static const char *
run(struct feed_store *store, struct feed_import_options *options)
{
	static char said[ERROR_MESSAGE_MAX];
	struct feed_totals t = {0};
	struct error e = {0};

	options->refused = options->noticed = note;
	options->context = store;
	buffer_clear(&store->notes);
	if (feed_import(store->registry, options, &t, &e) < 0) {
		snprintf(said, sizeof said, "%s", e.message);
		return said;
	}
	assert_int_equal(t.read, t.added + t.changed + t.unchanged + t.rejected);
	snprintf(said, sizeof said, "%d %d %d %d", (int)t.added, (int)t.changed, (int)t.unchanged, (int)t.rejected);
	return said;
}

const char *
feed_store_import(struct feed_store *store, const char *kind, const void *bytes, size_t length)
{
	struct feed_import_options options = {.kind = kind, .file = "test", .bytes = bytes, .length = length};

	return run(store, &options);
}

const char *
feed_store_text(struct feed_store *store, const char *kind, const char *text)
{
	return feed_store_import(store, kind, text, strlen(text));
}

const char *
feed_store_file(struct feed_store *store, const char *kind, const char *path)
{
	struct feed_import_options options = {.kind = kind, .file = path};

	return run(store, &options);
}

static int
add(const struct evidence_row *row, void *context, struct error *e)
{
	return buffer_add_format(context, e, "%s\n", row->body);
}

const char *
feed_store_evidence(struct feed_store *store, enum evidence_kind kind)
{
	static struct buffer text;
	struct error e = {0};

	buffer_free(&text);
	text = buffer_make(1 << 20);
	if (evidence_each(registry_db(store->registry), kind, EVIDENCE_NOW, EVIDENCE_NOW, add, &text, &e) < 0)
		fail_msg("%s", e.message);
	return buffer_text(&text);
}

void
feed_store_stays_at(
	struct feed_store *store, const char *code, presence_each *write, struct presence_place *place, struct buffer *text)
{
	const struct presence_view view = {INT64_MAX, INT64_MAX};
	const struct zone zone = {8 * 3600, 0, NULL};
	char folder[sizeof store->folder + 16];
	const struct presence_where where = {
		.db = registry_db(store->registry), .keys = registry_keys(store->registry), .folder = folder, .zone = &zone};
	struct presence *presence = NULL;
	struct error e = {0};

	*place = (struct presence_place){0};
	snprintf(folder, sizeof folder, "%s/presence", store->folder);
	assert_int_equal(presence_open(&where, &presence, &e), 0);
	if (presence_find_place(presence, code, &view, place, &e) == 0)
		assert_int_equal(presence_each_stay_at(presence, place->number, 0, INT64_MAX / 2, &view, write, text, &e), 0);
	presence_close(presence);
}

const char *
feed_id(unsigned serial)
{
	static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	static char ids[4][19];
	char *id = ids[serial % 4];
	int sum = 0;

	snprintf(id, 19, "42080219800229%03u", serial);
	for (int i = 0; i < 17; i++)
		sum += (id[i] - '0') * weights[i];
	id[17] = "10X98765432"[sum % 11];
	id[18] = '\0';
	return id;
}
