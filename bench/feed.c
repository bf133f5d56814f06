/* Rows read from CSV with named columns, beside reading the file plainly. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "feed/rows.h"

enum { ROWS = 200000 };

static const struct row_column columns[] = {
	{"person", true}, {"place", true}, {"from", true}, {"to", true}, {"seat", false}};
static const struct row_form form = {"stays", sizeof columns / sizeof columns[0], columns};

static void
read_rows(void *path)
{
	struct rows *rows = NULL;
	struct error e = {0};
	struct row row;
	long count = 0;

	if (rows_open(path, &form, 1, &rows, &e) < 0)
		bench_fail(e.message);
	while (rows_next(rows, &row, &e) == 1)
		count++;
	rows_close(rows);
	if (count != ROWS)
		bench_fail("rows are missing");
}

void
bench_feed(void)
{
	char path[] = "/tmp/healthcode-bench-XXXXXX";
	double rate, reference;
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		bench_fail("no temporary file");
	fputs("person,place,from,to,seat\n", file);
	for (int i = 0; i < ROWS; i++)
		fprintf(file, "%u,place-%d,2020-03-%02dT08:00:00+08:00,2020-03-%02dT09:30:00+08:00,\n",
			1000000u + (unsigned)i * 7u, i % 9973, i % 28 + 1, i % 28 + 1);
	if (fclose(file) != 0)
		bench_fail("cannot write the temporary file");
	bench_pair(read_rows, path, bench_read_plainly, path, &rate, &reference);
	bench_figure(
		"feed", "CSV rows of stays read", rate * ROWS, "1/s", "rows in the file read plainly", reference * ROWS, 0);
	unlink(path);
}
