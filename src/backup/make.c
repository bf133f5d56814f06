#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backup/archive.h"
#include "backup/backup.h"
#include "backup/folder.h"
#include "base/text.h"
#include "db/db.h"

struct making {
	struct archive_writer *writer;
	struct backup_counts counts;
};

static int
add_file(const char *name, int fd, void *context, struct error *e)
{
	struct making *making = context;

	making->counts.files++;
	return archive_add(making->writer, name, fd, e);
}

static int
add_registry(struct making *making, const char *path, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return error_set_errno(e, ERROR_IO, errno, "cannot read %s", path);
	r = archive_add(making->writer, BACKUP_REGISTRY, fd, e);
	close(fd);
	return r;
}

/* The transaction holds still what both read: the registry's pages, and which files there are. Those that are open stay
 * readable, whoever removes them. */
static int
copy(struct making *making, const struct folder *folder, struct db *db, struct presence *presence, struct error *e)
{
	int64_t token;
	int r;

	if ((r = db_begin_read(db, e)) < 0)
		return r;
	/* The moment is that of the first read. */
	if ((r = db_one_int(db, "SELECT token FROM presence_state", NULL, 0, &token, e)) == 0 &&
		(r = db_backup(db, folder->registry, e)) == 0 && (r = add_registry(making, folder->registry, e)) == 0)
		r = presence_each_file(presence, add_file, making, e);
	db_rollback(db);
	return r;
}

/* link, not rename: a file that appeared in the meantime is not overwritten. */
static int
put_in_place(const char *partial, const char *path, struct error *e)
{
	char *copy = text_copy(path, e);
	int r;

	if (!copy)
		return ERROR_NO_MEMORY;
	if (link(partial, path) < 0)
		r = errno == EEXIST ? error_set(e, ERROR_EXISTS, "%s exists already", path)
							: error_set_errno(e, ERROR_IO, errno, "cannot make %s", path);
	else
		r = folder_sync(dirname(copy), e);
	free(copy);
	return r;
}

int
backup_make(const char *data, struct db *db, struct keys *keys, struct presence *presence, const char *path,
	struct backup_counts *ret_counts, struct error *e)
{
	struct making making = {0};
	struct folder folder = {0};
	char *partial = NULL;
	int r;

	if (access(path, F_OK) == 0)
		return error_set(e, ERROR_EXISTS, "%s exists already", path);
	if ((r = folder_take(data, "backup.partial", &folder, e)) < 0)
		return r;
	if (asprintf(&partial, "%s.partial", path) < 0) {
		partial = NULL;
		r = error_no_memory(e);
		goto out;
	}
	if ((r = archive_create(partial, keys, &making.writer, e)) < 0)
		goto out;
	if ((r = copy(&making, &folder, db, presence, e)) == 0 &&
		(r = archive_finish(making.writer, &making.counts.bytes, e)) == 0)
		r = put_in_place(partial, path, e);
	(void)unlink(partial);
	if (r == 0)
		*ret_counts = making.counts;
out:
	archive_writer_free(making.writer);
	folder_leave(&folder);
	free(partial);
	return r;
}
