/* Pings of a file made into stays, beside reading the file plainly and beside a plain detector in Python. Both are counted in
 * a core's own time, the interpreter's start included: what else the machine does changes little. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "bench/bench.h"
#include "feed/ping.h"
#include "feed/texts.h"

enum { DEVICES = 500, MINUTES = 600, PINGS = DEVICES * MINUTES, TURNS = 7 };

/* As the packs have it. */
static const struct detect_parameters parameters = {.radius_m = 200,
	.minimum_s = 600,
	.gap_s = 7200,
	.window_s = 3600,
	.accuracy_most_m = 200,
	.neighbour_m = 3000,
	.return_s = 3600,
	.keep_open = true};

static uint64_t stays;

static int
count_stay(const struct detect_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)context;
	(void)e;
	stays++;
	return 0;
}

struct making {
	struct import import;
	struct texts devices;
	struct detector *detectors[DEVICES];
};

static void
take(struct making *making, const struct ping *ping, struct error *e)
{
	size_t device;
	int r = texts_number(&making->devices, ping->key->text, ping->key->length, DEVICES, &device, e);

	if (r < 0 || (r == 1 && detect_new(&parameters, &making->detectors[device], e) < 0) ||
		detect_push(making->detectors[device], &ping->position, count_stay, NULL, e) < 0)
		bench_fail(e->message);
}

/* What an import does, but for keeping the stays. */
static void
make_stays(void *path)
{
	static struct making making;
	struct error e = {0};
	struct ping ping;
	struct row row;
	int r;

	making = (struct making){.import = {.zone = &zone_utc}};
	stays = 0;
	bench_need(rows_open(path, &ping_form, 1, &making.import.rows, &e), &e);
	do {
		while ((r = ping_read_plain(&making.import, &ping, &e)) > 0) {
			take(&making, &ping, &e);
			rows_plain_done(making.import.rows);
		}
		if (r == 0 && (r = rows_next(making.import.rows, &row, &e)) > 0) {
			bench_need(ping_read(&making.import, &row, &ping, &e), &e);
			take(&making, &ping, &e);
		}
	} while (r > 0);
	bench_need(r, &e);
	for (size_t i = 0; i < making.devices.count; i++) {
		bench_need(detect_finish(making.detectors[i], count_stay, NULL, &e), &e);
		detect_free(making.detectors[i]);
	}
	texts_free(&making.devices);
	rows_close(making.import.rows);
	if (stays == 0)
		bench_fail("pings are missing");
}

/* Everybody's position each minute; now and then one goes elsewhere. */
static void
write_pings(char *path)
{
	static int north[DEVICES], east[DEVICES];
	uint32_t random = 1;
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		bench_fail("no temporary file");
	memset(north, 0, sizeof north);
	fputs("device,at,latitude,longitude,accuracy_m\n", file);
	for (int minute = 0; minute < MINUTES; minute++)
		for (int i = 0; i < DEVICES; i++) {
			random = random * 1664525 + 1013904223;
			if (random >> 24 < 4) {
				north[i] = (int)(random >> 8 & 0xffff);
				east[i] = (int)(random & 0xffff);
			}
			fprintf(file, "1390000%04d,2020-03-%02dT%02d:%02d:00+08:00,30.%07d,120.%07d,%u\n", i, minute / 1440 + 1,
				minute / 60 % 24, minute % 60, 2000000 + north[i] * 10 + (int)(random >> 28) * 50,
				1000000 + east[i] * 10 + (int)(random >> 26 & 15) * 50, 5 + (random >> 20) % 40);
		}
	if (fclose(file) != 0)
		bench_fail("cannot write the temporary file");
}

static double
childrens_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* How often a second of a core's time did it in the best of the turns: what else the machine does can only slow one down. */
static void
take_turn(double start, double end, double *best)
{
	if (1 / (end - start) > *best)
		*best = 1 / (end - start);
}

/* The plain detector reads the file; its stays must be as many as ours. */
static void
run_python(const char *path)
{
	unsigned long long found = 0;
	char command[256];
	FILE *python;
	int r;

	snprintf(command, sizeof command, "python3 bench/stay_points.py %s", path);
	python = popen(command, "r");
	r = python ? fscanf(python, "%llu", &found) : 0;
	if (python)
		pclose(python);
	if (r != 1 || found != stays)
		bench_fail("the plain detector in Python finds other stays");
}

void
bench_pings(void)
{
	char path[] = "/tmp/healthcode-bench-XXXXXX";
	const bool with_python = system("command -v python3 >/dev/null 2>&1") == 0;
	double ours = 0, reference = 0, python = 0, start;

	write_pings(path);
	/* In turns of the same file, so that all three have the machine as it is now. */
	for (int i = 0; i < TURNS; i++) {
		start = bench_core_now();
		make_stays(path);
		take_turn(start, bench_core_now(), &ours);
		start = bench_core_now();
		bench_read_plainly(path);
		take_turn(start, bench_core_now(), &reference);
		if (!with_python)
			continue;
		start = childrens_seconds();
		run_python(path);
		take_turn(start, childrens_seconds(), &python);
	}
	unlink(path);
	bench_figure("pings", "pings of a file made into stays", ours * PINGS, "1/s", "a core", 1e6, 1);
	bench_figure(
		"pings", "pings of a file made into stays", ours * PINGS, "1/s", "the file read plainly", reference * PINGS, 0);
	if (with_python)
		bench_figure("pings", "pings of a file made into stays", ours * PINGS, "1/s", "a plain detector in Python",
			python * PINGS, 50);
}
