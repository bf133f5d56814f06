/* What decodes encodes to the same text. */

#include <stdlib.h>
#include <string.h>

#include "credential/base45.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer bytes = buffer_make(65536), text = buffer_make(65536);
	struct error e = {0};

	if (base45_decode((const char *)data, size, &bytes, &e) == 0) {
		if (base45_encode(bytes.data, bytes.length, &text, &e) < 0 || text.length != size ||
			(size && memcmp(text.data, data, size) != 0))
			abort();
	}
	buffer_free(&bytes);
	buffer_free(&text);
	return 0;
}
