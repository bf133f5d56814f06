/* base/file.h: whole files read with a maximum, written all or nothing, and lines read one at a time. */

#ifndef HEALTHCODE_BASE_FILE_H
#define HEALTHCODE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* file_read(path, b, e):
 * Append the whole file to ${b} ("-" is standard input); more than b's maximum is ERROR_TOO_LARGE. Return 0, or
 * ERROR_EXISTS_NOT, ERROR_IO, ERROR_TOO_LARGE or ERROR_NO_MEMORY, with the file named in ${e}. */
int file_read(const char *path, struct buffer *b, struct error *e);

/* file_write_all(fd, bytes, length): write all of it, however often it takes. Return 0, or -1 with errno. */
int file_write_all(int fd, const void *bytes, size_t length);

/* file_write(path, bytes, length, mode, e):
 * Make ${path} hold exactly these bytes: written beside it, synced, renamed over it, the folder synced. After a crash
 * the old content or the new one is there, never a part. Return 0 or ERROR_IO. */
int file_write(const char *path, const void *bytes, size_t length, unsigned mode, struct error *e);

/* A list of names, sorted by bytes. */
struct file_names {
	char **names;
	size_t count;
};

/* file_list(path, suffix, ret_names, e):
 * The names of plain files in the folder ${path} that end in ${suffix} ("" is all; hidden ones are left out), at most
 * 100,000. The caller frees them with file_names_free. Return 0, or ERROR_EXISTS_NOT, ERROR_IO, ERROR_TOO_LARGE. */
int file_list(const char *path, const char *suffix, struct file_names *ret_names, struct error *e);
void file_names_free(struct file_names *names);

/* Whether ${path} is a folder. */
bool file_is_folder(const char *path);

/* file_make_folder(path, mode, e): make one folder; one that is there already is success. */
int file_make_folder(const char *path, unsigned mode, struct error *e);

/* file_join(folder, name, e): "folder/name", freed by the caller; NULL with ${e} filled on failure. */
char *file_join(const char *folder, const char *name, struct error *e);

#endif
