/* RFC 7049's appendix A as a table (cbor/test-vectors), in the file that the argument names: every vector is read,
 * those that can be said in JSON are equal to it, and those marked so are written back byte for byte. The one exception
 * is f818, simple(24), which RFC 8949 (3.3) made ill-formed: it must be refused. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "credential/credential.h"

/* As json_equal, but numbers are compared by value: the table is read with its integers as reals, since one of them
 * passes 64 bits. */
static bool
are_equal(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (json_is_array(a) && json_is_array(b) && json_array_size(a) == json_array_size(b)) {
		for (size_t i = 0; i < json_array_size(a); i++)
			if (!are_equal(json_array_get(a, i), json_array_get(b, i)))
				return false;
		return true;
	}
	if (json_is_object(a) && json_is_object(b) && json_object_size(a) == json_object_size(b)) {
		json_object_foreach(
			(json_t *)(uintptr_t)a, key, value) if (!are_equal(value, json_object_get(b, key))) return false;
		return true;
	}
	return json_equal(a, b);
}

static bool
means_the_same(const struct cbor_item *item, const json_t *wanted)
{
	json_t *json = NULL;
	struct error e = {0};
	bool same;

	if (json_is_number(wanted) && (json_number_value(wanted) >= 0x1p63 || json_number_value(wanted) < -0x1p63) &&
		item->kind != CBOR_FLOAT)
		return true; /* no JSON of ours: its bytes are compared */
	same = cbor_to_json(item, &json, &e) == 0 && are_equal(json, wanted);
	json_decref(json);
	return same;
}

static bool
judge(const json_t *vector)
{
	const char *hex = json_string_value(json_object_get(vector, "hex"));
	const json_t *decoded = json_object_get(vector, "decoded");
	struct buffer out = buffer_make(4096);
	struct cbor *document = NULL;
	struct error e = {0};
	uint8_t bytes[512];
	bool good = strlen(hex) <= 2 * sizeof bytes && text_unhex(hex, bytes, strlen(hex) / 2) &&
		cbor_read(bytes, strlen(hex) / 2, &cbor_limits_default, &document, &e) == 0;

	if (strcmp(hex, "f818") == 0)
		return !good;
	if (good && decoded)
		good = means_the_same(cbor_root(document), decoded);
	if (good && json_is_true(json_object_get(vector, "roundtrip")))
		good = cbor_write_item(&out, cbor_root(document), &e) == 0 && out.length == strlen(hex) / 2 &&
			memcmp(out.data, bytes, out.length) == 0;
	if (!good)
		printf("%s %s\n", hex, e.message);
	cbor_free(document);
	buffer_free(&out);
	return good;
}

int
main(int argc, char **argv)
{
	json_t *root = NULL, *vector;
	size_t i, passed = 0, failed = 0;

	if (argc != 2 || !(root = json_load_file(argv[1], JSON_DECODE_INT_AS_REAL, NULL))) {
		printf("the table cannot be read\n");
		return 2;
	}
	json_array_foreach(root, i, vector)
	{
		if (judge(vector))
			passed++;
		else
			failed++;
	}
	printf("%zu passed, %zu failed\n", passed, failed);
	json_decref(root);
	return failed || passed < 80;
}
