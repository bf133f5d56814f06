/* backup/archive.h: named files one after the other in one sealed file. Inside the room.
 *
 *   "HCBACKUP" | version 1 | id 16 random | piece ... piece
 *   piece    its length 4, then up to ARCHIVE_PIECE bytes of the content, sealed under the store's seal key
 *   content  for each file: 1, length of its name 2, its size 8, its name, its bytes; at the end 0
 *
 * A1. The archive's id, a piece's number, and whether it is the last one are bound into its seal: a piece that was changed,
 *     moved, left out or taken from another archive does not open, and neither does the one before an end too early.
 * A2. Nothing of the content is readable without the key store that wrote it.
 *
 * Numbers are little-endian. Failures beside those named: ERROR_IO, ERROR_NO_MEMORY, with the file's name. */

#ifndef HEALTHCODE_BACKUP_ARCHIVE_H
#define HEALTHCODE_BACKUP_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "keys/keys.h"

enum { ARCHIVE_PIECE = 1 << 18, ARCHIVE_NAME_SIZE = 256 };

struct archive_writer;

/* archive_create(path, keys, ret_writer, e): begin ${path}, whatever was there. ${keys} is needed until
 * archive_writer_free. */
int archive_create(const char *path, const struct keys *keys, struct archive_writer **ret_writer, struct error *e);

/* archive_add(writer, name, fd, e): append the whole file ${fd}, as large as it is now, as ${name} (1 to
 * ARCHIVE_NAME_SIZE - 1 bytes). It is read from its beginning; its position stays. ERROR_CORRUPT if it ends too early. */
int archive_add(struct archive_writer *writer, const char *name, int fd, struct error *e);

/* archive_finish(writer, ret_bytes, e): write what is left, and sync. */
int archive_finish(struct archive_writer *writer, uint64_t *ret_bytes, struct error *e);

/* Close. Accepts NULL. */
void archive_writer_free(struct archive_writer *writer);

struct archive_reader;

/* archive_open(path, keys, ret_reader, e): ERROR_EXISTS_NOT; ERROR_BAD_INPUT for a file that is no backup, or a later
 * version's. ${keys} is needed until archive_reader_free.
 * archive_next(reader, name, e): go to the next file, past what is left of the one before. Return 1 with its name in
 * ${name} (ARCHIVE_NAME_SIZE bytes), 0 at the end of a whole archive, or ERROR_CORRUPT.
 * archive_copy(reader, fd, e): write all its bytes to ${fd}. */
int archive_open(const char *path, const struct keys *keys, struct archive_reader **ret_reader, struct error *e);
int archive_next(struct archive_reader *reader, char name[ARCHIVE_NAME_SIZE], struct error *e);
int archive_copy(struct archive_reader *reader, int fd, struct error *e);

/* Accepts NULL. */
void archive_reader_free(struct archive_reader *reader);

#endif
