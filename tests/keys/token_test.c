/* Issuers' keys in a PKCS#11 token: SoftHSM2, in a folder of its own, behind a module that fails when it is told to. */

#include "keys/token.h"

#include <dlfcn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "keys/keys.h"

static char folder[64], uri[512];
static void (*moody_fail)(unsigned long at, unsigned long times, CK_RV rv);
static unsigned long (*moody_calls)(void);
static const uint8_t digest[TOKEN_DIGEST_SIZE] = {1, 2, 3};

static void
shell(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void
write_pin(const char *pin)
{
	char path[128];

	snprintf(path, sizeof path, "%s/pin", folder);
	assert_int_equal(file_write(path, pin, strlen(pin), 0600, NULL), 0);
}

static void
make_token(const char *label)
{
	shell("softhsm2-util --init-token --free --label %s --so-pin 12345678 --pin 1234 >/dev/null", label);
}

static int
set_up(void **state)
{
	char path[128], line[128];
	void *module;

	(void)state;
	strcpy(folder, "/tmp/healthcode-token-XXXXXX");
	assert_non_null(mkdtemp(folder));
	shell("mkdir %s/tokens", folder);
	snprintf(path, sizeof path, "%s/softhsm2.conf", folder);
	snprintf(line, sizeof line, "directories.tokendir = %s/tokens\nlog.level = ERROR\n", folder);
	assert_int_equal(file_write(path, line, strlen(line), 0600, NULL), 0);
	setenv("SOFTHSM2_CONF", path, 1);
	make_token("issuer");
	write_pin("1234\n");
	snprintf(
		uri, sizeof uri, "pkcs11:token=issuer?module-path=%s&pin-source=file:%s/pin", getenv("MOODY_MODULE"), folder);
	if (!(module = dlopen(getenv("MOODY_MODULE"), RTLD_NOW)))
		fail_msg("%s", dlerror());
	*(void **)&moody_fail = dlsym(module, "moody_fail");
	*(void **)&moody_calls = dlsym(module, "moody_calls");
	moody_fail(0, 0, 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	moody_fail(0, 0, 0);
	shell("rm -rf %s", folder);
	return 0;
}

static struct token *
opened(void)
{
	struct token *token = NULL;
	struct error e = {0};

	if (token_open(uri, &token, &e) < 0)
		fail_msg("%s", e.message);
	return token;
}

static bool
holds(const struct buffer *public_key, const uint8_t signature[TOKEN_SIGNATURE_SIZE])
{
	const unsigned char *at = public_key->data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)public_key->length);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int length;
	bool good;

	assert_non_null(key);
	ECDSA_SIG_set0(pair, BN_bin2bn(signature, 32, NULL), BN_bin2bn(signature + 32, 32, NULL));
	length = i2d_ECDSA_SIG(pair, &der);
	good =
		EVP_PKEY_verify_init(context) == 1 && EVP_PKEY_verify(context, der, (size_t)length, digest, sizeof digest) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	return good;
}

static void
a_key_of_the_token_signs_and_is_found_by_its_name(void **state)
{
	struct token *token = opened();
	struct buffer public_key = buffer_make(512);
	struct token_key *key = NULL;
	uint8_t signature[TOKEN_SIGNATURE_SIZE];
	struct error e = {0};

	(void)state;
	assert_int_equal(token_check(token, &e), 0);
	assert_int_equal(token_find(token, "issuer-a", &e), ERROR_EXISTS_NOT);
	assert_int_equal(token_make(token, "issuer-a", &public_key, &e), 0);
	assert_int_equal(token_find(token, "issuer-a", &e), 0);
	assert_int_equal(token_key_open(token, "issuer-a", &key, &e), 0);
	assert_int_equal(token_key_sign(key, digest, signature, &e), 0);
	assert_true(holds(&public_key, signature));
	signature[5] ^= 1;
	assert_false(holds(&public_key, signature));
	assert_int_equal(token_destroy(token, "issuer-a", &e), 0);
	assert_int_equal(token_destroy(token, "issuer-a", &e), 0);
	assert_int_equal(token_find(token, "issuer-a", &e), ERROR_EXISTS_NOT);
	token_key_close(key);
	buffer_free(&public_key);
	token_close(token);
}

/* Asked by another program that has the PIN. */
static void
a_key_in_the_token_cannot_be_read(void **state)
{
	struct token *token = opened();
	struct buffer public_key = buffer_make(512);

	(void)state;
	assert_int_equal(token_make(token, "issuer-a", &public_key, NULL), 0);
	shell("pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label issuer --login --pin 1234 --list-objects"
		  " --type privkey >%s/objects 2>/dev/null",
		folder);
	shell("grep -q 'label: *issuer-a' %s/objects", folder);
	shell("grep -q 'sensitive, always sensitive, never extractable' %s/objects", folder);
	buffer_free(&public_key);
	token_close(token);
}

static void
refused(const char *text, int code, const char *reason)
{
	struct token *token = NULL;
	struct error e = {0};
	int r = token_open(text, &token, &e);

	if (r == 0) {
		r = token_check(token, &e);
		token_close(token);
	}
	if (r != code || !strstr(e.message, reason))
		fail_msg("%s: %d, %s; wanted %s", text, r, e.message, reason);
}

static void
what_names_no_token_is_refused_with_its_reason(void **state)
{
	char text[512];

	(void)state;
	refused("", ERROR_USAGE, "not a PKCS#11 URI");
	refused("file:/x", ERROR_USAGE, "not a PKCS#11 URI");
	refused("pkcs11:token=a?module-path=/m.so&pin-value=1234", ERROR_USAGE, "not in the URI");
	refused("pkcs11:token=a", ERROR_USAGE, "module-path");
	refused("pkcs11:token=a?module-path=m.so", ERROR_USAGE, "module-path");
	refused("pkcs11:?module-path=/m.so", ERROR_USAGE, "label");
	refused("pkcs11:token=a?module-path=/m.so&pin-source=file:pin", ERROR_USAGE, "pin-source");
	refused("pkcs11:colour=a?module-path=/m.so", ERROR_USAGE, "not a PKCS#11 URI");
	refused("pkcs11:token=a?module-path=/nowhere/m.so&pin-source=file:/nowhere/pin", ERROR_IO, "cannot be loaded");
	snprintf(text, sizeof text, "pkcs11:token=other?module-path=%s", getenv("MOODY_MODULE"));
	refused(text, ERROR_IO, "the token is not there");
	make_token("issuer");
	refused(uri, ERROR_IO, "more than one token");
}

static void
the_pin_comes_from_a_file_or_the_environment(void **state)
{
	char text[512], path[128];

	(void)state;
	snprintf(text, sizeof text, "pkcs11:token=issuer?module-path=%s", getenv("MOODY_MODULE"));
	unsetenv("HEALTHCODE_TOKEN_PIN");
	refused(text, ERROR_IO, "in no file");
	setenv("HEALTHCODE_TOKEN_PIN", "1234", 1);
	{
		struct token *token = NULL;

		assert_int_equal(token_open(text, &token, NULL), 0);
		assert_int_equal(token_check(token, NULL), 0);
		token_close(token);
	}
	unsetenv("HEALTHCODE_TOKEN_PIN");
	snprintf(path, sizeof path, "%s/pin", folder);
	assert_int_equal(chmod(path, 0644), 0);
	refused(uri, ERROR_IO, "can be read by others");
	write_pin("");
	refused(uri, ERROR_IO, "from 1 to");
	assert_int_equal(unlink(path), 0);
	refused(uri, ERROR_IO, "cannot read the token's PIN");
}

static void
a_wrong_pin_is_tried_once(void **state)
{
	struct token *token = opened();
	struct error e = {0};
	unsigned long calls;

	(void)state;
	write_pin("4321\n");
	assert_int_equal(token_check(token, &e), ERROR_IO);
	assert_string_equal(e.message, "the token refuses the PIN");
	moody_fail(0, 0, 0);
	assert_int_equal(token_check(token, &e), ERROR_IO); /* within the second: nothing is asked */
	calls = moody_calls();
	assert_int_equal(calls, 0);
	usleep(1100000);
	assert_int_equal(token_check(token, &e), ERROR_IO);
	assert_non_null(strstr(e.message, "not tried again"));
	write_pin("1234\n");
	usleep(1100000);
	assert_int_equal(token_check(token, &e), 0);
	token_close(token);
}

static void
a_token_that_was_away_is_connected_to_again(void **state)
{
	static const CK_RV gone[] = {
		CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT, CKR_SESSION_HANDLE_INVALID, CKR_GENERAL_ERROR};
	struct token *token = opened();
	struct buffer public_key = buffer_make(512);
	struct token_key *key = NULL;
	uint8_t signature[TOKEN_SIGNATURE_SIZE];
	struct error e = {0};

	(void)state;
	assert_int_equal(token_make(token, "issuer-a", &public_key, NULL), 0);
	assert_int_equal(token_key_open(token, "issuer-a", &key, NULL), 0);
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		assert_int_equal(token_key_sign(key, digest, signature, &e), 0);
		usleep(1100000);
		moody_fail(1, 1000000, gone[i]);
		assert_int_equal(token_key_sign(key, digest, signature, &e), ERROR_IO);
		assert_non_null(strstr(e.message, "the token "));
		assert_int_equal(token_key_sign(key, digest, signature, &e), ERROR_IO);
		moody_fail(0, 0, 0);
		usleep(1100000);
		assert_int_equal(token_key_sign(key, digest, signature, &e), 0);
		assert_true(holds(&public_key, signature));
	}
	/* and with its files gone and put back */
	shell("mv %s/tokens %s/away", folder, folder);
	usleep(1100000);
	assert_int_equal(token_key_sign(key, digest, signature, &e), ERROR_IO);
	shell("mv %s/away %s/tokens", folder, folder);
	usleep(1100000);
	assert_int_equal(token_key_sign(key, digest, signature, &e), 0);
	assert_true(holds(&public_key, signature));
	token_key_close(key);
	buffer_free(&public_key);
	token_close(token);
}

/* Whatever call fails, once: it is mended by another connection or told, and the next one works. */
static void
each_call_that_fails_is_mended_or_told(void **state)
{
	struct error e = {0};

	(void)state;
	for (unsigned long at = 1;; at++) {
		struct token *token = opened();
		struct buffer public_key = buffer_make(512);
		struct token_key *key = NULL;
		uint8_t signature[TOKEN_SIGNATURE_SIZE];
		bool failed;
		int r;

		moody_fail(at, 1, CKR_DEVICE_ERROR);
		if ((r = token_make(token, "issuer-b", &public_key, &e)) == 0 &&
			(r = token_key_open(token, "issuer-b", &key, &e)) == 0 &&
			(r = token_key_sign(key, digest, signature, &e)) == 0) {
			assert_true(holds(&public_key, signature));
			r = token_destroy(token, "issuer-b", &e);
		}
		failed = moody_calls() >= at;
		if (r < 0) {
			assert_int_equal(r, ERROR_IO);
			assert_true(failed);
		}
		moody_fail(0, 0, 0);
		token_key_close(key);
		token_close(token);
		buffer_free(&public_key);
		if (!failed) {
			assert_int_equal(r, 0);
			assert_true(at > 10);
			break;
		}
	}
}

/* The label in a reference: between the colon and the new line. */
static const char *
label_of(const uint8_t *bytes, size_t length, char label[128])
{
	const uint8_t *start = memchr(bytes, ':', length), *end = memchr(bytes, '\n', length);

	assert_true(start && end && end - start < 128);
	snprintf(label, 128, "%.*s", (int)(end - start - 1), (const char *)start + 1);
	return label;
}

static void
a_store_keeps_a_reference_and_destroys_the_key_with_it(void **state)
{
	struct keys *keys = NULL, *again = NULL;
	struct buffer public_key = buffer_make(512);
	struct token_key *key = NULL;
	struct token *token;
	uint8_t bytes[KEYS_VALUE_MAX], signature[TOKEN_SIGNATURE_SIZE];
	size_t length, at = 0, count = 0;
	char path[128], label[128];
	struct error e = {0};

	(void)state;
	snprintf(path, sizeof path, "%s/keys", folder);
	assert_int_equal(keys_open(path, true, &keys, NULL), 0);
	assert_null(keys_token_uri(keys));
	assert_int_equal(keys_make_in_token(keys, "issuer-c", &public_key, &e), ERROR_USAGE);
	assert_int_equal(keys_token_set(keys, "pkcs11:token=none?module-path=/nowhere.so", &e), ERROR_IO);
	assert_null(keys_token_uri(keys));
	assert_int_equal(keys_token_set(keys, uri, &e), 0);
	assert_int_equal(keys_make_in_token(keys, "issuer-c", &public_key, &e), 0);
	assert_int_equal(keys_make_in_token(keys, "issuer-c", &public_key, &e), ERROR_EXISTS);

	assert_int_equal(keys_open(path, false, &again, &e), 0);
	assert_string_equal(keys_token_uri(again), uri);
	assert_int_equal(keys_get(again, "issuer-c", bytes, sizeof bytes, &length, &e), 0);
	assert_int_equal(keys_in_token(again, "issuer-c", bytes, length, &key, &at, &e), 1);
	assert_int_equal(length - at, public_key.length);
	assert_memory_equal(bytes + at, public_key.data, public_key.length);
	assert_int_equal(token_key_sign(key, digest, signature, &e), 0);
	assert_true(holds(&public_key, signature));
	token_key_close(key);
	assert_int_equal(keys_put(again, "day-x", digest, sizeof digest, &e), 0);
	assert_int_equal(keys_in_token(again, "day-x", digest, sizeof digest, &key, &at, &e), 0);
	assert_int_equal(keys_check(again, &count, &e), 0);
	assert_int_equal(count, 2);

	/* while the token is away its key cannot be destroyed, nor is its name given up */
	usleep(1100000);
	moody_fail(1, 1000000, CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(keys_destroy(again, "issuer-c", &e), ERROR_IO);
	assert_false(keys_destroyed(again, "issuer-c"));
	moody_fail(0, 0, 0);
	usleep(1100000);
	assert_int_equal(keys_destroy(again, "issuer-c", &e), 0);
	assert_true(keys_destroyed(again, "issuer-c"));
	token = opened();
	assert_int_equal(token_find(token, label_of(bytes, length, label), &e), ERROR_EXISTS_NOT);

	/* a reference whose key the token lost */
	assert_int_equal(keys_make_in_token(keys, "issuer-d", &public_key, &e), 0);
	assert_int_equal(keys_get(again, "issuer-d", bytes, sizeof bytes, &length, &e), 0);
	assert_int_equal(token_find(token, label_of(bytes, length, label), &e), 0);
	assert_int_equal(token_destroy(token, label, &e), 0);
	assert_int_equal(keys_check(again, &count, &e), ERROR_CORRUPT);
	assert_int_equal(keys_token_set(again, NULL, &e), 0);
	assert_int_equal(keys_check(again, &count, &e), ERROR_IO);
	token_close(token);
	keys_close(keys);
	keys_close(again);
	assert_int_equal(keys_open(path, false, &again, &e), 0);
	assert_null(keys_token_uri(again));
	keys_close(again);
	buffer_free(&public_key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_key_of_the_token_signs_and_is_found_by_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_in_the_token_cannot_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_names_no_token_is_refused_with_its_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_pin_comes_from_a_file_or_the_environment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_wrong_pin_is_tried_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_token_that_was_away_is_connected_to_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_call_that_fails_is_mended_or_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_store_keeps_a_reference_and_destroys_the_key_with_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
