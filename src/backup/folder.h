/* backup/folder.h: a folder of its own for what is not whole yet. Inside the room. */

#ifndef HEALTHCODE_BACKUP_FOLDER_H
#define HEALTHCODE_BACKUP_FOLDER_H

#include "base/error.h"

#define BACKUP_REGISTRY "registry.db"

struct folder {
	char *path, *registry; /* the folder, and registry.db in it */
	int lock;
};

/* folder_take(data, name, ret_folder, e): make ${data}/${name} (0700), empty of what an interrupted run left, for one process at
 * a time. Return 0, or ERROR_IN_USE, ERROR_IO, ERROR_NO_MEMORY.
 * folder_leave(folder): remove it, with what SQLite keeps beside a registry. Accepts what folder_take left untouched ({0}). */
int folder_take(const char *data, const char *name, struct folder *ret_folder, struct error *e);
void folder_leave(struct folder *folder);

/* folder_sync(path, e): what was put into the folder ${path}, or removed, lasts. Return 0 or ERROR_IO. */
int folder_sync(const char *path, struct error *e);

#endif
