/* Any bytes as a file of HL7 v2: no crash, every refusal has a place, and what is read can be read again. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feed/hl7_file.h"
#include "feed/hl7_oru.h"
#include "feed/record.h"

static void
read_message(const struct hl7_chunk *chunk)
{
	static struct lab_report report;
	struct hl7 *message = NULL;
	struct error e = {0};
	int r = hl7_read(chunk->bytes, chunk->length, &message, &e);

	if (r < 0 && r != ERROR_BAD_INPUT && r != ERROR_TOO_LARGE)
		abort();
	if (r < 0 && (e.line == 0 || e.column == 0))
		abort();
	if (r == 0 && oru_read(message, &zone_utc, &report, &e) < 0 && e.line == 0)
		abort();
	hl7_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct window window;
	struct hl7_file file;
	struct hl7_chunk chunk;
	struct error e = {0};
	int r;

	if (size > WINDOW_RECORD_MAX || window_open_bytes(&window, "input", data, size, &e) < 0)
		return 0;
	file = hl7_file_of(&window);
	while ((r = hl7_file_next(&file, &chunk, &e)) != 0) {
		if (r < 0 && !record_refused(r))
			abort();
		if (r > 0 && chunk.part == HL7_PART_MESSAGE)
			read_message(&chunk);
	}
	if (window_length(&window) != 0)
		abort();
	window_close(&window);
	return 0;
}
