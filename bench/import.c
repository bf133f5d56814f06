/* 'import stays' of one large file by people's numbers: rows a second, and the memory of the process that imports. The file takes
 * about 80 bytes a row, and is where the store is. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/city.h"
#include "feed/feed.h"
#include "registry/people.h"
#include "registry/registry.h"

enum { STAYS = 2000000, PATH_SIZE = 256, PER_TRANSACTION = 100000, MEMORY_MAX_MIB = 2048 };

static const instant now = 1585008000; /* 2020-03-24T08:00:00+08:00 */

struct paths {
	char folder[PATH_SIZE], file[PATH_SIZE + 8];
};

static struct registry *
make_store(const struct paths *paths)
{
	const char *packs[] = {"packs/hubei-2020"};
	const struct registry_where where = {.data = paths->folder};
	struct registry *registry = NULL;
	struct error e = {0};

	bench_need(registry_create(&where, packs, 1, &now, &e), &e);
	bench_need(registry_open(&where, &registry, &e), &e);
	return registry;
}

static person_number *
make_people(struct registry *registry, uint32_t count)
{
	person_number *people = malloc(count * sizeof *people);
	struct error e = {0};

	if (!people)
		bench_fail("no memory");
	bench_need(registry_begin(registry, &e), &e);
	for (uint32_t i = 0; i < count; i++) {
		const char *id_number = bench_id_number(i);

		if (i && i % PER_TRANSACTION == 0) {
			bench_need(registry_commit(registry, &e), &e);
			bench_need(registry_begin(registry, &e), &e);
		}
		bench_need(registry_person_by_id_number(registry, id_number, strlen(id_number), true, 0, &people[i], &e), &e);
	}
	bench_need(registry_commit(registry, &e), &e);
	return people;
}

enum { ROW_SIZE = 128 };

/* ${value} in so many digits. */
static char *
put_digits(char *at, unsigned value, int digits)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + digits;
}

static char *
put_text(char *at, const char *text)
{
	return stpcpy(at, text);
}

/* By hand: a file of many millions of rows is to be written in a fraction of the time that reading it takes. */
static char *
put_time(char *at, uint32_t offset)
{
	static char dates[CITY_DAYS + 2][TIME_TEXT_SIZE];
	const unsigned day = offset / DAY_S, second = offset % DAY_S;

	if (!dates[day][0])
		day_write(CITY_FIRST_DAY + (day_number)day, dates[day]);
	at = put_text(put_text(at, ","), dates[day]);
	at = put_digits(put_text(at, "T"), second / 3600, 2);
	at = put_digits(put_text(at, ":"), second / 60 % 60, 2);
	at = put_digits(put_text(at, ":"), second % 60, 2);
	return put_text(at, "+08:00");
}

static void
write_file(const struct paths *paths, const struct city *city, const person_number *people)
{
	FILE *file = fopen(paths->file, "w");

	if (!file || fputs("person,place,from,to\n", file) < 0)
		bench_fail("cannot write the file of stays");
	for (uint64_t i = 0; i < city->stays; i++) {
		const struct city_stay stay = city_stay(city, i);
		char row[ROW_SIZE], *at = put_digits(row, people[stay.person], 10);

		at = put_digits(put_text(at, ",venue-"), stay.place, 7);
		at = put_time(put_time(at, stay.start), stay.end);
		*at++ = '\n';
		(void)fwrite(row, 1, (size_t)(at - row), file);
	}
	if (ferror(file) || fclose(file) != 0)
		bench_fail("cannot write the file of stays");
}

static void
import(const struct paths *paths, uint64_t rows)
{
	const struct registry_where where = {.data = paths->folder};
	const struct feed_import_options options = {.kind = "stays", .file = paths->file};
	struct registry *registry = NULL;
	struct feed_totals totals = {0};
	struct error e = {0};

	bench_need(registry_open(&where, &registry, &e), &e);
	bench_need(feed_import(registry, &options, &totals, &e), &e);
	registry_close(registry);
	if (totals.read != rows || totals.added + totals.unchanged + totals.changed != rows)
		bench_fail("rows are missing");
}

/* In a process of its own, whose memory nothing else has been in. */
static void
measure(const struct paths *paths, uint64_t rows)
{
	const double start = bench_now();
	struct rusage usage;
	double core, wall;
	pid_t child;
	int status;

	fflush(stdout);
	if ((child = fork()) < 0)
		bench_fail("no process for the import");
	if (child == 0) {
		import(paths, rows);
		_exit(0);
	}
	if (wait4(child, &status, 0, &usage) != child || status != 0)
		bench_fail("the import failed");
	wall = bench_now() - start;
	core = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 + (double)usage.ru_stime.tv_sec +
		(double)usage.ru_stime.tv_usec / 1e6;
	bench_figure("import", "stays imported, a core's own time", (double)rows / core, "1/s", "by the clock",
		(double)rows / wall, 0);
	bench_figure("import", "stays in 2 GiB", MEMORY_MAX_MIB / ((double)usage.ru_maxrss / 1024), "times",
		"peak memory, MiB", 1, 1);
}

void
bench_import(void)
{
	const uint64_t stays = bench_stays(STAYS);
	struct city city = city_make(stays);
	person_number *people;
	struct registry *registry;
	char command[PATH_SIZE + 16];
	struct paths paths;

	snprintf(paths.folder, sizeof paths.folder, "%s", bench_store() ? bench_store() : "/tmp/bench-import-XXXXXX");
	if (!bench_store() && !mkdtemp(paths.folder))
		bench_fail("no temporary folder");
	snprintf(paths.file, sizeof paths.file, "%s.csv", paths.folder);
	city.people = (uint32_t)bench_people(city.people);
	registry = make_store(&paths);
	people = make_people(registry, city.people);
	registry_close(registry);
	write_file(&paths, &city, people);
	free(people);
	city_free(&city);
	measure(&paths, stays);
	unlink(paths.file);
	snprintf(command, sizeof command, "rm -rf '%s'", paths.folder);
	if (system(command) != 0)
		bench_fail("the temporary store stays");
}
