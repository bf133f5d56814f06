#include "backup/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

enum { PATH_SIZE = 4096 };

static void
empty(const struct folder *folder)
{
	static const char *const names[] = {"", "-wal", "-shm", "-journal", ".partial", ".partial-journal"};
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (snprintf(path, sizeof path, "%s%s", folder->registry, names[i]) < PATH_SIZE)
			(void)unlink(path);
}

int
folder_take(const char *data, const char *name, struct folder *ret_folder, struct error *e)
{
	struct folder folder = {.lock = -1};
	int r;

	if (!(folder.path = file_join(data, name, e)) || !(folder.registry = file_join(folder.path, BACKUP_REGISTRY, e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if ((r = file_make_folder(folder.path, 0700, e)) < 0)
		goto out;
	if ((folder.lock = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
		flock(folder.lock, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK ? error_set(e, ERROR_IN_USE, "another one is at work in %s", folder.path)
								 : error_set_errno(e, ERROR_IO, errno, "cannot lock %s", folder.path);
		goto out;
	}
	empty(&folder);
	*ret_folder = folder;
	return 0;
out:
	if (folder.lock >= 0)
		close(folder.lock);
	free(folder.registry);
	free(folder.path);
	return r;
}

void
folder_leave(struct folder *folder)
{
	if (!folder->path)
		return;
	empty(folder);
	(void)rmdir(folder->path);
	close(folder->lock);
	free(folder->registry);
	free(folder->path);
	*folder = (struct folder){0};
}

int
folder_sync(const char *path, struct error *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 || fsync(fd) < 0 ? error_set_errno(e, ERROR_IO, errno, "cannot sync %s", path) : 0;

	if (fd >= 0)
		close(fd);
	return r;
}
