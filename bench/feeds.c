/* Whole imports into a store, each beside reading its file plainly: everything new, everything kept. Both are counted in a core's own
 * time: what else the machine does changes little. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "bench/bench.h"
#include "feed/feed.h"
#include "registry/registry.h"

enum { PEOPLE = 10000, BY_NUMBER = 1000000, BY_ID = 400000, MESSAGES = 5000, LISTS = 200, ABOARD = 50, PATH_SIZE = 64 };

struct feeds {
	char folder[PATH_SIZE], file[PATH_SIZE + 8];
	struct registry *registry;
	person_number *people;
};

static double
plain_reads(struct feeds *f)
{
	const double start = bench_core_now();
	double now = start;
	long reads = 0;

	for (; now - start < 0.2; now = bench_core_now(), reads++)
		bench_read_plainly(f->file);
	return (double)reads / (now - start);
}

static FILE *
begin_file(struct feeds *f)
{
	FILE *file = fopen(f->file, "w");

	if (!file)
		bench_fail("no temporary file");
	return file;
}

/* Import the file that was written: seconds. */
static double
import(struct feeds *f, FILE *file, const char *kind, uint64_t rows)
{
	const struct feed_import_options options = {.kind = kind, .file = f->file};
	struct feed_totals totals = {0};
	struct error e = {0};
	double start;

	if (fclose(file) != 0)
		bench_fail("cannot write the temporary file");
	start = bench_core_now();
	bench_need(feed_import(f->registry, &options, &totals, &e), &e);
	if (totals.added != rows || totals.read != rows)
		bench_fail("rows are missing");
	return bench_core_now() - start;
}

static void
tell(struct feeds *f, const char *what, double count, const char *unit, double seconds)
{
	const double plain = plain_reads(f) * count;

	bench_figure("feeds", what, count / seconds, unit, "the file read plainly", plain, 0);
}

static void
stays_by_number(struct feeds *f)
{
	FILE *file = begin_file(f);
	double seconds;

	fputs("person,place,from,to\n", file);
	for (unsigned i = 0; i < BY_NUMBER; i++)
		fprintf(file, "%u,place-%u,2020-03-%02uT%02u:%02u:00+08:00,2020-03-%02uT23:30:00+08:00\n",
			f->people[i % PEOPLE], i * 7919 % 9973, 1 + i / PEOPLE % 20, i / PEOPLE / 20 + 8, i % 60,
			1 + i / PEOPLE % 20);
	seconds = import(f, file, "stays", BY_NUMBER);
	tell(f, "stays imported by a person's number", BY_NUMBER, "1/s", seconds);
	bench_figure("feeds", "stays imported by a person's number", BY_NUMBER / seconds, "1/s", "the goal", 500000, 1);
}

static void
stays_by_id(struct feeds *f)
{
	FILE *file = begin_file(f);
	double seconds;

	fputs("id_number,place,from,to\n", file);
	for (unsigned i = 0; i < BY_ID; i++)
		fprintf(file, "%s,place-%u,2020-02-%02uT%02u:%02u:00+08:00,2020-02-%02uT23:30:00+08:00\n",
			bench_id_number(i % PEOPLE), i * 7919 % 9973, 1 + i / PEOPLE % 20, i / PEOPLE / 20 + 8, i % 60,
			1 + i / PEOPLE % 20);
	seconds = import(f, file, "stays", BY_ID);
	tell(f, "stays imported by ID number", BY_ID, "1/s", seconds);
	bench_figure("feeds", "stays imported by ID number", BY_ID / seconds, "1/s", "the goal", 200000, 1);
}

static void
hl7(struct feeds *f)
{
	FILE *file = begin_file(f);

	for (unsigned i = 0; i < MESSAGES; i++)
		fprintf(file,
			"MSH|^~\\&|LIS|HOSPITAL^1^ISO|HC|HD|20200323200000+0800||ORU^R01^ORU_R01|m%u|P|2.5.1|||||CHN|UNICODE UTF-8\r"
			"PID|1||%s^^^CHN^NNCHN||DOE^J||19800229|M\r"
			"OBR|1||o%u|94500-6^SARS-CoV-2 RNA^LN|||20200323100000+0800||||||||||||||20200323200000+0800\r"
			"OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||260415000^x^SCT||||||F\r",
			i, bench_id_number(i % PEOPLE), i);
	tell(f, "HL7 v2 messages imported", MESSAGES, "1/s", import(f, file, "labs", MESSAGES));
}

static void
fhir(struct feeds *f)
{
	FILE *file = begin_file(f);

	for (unsigned i = 0; i < MESSAGES; i++)
		fprintf(file,
			"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\","
			"\"identifier\":[{\"type\":{\"coding\":[{\"code\":\"NNCHN\"}]},\"value\":\"%s\"}]}},{\"resource\":{\"resourceType\":"
			"\"Observation\",\"id\":\"b%u\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/p\"},\"code\":{\"coding\":[{\"system\":"
			"\"http://loinc.org\",\"code\":\"94500-6\"}]},\"effectiveDateTime\":\"2020-03-20\",\"issued\":"
			"\"2020-03-20T20:00:00+08:00\",\"valueCodeableConcept\":{\"coding\":[{\"code\":\"260415000\"}]}}}]}\n",
			bench_id_number(i % PEOPLE), i);
	tell(f, "FHIR bundles imported", MESSAGES, "1/s", import(f, file, "labs", MESSAGES));
}

/* A list is a file, so each is an import of its own. */
static void
paxlst(struct feeds *f)
{
	double seconds = 0;

	for (unsigned i = 0; i < LISTS; i++) {
		FILE *file = begin_file(f);

		fprintf(file,
			"UNA:+.? 'UNB+UNOA:4+CA+CNADAPIS:ZZ+200324:1015+%u++APIS'UNG+PAXLST+CA+CNADAPIS:ZZ+200324:1015+1+UN+D:02B'"
			"UNH+P1+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+CA%u+++CA'LOC+125+FRA'DTM+189:2003231800:201'LOC+87+PEK'"
			"DTM+232:2003241010:201'",
			i + 1, i + 1);
		for (unsigned k = 0; k < ABOARD; k++)
			fprintf(file, "NAD+FL+++ZHANG:WEI'DTM+329:850312'RFF+SEA:%uA'DOC+P+E%08u'", k + 1, i * ABOARD + k);
		fprintf(file, "CNT+42:%d'UNT+%d+P1'UNE+1+1'UNZ+1+%u'", ABOARD, 9 + 4 * ABOARD, i + 1);
		seconds += import(f, file, "flights", ABOARD);
	}
	bench_figure(
		"feeds", "PAXLST lists of 50 imported", LISTS / seconds, "1/s", "the file read plainly", plain_reads(f), 0);
}

static void
make_store(struct feeds *f)
{
	const char *packs[] = {"packs/hubei-2020"};
	const struct registry_where where = {.data = f->folder};
	const instant clock = 1585008000; /* 2020-03-24T08:00:00+08:00 */
	struct error e = {0};
	FILE *file;

	strcpy(f->folder, "/tmp/bench-feeds-XXXXXX");
	if (!mkdtemp(f->folder) || !(f->people = calloc(PEOPLE, sizeof *f->people)))
		bench_fail("no temporary folder");
	snprintf(f->file, sizeof f->file, "%s.file", f->folder);
	bench_need(registry_create(&where, packs, 1, &clock, &e), &e);
	bench_need(registry_open(&where, &f->registry, &e), &e);
	file = begin_file(f);
	fputs("id_number,name,phone,division,applied_at\n", file);
	for (unsigned i = 0; i < PEOPLE; i++)
		fprintf(file, "%s,Doe,13800000000,420802,2020-02-01\n", bench_id_number(i));
	import(f, file, "residents", PEOPLE);
	for (unsigned i = 0; i < PEOPLE; i++)
		bench_need(registry_person_by_id_number(f->registry, bench_id_number(i), 18, false, 0, &f->people[i], &e), &e);
}

void
bench_feeds(void)
{
	struct feeds f = {0};
	char command[2 * PATH_SIZE];

	make_store(&f);
	stays_by_number(&f);
	stays_by_id(&f);
	hl7(&f);
	fhir(&f);
	paxlst(&f);
	registry_close(f.registry);
	free(f.people);
	unlink(f.file);
	snprintf(command, sizeof command, "rm -rf '%s'", f.folder);
	if (system(command) != 0)
		bench_fail("the temporary store stays");
}
