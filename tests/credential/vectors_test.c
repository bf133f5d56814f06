/* Published vectors: COSE examples (cose-wg), RFC 8949's appendix A (cbor-wg), base45. */

#include "../test.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "credential/credential.h"

static const char *
data_path(const char *folder, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/tests/data/%s/%s", getenv("HEALTHCODE_SOURCE"), folder, name);
	return path;
}

static struct buffer
unhex(const char *hex)
{
	struct buffer b = buffer_make(1 << 20);
	struct error e = {0};
	char pair[3] = {0};

	for (; hex && hex[0] && hex[1]; hex += 2) {
		memcpy(pair, hex, 2);
		assert_int_equal(buffer_add_byte(&b, (uint8_t)strtoul(pair, NULL, 16), &e), 0);
	}
	return b;
}

/* A coordinate in "x" (base64url) or "x_hex", right-aligned to ${size}. */
static void
read_coordinate(const json_t *key, const char *name, uint8_t *bytes, size_t size)
{
	char hex_name[8], text[128];
	const char *plain = json_string_value(json_object_get(key, name));
	struct buffer b = {0};
	int length;

	memset(bytes, 0, size);
	snprintf(hex_name, sizeof hex_name, "%s_hex", name);
	if (!plain) {
		b = unhex(json_string_value(json_object_get(key, hex_name)));
		memcpy(bytes + size - b.length, b.data, b.length);
		buffer_free(&b);
		return;
	}
	snprintf(text, sizeof text, "%s%.*s", plain, (int)(3 - (strlen(plain) + 3) % 4), "===");
	for (char *at = text; *at; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	b = buffer_make(256);
	assert_int_equal(buffer_reserve(&b, 128, NULL), 0);
	length =
		EVP_DecodeBlock(b.data, (const unsigned char *)text, (int)strlen(text)) - (int)(3 - (strlen(plain) + 3) % 4);
	memcpy(bytes + size - (size_t)length, b.data, (size_t)length);
	buffer_free(&b);
}

/* The JWK-like key of an example, through SubjectPublicKeyInfo. */
static struct public_key *
read_key(const json_t *key)
{
	const char *curve = json_string_value(json_object_get(key, "crv"));
	size_t size = strcmp(curve, "P-256") == 0 ? 32 : strcmp(curve, "P-384") == 0 ? 48 : 66;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	struct public_key *read = NULL;
	unsigned char point[1 + 2 * 66] = {4}, *der = NULL;
	OSSL_PARAM *parameters;
	struct error e = {0};
	EVP_PKEY *pair = NULL;
	int length;

	read_coordinate(key, "x", point + 1, size);
	read_coordinate(key, "y", point + 1 + size, size);
	OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
	OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &pair, EVP_PKEY_PUBLIC_KEY, parameters), 1);
	length = i2d_PUBKEY(pair, &der);
	if (public_key_read(der, (size_t)length, &read, &e) < 0)
		fail_msg("%s", e.message);
	OPENSSL_free(der);
	EVP_PKEY_free(pair);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	return read;
}

static void
judge_cose(const char *name)
{
	struct cose_sign1 message = {0};
	struct public_key *key;
	struct buffer bytes, external;
	json_t *root = NULL, *sign;
	struct error e = {0};
	bool holds = false;

	if (json_read_file(data_path("cose", name), 1 << 20, &root, NULL, &e) < 0)
		fail_msg("%s", e.message);
	sign = json_object_get(json_object_get(root, "input"), "sign0");
	key = read_key(json_object_get(sign, "key"));
	bytes = unhex(json_string_value(json_object_get(json_object_get(root, "output"), "cbor")));
	external = unhex(json_string_value(json_object_get(sign, "external")));
	if (cose_sign1_read(bytes.data, bytes.length, &cbor_limits_default, &message, &e) == 0)
		assert_int_equal(cose_sign1_check(&message, external.data, external.length, key, &holds, &e), 0);
	if (holds == json_is_true(json_object_get(root, "fail")))
		fail_msg("%s: the signature %s", name, holds ? "holds" : "does not hold");
	cose_sign1_free(&message);
	public_key_free(key);
	buffer_free(&bytes);
	buffer_free(&external);
	json_decref(root);
}

static void
cose_examples_hold_or_fail_as_they_say(void **state)
{
	struct file_names names = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(file_list(data_path("cose", ""), ".json", &names, &e), 0);
	assert_int_equal(names.count, 15);
	for (size_t i = 0; i < names.count; i++)
		judge_cose(names.names[i]);
	file_names_free(&names);
}

static void
judge_cbor_example(const struct cbor_item *example)
{
	const struct cbor_item *encoded = cbor_at_text(example, "encoded"), *decoded = cbor_at_text(example, "decoded"),
						   *roundtrip = cbor_at_text(example, "roundtrip");
	struct buffer again = buffer_make(1 << 16);
	struct cbor *document = NULL;
	struct error e = {0};

	assert_non_null(encoded);
	assert_non_null(decoded);
	if (cbor_read(encoded->bytes, encoded->length, &cbor_limits_default, &document, &e) < 0)
		fail_msg("%s", e.message);
	assert_int_equal(cbor_order(cbor_root(document), decoded), 0);
	if (!roundtrip || roundtrip->value == CBOR_TRUE) {
		assert_int_equal(cbor_write_item(&again, cbor_root(document), &e), 0);
		assert_int_equal(again.length, encoded->length);
		assert_memory_equal(again.data, encoded->bytes, again.length);
	}
	cbor_free(document);
	buffer_free(&again);
}

static void
appendix_a_of_rfc_8949_is_read_and_written(void **state)
{
	struct file_names names = {0};
	struct error e = {0};
	size_t judged = 0;

	(void)state;
	assert_int_equal(file_list(data_path("cbor", ""), ".cbor", &names, &e), 0);
	for (size_t i = 0; i < names.count; i++) {
		struct buffer bytes = buffer_make(1 << 16);
		struct cbor *document = NULL;

		assert_int_equal(file_read(data_path("cbor", names.names[i]), &bytes, &e), 0);
		if (cbor_read(bytes.data, bytes.length, &cbor_limits_default, &document, &e) < 0)
			fail_msg("%s: %s", names.names[i], e.message);
		for (const struct cbor_item *item = cbor_at_text(cbor_root(document), "tests")->first; item;
			 item = item->next, judged++)
			judge_cbor_example(item);
		cbor_free(document);
		buffer_free(&bytes);
	}
	assert_true(judged >= 80);
	file_names_free(&names);
}

static void
base45_vectors_go_both_ways_or_are_refused(void **state)
{
	json_t *root = NULL, *vector;
	struct error e = {0};
	size_t i;

	(void)state;
	assert_int_equal(json_read_file(data_path("base45", "base45.json"), 1 << 20, &root, NULL, &e), 0);
	assert_int_equal(json_array_size(json_object_get(root, "valid")), 15);
	json_array_foreach(json_object_get(root, "valid"), i, vector)
	{
		const char *text = json_string_value(json_object_get(vector, "base45"));
		struct buffer bytes = unhex(json_string_value(json_object_get(vector, "hex"))), out = buffer_make(4096);

		assert_int_equal(base45_encode(bytes.data, bytes.length, &out, &e), 0);
		assert_string_equal(buffer_text(&out), text);
		buffer_clear(&out);
		assert_int_equal(base45_decode(text, strlen(text), &out, &e), 0);
		assert_int_equal(out.length, bytes.length);
		if (bytes.length)
			assert_memory_equal(out.data, bytes.data, bytes.length);
		buffer_free(&bytes);
		buffer_free(&out);
	}
	assert_int_equal(json_array_size(json_object_get(root, "invalid")), 12);
	json_array_foreach(json_object_get(root, "invalid"), i, vector)
	{
		const char *text = json_string_value(json_object_get(vector, "base45"));
		struct buffer out = buffer_make(4096);

		assert_int_equal(base45_decode(text, strlen(text), &out, &e), ERROR_BAD_INPUT);
		buffer_free(&out);
	}
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cose_examples_hold_or_fail_as_they_say),
		cmocka_unit_test(appendix_a_of_rfc_8949_is_read_and_written),
		cmocka_unit_test(base45_vectors_go_both_ways_or_are_refused),
	};

	return cmocka_run_group_tests_name("credential/vectors", tests, NULL, NULL);
}
