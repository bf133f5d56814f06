/* canary keep KEYS NAME FILE      keep the key NAME of the key store in the folder KEYS aside, and its root key
 * canary search FILE NAME PATH... try every 32 bytes of every file under PATH: are they that key, raw, or sealed under that
 *                                 root key as NAME? Prints "N windows, N raw, N unwrapped". */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "keys/keys.h"

enum { FILE_MAX_BYTES = 1 << 30, DESCRIPTORS = 16, SEALED = KEYS_SIZE + KEYS_SEAL_EXTRA };

static struct {
	uint8_t key[KEYS_SIZE], root[KEYS_SIZE];
	const char *name;
	size_t windows, raw, unwrapped;
} canary;

static int
fail(const struct error *e)
{
	char text[1024];

	fprintf(stderr, "canary: %s\n", error_text(e, text, sizeof text));
	return 4;
}

static int
keep(const char *folder, const char *name, const char *file)
{
	struct buffer both = buffer_make(2 * KEYS_SIZE);
	struct keys *keys = NULL;
	uint8_t key[KEYS_SIZE];
	struct error e = {0};
	char path[4096];
	size_t length;

	snprintf(path, sizeof path, "%s/root.key", folder);
	if (keys_open(folder, false, &keys, &e) < 0 || keys_get(keys, name, key, sizeof key, &length, &e) < 0 ||
		buffer_add(&both, key, sizeof key, &e) < 0 || file_read(path, &both, &e) < 0 ||
		file_write(file, both.data, both.length, 0600, &e) < 0)
		return fail(&e);
	keys_close(keys);
	buffer_free(&both);
	return 0;
}

static void
try_window(const uint8_t *bytes, size_t left)
{
	struct buffer key = buffer_make(KEYS_SIZE);

	canary.windows++;
	canary.raw += memcmp(bytes, canary.key, KEYS_SIZE) == 0;
	if (left >= SEALED && bytes[0] == 1 && /* the seal's version */
		keys_open_with(canary.root, canary.name, strlen(canary.name), bytes, SEALED, &key, NULL) == 0)
		canary.unwrapped += memcmp(key.data, canary.key, KEYS_SIZE) == 0;
	buffer_free(&key);
}

static int
search_file(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	struct buffer bytes = buffer_make(FILE_MAX_BYTES);
	struct error e = {0};

	(void)status;
	(void)walk;
	if (kind != FTW_F)
		return 0;
	if (file_read(path, &bytes, &e) < 0)
		return e.code == ERROR_EXISTS_NOT ? 0 : fail(&e); /* gone since it was listed */
	for (size_t i = 0; i + KEYS_SIZE <= bytes.length; i++)
		try_window(bytes.data + i, bytes.length - i);
	buffer_free(&bytes);
	return 0;
}

static int
search(const char *file, const char *name, char **paths)
{
	struct buffer both = buffer_make(2 * KEYS_SIZE);
	struct error e = {0};
	int r = 0;

	if (file_read(file, &both, &e) < 0)
		return fail(&e);
	memcpy(canary.key, both.data, KEYS_SIZE);
	memcpy(canary.root, both.data + KEYS_SIZE, KEYS_SIZE);
	canary.name = name;
	for (; *paths && r == 0; paths++)
		r = nftw(*paths, search_file, DESCRIPTORS, FTW_PHYS);
	buffer_free(&both);
	printf("%zu windows, %zu raw, %zu unwrapped\n", canary.windows, canary.raw, canary.unwrapped);
	return r;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "keep") == 0)
		return keep(argv[2], argv[3], argv[4]);
	if (argc >= 5 && strcmp(argv[1], "search") == 0)
		return search(argv[2], argv[3], argv + 4);
	fprintf(stderr, "usage: canary keep KEYS NAME FILE | canary search FILE NAME PATH...\n");
	return 2;
}
