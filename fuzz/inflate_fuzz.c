/* Nothing inflates past the maximum, and what inflated is stored and inflates to the same. */

#include <stdlib.h>
#include <string.h>

#include "credential/compress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer bytes = buffer_make(32768), stream = buffer_make(65536), again = buffer_make(32768);
	struct error e = {0};

	if (inflate_all(data, size, &bytes, &e) == 0) {
		if (bytes.length > 32768 || store_all(bytes.data, bytes.length, &stream, &e) < 0 ||
			inflate_all(stream.data, stream.length, &again, &e) < 0 || again.length != bytes.length ||
			(bytes.length && memcmp(again.data, bytes.data, bytes.length) != 0))
			abort();
	}
	buffer_free(&bytes);
	buffer_free(&stream);
	buffer_free(&again);
	return 0;
}
