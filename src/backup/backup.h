/* backup/backup.h: a whole store in one file, made while it serves, and put back.
 *
 * The file holds the registry and the files of stays, of one moment, sealed under the store's key store (backup/archive.h):
 * without DIR/keys nobody reads it. No key is in it: a day whose key was destroyed stays destroyed, also in backups that
 * are older (docs/decisions/0051). What stays elsewhere by the operator's choice (a PostgreSQL registry) is copied by
 * its own tools. */

#ifndef HEALTHCODE_BACKUP_BACKUP_H
#define HEALTHCODE_BACKUP_BACKUP_H

#include <stdint.h>

#include "base/error.h"
#include "presence/presence.h"

struct db;
struct keys;

/* What went into a backup or came out of it; ${files} counts files of stays, ${bytes} those of the backup. */
struct backup_counts {
	uint64_t files, bytes;
};

/* backup_make(data, db, keys, presence, path, ret_counts, e):
 * Copy the open store, whose folder is ${data}, into the new file ${path} (0600), while others read and write. The registry's
 * copy lies in ${data}/backup.partial meanwhile and needs as much room there. ${path} is present under its name only when complete and
 * synced. One transaction reads all the while: the write-ahead log grows until the backup is made. Return 0; ERROR_EXISTS if
 * ${path} is there; ERROR_IN_USE while another backup is made; ERROR_USAGE with PostgreSQL; ERROR_IO; what db and presence give. */
int backup_make(const char *data, struct db *db, struct keys *keys, struct presence *presence, const char *path,
	struct backup_counts *ret_counts, struct error *e);

/* backup_restore(data, presence, path, ret_counts, ret_purged, e):
 * Make the store in the folder ${data}, whose keys are there already, of the backup ${path}, its stays in the folder
 * ${presence}. Days that were destroyed since the backup was made are destroyed in it: ${ret_purged}. The store is there once all of
 * it is whole and synced; before that, and after a failure, there is none. Return 0; ERROR_EXISTS if there is a store;
 * ERROR_EXISTS_NOT (no keys, no backup); ERROR_BAD_INPUT (no backup); ERROR_CORRUPT (cut short, changed, sealed by other
 * keys, or a day's key is missing though it was not destroyed); ERROR_IO. */
int backup_restore(const char *data, const char *presence, const char *path, struct backup_counts *ret_counts,
	struct presence_purged *ret_purged, struct error *e);

#endif
