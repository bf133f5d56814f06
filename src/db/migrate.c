#include "db/db.h"

static int
run_missing(struct db *db, const char *room, const char *const *migrations, size_t count, struct error *e)
{
	int64_t done;
	int r;

	if ((r = db_run(db,
			 "CREATE TABLE IF NOT EXISTS migration(room {text} NOT NULL, number BIGINT NOT NULL,"
			 " PRIMARY KEY(room, number))",
			 e)) < 0)
		return r;
	if ((r = db_one_int(db, "SELECT COALESCE(MAX(number), 0) FROM migration WHERE room = $1",
			 (struct db_value[]){db_text(room)}, 1, &done, e)) < 0)
		return r;
	if (done > (int64_t)count)
		return error_set(e, ERROR_USAGE,
			"the store was written by a newer program (%s: version %lld, this program knows %zu)", room,
			(long long)done, count);
	for (size_t i = (size_t)done; i < count; i++) {
		if ((r = db_run(db, migrations[i], e)) < 0)
			return r;
		if ((r = db_do(db, "INSERT INTO migration(room, number) VALUES($1, $2)",
				 (struct db_value[]){db_text(room), db_int((int64_t)i + 1)}, 2, e)) < 0)
			return r;
	}
	return 0;
}

/* Whether there is nothing to do, found without the writer's lock: every start of a program asks this. */
static bool
is_current(struct db *db, const char *room, size_t count)
{
	int64_t done;

	return db_one_int(db, "SELECT COALESCE(MAX(number), 0) FROM migration WHERE room = $1",
			   (struct db_value[]){db_text(room)}, 1, &done, NULL) == 0 &&
		done == (int64_t)count;
}

int
db_migrate(struct db *db, const char *room, const char *const *migrations, size_t count, struct error *e)
{
	int r;

	if (db_in_transaction(db))
		return run_missing(db, room, migrations, count, e);
	if (is_current(db, room, count))
		return 0;
	if ((r = db_begin(db, e)) < 0)
		return r;
	if ((r = run_missing(db, room, migrations, count, e)) < 0) {
		db_rollback(db);
		return r;
	}
	return db_commit(db, e);
}
