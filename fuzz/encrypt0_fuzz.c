/* Nothing opens that was not sealed: neither as it comes, nor after it was sealed and one byte changed. */

#include <stdlib.h>
#include <string.h>

#include "credential/encrypt0.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[ENCRYPT0_KEY_SIZE] = {1, 2, 3};
	struct buffer content = buffer_make(65536), message = buffer_make(131072);
	struct error e = {0};

	if (encrypt0_open(key, data, size, &content, &e) == 0)
		abort();
	if (size > 2 && size < 4096) {
		size_t at = (size_t)data[0] << 8 | data[1];

		if (encrypt0_write(key, data, size, &message, &e) < 0 ||
			encrypt0_open(key, message.data, message.length, &content, &e) < 0 || content.length != size ||
			memcmp(content.data, data, size) != 0)
			abort();
		buffer_clear(&content);
		at = 1 + at % (message.length - 1);
		message.data[at] ^= (uint8_t)(data[2] | 1);
		if (encrypt0_open(key, message.data, message.length, &content, &e) == 0)
			abort();
	}
	buffer_free(&content);
	buffer_free(&message);
	return 0;
}
