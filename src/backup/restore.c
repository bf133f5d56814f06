#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/archive.h"
#include "backup/backup.h"
#include "backup/folder.h"
#include "base/file.h"
#include "db/db.h"

struct restoring {
	struct archive_reader *reader;
	struct backup_counts counts;
	bool registry;
};

static int
write_file(struct archive_reader *reader, const char *path, struct error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return error_set_errno(e, ERROR_IO, errno, "cannot make %s", path);
	r = archive_copy(reader, fd, e);
	if (r == 0 && fsync(fd) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot sync %s", path);
	close(fd);
	return r;
}

/* Names come from the backup, and lead nowhere but here. */
static int
take_file(struct restoring *restoring, const char *name, const char *registry, const char *presence, struct error *e)
{
	char *path;
	int r;

	if (strcmp(name, BACKUP_REGISTRY) == 0) {
		restoring->registry = true;
		return write_file(restoring->reader, registry, e);
	}
	if (!presence_file_name(name))
		return error_set(e, ERROR_CORRUPT, "the backup holds a file that no store has: %.100s", name);
	if (!(path = file_join(presence, name, e)))
		return ERROR_NO_MEMORY;
	r = write_file(restoring->reader, path, e);
	free(path);
	restoring->counts.files++;
	return r;
}

static int
unpack(struct restoring *restoring, const char *registry, const char *presence, struct error *e)
{
	char name[ARCHIVE_NAME_SIZE];
	int r;

	while ((r = archive_next(restoring->reader, name, e)) == 1)
		if ((r = take_file(restoring, name, registry, presence, e)) < 0)
			return r;
	if (r == 0 && !restoring->registry)
		return error_set(e, ERROR_CORRUPT, "the backup holds no registry");
	return r < 0 ? r : folder_sync(presence, e);
}

/* Open what was unpacked as a store, so that what cannot be opened is found before there is one, and destroy in it what was
 * destroyed since; then it gets its name. */
static int
settle(const struct folder *folder, struct keys *keys, const char *presence_folder, const char *registry,
	struct presence_purged *purged, struct error *e)
{
	struct presence_where where = {.keys = keys, .folder = presence_folder, .zone = &zone_utc};
	struct presence *presence = NULL;
	struct db *db = NULL;
	int r;

	if ((r = db_open(folder->path, false, &db, e)) < 0)
		goto out;
	where.db = db;
	if ((r = presence_open(&where, &presence, e)) < 0 || (r = presence_catch_up(presence, purged, e)) < 0)
		goto out;
	r = db_backup(db, registry, e);
out:
	presence_close(presence);
	db_close(db);
	return r;
}

static int
restore(const char *data, const char *presence, const char *path, const char *registry, struct keys *keys,
	struct restoring *restoring, struct presence_purged *purged, struct error *e)
{
	struct folder folder = {0};
	struct stat status;
	int r;

	if ((r = archive_open(path, keys, &restoring->reader, e)) < 0 ||
		(r = folder_take(data, "restore.partial", &folder, e)) < 0)
		goto out;
	if ((r = file_make_folder(presence, 0700, e)) < 0 || (r = unpack(restoring, folder.registry, presence, e)) < 0 ||
		(r = settle(&folder, keys, presence, registry, purged, e)) < 0)
		goto out;
	if (stat(path, &status) == 0)
		restoring->counts.bytes = (uint64_t)status.st_size;
out:
	archive_reader_free(restoring->reader);
	folder_leave(&folder);
	return r;
}

int
backup_restore(const char *data, const char *presence, const char *path, struct backup_counts *ret_counts,
	struct presence_purged *ret_purged, struct error *e)
{
	char *registry = file_join(data, BACKUP_REGISTRY, e), *keys_folder = file_join(data, "keys", e);
	struct presence_purged purged = {0};
	struct restoring restoring = {0};
	struct keys *keys = NULL;
	int r;

	if (!registry || !keys_folder) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if (access(registry, F_OK) == 0) {
		r = error_set(e, ERROR_EXISTS, "there is a store at %s already", data);
		goto out;
	}
	if ((r = keys_open(keys_folder, false, &keys, e)) < 0 ||
		(r = restore(data, presence, path, registry, keys, &restoring, &purged, e)) < 0)
		goto out;
	*ret_counts = restoring.counts;
	*ret_purged = purged;
out:
	keys_close(keys);
	free(keys_folder);
	free(registry);
	return r;
}
