/* The folder of keys.
 *
 * I1. NAME.key is there whole or not at all: written beside, synced, then linked to its name, which fails if it is taken.
 * I2. NAME.gone is written and synced before NAME.key is removed. Whoever puts a key looks for NAME.gone after linking;
 *     so of a put and a destruction at the same time, either way no key is left once both are done.
 * I3. root.key is the last of the first three to get its name: where it is, hash.key and seal.key are.
 * I4. What is sealed under a key that another made must not outlive the key's name: in the first minute, whoever gets it
 *     syncs the folder too. After that the one who made it has, or the file system. */

#include "keys/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { PATH_MAX_HERE = 4096, YOUNG_S = 60 };

static bool
name_is_good(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= KEYS_NAME_MAX && name[0] != '.' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == length;
}

static bool
name_is_ours(const char *name)
{
	return strcmp(name, "root") == 0 || strcmp(name, "hash") == 0 || strcmp(name, "seal") == 0;
}

static int
path_of(const struct keys *keys, const char *name, const char *suffix, char path[PATH_MAX_HERE], struct error *e)
{
	int n = snprintf(path, PATH_MAX_HERE, "%s/%s%s", keys->folder, name, suffix);

	return n < PATH_MAX_HERE ? 0 : error_set(e, ERROR_TOO_LARGE, "a path of more than %d bytes", PATH_MAX_HERE);
}

static bool
is_there(const struct keys *keys, const char *name, const char *suffix)
{
	char path[PATH_MAX_HERE];

	return path_of(keys, name, suffix, path, NULL) == 0 && access(path, F_OK) == 0;
}

static int
sync_folder(const struct keys *keys, struct error *e)
{
	int fd = open(keys->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 || fsync(fd) < 0 ? error_set_errno(e, ERROR_IO, errno, "cannot sync %s", keys->folder) : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

/* I1 */
static int
write_new(const struct keys *keys, const char *name, const void *bytes, size_t length, struct error *e)
{
	char path[PATH_MAX_HERE], beside[PATH_MAX_HERE], unique[40];
	int r;

	snprintf(unique, sizeof unique, ".%08x%08x", randombytes_random(), randombytes_random());
	if ((r = path_of(keys, name, ".key", path, e)) < 0 || (r = path_of(keys, unique, "", beside, e)) < 0)
		return r;
	if ((r = file_write(beside, bytes, length, 0600, e)) < 0)
		return r;
	if (link(beside, path) < 0)
		r = errno == EEXIST ? error_set(e, ERROR_EXISTS, "there is a key %s already", name)
							: error_set_errno(e, ERROR_IO, errno, "cannot keep the key %s", name);
	(void)unlink(beside);
	return r < 0 ? r : sync_folder(keys, e);
}

static int
put(const struct keys *keys, const char *name, const void *bytes, size_t length, struct error *e)
{
	struct buffer sealed = buffer_make(KEYS_VALUE_MAX + KEYS_SEAL_EXTRA);
	int r;

	if ((r = keys_seal_with(keys->masters->root, name, strlen(name), bytes, length, &sealed, e)) == 0)
		r = write_new(keys, name, sealed.data, sealed.length, e);
	buffer_free(&sealed);
	return r;
}

static int
get(const struct keys *keys, const char *name, void *bytes, size_t size, size_t *ret_length, struct error *e)
{
	struct buffer sealed = buffer_make(KEYS_VALUE_MAX + KEYS_SEAL_EXTRA), opened = buffer_make(KEYS_VALUE_MAX);
	char path[PATH_MAX_HERE];
	int r;

	if ((r = path_of(keys, name, ".key", path, e)) < 0)
		goto out;
	if ((r = file_read(path, &sealed, e)) < 0) {
		if (r == ERROR_EXISTS_NOT)
			r = error_set(
				e, r, is_there(keys, name, ".gone") ? "the key %s was destroyed" : "there is no key %s", name);
		goto out;
	}
	if ((r = keys_open_with(keys->masters->root, name, strlen(name), sealed.data, sealed.length, &opened, e)) < 0) {
		r = error_set(e, r, "the key %s does not open under this root key", name);
		goto out;
	}
	if (opened.length > size) {
		r = error_set(e, ERROR_TOO_LARGE, "the key %s has more than %zu bytes", name, size);
		goto out;
	}
	memcpy(bytes, buffer_text(&opened), opened.length);
	*ret_length = opened.length;
out:
	if (opened.data)
		sodium_memzero(opened.data, opened.capacity);
	buffer_free(&opened);
	buffer_free(&sealed);
	return r;
}

/* Overwrite and remove the file; what is not there is gone already. */
static int
remove_key(const struct keys *keys, const char *name, struct error *e)
{
	static const uint8_t nothing[KEYS_VALUE_MAX + KEYS_SEAL_EXTRA];
	char path[PATH_MAX_HERE];
	struct stat about;
	int fd, r;

	if ((r = path_of(keys, name, ".key", path, e)) < 0)
		return r;
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? 0 : error_set_errno(e, ERROR_IO, errno, "cannot destroy the key %s", name);
	if (fstat(fd, &about) < 0 || about.st_size > (off_t)sizeof nothing ||
		pwrite(fd, nothing, (size_t)about.st_size, 0) != about.st_size || fsync(fd) < 0 || unlink(path) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot destroy the key %s", name);
	close(fd);
	return r < 0 ? r : sync_folder(keys, e);
}

/* A crash between the two steps of a destruction leaves both files. */
static int
finish_destructions(const struct keys *keys, struct error *e)
{
	struct file_names gone = {0};
	int r;

	if ((r = file_list(keys->folder, ".gone", &gone, e)) < 0)
		return r;
	for (size_t i = 0; i < gone.count && r == 0; i++) {
		gone.names[i][strlen(gone.names[i]) - strlen(".gone")] = '\0';
		r = remove_key(keys, gone.names[i], e);
	}
	file_names_free(&gone);
	return r;
}

static int
make_first_keys(const struct keys *keys, struct error *e)
{
	struct masters *m = keys->masters;
	int r;

	randombytes_buf(m, sizeof *m);
	/* Without a root key these two cannot be opened by anybody: an interrupted creation left them. */
	if ((r = remove_key(keys, "hash", e)) < 0 || (r = remove_key(keys, "seal", e)) < 0)
		return r;
	if ((r = put(keys, "hash", m->hash, KEYS_SIZE, e)) < 0 || (r = put(keys, "seal", m->seal, KEYS_SIZE, e)) < 0)
		return r;
	return write_new(keys, "root", m->root, KEYS_SIZE, e); /* I3 */
}

static int
read_root(const struct keys *keys, struct error *e)
{
	char path[PATH_MAX_HERE];
	struct stat about;
	int fd, r;

	if ((r = path_of(keys, "root", ".key", path, e)) < 0)
		return r;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? error_set(e, ERROR_EXISTS_NOT, "there is no key store in %s", keys->folder)
							   : error_set_errno(e, ERROR_IO, errno, "cannot open %s", path);
	if (fstat(fd, &about) < 0)
		r = error_set_errno(e, ERROR_IO, errno, "cannot read %s", path);
	else if (about.st_mode & 077)
		r = error_set(e, ERROR_DENIED, "%s can be read by others than its owner: chmod 600", path);
	else if (about.st_size != KEYS_SIZE || read(fd, keys->masters->root, KEYS_SIZE) != KEYS_SIZE)
		r = error_set(e, ERROR_CORRUPT, "%s does not hold %d bytes", path, KEYS_SIZE);
	close(fd);
	return r;
}

static int
read_master(const struct keys *keys, const char *name, uint8_t key[KEYS_SIZE], struct error *e)
{
	size_t length = 0;
	int r = get(keys, name, key, KEYS_SIZE, &length, e);

	if (r == ERROR_EXISTS_NOT)
		return error_set(e, ERROR_CORRUPT, "the key %s is missing in %s", name, keys->folder);
	if (r == 0 && length != KEYS_SIZE)
		return error_set(e, ERROR_CORRUPT, "the key %s has not %d bytes", name, KEYS_SIZE);
	return r;
}

int
keys_open(const char *folder, bool create, struct keys **ret_keys, struct error *e)
{
	struct keys *keys = NULL;
	int r;

	if (sodium_init() < 0)
		return error_set(e, ERROR_IO, "libsodium does not start");
	if (!(keys = calloc(1, sizeof *keys)) || !(keys->masters = sodium_malloc(sizeof *keys->masters))) {
		r = error_no_memory(e);
		goto out;
	}
	if (!(keys->folder = text_copy(folder, e))) {
		r = ERROR_NO_MEMORY;
		goto out;
	}
	if (create && (r = file_make_folder(folder, 0700, e)) < 0)
		goto out;
	if (create && !is_there(keys, "root", ".key") && (r = make_first_keys(keys, e)) < 0)
		goto out;
	if ((r = read_root(keys, e)) < 0 || (r = read_master(keys, "hash", keys->masters->hash, e)) < 0 ||
		(r = read_master(keys, "seal", keys->masters->seal, e)) < 0)
		goto out;
	if ((r = finish_destructions(keys, e)) < 0)
		goto out;
	if ((r = keys_token_load(keys, e)) < 0)
		goto out;
	(void)sodium_mprotect_readonly(keys->masters);
	*ret_keys = keys;
	keys = NULL;
out:
	keys_close(keys);
	return r;
}

void
keys_close(struct keys *keys)
{
	if (!keys)
		return;
	token_close(keys->token);
	free(keys->token_uri);
	sodium_free(keys->masters); /* wipes */
	free(keys->folder);
	free(keys);
}

static int
check_name(const char *name, struct error *e)
{
	if (!name_is_good(name) || name_is_ours(name))
		return error_set(e, ERROR_USAGE, "no key can be named so: %.100s", name);
	return 0;
}

int
keys_put(struct keys *keys, const char *name, const void *bytes, size_t length, struct error *e)
{
	int r;

	if ((r = check_name(name, e)) < 0)
		return r;
	if (length > KEYS_VALUE_MAX)
		return error_set(e, ERROR_TOO_LARGE, "a key has at most %d bytes", KEYS_VALUE_MAX);
	if (!is_there(keys, name, ".gone") && (r = put(keys, name, bytes, length, e)) < 0)
		return r;
	if (!is_there(keys, name, ".gone")) /* I2 */
		return 0;
	(void)remove_key(keys, name, NULL);
	return error_set(e, ERROR_DENIED, "the key %s was destroyed, and no other takes its name", name);
}

int
keys_get(const struct keys *keys, const char *name, void *bytes, size_t size, size_t *ret_length, struct error *e)
{
	int r;

	if ((r = check_name(name, e)) < 0)
		return r;
	return get(keys, name, bytes, size, ret_length, e);
}

/* I4: whether the key was linked just now, perhaps by another who has not synced the folder yet. */
static bool
is_young(const struct keys *keys, const char *name)
{
	char path[PATH_MAX_HERE];
	struct stat about;

	return path_of(keys, name, ".key", path, NULL) == 0 && stat(path, &about) == 0 &&
		about.st_ctime > time(NULL) - YOUNG_S;
}

int
keys_get_or_make(struct keys *keys, const char *name, uint8_t key[KEYS_SIZE], struct error *e)
{
	uint8_t found[KEYS_SIZE];
	size_t length = 0;
	int r;

	if ((r = keys_get(keys, name, found, sizeof found, &length, e)) == ERROR_EXISTS_NOT) {
		randombytes_buf(found, sizeof found);
		length = sizeof found;
		if ((r = keys_put(keys, name, found, sizeof found, e)) == ERROR_EXISTS)
			r = keys_get(keys, name, found, sizeof found, &length, e);
	}
	if (r == 0 && length != KEYS_SIZE)
		r = error_set(e, ERROR_CORRUPT, "the key %s has not %d bytes", name, KEYS_SIZE);
	if (r == 0 && is_young(keys, name))
		r = sync_folder(keys, e);
	if (r == 0)
		memcpy(key, found, KEYS_SIZE);
	sodium_memzero(found, sizeof found);
	return r;
}

int
keys_list(const struct keys *keys, const char *prefix, struct file_names *ret_names, struct error *e)
{
	struct file_names names = {0};
	size_t kept = 0;
	int r;

	if ((r = file_list(keys->folder, ".key", &names, e)) < 0)
		return r;
	for (size_t i = 0; i < names.count; i++) {
		char *name = names.names[i];

		name[strlen(name) - strlen(".key")] = '\0';
		if (text_starts(name, prefix) && !name_is_ours(name))
			names.names[kept++] = name;
		else
			free(name);
	}
	names.count = kept;
	*ret_names = names;
	return 0;
}

int
keys_destroy(struct keys *keys, const char *name, struct error *e)
{
	char path[PATH_MAX_HERE];
	int r;

	if ((r = check_name(name, e)) < 0)
		return r;
	if (!is_there(keys, name, ".gone")) {
		if (!is_there(keys, name, ".key"))
			return error_set(e, ERROR_EXISTS_NOT, "there is no key %s", name);
		if ((r = keys_token_forget(keys, name, e)) < 0)
			return r;
		if ((r = path_of(keys, name, ".gone", path, e)) < 0 || (r = file_write(path, "", 0, 0600, e)) < 0)
			return r;
	}
	return remove_key(keys, name, e);
}

int
keys_check(const struct keys *keys, size_t *ret_count, struct error *e)
{
	struct file_names names = {0};
	uint8_t bytes[KEYS_VALUE_MAX];
	size_t length, count = 0;
	int r;

	if ((r = keys_list(keys, "", &names, e)) < 0)
		return r;
	for (size_t i = 0; i < names.count; i++) {
		if ((r = get(keys, names.names[i], bytes, sizeof bytes, &length, e)) == 0)
			r = keys_token_has(keys, names.names[i], bytes, length, e);
		if (r < 0 && r != ERROR_EXISTS_NOT)
			break;
		count += r == 0;
		r = 0;
	}
	sodium_memzero(bytes, sizeof bytes);
	file_names_free(&names);
	if (r == 0)
		*ret_count = count;
	return r;
}

bool
keys_destroyed(const struct keys *keys, const char *name)
{
	return name_is_good(name) && is_there(keys, name, ".gone");
}
