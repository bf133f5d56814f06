#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "db/checkpointer.h"
#include "db/engine.h"

enum { BACKUP_PAGES = 1024, CHECK_LINES_MAX = 100 };

static int
code_of(int result)
{
	switch (result & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERROR_IN_USE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERROR_CORRUPT;
	case SQLITE_NOMEM:
		return ERROR_NO_MEMORY;
	case SQLITE_TOOBIG:
		return ERROR_TOO_LARGE;
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_PROTOCOL:
		return ERROR_IO;
	case SQLITE_CONSTRAINT:
		return result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY ||
				result == SQLITE_CONSTRAINT_ROWID
			? ERROR_EXISTS
			: ERROR_USAGE;
	default:
		return ERROR_USAGE;
	}
}

static int
fail(sqlite3 *connection, struct error *e)
{
	int result = sqlite3_extended_errcode(connection), r = code_of(result);

	if (r == ERROR_IN_USE)
		return error_set(e, r, "the registry is in use by another writer");
	return error_set(e, r, "registry: %s", sqlite3_errmsg(connection));
}

static void
sqlite_close(void *connection)
{
	sqlite3_close_v2(connection);
}

static int
sqlite_run(void *connection, const char *sql, struct error *e)
{
	return sqlite3_exec(connection, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(connection, e);
}

/* Make the file ourselves, so that only its owner reads it; SQLite gives the WAL the same mode. A file that is there is
 * never opened here: closing it again would drop the locks of this process's other connections (POSIX), and another
 * process would take the WAL away from under them. */
static int
make_file(const char *path, bool create, struct error *e)
{
	int fd;

	if (access(path, R_OK | W_OK) == 0)
		return 0;
	if (errno == ENOENT && create) {
		fd = open(path, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0600);
		if (fd >= 0) {
			close(fd);
			return 0;
		}
		if (errno == EEXIST)
			return 0;
	}
	if (errno == ENOENT)
		return error_set(e, ERROR_EXISTS_NOT, "there is no store at %s", path);
	return error_set_errno(e, ERROR_IO, errno, "cannot open %s", path);
}

static int
connect_file(const char *path, int flags, sqlite3 **ret_connection, struct error *e)
{
	sqlite3 *connection = NULL;

	if (sqlite3_open_v2(path, &connection, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK) {
		int r = connection ? fail(connection, e) : error_no_memory(e);

		sqlite3_close(connection);
		return r;
	}
	*ret_connection = connection;
	return 0;
}

/* SQLite's own count of its memory is a lock that all threads' allocations wait for, and nobody asks for the count. */
static void
configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
sqlite_open(const char *where, bool create, void **ret_connection, struct error *e)
{
	static pthread_once_t configured = PTHREAD_ONCE_INIT;
	sqlite3 *connection = NULL;
	char *path = NULL;
	int r;

	pthread_once(&configured, configure);
	if (create && (r = file_make_folder(where, 0700, e)) < 0)
		goto out;
	if (!(path = file_join(where, "registry.db", e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if ((r = make_file(path, create, e)) < 0)
		goto out;
	if ((r = connect_file(path, SQLITE_OPEN_READWRITE, &connection, e)) < 0)
		goto out;
	sqlite3_busy_timeout(connection, DB_WAIT_MS);
	if ((r = sqlite_run(connection,
			 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
			 "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
			 "PRAGMA journal_size_limit=67108864",
			 e)) < 0)
		goto out;
	*ret_connection = connection;
	connection = NULL;
out:
	free(path);
	sqlite3_close(connection);
	return r;
}

/* The thread's connection has read once, by which it has the WAL open. It syncs what it carries by its own setting. */
static int
sqlite_checkpoint_beside(void *connection, void **ret_checkpointer, struct error *e)
{
	struct checkpointer *checkpointer;
	sqlite3 *beside = NULL;
	int r;

	if ((r = connect_file(sqlite3_db_filename(connection, "main"), SQLITE_OPEN_READWRITE, &beside, e)) < 0)
		return r;
	if ((r = sqlite_run(beside, "PRAGMA synchronous=FULL; SELECT 1 FROM sqlite_schema LIMIT 1", e)) < 0) {
		sqlite3_close(beside);
		return r;
	}
	if ((r = checkpointer_open(connection, beside, CHECKPOINTER_PAGES_MOST, &checkpointer, e)) == 0)
		*ret_checkpointer = checkpointer;
	return r;
}

static void
sqlite_checkpoint_end(void *checkpointer)
{
	checkpointer_close(checkpointer);
}

static int
sqlite_prepare(void *connection, const char *sql, void **ret_prepared, struct error *e)
{
	sqlite3_stmt *prepared = NULL;
	const char *rest = NULL;

	if (sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, &rest) != SQLITE_OK)
		return fail(connection, e);
	if (!prepared || rest[strspn(rest, " \t\n;")]) {
		sqlite3_finalize(prepared);
		return error_set(e, ERROR_USAGE, "registry: not one statement: %.100s", sql);
	}
	*ret_prepared = prepared;
	return 0;
}

static void
sqlite_forget(void *prepared)
{
	sqlite3_finalize(prepared);
}

static int
sqlite_start(void *prepared, const struct db_value *values, size_t count, bool kept, struct error *e)
{
	sqlite3_destructor_type keep = kept ? SQLITE_STATIC : SQLITE_TRANSIENT;
	sqlite3 *connection = sqlite3_db_handle(prepared);

	if ((size_t)sqlite3_bind_parameter_count(prepared) != count)
		return error_set(e, ERROR_USAGE, "registry: %zu parameters given for: %.200s", count, sqlite3_sql(prepared));
	for (size_t i = 0; i < count; i++) {
		const struct db_value *v = &values[i];
		int n = (int)i + 1, result = SQLITE_OK;

		switch (v->type) {
		case DB_NULL:
			result = sqlite3_bind_null(prepared, n);
			break;
		case DB_INT:
			result = sqlite3_bind_int64(prepared, n, v->integer);
			break;
		case DB_TEXT:
			result = sqlite3_bind_text64(prepared, n, v->bytes, v->length, keep, SQLITE_UTF8);
			break;
		case DB_BLOB:
			result = sqlite3_bind_blob64(prepared, n, v->bytes, v->length, keep);
			break;
		}
		if (result != SQLITE_OK)
			return fail(connection, e);
	}
	return 0;
}

static int
sqlite_step(void *prepared, struct error *e)
{
	int result = sqlite3_step(prepared);

	if (result == SQLITE_ROW)
		return 1;
	return result == SQLITE_DONE ? 0 : fail(sqlite3_db_handle(prepared), e);
}

static int64_t
sqlite_changes(void *prepared)
{
	return sqlite3_stmt_readonly(prepared) ? 0 : sqlite3_changes64(sqlite3_db_handle(prepared));
}

/* The header of the WAL's index (https://sqlite.org/walformat.html, 2.1), which SQLite itself compares to learn whether anything was
 * committed since: there twice, so that one that is being written is known. PRAGMA data_version tells the same with two locks,
 * for which threads wait on each other. */
struct wal_header {
	uint32_t format, unused, change;
	uint8_t is_initialized, is_big_endian;
	uint16_t page_size;
	uint32_t frames, pages, checksum_of_frames[2], salt[2], checksum[2];
};

enum { WAL_INDEX_REGION = 32768, WAL_FORMAT = 3007000 };

_Static_assert(sizeof(struct wal_header) == DB_MARK_SIZE, "a mark is the header");

/* SQLite maps the index as it first reads, and keeps it so while the connection is open. */
static const void *
wal_index(sqlite3 *connection)
{
	sqlite3_file *file = NULL;
	volatile void *map = NULL;

	if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
		!file->pMethods || file->pMethods->iVersion < 2 ||
		file->pMethods->xShmMap(file, 0, WAL_INDEX_REGION, 0, &map) != SQLITE_OK)
		return NULL;
	return (const void *)(uintptr_t)map;
}

static int
sqlite_mark(void *connection, const void **marks, uint8_t ret_mark[DB_MARK_SIZE], struct error *e)
{
	enum { WORDS = DB_MARK_SIZE / sizeof(uint32_t) };
	const volatile uint32_t *twice;
	uint32_t words[WORDS], again[WORDS];
	struct wal_header header;
	int r;

	if (!*marks) {
		/* Whoever has read has the index. */
		if ((r = sqlite_run(connection, "PRAGMA data_version", e)) < 0)
			return r;
		if (!(*marks = wal_index(connection)))
			return 0;
	}
	twice = *marks;
	for (size_t i = 0; i < WORDS; i++)
		words[i] = twice[i];
	atomic_thread_fence(memory_order_seq_cst);
	for (size_t i = 0; i < WORDS; i++)
		again[i] = twice[WORDS + i];
	memcpy(&header, words, sizeof header);
	if (header.format != WAL_FORMAT || !header.is_initialized || memcmp(words, again, sizeof words) != 0)
		return 0;
	memcpy(ret_mark, &header, sizeof header);
	return 1;
}

static void
sqlite_reset(void *prepared)
{
	sqlite3_reset(prepared);
}

static int64_t
sqlite_column_int(void *prepared, int column)
{
	return sqlite3_column_int64(prepared, column);
}

static const char *
sqlite_column_text(void *prepared, int column)
{
	return (const char *)sqlite3_column_text(prepared, column);
}

static const void *
sqlite_column_blob(void *prepared, int column, size_t *ret_length)
{
	bool null = sqlite3_column_type(prepared, column) == SQLITE_NULL;
	const void *bytes = sqlite3_column_blob(prepared, column);

	if (ret_length)
		*ret_length = (size_t)sqlite3_column_bytes(prepared, column);
	return bytes || null ? bytes : "";
}

static bool
sqlite_column_is_null(void *prepared, int column)
{
	return sqlite3_column_type(prepared, column) == SQLITE_NULL;
}

static int
copy_pages(sqlite3 *from, sqlite3 *to, struct error *e)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int result, waits = 0;

	if (!backup)
		return fail(to, e);
	do {
		result = sqlite3_backup_step(backup, BACKUP_PAGES);
		if (result == SQLITE_BUSY || result == SQLITE_LOCKED)
			sqlite3_sleep(10);
		else
			waits = 0;
	} while (result == SQLITE_OK || ((result == SQLITE_BUSY || result == SQLITE_LOCKED) && ++waits < DB_WAIT_MS / 10));
	sqlite3_backup_finish(backup);
	if (result == SQLITE_DONE)
		return 0;
	return error_set(e, code_of(result), "backup: %s", sqlite3_errstr(result));
}

static int
sync_path(const char *path, int flags, struct error *e)
{
	int fd = open(path, flags | O_CLOEXEC);
	int r = fd < 0 || fsync(fd) < 0 ? error_set_errno(e, ERROR_IO, errno, "cannot sync %s", path) : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

static int
sync_folder_of(const char *path, struct error *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	int r = folder ? sync_path(folder, O_RDONLY | O_DIRECTORY, e) : error_no_memory(e);

	free(folder);
	return r;
}

static int
sqlite_backup(void *connection, const char *path, struct error *e)
{
	struct buffer partial = buffer_make(4096);
	sqlite3 *to = NULL;
	bool made = false;
	int fd, r;

	if (access(path, F_OK) == 0)
		return error_set(e, ERROR_EXISTS, "%s exists already", path);
	if ((r = buffer_add_format(&partial, e, "%s.partial", path)) < 0)
		goto out;
	(void)unlink(buffer_text(&partial)); /* what an interrupted backup left */
	if ((fd = open(buffer_text(&partial), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0) {
		r = error_set_errno(e, ERROR_IO, errno, "cannot make %s", buffer_text(&partial));
		goto out;
	}
	close(fd);
	made = true;
	if ((r = connect_file(buffer_text(&partial), SQLITE_OPEN_READWRITE, &to, e)) < 0)
		goto out;
	if ((r = copy_pages(connection, to, e)) < 0)
		goto out;
	/* One file, without a WAL beside it. */
	if ((r = sqlite_run(to, "PRAGMA journal_mode=DELETE", e)) < 0)
		goto out;
	sqlite3_close(to);
	to = NULL;
	if ((r = sync_path(buffer_text(&partial), O_RDONLY, e)) < 0)
		goto out;
	/* link, not rename: a file that appeared in the meantime is not overwritten */
	if (link(buffer_text(&partial), path) < 0) {
		r = error_set_errno(e, errno == EEXIST ? ERROR_EXISTS : ERROR_IO, errno, "cannot make %s", path);
		goto out;
	}
	r = sync_folder_of(path, e);
out:
	sqlite3_close(to);
	if (made)
		(void)unlink(buffer_text(&partial));
	buffer_free(&partial);
	return r;
}

/* Run one checking pragma, whose rows but "ok" are problems. */
static int
check_with(
	sqlite3 *connection, const char *sql, const char *format, struct buffer *problems, size_t *count, struct error *e)
{
	sqlite3_stmt *prepared = NULL;
	int result, r = 0;

	if (sqlite3_prepare_v2(connection, sql, -1, &prepared, NULL) != SQLITE_OK)
		return fail(connection, e);
	while ((result = sqlite3_step(prepared)) == SQLITE_ROW && *count < CHECK_LINES_MAX) {
		const char *text = (const char *)sqlite3_column_text(prepared, 0);

		if (text && strcmp(text, "ok") == 0)
			continue;
		if ((*count)++ == 0)
			(void)error_set(e, ERROR_CORRUPT, format, text ? text : "");
		if (problems &&
			((r = buffer_add_format(problems, e, format, text ? text : "")) < 0 ||
				(r = buffer_add_byte(problems, '\n', e)) < 0))
			break;
	}
	if (r == 0 && result != SQLITE_ROW && result != SQLITE_DONE)
		r = fail(connection, e);
	sqlite3_finalize(prepared);
	return r;
}

static int
sqlite_check(void *connection, struct buffer *problems, struct error *e)
{
	size_t count = 0;
	int r;

	if ((r = check_with(connection, "PRAGMA integrity_check(100)", "registry: %s", problems, &count, e)) < 0)
		return r;
	if ((r = check_with(connection, "PRAGMA foreign_key_check", "registry: a row of %s names a row that is not there",
			 problems, &count, e)) < 0)
		return r;
	return count ? ERROR_CORRUPT : 0;
}

const struct engine engine_sqlite = {
	.name = DB_SQLITE,
	.open = sqlite_open,
	.close = sqlite_close,
	.checkpoint_beside = sqlite_checkpoint_beside,
	.checkpoint_end = sqlite_checkpoint_end,
	.run = sqlite_run,
	.prepare = sqlite_prepare,
	.forget = sqlite_forget,
	.start = sqlite_start,
	.step = sqlite_step,
	.changes = sqlite_changes,
	.reset = sqlite_reset,
	.column_int = sqlite_column_int,
	.column_text = sqlite_column_text,
	.column_blob = sqlite_column_blob,
	.column_is_null = sqlite_column_is_null,
	.begin = "BEGIN IMMEDIATE",
	.begin_read = "BEGIN",
	.mark = sqlite_mark,
	.backup = sqlite_backup,
	.check = sqlite_check,
	.key = "INTEGER PRIMARY KEY",
	.blob = "BLOB",
	.text = "TEXT",
	.packed = "WITHOUT ROWID",
	.parameter = '?',
};
