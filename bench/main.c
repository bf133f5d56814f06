/* The benchmarks that are this program's own: bench [NAME] [--json] [--store FOLDER] [--people N] [--stays N]. script/bench builds and runs
 * it. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "bench/bench.h"

enum { SPELLS = 5, PIECE = 1 << 16 };

static const double spell_s = 0.2;
static bool json;
static const char *store;
static size_t people, stays; /* 0: not chosen */

/* ${when_asked}: it runs only when it is named, as those with a size in their names. */
static const struct {
	const char *name;
	void (*run)(void);
	bool when_asked;
} benches[] = {
	{"cascade", bench_cascade, true},
	{"cascade-20", bench_cascade_20, true},
	{"credential", bench_credential, false},
	{"feed", bench_feed, false},
	{"feeds", bench_feeds, false},
	{"http", bench_http, false},
	{"http-2", bench_http_2, true},
	{"import", bench_import, true},
	{"pings", bench_pings, false},
	{"policy", bench_policy, false},
	{"presence", bench_presence, false},
	{"presence-2", bench_presence_2, true},
	{"presence-200", bench_presence_200, true},
	{"recolour", bench_recolour, false},
	{"recolour-10", bench_recolour_10, true},
	{"truth", bench_truth, true},
};

static double
seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

const char *
bench_store(void)
{
	return store;
}

size_t
bench_people(size_t otherwise)
{
	return people ? people : otherwise;
}

size_t
bench_stays(size_t otherwise)
{
	return stays ? stays : otherwise;
}

double
bench_now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

double
bench_core_now(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static double
spell(void (*once)(void *context), void *context, clockid_t clock)
{
	double start = seconds_of(clock), end;
	long calls = 0;

	do {
		once(context);
		calls++;
		end = seconds_of(clock);
	} while (end - start < spell_s);
	return (double)calls / (end - start);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double
bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

void
bench_read_plainly(void *path)
{
	static char bytes[PIECE];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		;
	if (n < 0)
		bench_fail("cannot read the file");
	close(fd);
}

static double
rate_by(clockid_t clock, void (*once)(void *context), void *context)
{
	double rates[SPELLS];

	once(context);
	for (int i = 0; i < SPELLS; i++)
		rates[i] = spell(once, context, clock);
	return bench_median(rates, SPELLS);
}

double
bench_rate(void (*once)(void *context), void *context)
{
	return rate_by(CLOCK_MONOTONIC, once, context);
}

double
bench_core_rate(void (*once)(void *context), void *context)
{
	return rate_by(CLOCK_PROCESS_CPUTIME_ID, once, context);
}

void
bench_pair(void (*once)(void *context), void *context, void (*reference)(void *context), void *reference_context,
	double *ret_rate, double *ret_reference)
{
	double rates[SPELLS], references[SPELLS];

	once(context);
	reference(reference_context);
	for (int i = 0; i < SPELLS; i++) {
		rates[i] = spell(once, context, CLOCK_MONOTONIC);
		references[i] = spell(reference, reference_context, CLOCK_MONOTONIC);
	}
	*ret_rate = bench_median(rates, SPELLS);
	*ret_reference = bench_median(references, SPELLS);
}

void
bench_figure(const char *bench, const char *figure, double value, const char *unit, const char *reference,
	double reference_value, double goal)
{
	double ratio = value / reference_value;

	if (json) {
		printf("{\"bench\":\"%s\",\"figure\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"reference\":\"%s\","
			   "\"reference_value\":%.6g,\"ratio\":%.4g,",
			bench, figure, value, unit, reference, reference_value, ratio);
		if (goal > 0)
			printf("\"goal\":%.4g,\"met\":%s}\n", goal, ratio >= goal ? "true" : "false");
		else
			printf("\"goal\":null,\"met\":null}\n");
		return;
	}
	printf("%-11s %-34s %12.6g %-12s %-34s %12.6g  ratio %-8.3g", bench, figure, value, unit, reference,
		reference_value, ratio);
	if (goal > 0)
		printf(" goal %.3g: %s", goal, ratio >= goal ? "met" : "not met");
	putchar('\n');
	fflush(stdout);
}

void
bench_fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(4);
}

void
bench_need(int r, const struct error *e)
{
	if (r < 0)
		bench_fail(e->message);
}

/* Born ${serial} / SERIALS days after 1950 began. */
const char *
bench_id_number(size_t serial)
{
	enum { SERIALS = 1000, DIGITS = 17 };
	static const int weights[DIGITS] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	static char text[DIGITS + 2];
	unsigned month, day;
	int year, sum = 0;

	day_to_civil(day_from_civil(1950, 1, 1) + (day_number)(serial / SERIALS), &year, &month, &day);
	snprintf(text, sizeof text, "330106%04d%02u%02u%03u", year % 10000, month % 100, day % 100,
		(unsigned)(serial % SERIALS));
	for (int i = 0; i < DIGITS; i++)
		sum += weights[i] * (text[i] - '0');
	text[DIGITS] = "10X98765432"[sum % 11];
	text[DIGITS + 1] = '\0';
	return text;
}

int
main(int argc, char **argv)
{
	const char *only = NULL;
	bool found = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			json = true;
		else if (strcmp(argv[i], "--store") == 0 && i + 1 < argc)
			store = argv[++i];
		else if (strcmp(argv[i], "--people") == 0 && i + 1 < argc && atoll(argv[i + 1]) > 0)
			people = (size_t)atoll(argv[++i]);
		else if (strcmp(argv[i], "--stays") == 0 && i + 1 < argc && atoll(argv[i + 1]) > 0)
			stays = (size_t)atoll(argv[++i]);
		else
			only = argv[i];
	}
	for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++)
		if (only ? strcmp(only, benches[i].name) == 0 : !benches[i].when_asked) {
			found = true;
			benches[i].run();
		}
	if (!found) {
		fprintf(stderr, "bench: there is no benchmark '%s'\n", only);
		return 2;
	}
	return 0;
}
