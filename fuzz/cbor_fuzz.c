/* What is read is written deterministically, and that is read as equal and written the same. */

#include <stdlib.h>
#include <string.h>

#include "credential/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer first = buffer_make(1 << 20), second = buffer_make(1 << 20);
	struct cbor *document = NULL, *again = NULL;
	json_t *json = NULL;
	/* An array of unknown length can be a byte shorter than its deterministic form. */
	const struct cbor_limits wide = {.bytes = 1 << 20, .items = 4096, .depth = 16};
	struct error e = {0};

	if (cbor_read(data, size, &cbor_limits_default, &document, &e) == 0) {
		if (cbor_write_item(&first, cbor_root(document), &e) < 0 ||
			cbor_read(first.data, first.length, &wide, &again, &e) < 0 ||
			cbor_order(cbor_root(document), cbor_root(again)) != 0 ||
			cbor_write_item(&second, cbor_root(again), &e) < 0 || first.length != second.length ||
			memcmp(first.data, second.data, first.length) != 0)
			abort();
		if (cbor_to_json(cbor_root(document), &json, &e) == 0)
			json_decref(json);
	}
	cbor_free(document);
	cbor_free(again);
	buffer_free(&first);
	buffer_free(&second);
	return 0;
}
