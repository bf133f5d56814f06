/* Any bytes as a file of any kind, into a store: no crash, the totals add up, what is refused has a place, and the same file again is
 * read alike and brings nothing new. The first byte chooses the kind. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed/feed.h"
#include "registry/registry.h"

/* A store is made anew after so many files, so that one input does not wait for all before it. */
enum { FILES_A_STORE = 20000, SIZE_MAX_HERE = 1 << 14 };

static char folder[] = "/tmp/healthcode-fuzz-XXXXXX";
static struct registry *registry;
static unsigned files;

static void
remove_store(void)
{
	char command[64 + sizeof folder];

	registry_close(registry);
	registry = NULL;
	snprintf(command, sizeof command, "rm -rf '%s'/*", folder);
	if (system(command) != 0)
		abort();
}

static void
remove_all(void)
{
	remove_store();
	(void)rmdir(folder);
}

static void
make_store(void)
{
	const char *const packs[] = {"packs/hubei-2020"};
	const instant clock = 1585008000; /* 2020-03-24T08:00:00+08:00 */
	char data[sizeof folder + 8];
	const struct registry_where where = {.data = data};
	struct error e = {0};

	snprintf(data, sizeof data, "%s/data", folder);
	if (registry_create(&where, packs, 1, &clock, &e) < 0 || registry_open(&where, &registry, &e) < 0) {
		fprintf(stderr, "%s\n", e.message);
		abort();
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!mkdtemp(folder))
		abort();
	make_store();
	atexit(remove_all);
	return 0;
}

static void
see_place(const struct error *why, void *context)
{
	if (why->line == 0 || !why->message[0])
		abort();
	++*(uint64_t *)context;
}

static int
import(const char *kind, const uint8_t *bytes, size_t length, struct feed_totals *totals)
{
	uint64_t refused = 0;
	const struct feed_import_options options = {
		.kind = kind, .file = "input", .bytes = bytes, .length = length, .refused = see_place, .context = &refused};
	struct error e = {0};
	int code = feed_import(registry, &options, totals, &e);

	if (code < 0 && code != ERROR_BAD_INPUT) {
		fprintf(stderr, "%s: %s\n", kind, e.message);
		abort();
	}
	/* Where a file is refused for its rows, each of them has its place. */
	if (code < 0 && ((e.line == 0 && !refused) || !e.message[0]))
		abort();
	if (code == 0 &&
		(totals->rejected != refused ||
			totals->read != totals->added + totals->changed + totals->unchanged + totals->rejected))
		abort();
	return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_totals first = {0}, second = {0};
	size_t kinds = 0;
	const char *kind;
	int code;

	if (size < 1 || size > SIZE_MAX_HERE)
		return 0;
	while (feed_kind(kinds))
		kinds++;
	kind = feed_kind(data[0] % kinds);
	if (strcmp(kind, "certificates") == 0) /* needs whose count; credential's targets read them */
		return 0;
	if (++files % FILES_A_STORE == 0) {
		remove_store();
		make_store();
	}
	code = import(kind, data + 1, size - 1, &first);
	if (import(kind, data + 1, size - 1, &second) != code || second.read != first.read ||
		second.rejected != first.rejected || second.added)
		abort();
	return 0;
}
