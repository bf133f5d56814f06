/* Any bytes as UN/EDIFACT interchanges: no crash, what is refused has a place, and reading goes on. */

#include <stdint.h>
#include <stdlib.h>

#include "feed/edifact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edifact_place place = {0};
	int r;

	do {
		const size_t start = place.at;
		struct edifact *interchange = NULL;
		struct error e = {0};

		r = edifact_read((const char *)data, size, &place, &interchange, &e);
		if ((r < 0 && (e.line == 0 || e.column == 0)) || (r == 0 && (place.at <= start || place.at > size)))
			abort();
		for (size_t i = 0; r == 0 && i < edifact_count(interchange); i++)
			if (edifact_start(interchange, i) < start ||
				edifact_start(interchange, i) >= edifact_start(interchange, i + 1) ||
				edifact_start(interchange, i + 1) > size || !edifact_text(interchange, i, 1, 1))
				abort();
		edifact_free(interchange);
	} while (r == 0 && place.at < size);
	return 0;
}
