#include "credential/encrypt0.h"

#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const uint8_t key[ENCRYPT0_KEY_SIZE] = {1, 2, 3}, other[ENCRYPT0_KEY_SIZE] = {1, 2, 4};

static struct buffer
sealed(const char *content)
{
	struct buffer message = buffer_make(1024);
	struct error e = {0};

	if (encrypt0_write(key, content, strlen(content), &message, &e) < 0)
		fail_msg("%s", e.message);
	return message;
}

static int
opened(const uint8_t *with, const uint8_t *message, size_t length, char *text)
{
	struct buffer content = buffer_make(1024);
	struct error e = {0};
	int r = encrypt0_open(with, message, length, &content, &e);

	snprintf(text, 64, "%.*s", (int)content.length, (const char *)content.data);
	if (r < 0)
		assert_int_equal(content.length, 0);
	buffer_free(&content);
	return r;
}

static void
what_was_sealed_opens_with_its_key_alone(void **state)
{
	struct buffer message = sealed("green"), again = sealed("green"), empty = sealed("");
	char text[64];

	(void)state;
	assert_int_equal(opened(key, message.data, message.length, text), 0);
	assert_string_equal(text, "green");
	assert_int_equal(opened(other, message.data, message.length, text), ERROR_DENIED);
	assert_int_equal(opened(key, empty.data, empty.length, text), 0);
	assert_true(again.length == message.length && memcmp(again.data, message.data, message.length) != 0);
	buffer_free(&message);
	buffer_free(&again);
	buffer_free(&empty);
}

static void
no_bit_of_a_message_can_be_changed(void **state)
{
	struct buffer message = sealed("green");
	char text[64];

	(void)state;
	for (size_t i = 1; i < message.length; i++)
		for (int bit = 0; bit < 8; bit++) {
			message.data[i] ^= (uint8_t)(1 << bit);
			assert_true(opened(key, message.data, message.length, text) < 0);
			message.data[i] ^= (uint8_t)(1 << bit);
		}
	for (size_t length = 0; length < message.length; length++)
		assert_true(opened(key, message.data, length, text) < 0);
	buffer_free(&message);
}

static void
refused(const char *hex)
{
	uint8_t bytes[128];
	char text[64];

	assert_true(text_unhex(hex, bytes, strlen(hex) / 2));
	assert_int_equal(opened(key, bytes, strlen(hex) / 2, text), ERROR_BAD_INPUT);
}

static void
another_shape_is_refused(void **state)
{
	(void)state;
	refused("a0"); /* no array */
	refused("d18343a10103a1054c000000000000000000000000500000000000000000000000000000"
			"0000");                                                                         /* tag 17 */
	refused("d08343a10101a1054c0000000000000000000000005000000000000000000000000000000000"); /* A128GCM */
	refused("d08343a10103a1054b00000000000000000000005000000000000000000000000000000000");   /* 11 bytes of nonce */
	refused("d08343a10103a05000000000000000000000000000000000");                             /* no nonce */
	refused("d08343a10103a1054c0000000000000000000000004100");                               /* no room for a tag */
	refused("d08340a1054c0000000000000000000000005000000000000000000000000000000000");       /* no algorithm */
	refused("d08346a20103028100a1054c0000000000000000000000005000000000000000000000000000000000"); /* crit */
}

/* Made with WebCrypto: HKDF of the bytes 0 to 31 with 16 sevens as salt; a nonce of nines. */
#define VECTOR_KEY "fccf503c806f7a696e76247ba36515ccca02e17d41fc052d4233ee1075ad5bc7"
#define VECTOR_HEX "d08343a10103a1054c09090909090909090909090957bb6818546691ff138133a6ead9a8bb44a3ad0736419275"

static void
another_implementations_message_opens(void **state)
{
	static const uint8_t group[ENCRYPT0_KEY_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
		19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
	uint8_t salt[16], derived[ENCRYPT0_KEY_SIZE], bytes[(sizeof VECTOR_HEX - 1) / 2];
	struct buffer content = buffer_make(64);
	char hex[2 * ENCRYPT0_KEY_SIZE + 1];

	(void)state;
	memset(salt, 7, sizeof salt);
	assert_int_equal(encrypt0_derive(group, salt, sizeof salt, derived, NULL), 0);
	assert_string_equal(text_hex(derived, sizeof derived, hex), VECTOR_KEY);
	assert_true(text_unhex(VECTOR_HEX, bytes, sizeof bytes));
	assert_int_equal(encrypt0_open(derived, bytes, sizeof bytes, &content, NULL), 0);
	assert_string_equal(text_hex(content.data, content.length, hex), "a13a0001000001");
	buffer_free(&content);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens_with_its_key_alone),
		cmocka_unit_test(no_bit_of_a_message_can_be_changed),
		cmocka_unit_test(another_shape_is_refused),
		cmocka_unit_test(another_implementations_message_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
