/* The first line is a JSON pointer, the rest a document. What can be read is written canonically, and the canonical form
 * is read and written the same again; the pointer's place is inside the document. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_place(const char *text, size_t length, const char *pointer)
{
	size_t line, column, at = 0;

	json_place(text, length, pointer, &line, &column);
	if (line == 0 || column == 0)
		abort();
	for (; line > 1; line--) {
		const char *end = memchr(text + at, '\n', length - at);

		if (!end)
			abort();
		at = (size_t)(end - text) + 1;
	}
	at += column - 1;
	if (at >= length || strchr(" \t\r\n,:]}", text[at]))
		abort();
}

static void
check_canonical(const json_t *root)
{
	struct buffer first = buffer_make(1 << 24), second = buffer_make(1 << 24);
	json_t *again = NULL;
	struct error e = {0};

	if (json_write(root, &first, &e) < 0 || json_read(buffer_text(&first), first.length, "canonical", &again, &e) < 0 ||
		json_write(again, &second, &e) < 0)
		abort();
	if (first.length != second.length || memcmp(first.data, second.data, first.length) != 0)
		abort();
	json_decref(again);
	buffer_free(&first);
	buffer_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *end = size ? memchr(data, '\n', size) : NULL;
	const char *text;
	char *pointer;
	size_t length;
	json_t *root = NULL;
	struct error e = {0};

	if (!end)
		return 0;
	text = end + 1;
	length = size - (size_t)(text - (const char *)data);
	pointer = strndup((const char *)data, (size_t)(end - (const char *)data));
	if (!pointer)
		return 0;
	if (json_read(text, length, "input", &root, &e) == 0) {
		check_place(text, length, pointer);
		check_canonical(root);
	} else if (e.line == 0 || e.column == 0) {
		abort();
	}
	json_decref(root);
	free(pointer);
	return 0;
}
