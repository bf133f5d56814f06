/* Parameters go as text (numbers, texts) or binary (bytes), results come binary: their types are checked once a
 * result. A statement's result is complete when it starts, so that others may run while it is walked. */

#include <endian.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/engine.h"

struct postgresql {
	PGconn *connection;
	uint64_t statements; /* prepared so far, for their names */
};

struct postgresql_statement {
	struct postgresql *owner;
	char name[24];
	int parameters;
	PGresult *result;
	int row;
};

/* Types of results, from PostgreSQL's catalogue (pg_type.dat). */
enum {
	TYPE_BOOL = 16,
	TYPE_BYTEA = 17,
	TYPE_NAME = 19,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_TEXT = 25
};
enum { TYPE_VARCHAR = 1043, TYPE_UNKNOWN = 705 };

static int
code_of(const char *state)
{
	if (!state || !strncmp(state, "08", 2) || !strncmp(state, "53", 2) || !strncmp(state, "57", 2) ||
		!strncmp(state, "58", 2) || !strcmp(state, "25006"))
		return !state || strcmp(state, "53200") != 0 ? ERROR_IO : ERROR_NO_MEMORY;
	if (!strcmp(state, "55P03") || !strcmp(state, "40001") || !strcmp(state, "40P01"))
		return ERROR_IN_USE;
	if (!strcmp(state, "23505"))
		return ERROR_EXISTS;
	if (!strncmp(state, "XX", 2))
		return ERROR_CORRUPT;
	return !strncmp(state, "54", 2) ? ERROR_TOO_LARGE : ERROR_USAGE;
}

/* Only the message's first line, which holds no values of a row. */
static int
fail(const struct postgresql *p, const PGresult *result, struct error *e)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	int r = code_of(state);

	if (!text)
		text = PQerrorMessage(p->connection);
	if (r == ERROR_IN_USE)
		return error_set(e, r, "the registry is in use by another writer");
	return error_set(e, r, "registry: %.*s", (int)strcspn(text, "\n"), text);
}

static void
be_silent(void *context, const char *message)
{
	(void)context;
	(void)message;
}

static void
postgresql_close(void *connection)
{
	struct postgresql *p = connection;

	if (!p)
		return;
	PQfinish(p->connection);
	free(p);
}

static int
postgresql_run(void *connection, const char *sql, struct error *e)
{
	struct postgresql *p = connection;
	PGresult *result = PQexec(p->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	int r = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : fail(p, result, e);

	/* COMMIT of a failed transaction answers ROLLBACK, and no error. */
	if (r == 0 && strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		r = error_set(e, ERROR_USAGE, "registry: the transaction had failed and was rolled back");
	PQclear(result);
	return r;
}

static int
postgresql_open(const char *where, bool create, void **ret_connection, struct error *e)
{
	struct postgresql *p = calloc(1, sizeof *p);
	char settings[160];
	int r;

	(void)create; /* the database is its administrator's to make; tables come by db_migrate */
	if (!p)
		return error_no_memory(e);
	if (!(p->connection = PQconnectdb(where))) {
		r = error_no_memory(e);
		goto out;
	}
	if (PQstatus(p->connection) != CONNECTION_OK) {
		const char *text = PQerrorMessage(p->connection);

		r = error_set(e, ERROR_IO, "registry: %.*s", (int)strcspn(text, "\n"), text);
		goto out;
	}
	PQsetNoticeProcessor(p->connection, be_silent, NULL);
	snprintf(settings, sizeof settings,
		"SET client_encoding = 'UTF8'; SET synchronous_commit = on; SET lock_timeout = %d", DB_WAIT_MS);
	if ((r = postgresql_run(p, settings, e)) < 0)
		goto out;
	*ret_connection = p;
	p = NULL;
out:
	postgresql_close(p);
	return r;
}

static void
postgresql_forget(void *prepared)
{
	struct postgresql_statement *s = prepared;
	char sql[48];

	PQclear(s->result);
	/* In a failed transaction this fails too, and the server keeps the statement until the connection ends. */
	snprintf(sql, sizeof sql, "DEALLOCATE %s", s->name);
	(void)postgresql_run(s->owner, sql, NULL);
	free(s);
}

static int
postgresql_prepare(void *connection, const char *sql, void **ret_prepared, struct error *e)
{
	struct postgresql *p = connection;
	struct postgresql_statement *s = calloc(1, sizeof *s);
	PGresult *result = NULL;
	int r = 0;

	if (!s)
		return error_no_memory(e);
	s->owner = p;
	snprintf(s->name, sizeof s->name, "s%" PRIu64, p->statements++);
	result = PQprepare(p->connection, s->name, sql, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		r = fail(p, result, e);
		goto out;
	}
	PQclear(result);
	result = PQdescribePrepared(p->connection, s->name);
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		r = fail(p, result, e);
		goto out;
	}
	s->parameters = PQnparams(result);
	*ret_prepared = s;
	s = NULL;
out:
	PQclear(result);
	free(s);
	return r;
}

static int
check_types(const PGresult *result, struct error *e)
{
	for (int i = 0; i < PQnfields(result); i++)
		switch (PQftype(result, i)) {
		case TYPE_BOOL:
		case TYPE_BYTEA:
		case TYPE_NAME:
		case TYPE_INT8:
		case TYPE_INT2:
		case TYPE_INT4:
		case TYPE_TEXT:
		case TYPE_VARCHAR:
		case TYPE_UNKNOWN:
			break;
		default:
			return error_set(
				e, ERROR_USAGE, "registry: column %d (%s) is neither integer, text nor bytes", i, PQfname(result, i));
		}
	return 0;
}

static int
postgresql_start(void *prepared, const struct db_value *values, size_t count, bool kept, struct error *e)
{
	struct postgresql_statement *s = prepared;
	const char *texts[DB_VALUES_MAX];
	char numbers[DB_VALUES_MAX][24];
	int lengths[DB_VALUES_MAX], formats[DB_VALUES_MAX];
	ExecStatusType status;

	(void)kept;
	if ((size_t)s->parameters != count)
		return error_set(e, ERROR_USAGE, "registry: %zu parameters given, not %d", count, s->parameters);
	for (size_t i = 0; i < count; i++) {
		const struct db_value *v = &values[i];

		if (v->length > INT32_MAX)
			return error_set(e, ERROR_TOO_LARGE, "registry: a value of more than %d bytes", INT32_MAX);
		formats[i] = v->type == DB_BLOB;
		lengths[i] = (int)v->length;
		texts[i] = v->bytes;
		if (v->type == DB_INT) {
			snprintf(numbers[i], sizeof numbers[i], "%" PRId64, v->integer);
			texts[i] = numbers[i];
		}
	}
	/* A text parameter must end in NUL, and a caller's need not. */
	char *copies[DB_VALUES_MAX] = {0};
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		if (values[i].type == DB_TEXT) {
			if (!(copies[i] = strndup(values[i].bytes, values[i].length)))
				r = error_no_memory(e);
			texts[i] = copies[i];
		}
	if (r == 0) {
		s->result = PQexecPrepared(s->owner->connection, s->name, (int)count, texts, lengths, formats, 1);
		s->row = -1;
		status = PQresultStatus(s->result);
		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
			r = fail(s->owner, s->result, e);
		else
			r = check_types(s->result, e);
	}
	for (size_t i = 0; i < count; i++)
		free(copies[i]);
	return r;
}

static int
postgresql_step(void *prepared, struct error *e)
{
	struct postgresql_statement *s = prepared;

	(void)e;
	if (s->row + 1 >= PQntuples(s->result)) {
		s->row = PQntuples(s->result);
		return 0;
	}
	s->row++;
	return 1;
}

static int64_t
postgresql_changes(void *prepared)
{
	struct postgresql_statement *s = prepared;
	const char *status = PQcmdStatus(s->result);

	return strncmp(status, "SELECT", 6) == 0 ? 0 : strtoll(PQcmdTuples(s->result), NULL, 10);
}

static void
postgresql_reset(void *prepared)
{
	struct postgresql_statement *s = prepared;

	PQclear(s->result);
	s->result = NULL;
}

static bool
postgresql_column_is_null(void *prepared, int column)
{
	struct postgresql_statement *s = prepared;

	return PQgetisnull(s->result, s->row, column);
}

static int64_t
postgresql_column_int(void *prepared, int column)
{
	struct postgresql_statement *s = prepared;
	const char *bytes = PQgetvalue(s->result, s->row, column);
	uint64_t eight;
	uint32_t four;
	uint16_t two;

	if (postgresql_column_is_null(s, column))
		return 0;
	switch (PQgetlength(s->result, s->row, column)) {
	case 8:
		memcpy(&eight, bytes, 8);
		return (int64_t)be64toh(eight);
	case 4:
		memcpy(&four, bytes, 4);
		return (int32_t)be32toh(four);
	case 2:
		memcpy(&two, bytes, 2);
		return (int16_t)be16toh(two);
	default:
		return bytes[0];
	}
}

static const char *
postgresql_column_text(void *prepared, int column)
{
	struct postgresql_statement *s = prepared;

	/* libpq puts a NUL after each value */
	return postgresql_column_is_null(s, column) ? NULL : PQgetvalue(s->result, s->row, column);
}

static const void *
postgresql_column_blob(void *prepared, int column, size_t *ret_length)
{
	struct postgresql_statement *s = prepared;

	if (ret_length)
		*ret_length = (size_t)PQgetlength(s->result, s->row, column);
	return postgresql_column_text(s, column);
}

static int
postgresql_backup(void *connection, const char *path, struct error *e)
{
	(void)connection;
	return error_set(e, ERROR_USAGE, "a registry in PostgreSQL is backed up by pg_dump, not into %s", path);
}

static int
postgresql_check(void *connection, struct buffer *problems, struct error *e)
{
	(void)problems;
	return postgresql_run(connection, "SELECT 1", e);
}

const struct engine engine_postgresql = {
	.name = DB_POSTGRESQL,
	.open = postgresql_open,
	.close = postgresql_close,
	.run = postgresql_run,
	.prepare = postgresql_prepare,
	.forget = postgresql_forget,
	.start = postgresql_start,
	.step = postgresql_step,
	.changes = postgresql_changes,
	.reset = postgresql_reset,
	.column_int = postgresql_column_int,
	.column_text = postgresql_column_text,
	.column_blob = postgresql_column_blob,
	.column_is_null = postgresql_column_is_null,
	/* One writer at a time, as in SQLite; the number is "health" in ASCII. */
	.begin = "BEGIN; SELECT pg_advisory_xact_lock(114784635483240)",
	.begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	/* Two snapshots that are the same see the same transactions as committed. */
	.version = "SELECT hashtextextended(CAST(pg_current_snapshot() AS TEXT), 0)",
	.backup = postgresql_backup,
	.check = postgresql_check,
	.key = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
	.blob = "BYTEA",
	.text = "TEXT COLLATE \"C\"",
	.packed = "",
	.parameter = '$',
};
