/* What both engines share: the cache of statements, and transactions.
 *
 * I1. A statement is busy from db_start to db_finish, and only then does anything of its engine run in it.
 * I2. db->in_transaction is true from a successful begin to commit or rollback, whatever failed in between. */

#include "db/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/dialect.h"
#include "db/engine.h"

int
db_open(const char *where, bool create, struct db **ret_db, struct error *e)
{
	bool uri = text_starts(where, "postgresql://") || text_starts(where, "postgres://");
	struct db *db = calloc(1, sizeof *db);
	int r;

	if (!db)
		return error_no_memory(e);
	db->engine = uri ? &engine_postgresql : &engine_sqlite;
	if ((r = db->engine->open(where, create, &db->connection, e)) < 0) {
		free(db);
		return r;
	}
	*ret_db = db;
	return 0;
}

static void
statement_free(struct db_statement *statement)
{
	if (!statement)
		return;
	if (statement->prepared)
		statement->db->engine->forget(statement->prepared);
	free(statement->sql);
	free(statement);
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
		while (db->statements[i]) {
			struct db_statement *statement = db->statements[i];

			db->statements[i] = statement->next;
			statement_free(statement);
		}
	db_checkpoint_alone(db);
	db->engine->close(db->connection);
	free(db->notes);
	free(db);
}

int
db_checkpoint_beside(struct db *db, struct error *e)
{
	if (!db->engine->checkpoint_beside || db->checkpointer)
		return 0;
	return db->engine->checkpoint_beside(db->connection, &db->checkpointer, e);
}

void
db_checkpoint_alone(struct db *db)
{
	if (db->checkpointer)
		db->engine->checkpoint_end(db->checkpointer);
	db->checkpointer = NULL;
}

enum db_engine
db_engine_of(const struct db *db)
{
	return db->engine->name;
}

struct db_value
db_int(int64_t value)
{
	return (struct db_value){.type = DB_INT, .integer = value};
}

struct db_value
db_text_of(const char *text, size_t length)
{
	return (struct db_value){.type = text ? DB_TEXT : DB_NULL, .bytes = text, .length = text ? length : 0};
}

struct db_value
db_text(const char *text)
{
	return db_text_of(text, text ? strlen(text) : 0);
}

struct db_value
db_blob(const void *bytes, size_t length)
{
	/* Empty bytes are bytes, but need an address. */
	if (!bytes)
		return db_null();
	return (struct db_value){.type = DB_BLOB, .bytes = length ? bytes : "", .length = length};
}

struct db_value
db_null(void)
{
	return (struct db_value){.type = DB_NULL};
}

/* FNV-1a over words: statements are long, and started for every row. */
static uint64_t
hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037u, word;
	size_t length = strlen(text);

	for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
		memcpy(&word, text, sizeof word);
		hash = (hash ^ word) * 1099511628211u;
		hash ^= hash >> 32;
	}
	for (; length; text++, length--)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash ^ hash >> 32;
}

/* Forget the idle statements: a program that makes its SQL from pieces must not fill the memory. */
void
statements_forget_idle(struct db *db)
{
	for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
		for (struct db_statement **link = &db->statements[i]; *link;) {
			struct db_statement *statement = *link;

			if (statement->busy) {
				link = &statement->next;
				continue;
			}
			*link = statement->next;
			statement_free(statement);
			db->statement_count--;
		}
}

static int
statement_new(struct db *db, const char *sql, uint64_t hash, struct db_statement **ret_statement, struct error *e)
{
	struct buffer own = buffer_make(DB_SQL_MAX);
	struct db_statement *statement = calloc(1, sizeof *statement);
	int r;

	if (!statement) {
		r = error_no_memory(e);
		goto out;
	}
	statement->db = db;
	statement->hash = hash;
	statement->about = notes_about(db, sql);
	if (!(statement->sql = text_copy(sql, e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if ((r = dialect_write(db->engine, sql, &own, e)) < 0)
		goto out;
	if ((r = db->engine->prepare(db->connection, buffer_text(&own), &statement->prepared, e)) < 0)
		goto out;
	if (db->statement_count == DB_STATEMENTS_MAX)
		statements_forget_idle(db);
	if (db->statement_count == DB_STATEMENTS_MAX) {
		r = error_set(e, ERROR_TOO_LARGE, "more than %d statements are open", DB_STATEMENTS_MAX);
		goto out;
	}
	statement->next = db->statements[hash % DB_STATEMENTS_MAX];
	db->statements[hash % DB_STATEMENTS_MAX] = statement;
	db->statement_count++;
	*ret_statement = statement;
	statement = NULL;
out:
	statement_free(statement);
	buffer_free(&own);
	return r;
}

/* A statement of this text that nobody is using. */
static int
statement_find(struct db *db, const char *sql, struct db_statement **ret_statement, struct error *e)
{
	uint64_t hash = hash_of(sql);

	for (struct db_statement *s = db->statements[hash % DB_STATEMENTS_MAX]; s; s = s->next)
		if (s->hash == hash && !s->busy && strcmp(s->sql, sql) == 0) {
			*ret_statement = s;
			return 0;
		}
	return statement_new(db, sql, hash, ret_statement, e);
}

static int
start(struct db *db, const char *sql, const struct db_value *values, size_t count, bool kept,
	struct db_statement **ret_statement, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if (count > DB_VALUES_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than %d parameters", DB_VALUES_MAX);
	for (size_t i = 0; i < count; i++)
		if (values[i].type == DB_TEXT && memchr(values[i].bytes, 0, values[i].length))
			return error_set(e, ERROR_USAGE, "a text for the database holds a NUL");
	if ((r = statement_find(db, sql, &statement, e)) < 0)
		return r;
	if (statement->about != NOTES_ABOUT_NOBODY) {
		if (!db->in_transaction)
			return error_set(e, ERROR_USAGE, "what changes and is read later is written in a transaction");
		notes_take(db, statement->about, values, count);
	}
	if ((r = db->engine->start(statement->prepared, values, count, kept, e)) < 0) {
		db->engine->reset(statement->prepared);
		return r;
	}
	statement->busy = true;
	*ret_statement = statement;
	return 0;
}

int
db_version(struct db *db, int64_t *ret_version, struct error *e)
{
	uint8_t mark[DB_MARK_SIZE] = {0};
	int64_t number = 0;
	int r;

	if (db->engine->version) {
		r = db_one_int(db, db->engine->version, NULL, 0, &number, e);
		memcpy(mark, &number, sizeof number);
		r = r < 0 ? r : 1;
	} else {
		r = db->engine->mark(db->connection, &db->marks, mark, e);
	}
	if (r < 0)
		return r;
	if (r == 0 || !db->marked || memcmp(mark, db->mark, sizeof mark) != 0)
		db->version++;
	db->marked = r == 1;
	memcpy(db->mark, mark, sizeof mark);
	*ret_version = db->version;
	return 0;
}

int
db_start(struct db *db, const char *sql, const struct db_value *values, size_t count,
	struct db_statement **ret_statement, struct error *e)
{
	return start(db, sql, values, count, false, ret_statement, e);
}

int
db_step(struct db_statement *statement, struct error *e)
{
	assert(statement->busy);
	return statement->db->engine->step(statement->prepared, e);
}

int64_t
db_column_int(struct db_statement *statement, int column)
{
	return statement->db->engine->column_int(statement->prepared, column);
}

const char *
db_column_text(struct db_statement *statement, int column)
{
	return statement->db->engine->column_text(statement->prepared, column);
}

const void *
db_column_blob(struct db_statement *statement, int column, size_t *ret_length)
{
	return statement->db->engine->column_blob(statement->prepared, column, ret_length);
}

bool
db_column_is_null(struct db_statement *statement, int column)
{
	return statement->db->engine->column_is_null(statement->prepared, column);
}

void
db_finish(struct db_statement *statement)
{
	if (!statement)
		return;
	statement->db->engine->reset(statement->prepared);
	statement->busy = false;
}

static int
do_one(struct db *db, const char *sql, const struct db_value *values, size_t count, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = start(db, sql, values, count, true, &statement, e)) < 0)
		return r;
	while ((r = db_step(statement, e)) > 0)
		;
	if (r == 0)
		db->changes = db->engine->changes(statement->prepared);
	db_finish(statement);
	return r;
}

/* A change and its note are one commit (notes.c, N1). */
int
db_do(struct db *db, const char *sql, const struct db_value *values, size_t count, struct error *e)
{
	bool own = !db->in_transaction && notes_about(db, sql) != NOTES_ABOUT_NOBODY;
	int r;

	if (own && (r = db_begin(db, e)) < 0)
		return r;
	r = do_one(db, sql, values, count, e);
	if (!own)
		return r;
	if (r == 0)
		return db_commit(db, e);
	db_rollback(db);
	return r;
}

int64_t
db_changes(const struct db *db)
{
	return db->changes;
}

int
db_one_int(
	struct db *db, const char *sql, const struct db_value *values, size_t count, int64_t *ret_value, struct error *e)
{
	struct db_statement *statement = NULL;
	int r;

	if ((r = start(db, sql, values, count, true, &statement, e)) < 0)
		return r;
	if ((r = db_step(statement, e)) > 0) {
		int64_t value = db_column_int(statement, 0);

		/* To the end: INSERT ... RETURNING is done only then. */
		while ((r = db_step(statement, e)) > 0)
			;
		if (r == 0)
			*ret_value = value;
	} else if (r == 0) {
		r = error_set(e, ERROR_EXISTS_NOT, "no such row");
	}
	db_finish(statement);
	return r;
}

int
db_run(struct db *db, const char *sql, struct error *e)
{
	struct buffer own = buffer_make(DB_SQL_MAX);
	int r;

	if ((r = dialect_write(db->engine, sql, &own, e)) == 0)
		r = db->engine->run(db->connection, buffer_text(&own), e);
	if (db->notes && db->in_transaction)
		notes_take(db, NOTES_ABOUT_ALL, NULL, 0);
	buffer_free(&own);
	return r;
}

static int
begin(struct db *db, const char *sql, bool writes, struct error *e)
{
	int r;

	if (db->in_transaction)
		return error_set(e, ERROR_USAGE, "a transaction is open already");
	if ((r = db->engine->run(db->connection, sql, e)) < 0) {
		/* PostgreSQL may have begun and then waited in vain for its lock. */
		(void)db->engine->run(db->connection, "ROLLBACK", NULL);
		return r;
	}
	db->in_transaction = true;
	db->writes = writes;
	return 0;
}

int
db_begin(struct db *db, struct error *e)
{
	return begin(db, db->engine->begin, true, e);
}

int
db_begin_read(struct db *db, struct error *e)
{
	return begin(db, db->engine->begin_read, false, e);
}

int
db_commit(struct db *db, struct error *e)
{
	int r;

	if (!db->in_transaction)
		return error_set(e, ERROR_USAGE, "no transaction is open");
	if ((r = notes_write(db, e)) < 0 || (r = db->engine->run(db->connection, "COMMIT", e)) < 0)
		db_rollback(db);
	db->in_transaction = false;
	notes_clear(db);
	return r;
}

void
db_rollback(struct db *db)
{
	if (!db || !db->in_transaction)
		return;
	(void)db->engine->run(db->connection, "ROLLBACK", NULL);
	db->in_transaction = false;
	db->rollbacks += db->writes;
	notes_clear(db);
}

int64_t
db_rollbacks(const struct db *db)
{
	return db->rollbacks;
}

bool
db_in_transaction(const struct db *db)
{
	return db->in_transaction;
}

int
db_backup(struct db *db, const char *path, struct error *e)
{
	return db->engine->backup(db->connection, path, e);
}

int
db_check(struct db *db, struct buffer *problems, struct error *e)
{
	return db->engine->check(db->connection, problems, e);
}
