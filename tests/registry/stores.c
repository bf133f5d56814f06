#include "stores.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"

enum { FILE_MAX = 64 << 20 };

struct registry *registry;
char folder[64];

int
assert_good(int r, const struct error *e, const char *call, const char *file, int line)
{
	if (r < 0) {
		print_error("%s:%d: %s: %d: %s\n", file, line, call, r, e->message);
		fail();
	}
	return r;
}

const char *
pack_folder(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/packs/%s", getenv("HEALTHCODE_SOURCE"), name);
	return path;
}

void
pack_with(const char *into, const char *name, const char *member, json_t *section, char path[96])
{
	char command[256], file[128];
	json_error_t error;
	json_t *pack;

	snprintf(command, sizeof command, "cp -r %s %s", pack_folder(name), into);
	assert_int_equal(system(command), 0);
	snprintf(path, 96, "%s/%s", into, name);
	snprintf(file, sizeof file, "%s/pack.json", path);
	pack = json_load_file(file, 0, &error);
	assert_non_null(pack);
	assert_non_null(section);
	assert_int_equal(json_object_set_new(pack, member, section), 0);
	assert_int_equal(json_dump_file(pack, file, 0), 0);
	json_decref(pack);
}

static struct registry *
make(char path[64])
{
	const char *packs[] = {pack_folder("hubei-2020"), pack_folder("ningbo-2020")};
	struct registry_where where = {.data = path};
	struct registry *made = NULL;
	struct error e = {0};
	instant start = START;

	strcpy(path, "/tmp/healthcode-registry-XXXXXX");
	assert_non_null(mkdtemp(path));
	GOOD(registry_create(&where, packs, 2, &start, &e));
	GOOD(registry_open(&where, &made, &e));
	return made;
}

/* Call ${each} for every file below. */
static bool
walk(const char *path, bool (*each)(const char *path, bool is_folder, const void *context), const void *context)
{
	DIR *dir = opendir(path);
	bool found = false;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char below[512];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
		if (file_is_folder(below))
			found |= walk(below, each, context);
		found |= each(below, file_is_folder(below), context);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool
erase(const char *path, bool is_folder, const void *context)
{
	(void)context;
	return (is_folder ? rmdir(path) : unlink(path)) != 0;
}

static bool
holds(const char *path, bool is_folder, const void *text)
{
	struct buffer b = buffer_make(FILE_MAX);
	struct error e = {0};
	bool found = false;

	if (!is_folder) {
		GOOD(file_read(path, &b, &e));
		found = b.length > 0 && memmem(b.data, b.length, text, strlen(text)) != NULL;
	}
	buffer_free(&b);
	return found;
}

bool
folder_holds(const char *path, const char *text)
{
	return walk(path, holds, text);
}

int
store_set_up(void **state)
{
	(void)state;
	registry = make(folder);
	return 0;
}

int
store_tear_down(void **state)
{
	(void)state;
	store_discard(registry, folder);
	registry = NULL;
	return 0;
}

struct registry *
store_another(char path[64])
{
	return make(path);
}

void
store_discard(struct registry *other, const char *path)
{
	registry_close(other);
	walk(path, erase, NULL);
	rmdir(path);
}

instant
moment(const char *text)
{
	struct error e = {0};
	instant at = 0;

	GOOD(time_read(text, strlen(text), &zone_utc, &at, &e));
	return at;
}

struct registry_application
application(const char *id_number, const char *jurisdiction, const char *at)
{
	return (struct registry_application){.id_number = id_number,
		.name = "冯女士",
		.phone = FENG_PHONE,
		.division = "420802",
		.address = "Jingmen, Xiangshan Road 7",
		.jurisdiction = jurisdiction,
		.channel = "import",
		.applied_at = moment(at),
		.residence_since = REGISTRY_ALWAYS,
		.how = VOUCHER_DEPARTMENT,
		.vouched_by = "department"};
}

person_number
apply(struct registry *to, const struct registry_application *given)
{
	enum evidence_outcome outcome;
	person_number person = 0;
	struct error e = {0};

	GOOD(registry_apply(to, given, &outcome, &person, &e));
	assert_int_not_equal(person, 0);
	return person;
}
