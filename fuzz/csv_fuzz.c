/* Any bytes as CSV and as JSON lines: no crash, every byte seen once, no record past the limit. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "feed/csv.h"
#include "feed/json_lines.h"

static int
count_bytes(const void *bytes, size_t length, void *context, struct error *e)
{
	(void)bytes;
	(void)e;
	*(size_t *)context += length;
	return 0;
}

static void
read_all(const char *path, int as_csv)
{
	struct window window = {0};
	struct csv_reader *csv = NULL;
	struct json_lines *json_lines = NULL;
	struct record record;
	struct error e = {0};
	size_t copied = 0;
	int r = window_open(&window, path, &e);

	if (r == 0)
		r = as_csv ? csv_open(&window, &csv, &e) : json_lines_open(&window, &json_lines, &e);
	if (r < 0)
		abort();
	while ((r = as_csv ? csv_next(csv, &record, &e) : json_lines_next(json_lines, &record, &e)) != 0) {
		if (r < 0 && !record_refused(r))
			abort();
		if (r < 0 && (e.line == 0 || e.column == 0))
			abort();
		if (window_finish(&window, count_bytes, &copied, &e) < 0)
			abort();
	}
	csv_close(csv);
	json_lines_close(json_lines);
	window_close(&window);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("input", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	read_all(path, 1);
	read_all(path, 0);
	close(fd);
	return 0;
}
