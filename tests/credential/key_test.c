#include "../test.h"

#include <string.h>

#include "credential/key.h"

static struct public_key *
public_of(const struct signing_key *key)
{
	struct buffer der = buffer_make(KEY_DER_MAX);
	struct public_key *public_part = NULL;
	struct error e = {0};

	assert_int_equal(signing_key_public(key, &der, &e), 0);
	assert_int_equal(public_key_read(der.data, der.length, &public_part, &e), 0);
	buffer_free(&der);
	return public_part;
}

static void
a_key_written_and_read_again_signs_the_same(void **state)
{
	struct signing_key *key = NULL, *again = NULL;
	struct buffer der = buffer_make(KEY_DER_MAX);
	struct public_key *public_part;
	uint8_t signature[64];
	struct error e = {0};

	(void)state;
	assert_int_equal(signing_key_make(&key, &e), 0);
	assert_int_equal(signing_key_write(key, &der, &e), 0);
	assert_int_equal(signing_key_read(der.data, der.length, &again, &e), 0);
	assert_memory_equal(signing_key_id(key), signing_key_id(again), KEY_ID_SIZE);
	assert_int_equal(signing_key_sign(again, "text", 4, signature, &e), 0);
	public_part = public_of(key);
	assert_true(public_key_is_p256(public_part));
	assert_true(public_key_check(public_part, COSE_ES256, "text", 4, signature, 64));
	assert_false(public_key_check(public_part, COSE_ES256, "texT", 4, signature, 64));
	assert_false(public_key_check(public_part, COSE_ES256, "text", 4, signature, 63));
	assert_false(public_key_check(public_part, COSE_PS256, "text", 4, signature, 64));
	assert_false(public_key_check(public_part, COSE_EDDSA, "text", 4, signature, 64));
	assert_false(public_key_check(public_part, COSE_ES384, "text", 4, signature, 64));
	assert_false(public_key_check(public_part, -999, "text", 4, signature, 64));
	public_key_free(public_part);
	signing_key_free(key);
	signing_key_free(again);
	buffer_free(&der);
}

static void
two_new_keys_differ(void **state)
{
	struct signing_key *a = NULL, *b = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(signing_key_make(&a, &e), 0);
	assert_int_equal(signing_key_make(&b, &e), 0);
	assert_memory_not_equal(signing_key_id(a), signing_key_id(b), KEY_ID_SIZE);
	signing_key_free(a);
	signing_key_free(b);
}

static void
a_signature_of_zeroes_or_of_the_order_is_refused(void **state)
{
	struct signing_key *key = NULL;
	struct public_key *public_part;
	uint8_t signature[64] = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(signing_key_make(&key, &e), 0);
	public_part = public_of(key);
	assert_false(public_key_check(public_part, COSE_ES256, "text", 4, signature, 64));
	memset(signature, 0xff, sizeof signature);
	assert_false(public_key_check(public_part, COSE_ES256, "text", 4, signature, 64));
	public_key_free(public_part);
	signing_key_free(key);
}

static void
bytes_that_are_no_key_are_refused(void **state)
{
	static const uint8_t bytes[] = {0x30, 0x03, 0x02, 0x01, 0x00};
	struct signing_key *key = NULL, *read = NULL;
	struct buffer der = buffer_make(KEY_DER_MAX), public_der = buffer_make(KEY_DER_MAX);
	struct public_key *public_part = NULL;
	struct certificate_facts facts;
	struct error e = {0};

	(void)state;
	assert_int_equal(signing_key_read(bytes, sizeof bytes, &read, &e), ERROR_BAD_INPUT);
	assert_int_equal(signing_key_read(bytes, 0, &read, &e), ERROR_BAD_INPUT);
	assert_int_equal(public_key_read(bytes, sizeof bytes, &public_part, &e), ERROR_BAD_INPUT);
	assert_int_equal(public_key_read_certificate(bytes, sizeof bytes, &public_part, &facts, &e), ERROR_BAD_INPUT);
	assert_int_equal(signing_key_make(&key, &e), 0);
	assert_int_equal(signing_key_write(key, &der, &e), 0);
	assert_int_equal(buffer_add_byte(&der, 0, &e), 0);
	assert_int_equal(signing_key_read(der.data, der.length, &read, &e), ERROR_BAD_INPUT);
	assert_int_equal(signing_key_read(der.data, der.length - 2, &read, &e), ERROR_BAD_INPUT);
	assert_int_equal(signing_key_public(key, &public_der, &e), 0);
	assert_int_equal(buffer_add_byte(&public_der, 0, &e), 0);
	assert_int_equal(public_key_read(public_der.data, public_der.length, &public_part, &e), ERROR_BAD_INPUT);
	assert_null(read);
	assert_null(public_part);
	signing_key_free(key);
	buffer_free(&der);
	buffer_free(&public_der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_written_and_read_again_signs_the_same),
		cmocka_unit_test(two_new_keys_differ),
		cmocka_unit_test(a_signature_of_zeroes_or_of_the_order_is_refused),
		cmocka_unit_test(bytes_that_are_no_key_are_refused),
	};

	return cmocka_run_group_tests_name("credential/key", tests, NULL, NULL);
}
