/* Views: a list's filter under a name, kept for everybody at the console. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "console/inside.h"
#include "db/db.h"

enum { FILTER_MAX = 4096 };

static const char *const migrations[] = {
	"CREATE TABLE console_view(number {key}, list {text} NOT NULL, name {text} NOT NULL, filter {text} NOT NULL,"
	" made_by {text} NOT NULL, made_at BIGINT NOT NULL, UNIQUE (list, name));",
};

static int
migrate(struct registry *registry, struct error *e)
{
	return db_migrate(registry_db(registry), "console", migrations, sizeof migrations / sizeof *migrations, e);
}

static int
check(const struct console_view *view, struct error *e)
{
	size_t length = view->name ? strlen(view->name) : 0;

	if (strcmp(view->list, "cases") != 0 && strcmp(view->list, "contacts") != 0)
		return error_set(e, ERROR_USAGE, "cases or contacts expected");
	if (length == 0 || length > CONSOLE_VIEW_NAME_MAX || !text_is_utf8(view->name, length))
		return error_set(e, ERROR_USAGE, "a name of 1 to %d bytes is needed", CONSOLE_VIEW_NAME_MAX);
	return 0;
}

/* In the open transaction. */
static int
put(struct registry *registry, const struct console_view *view, const char *filter, int64_t *ret_number,
	struct error *e)
{
	const struct db_value values[] = {db_text(view->list), db_text(view->name), db_text(filter), db_text(view->by),
		db_int(registry_recording_time(registry))};
	struct db *db = registry_db(registry);
	int64_t count;
	int r;

	if ((r = db_one_int(db, "SELECT COUNT(*) FROM console_view", NULL, 0, &count, e)) < 0)
		return r;
	if (count >= CONSOLE_VIEWS_MAX)
		return error_set(e, ERROR_TOO_LARGE, "there are %d views: delete one first", CONSOLE_VIEWS_MAX);
	r = db_one_int(db,
		"INSERT INTO console_view (list, name, filter, made_by, made_at) VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT DO NOTHING RETURNING number",
		values, 5, ret_number, e);
	return r == ERROR_EXISTS_NOT ? error_set(e, ERROR_EXISTS, "there is a view \"%s\" of %s", view->name, view->list)
								 : r;
}

int
console_view_put(struct registry *registry, const struct console_view *view, int64_t *ret_number, struct error *e)
{
	struct buffer filter = buffer_make(FILTER_MAX);
	int r;

	if ((r = check(view, e)) < 0 || (r = migrate(registry, e)) < 0 || (r = json_write(view->filter, &filter, e)) < 0 ||
		(r = registry_begin(registry, e)) < 0)
		goto out;
	if ((r = put(registry, view, buffer_text(&filter), ret_number, e)) < 0)
		registry_rollback(registry);
	else
		r = registry_commit(registry, e);
out:
	buffer_free(&filter);
	return r;
}

static int
add_view(struct db_statement *s, json_t *items, struct error *e)
{
	json_t *filter, *item;
	int r;

	if ((r = json_read_own(db_column_text(s, 3), "a view", &filter, e)) < 0)
		return r;
	item = json_pack("{s:I, s:s, s:s, s:o, s:s, s:o}", "view", (json_int_t)db_column_int(s, 0), "list",
		db_column_text(s, 1), "name", db_column_text(s, 2), "filter", filter, "by", db_column_text(s, 4), "made_at",
		date_json(db_column_int(s, 5)));
	return item && json_array_append_new(items, item) == 0 ? 0 : error_no_memory(e);
}

int
console_views(struct registry *registry, json_t **ret_views, struct error *e)
{
	struct db_statement *s = NULL;
	json_t *items;
	int r;

	if ((r = migrate(registry, e)) < 0)
		return r;
	if (!(items = json_array()))
		return error_no_memory(e);
	if ((r = db_start(registry_db(registry),
			 "SELECT number, list, name, filter, made_by, made_at FROM console_view ORDER BY list, name, number", NULL,
			 0, &s, e)) == 0)
		while ((r = db_step(s, e)) == 1)
			if ((r = add_view(s, items, e)) < 0)
				break;
	db_finish(s);
	if (r < 0) {
		json_decref(items);
		return r;
	}
	*ret_views = items;
	return 0;
}

/* In the open transaction. Names are ASCII words, so that bytes tell whose it is. */
static int
drop(struct registry *registry, int64_t number, const char *by, struct error *e)
{
	const struct db_value values[] = {db_int(number), db_text(by)};
	struct db *db = registry_db(registry);
	int64_t theirs;
	int r = db_one_int(db,
		"SELECT CASE WHEN CAST($2 AS TEXT) IS NULL OR made_by = $2 THEN 1 ELSE 0 END FROM console_view WHERE number = $1",
		values, 2, &theirs, e);

	if (r == ERROR_EXISTS_NOT)
		return error_set(e, r, "there is no view %lld", (long long)number);
	if (r < 0)
		return r;
	if (!theirs)
		return error_set(e, ERROR_DENIED, "view %lld is somebody else's", (long long)number);
	return db_do(db, "DELETE FROM console_view WHERE number = $1", values, 1, e);
}

int
console_view_drop(struct registry *registry, int64_t number, const char *by, struct error *e)
{
	int r;

	if ((r = migrate(registry, e)) < 0 || (r = registry_begin(registry, e)) < 0)
		return r;
	if ((r = drop(registry, number, by, e)) < 0) {
		registry_rollback(registry);
		return r;
	}
	return registry_commit(registry, e);
}
