/* Stays of a made-up city, loaded, weighed and traced, beside PostgreSQL (COPY, then two B-tree indexes, logged, synced)
 * and beside sorted arrays in memory, which nothing that keeps anything can beat. */

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tests/db/server.h"
#include "bench/bench.h"
#include "bench/city.h"
#include "db/db.h"
#include "keys/keys.h"
#include "presence/presence.h"

enum { MILLION = 1000000, BATCH = MILLION, SKIP = 64, COLD_CACHE = 1 << 12 };

/* More would take PostgreSQL an hour, and 23 GB. */
enum { RIVAL_STAYS_MAX = 20 * MILLION };

static const struct zone zone = {CITY_ZONE_S, 0, NULL};

static void *
must(void *memory)
{
	if (!memory)
		bench_fail("no memory");
	return memory;
}

/* A stay in memory, of the registry's numbers; times from the first day's start. */
struct plain {
	uint32_t person, place, start, end;
};

/* People's numbers are anywhere in 32 bits, as a registry draws them: each step has an inverse, so that no two are alike,
 * and 0 alone gives 0. Looking them up in a list would take longer than loading them. */
static uint32_t
number_of(uint32_t person)
{
	uint32_t x = person + 1;

	x = (x ^ x >> 16) * 0x7feb352dU;
	x = (x ^ x >> 15) * 0x846ca68bU;
	return x ^ x >> 16;
}

static struct plain
plain_stay(const struct city *city, uint64_t i)
{
	const struct city_stay stay = city_stay(city, i);

	return (struct plain){number_of(stay.person), stay.place + 1, stay.start, stay.end};
}

/* The store under test. */
struct store {
	char folder[256];
	bool found; /* as an earlier run left it */
	struct db *db;
	struct keys *keys;
	struct presence *presence;
};

static void
check(int r, const struct error *e)
{
	if (r < 0)
		bench_fail(e->message);
}

static void
open_presence(struct store *store, size_t cache_bytes)
{
	char folder[300];
	const struct presence_where where = {store->db, store->keys, folder, &zone, cache_bytes};
	struct error e = {0};

	snprintf(folder, sizeof folder, "%s/presence", store->folder);
	check(presence_open(&where, &store->presence, &e), &e);
}

/* The note in a kept store that it is complete, with how many stays it has. */
static bool
note_says(const struct store *store, uint64_t stays)
{
	unsigned long long noted = 0;
	char path[300];
	FILE *file;

	snprintf(path, sizeof path, "%s/stays", store->folder);
	if (!(file = fopen(path, "r")))
		return false;
	if (fscanf(file, "%llu", &noted) != 1 || noted != stays)
		bench_fail("the store holds another number of stays");
	fclose(file);
	return true;
}

static void
note(const struct store *store, uint64_t stays)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof path, "%s/stays", store->folder);
	if (!(file = fopen(path, "w")) || fprintf(file, "%llu\n", (unsigned long long)stays) < 0 || fclose(file) != 0)
		bench_fail("cannot note in the store that it is complete");
}

static void
put_places(struct store *store, const struct city *city)
{
	const struct presence_source source = {0, 1};
	struct error e = {0};

	check(db_begin(store->db, &e), &e);
	for (uint32_t i = 0; i < city->places; i++) {
		struct presence_place place = {.kind = "venue"};
		place_number number;

		snprintf(place.code, sizeof place.code, "%u", i);
		check(presence_put_place(store->presence, &place, &source, &number, &e), &e);
	}
	check(db_commit(store->db, &e), &e);
}

static void
make_store(struct store *store, const struct city *city)
{
	struct error e = {0};
	char folder[300];

	snprintf(store->folder, sizeof store->folder, "%s", bench_store() ? bench_store() : "/tmp/healthcode-bench-XXXXXX");
	if (bench_store() ? mkdir(store->folder, 0700) < 0 && errno != EEXIST : !mkdtemp(store->folder))
		bench_fail("no folder for the store");
	store->found = note_says(store, city->stays);
	snprintf(folder, sizeof folder, "%s/keys", store->folder);
	check(keys_open(folder, !store->found, &store->keys, &e), &e);
	check(db_open(store->folder, !store->found, &store->db, &e), &e);
	open_presence(store, 0);
	if (!store->found)
		put_places(store, city);
}

static void
remove_store(struct store *store)
{
	char command[300];

	presence_close(store->presence);
	db_close(store->db);
	keys_close(store->keys);
	if (bench_store())
		return;
	snprintf(command, sizeof command, "rm -rf %s", store->folder);
	if (system(command) != 0)
		fprintf(stderr, "bench: %s is still there\n", store->folder);
}

/* Stays a second, from rows in memory to a commit that survives a crash. */
static double
load(struct store *store, const struct city *city)
{
	const struct presence_source source = {city_moment(0), 1};
	struct plain *batch = must(malloc(BATCH * sizeof *batch));
	struct presence_load *load = NULL;
	struct presence_counts counts;
	struct error e = {0};
	double spent = 0, start = bench_now();

	check(db_begin(store->db, &e), &e);
	check(presence_load_new(store->presence, &source, &load, &e), &e);
	spent += bench_now() - start;
	for (uint64_t done = 0; done < city->stays; done += BATCH) {
		const uint64_t count = city->stays - done < BATCH ? city->stays - done : BATCH;

		for (uint64_t i = 0; i < count; i++)
			batch[i] = plain_stay(city, done + i);
		start = bench_now();
		for (uint64_t i = 0; i < count; i++) {
			const struct presence_stay stay = {.person = batch[i].person,
				.place = batch[i].place,
				.start = city_moment(batch[i].start),
				.end = city_moment(batch[i].end)};

			check(presence_load_add(load, &stay, &e), &e);
		}
		spent += bench_now() - start;
	}
	start = bench_now();
	check(presence_load_finish(load, &counts, &e), &e);
	check(db_commit(store->db, &e), &e);
	spent += bench_now() - start;
	presence_load_free(load);
	free(batch);
	return (double)city->stays / spent;
}

static double
peak_memory_mib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return (double)kib / 1024;
}

static int
count_one(const struct presence_stay *stay, void *context, struct error *e)
{
	(void)stay;
	(void)e;
	++*(uint64_t *)context;
	return 0;
}

struct trace {
	struct presence *presence;
	uint64_t met;
};

static const struct presence_view all = {INT64_MAX, INT64_MAX};

static int
meet(const struct presence_stay *stay, void *context, struct error *e)
{
	struct trace *trace = context;

	return presence_each_stay_at(trace->presence, stay->place, stay->start, stay->end, &all, count_one, &trace->met, e);
}

/* The median of tracing every case, in seconds, and how many stays they met. */
static double
trace_cases(struct store *store, int cases, uint64_t *ret_met)
{
	double *times = must(malloc((size_t)cases * sizeof *times)), median;
	struct trace trace = {store->presence, 0};
	struct error e = {0};

	for (int i = 0; i < cases; i++) {
		double start = bench_now();

		check(presence_each_stay_of(store->presence, number_of((uint32_t)i), city_moment(0),
				  city_moment(CITY_DAYS * DAY_S), &all, meet, &trace, &e),
			&e);
		times[i] = bench_now() - start;
	}
	median = bench_median(times, (size_t)cases);
	free(times);
	*ret_met = trace.met;
	return median;
}

/* The limit: both orders as sorted arrays, and of every SKIP rows by place the largest end. */
struct arrays {
	struct plain *by_person, *by_place;
	uint32_t *largest_end;
	uint64_t count;
};

static int
compare_by_person(const void *a, const void *b)
{
	const struct plain *x = a, *y = b;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static int
compare_by_place(const void *a, const void *b)
{
	const struct plain *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

/* Rows are sorted by what decides first into as many parts, and then each part: sorting 200 million at once would take
 * longer than everything that is measured. */
enum { PARTS = 1 << 20 };

static uint32_t
part_by_person(const struct city *city, const struct plain *row)
{
	(void)city;
	return row->person >> 12;
}

static uint32_t
part_by_place(const struct city *city, const struct plain *row)
{
	return (uint32_t)((uint64_t)row->place * (PARTS - 1) / city->places);
}

/* The city's stays, or, where they are given, ${rows}. */
static struct plain *
sorted(const struct city *city, const struct plain *rows, uint32_t (*part)(const struct city *, const struct plain *),
	int (*compare)(const void *, const void *))
{
	struct plain *placed = must(malloc(city->stays * sizeof *placed));
	uint64_t *ends = must(calloc(PARTS + 1, sizeof *ends)); /* of the part before, until it is filled */

	for (uint64_t i = 0; i < city->stays; i++) {
		const struct plain row = rows ? rows[i] : plain_stay(city, i);

		ends[part(city, &row) + 1]++;
	}
	for (uint32_t i = 0; i < PARTS; i++)
		ends[i + 1] += ends[i];
	for (uint64_t i = 0; i < city->stays; i++) {
		const struct plain row = rows ? rows[i] : plain_stay(city, i);

		placed[ends[part(city, &row)]++] = row;
	}
	for (uint32_t i = 0; i < PARTS; i++) {
		const uint64_t start = i ? ends[i - 1] : 0;

		qsort(placed + start, ends[i] - start, sizeof *placed, compare);
	}
	free(ends);
	return placed;
}

static struct arrays
arrays_make(const struct city *city)
{
	struct plain *by_person = sorted(city, NULL, part_by_person, compare_by_person);
	struct arrays arrays = {by_person, sorted(city, by_person, part_by_place, compare_by_place),
		must(calloc(city->stays / SKIP + 1, sizeof(uint32_t))), city->stays};

	for (uint64_t i = 0; i < arrays.count; i++)
		if (arrays.by_place[i].end > arrays.largest_end[i / SKIP])
			arrays.largest_end[i / SKIP] = arrays.by_place[i].end;
	return arrays;
}

static uint64_t
lower_bound(
	const struct plain *rows, uint64_t count, const struct plain *key, int (*compare)(const void *, const void *))
{
	uint64_t low = 0, high = count;

	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (compare(&rows[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The stays are handed on one by one, as the store hands them on. */
static uint64_t
meet_in_arrays(const struct arrays *arrays, const struct plain *own)
{
	const struct plain first = {.place = own->place}, last = {.place = own->place, .start = own->end};
	uint64_t i = lower_bound(arrays->by_place, arrays->count, &first, compare_by_place), met = 0;
	const uint64_t end = lower_bound(arrays->by_place, arrays->count, &last, compare_by_place);
	struct presence_stay stay = {.place = own->place};
	struct error e = {0};

	while (i < end) {
		if (i % SKIP == 0 && arrays->largest_end[i / SKIP] <= own->start) {
			i += SKIP;
			continue;
		}
		if (arrays->by_place[i].end > own->start) {
			stay.person = arrays->by_place[i].person;
			stay.start = city_moment(arrays->by_place[i].start);
			stay.end = city_moment(arrays->by_place[i].end);
			count_one(&stay, &met, &e);
		}
		i++;
	}
	return met;
}

static double
trace_arrays(const struct arrays *arrays, uint64_t *ret_met)
{
	double times[CITY_CASES];

	*ret_met = 0;
	for (int i = 0; i < CITY_CASES; i++) {
		const struct plain key = {.person = number_of((uint32_t)i)};
		double start = bench_now();

		for (uint64_t j = lower_bound(arrays->by_person, arrays->count, &key, compare_by_person);
			 j < arrays->count && arrays->by_person[j].person == key.person; j++)
			*ret_met += meet_in_arrays(arrays, &arrays->by_person[j]);
		times[i] = bench_now() - start;
	}
	return bench_median(times, CITY_CASES);
}

/* PostgreSQL's figures; 0 where it is not installed. */
struct rival {
	double rate, bytes, trace;
};

static void
run_sql(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
		bench_fail(PQerrorMessage(connection));
	PQclear(result);
}

static char *
put_big(char *at, uint64_t value, size_t size)
{
	while (size--)
		*at++ = (char)(value >> 8 * size);
	return at;
}

static void
copy_batch(PGconn *connection, const struct plain *rows, uint64_t count, char *buffer)
{
	enum { ROWS = 1000 };

	for (uint64_t i = 0; i < count;) {
		char *at = buffer;

		for (int j = 0; j < ROWS && i < count; j++, i++) {
			at = put_big(at, 4, 2);
			at = put_big(put_big(at, 4, 4), rows[i].person ^ 0x80000000U, 4);
			at = put_big(put_big(at, 4, 4), rows[i].place, 4);
			at = put_big(put_big(at, 8, 4), (uint64_t)city_moment(rows[i].start), 8);
			at = put_big(put_big(at, 8, 4), (uint64_t)city_moment(rows[i].end), 8);
		}
		if (PQputCopyData(connection, buffer, (int)(at - buffer)) != 1)
			bench_fail(PQerrorMessage(connection));
	}
}

static double
rival_load(PGconn *connection, const struct city *city)
{
	struct plain *batch = must(malloc(BATCH * sizeof *batch));
	char *buffer = must(malloc(1 << 20));
	double spent = 0, start;

	run_sql(connection, "CREATE TABLE stay (person int4, place int4, start_at int8, end_at int8)");
	start = bench_now();
	run_sql(connection, "COPY stay FROM STDIN (FORMAT binary)");
	if (PQputCopyData(connection, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19) != 1)
		bench_fail(PQerrorMessage(connection));
	spent += bench_now() - start;
	for (uint64_t done = 0; done < city->stays; done += BATCH) {
		const uint64_t count = city->stays - done < BATCH ? city->stays - done : BATCH;

		for (uint64_t i = 0; i < count; i++)
			batch[i] = plain_stay(city, done + i);
		start = bench_now();
		copy_batch(connection, batch, count, buffer);
		spent += bench_now() - start;
	}
	start = bench_now();
	if (PQputCopyData(connection, "\377\377", 2) != 1 || PQputCopyEnd(connection, NULL) != 1)
		bench_fail(PQerrorMessage(connection));
	PQclear(PQgetResult(connection));
	PQclear(PQgetResult(connection));
	run_sql(connection, "CREATE INDEX ON stay (person, start_at)");
	run_sql(connection, "CREATE INDEX ON stay (place, start_at)");
	run_sql(connection, "CHECKPOINT");
	spent += bench_now() - start;
	run_sql(connection, "ANALYZE stay");
	free(batch);
	free(buffer);
	return (double)city->stays / spent;
}

static double
rival_trace(PGconn *connection)
{
	double times[CITY_CASES / 5];

	run_sql(connection, "SET max_parallel_workers_per_gather = 0");
	run_sql(connection,
		"PREPARE trace (int4) AS SELECT count(*) FROM (SELECT o.person FROM stay c JOIN stay o ON o.place = c.place"
		" AND o.start_at < c.end_at AND o.start_at > c.start_at - 43201 AND o.end_at > c.start_at"
		" WHERE c.person = $1) AS met");
	for (int i = 0; i < CITY_CASES / 5; i++) {
		char sql[64];
		double start;

		snprintf(sql, sizeof sql, "EXECUTE trace (%d)", (int)(number_of((uint32_t)i) ^ 0x80000000U));
		start = bench_now();
		run_sql(connection, sql);
		times[i] = bench_now() - start;
	}
	return bench_median(times, CITY_CASES / 5);
}

static struct rival
measure_rival(const struct city *city)
{
	struct server *server = server_start_with((const char *[]){"-c", "shared_buffers=1GB", "-c",
		"maintenance_work_mem=1GB", "-c", "max_wal_size=16GB", "-c", "checkpoint_timeout=1h", NULL});
	struct rival rival = {0, 0, 0};
	PGconn *connection;
	PGresult *size;

	if (!server) {
		fprintf(stderr, "bench: PostgreSQL is not installed, or does not start: nothing is compared with it\n");
		return rival;
	}
	connection = PQconnectdb(server_uri(server));
	if (PQstatus(connection) != CONNECTION_OK)
		bench_fail(PQerrorMessage(connection));
	rival.rate = rival_load(connection, city);
	size = PQexec(connection, "SELECT pg_total_relation_size('stay')");
	rival.bytes = atof(PQgetvalue(size, 0, 0)) / (double)city->stays;
	PQclear(size);
	rival.trace = rival_trace(connection);
	PQfinish(connection);
	server_stop(server);
	return rival;
}

static void
report(const char *figure, double value, const char *unit, const char *reference, double reference_value, double goal)
{
	bench_figure("presence", figure, value, unit, reference, reference_value, goal);
}

static void
measure(uint64_t stays)
{
	struct city city = city_make(stays);
	struct rival rival = {0, 0, 0};
	struct store store = {0};
	struct presence_checked checked;
	struct error e = {0};
	struct arrays arrays;
	uint64_t met, met_cold, met_plain;
	double rate = 0, memory = 0, bytes, warm, cold, plain;

	make_store(&store, &city);
	if (!store.found) {
		if (stays <= RIVAL_STAYS_MAX)
			rival = measure_rival(&city);
		rate = load(&store, &city);
		memory = peak_memory_mib();
		note(&store, stays);
	}
	check(presence_check(store.presence, &checked, &e), &e);
	bytes = (double)checked.bytes / (double)stays;
	presence_close(store.presence);
	open_presence(&store, COLD_CACHE);
	cold = trace_cases(&store, CITY_CASES, &met_cold);
	presence_close(store.presence);
	open_presence(&store, 0);
	trace_cases(&store, CITY_CASES, &met);
	warm = trace_cases(&store, CITY_CASES, &met);
	arrays = arrays_make(&city);
	trace_arrays(&arrays, &met_plain);
	plain = trace_arrays(&arrays, &met_plain);
	if (met != met_plain || met_cold != met)
		bench_fail("the store and the arrays do not find the same stays");
	if (rival.rate > 0) {
		report("load", rate, "stays/s", "PostgreSQL, COPY and two indexes", rival.rate, 5);
		report("bytes a stay, both orders", bytes, "bytes", "PostgreSQL", rival.bytes, 0);
		report("traces", 1 / warm, "cases/s", "PostgreSQL", 1 / rival.trace, 0);
	}
	if (!store.found) {
		report("load", rate, "stays/s", "millions of stays", (double)stays / MILLION, 0);
		report("load in 2 GiB", 2048 / memory, "times", "peak memory, MiB", 1, 1);
	}
	report("stays in 14 bytes", 14 / bytes, "stays", "one", 1, 1);
	report(
		"bytes a stay, both orders", bytes, "bytes", "entropy of the city's stays, twice", 2 * city_entropy(&city), 0);
	report("traces, 256 MiB of cache", 1 / warm, "cases/s", "sorted arrays in memory", 1 / plain, 1.0 / 3);
	report("traces, nothing cached", 1 / cold, "cases/s", "sorted arrays in memory", 1 / plain, 0);
	report("contacts of a case", (double)met / CITY_CASES, "stays", "stays of a case", CITY_CASE_STAYS, 0);
	report("a contact's share of a trace", warm * CITY_CASES / (double)met * 1e9, "ns", "in sorted arrays",
		plain * CITY_CASES / (double)met * 1e9, 0);
	free(arrays.by_person);
	free(arrays.by_place);
	free(arrays.largest_end);
	city_free(&city);
	remove_store(&store);
}

void
bench_presence(void)
{
	measure(20ULL * MILLION);
}

void
bench_presence_2(void)
{
	measure(2ULL * MILLION);
}

void
bench_presence_200(void)
{
	measure(200ULL * MILLION);
}
