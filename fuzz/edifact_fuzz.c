/* Any bytes as a UN/EDIFACT interchange: no crash, and what is refused has a place. */

#include <stdint.h>
#include <stdlib.h>

#include "feed/edifact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edifact *interchange = NULL;
	struct error e = {0};
	int r = edifact_read((const char *)data, size, &interchange, &e);

	if (r < 0 && (e.line == 0 || e.column == 0))
		abort();
	for (size_t i = 0; r == 0 && i < edifact_count(interchange); i++)
		if (edifact_start(interchange, i) >= size || !edifact_text(interchange, i, 1, 1))
			abort();
	edifact_free(interchange);
	return 0;
}
