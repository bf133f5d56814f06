/* Any bytes as a mapping file, and what follows its first NUL as a line list that is read by it: no crash, and what is refused has a
 * place. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "feed/mapping.h"
#include "feed/rows.h"

static const struct row_column columns[] = {
	{"case", true}, {"status", true}, {"confirmed_at", true}, {"onset", false}, {"id_number", false}};
static const struct row_form form = {"cases", sizeof columns / sizeof columns[0], columns};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_list(const struct feed_mapping *mapping, const uint8_t *bytes, size_t length)
{
	const char *encoding = mapping_encoding(mapping);
	struct window window = {0};
	struct rows *rows = NULL;
	struct error e = {0};
	struct row row;
	int r = window_open_bytes(&window, "list", bytes, length, &e);

	if (r == 0 && encoding)
		r = window_decode(&window, encoding, &e);
	if (r == 0)
		r = rows_take_mapped(&window, &form, 1, mapping, &rows, &e);
	while (r >= 0 && rows && (r = rows_next(rows, &row, &e)) != 0) {
		if (r < 0 && !record_refused(r))
			break;
		if (r < 0 && (e.line == 0 || e.column == 0))
			abort();
		r = 0;
	}
	rows_close(rows);
	window_close(&window);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size);
	size_t length = end ? (size_t)(end - data) : size;
	struct feed_mapping *mapping = NULL;
	struct error e = {0};
	char path[64];
	int fd = memfd_create("mapping", 0);

	if (fd < 0 || write(fd, data, length) != (ssize_t)length)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (feed_mapping_read(path, &mapping, &e) == 0)
		read_list(mapping, end ? end + 1 : data, end ? size - length - 1 : 0);
	feed_mapping_free(mapping);
	close(fd);
	return 0;
}
