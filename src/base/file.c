#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"

enum { READ_SIZE = 65536, NAMES_MAX = 100000 };

int
file_read(const char *path, struct buffer *b, struct error *e)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), r = 0;

	if (fd < 0) {
		r = error_set_errno(e, errno == ENOENT ? ERROR_EXISTS_NOT : ERROR_IO, errno, "cannot open");
		goto out;
	}
	for (;;) {
		size_t room = b->maximum - b->length < READ_SIZE ? b->maximum - b->length : READ_SIZE;
		uint8_t past_maximum;
		ssize_t n;

		if ((r = buffer_reserve(b, room, e)) < 0)
			goto out;
		n = room ? read(fd, b->data + b->length, room) : read(fd, &past_maximum, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = error_set_errno(e, ERROR_IO, errno, "cannot read");
			goto out;
		}
		if (n == 0)
			break;
		if (!room) {
			r = error_set(e, ERROR_TOO_LARGE, "more than the maximum of %zu bytes", b->maximum);
			goto out;
		}
		b->length += (size_t)n;
		b->data[b->length] = 0;
	}
out:
	if (r < 0)
		error_at(e, path, 0, 0);
	if (fd >= 0 && !standard)
		close(fd);
	return r;
}

int
file_write_all(int fd, const void *from, size_t length)
{
	const uint8_t *bytes = from;

	while (length) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Sync the folder that holds ${path}, so that a rename in it lasts. */
static int
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int r = fd >= 0 ? fsync(fd) : -1;

	if (fd >= 0)
		close(fd);
	free(folder);
	return r;
}

int
file_write(const char *path, const void *bytes, size_t length, unsigned mode, struct error *e)
{
	char *beside = NULL;
	int fd = -1, r = 0;

	if (asprintf(&beside, "%s.%ld.new", path, (long)getpid()) < 0) {
		beside = NULL;
		r = error_no_memory(e);
		goto out;
	}
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0 || file_write_all(fd, bytes, length) < 0 || fsync(fd) < 0) {
		r = error_set_errno(e, ERROR_IO, errno, "cannot write");
		goto out;
	}
	if (close(fd) < 0) {
		fd = -1;
		r = error_set_errno(e, ERROR_IO, errno, "cannot write");
		goto out;
	}
	fd = -1;
	if (rename(beside, path) < 0 || sync_folder_of(path) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot put in place");
out:
	if (fd >= 0)
		close(fd);
	if (r < 0) {
		error_at(e, path, 0, 0);
		if (beside)
			unlink(beside);
	}
	free(beside);
	return r;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_plain_file(const char *folder, const char *name, struct error *e)
{
	char *path = file_join(folder, name, e);
	struct stat status;
	bool plain = path && stat(path, &status) == 0 && S_ISREG(status.st_mode);

	free(path);
	return plain;
}

int
file_list(const char *path, const char *suffix, struct file_names *ret_names, struct error *e)
{
	struct file_names found = {0};
	size_t capacity = 0;
	struct dirent *entry;
	DIR *folder = opendir(path);
	int r = 0;

	if (!folder) {
		r = error_set_errno(
			e, errno == ENOENT || errno == ENOTDIR ? ERROR_EXISTS_NOT : ERROR_IO, errno, "cannot list the folder");
		goto out;
	}
	while ((errno = 0, entry = readdir(folder))) {
		size_t length = strlen(entry->d_name), end = strlen(suffix);

		if (entry->d_name[0] == '.' || length < end || strcmp(entry->d_name + length - end, suffix) != 0 ||
			!is_plain_file(path, entry->d_name, e))
			continue;
		if ((r = array_grow(&found.names, &capacity, found.count + 1, sizeof *found.names, NAMES_MAX, e)) < 0)
			goto out;
		if (!(found.names[found.count] = text_copy(entry->d_name, e))) {
			r = ERROR_NO_MEMORY;
			goto out;
		}
		found.count++;
	}
	if (errno) {
		r = error_set_errno(e, ERROR_IO, errno, "cannot list the folder");
		goto out;
	}
	if (found.count)
		qsort(found.names, found.count, sizeof *found.names, compare_names);
	*ret_names = found;
	found = (struct file_names){0};
out:
	if (r < 0)
		error_at(e, path, 0, 0);
	if (folder)
		closedir(folder);
	file_names_free(&found);
	return r;
}

void
file_names_free(struct file_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct file_names){0};
}

bool
file_is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int
file_make_folder(const char *path, unsigned mode, struct error *e)
{
	if (mkdir(path, mode) == 0 || (errno == EEXIST && file_is_folder(path)))
		return 0;
	error_set_errno(e, ERROR_IO, errno, "cannot make the folder");
	return error_at(e, path, 0, 0), ERROR_IO;
}

char *
file_join(const char *folder, const char *name, struct error *e)
{
	size_t length = strlen(folder);
	char *path;

	if (asprintf(&path, "%s%s%s", folder, length && folder[length - 1] == '/' ? "" : "/", name) < 0) {
		error_no_memory(e);
		return NULL;
	}
	return path;
}
