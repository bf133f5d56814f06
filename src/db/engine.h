/* db/engine.h: what an engine does for db.c. Inside the room only. */

#ifndef HEALTHCODE_DB_ENGINE_H
#define HEALTHCODE_DB_ENGINE_H

#include "db/db.h"

enum { DB_MARK_SIZE = 48 };

struct db {
	const struct engine *engine;
	void *connection; /* sqlite3 or struct postgres */
	struct db_statement *statements[DB_STATEMENTS_MAX];
	size_t statement_count;
	bool in_transaction, writes; /* ${writes}: the open one */
	int64_t rollbacks;
	int64_t changes;
	int64_t version; /* of ${mark}, where ${marked} */
	bool marked;
	uint8_t mark[DB_MARK_SIZE];
	const void *marks;   /* the engine's, for its mark */
	void *checkpointer;  /* the engine's; NULL: there is none */
	struct notes *notes; /* NULL: none are made */
};

/* Of whom the open transaction has changed something: a bit a block, and the first of them in the order they came. */
enum { NOTES_AT_ONCE = 256 }; /* more of one transaction are noted as everybody */
struct notes {
	const char *const *aside; /* ended by NULL */
	size_t count;
	bool all;
	uint32_t blocks[NOTES_AT_ONCE];
	uint8_t bits[DB_BLOCKS / 8];
};

/* notes_about(db, sql): whom a statement as its caller wrote it is about: the number of a parameter, or one of these.
 * notes_take: it runs with these values. notes_write: before the commit. notes_clear: the transaction is over (notes.c). */
enum { NOTES_ABOUT_NOBODY = 0, NOTES_ABOUT_ALL = -1 };
int notes_about(const struct db *db, const char *sql);
void notes_take(struct db *db, int about, const struct db_value *values, size_t count);
int notes_write(struct db *db, struct error *e);
void notes_clear(struct db *db);

/* Statements that nobody is using are no longer kept (db.c). */
void statements_forget_idle(struct db *db);

/* A prepared statement: kept in db->statements[hash % DB_STATEMENTS_MAX], chained. */
struct db_statement {
	struct db *db;
	struct db_statement *next;
	char *sql; /* as its caller wrote it */
	uint64_t hash;
	bool busy;
	int about;      /* notes_about */
	void *prepared; /* sqlite3_stmt or struct postgres_statement */
};

/* Each as db.h tells of its namesake. ${sql} is in the engine's own dialect. */
struct engine {
	enum db_engine name;
	int (*open)(const char *where, bool create, void **ret_connection, struct error *e);
	void (*close)(void *connection);
	/* NULL where there is nothing to carry. */
	int (*checkpoint_beside)(void *connection, void **ret_checkpointer, struct error *e);
	void (*checkpoint_end)(void *checkpointer);
	int (*run)(void *connection, const char *sql, struct error *e);
	int (*prepare)(void *connection, const char *sql, void **ret_prepared, struct error *e);
	void (*forget)(void *prepared);
	/* ${kept}: the values stay where they are until reset. */
	int (*start)(void *prepared, const struct db_value *values, size_t count, bool kept, struct error *e);
	int (*step)(void *prepared, struct error *e);
	int64_t (*changes)(void *prepared);
	void (*reset)(void *prepared);
	int64_t (*column_int)(void *prepared, int column);
	const char *(*column_text)(void *prepared, int column);
	const void *(*column_blob)(void *prepared, int column, size_t *ret_length);
	bool (*column_is_null)(void *prepared, int column);
	const char *begin, *begin_read;
	/* Bytes that differ after each commit of anybody: a question for a number, or (where that is NULL) without one. ${marks} is the engine's own, NULL at first. Return 1, 0 where they cannot be told
	 * at the moment, or a code. */
	const char *version;
	int (*mark)(void *connection, const void **marks, uint8_t ret_mark[DB_MARK_SIZE], struct error *e);
	int (*backup)(void *connection, const char *path, struct error *e);
	int (*check)(void *connection, struct buffer *problems, struct error *e);
	/* What {key}, {blob}, {text} and {packed} mean, and the character before a parameter's number. */
	const char *key, *blob, *text, *packed;
	char parameter;
};

extern const struct engine engine_sqlite, engine_postgresql;

#endif
