/* Any bytes as a file of pings, into the detector: no crash, rows refused with their place, stays in order and long enough. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "feed/ping.h"
#include "feed/texts.h"

enum { CELLS_MAX = 1000 };

static const struct detect_parameters parameters = {.radius_m = 200,
	.minimum_s = 600,
	.gap_s = 3600,
	.window_s = 1800,
	.accuracy_most_m = 200,
	.neighbour_m = 3000,
	.return_s = 1800,
	.keep_open = true};

static int
check_stay(const struct detect_stay *stay, void *context, struct error *e)
{
	instant *until = context;

	(void)e;
	if (stay->end - stay->start < parameters.minimum_s || stay->positions == 0 ||
		stay->start < until[stay->cell != 0] || stay->latitude_e7 < -900000000 || stay->latitude_e7 > 900000000 ||
		stay->longitude_e7 < -1800000000 || stay->longitude_e7 > 1800000000)
		abort();
	until[stay->cell != 0] = stay->end;
	return 0;
}

/* Cells lie on a line, each ninth has no position. */
static void
place_cell(struct texts *cells, struct ping *ping)
{
	struct error e = {0};
	size_t number;

	if (texts_number(cells, ping->cell->text, ping->cell->length, CELLS_MAX, &number, &e) < 0)
		return;
	ping->position.cell = (uint32_t)number + 1;
	ping->position.positioned = number % 9 != 8;
	ping->position.latitude_e7 = (int32_t)number * 100000;
}

/* What is done with a ping. */
struct taking {
	struct detector *detector;
	struct texts cells;
	instant until[2];
};

static void
take(struct taking *taking, struct ping *ping)
{
	struct error e = {0};

	if (ping->cell)
		place_cell(&taking->cells, ping);
	if (detect_push(taking->detector, &ping->position, check_stay, taking->until, &e) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import import = {.zone = &zone_utc};
	struct taking taking = {.until = {INT64_MIN, INT64_MIN}};
	struct error e = {0};
	struct ping ping;
	char path[64];
	struct row row;
	int fd = memfd_create("input", 0), r;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || detect_new(&parameters, &taking.detector, &e) < 0)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = rows_open(path, &ping_form, 1, &import.rows, &e);
	while (r >= 0) {
		while ((r = ping_read_plain(&import, &ping, &e)) > 0) {
			take(&taking, &ping);
			rows_plain_done(import.rows);
		}
		if (r < 0)
			abort();
		if ((r = rows_next(import.rows, &row, &e)) == 0)
			break;
		if (r > 0 && (r = ping_read(&import, &row, &ping, &e)) == 0)
			take(&taking, &ping);
		if (r < 0 && (!record_refused(r) || e.line == 0 || e.column == 0))
			abort();
		r = 0;
	}
	if (detect_finish(taking.detector, check_stay, taking.until, &e) < 0)
		abort();
	rows_close(import.rows);
	detect_free(taking.detector);
	texts_free(&taking.cells);
	close(fd);
	return 0;
}
