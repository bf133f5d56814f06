/* The normal form of a number is its own normal form. */

#include <stdlib.h>
#include <string.h>

#include "credential/id_number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct id_number id, again;
	struct error e = {0};
	char text[ID_NUMBER_SIZE];

	if (id_number_read((const char *)data, size, &id, &e) == 0) {
		if (id_number_read(id.text, strlen(id.text), &again, &e) < 0 || strcmp(id.text, again.text) != 0 ||
			id.kind != again.kind || strlen(id_number_mask(&id, text)) != strlen(id.text))
			abort();
	}
	return 0;
}
