#include <sodium.h>
#include <string.h>

#include "keys/store.h"

enum { VERSION = 1, NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

_Static_assert(KEYS_SEAL_EXTRA == 1 + NONCE_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES, "what sealing adds");
_Static_assert(KEYS_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key seals");

/* The key of one purpose. */
static void
derive(const uint8_t master[KEYS_SIZE], const char *purpose, uint8_t key[KEYS_SIZE])
{
	crypto_generichash(key, KEYS_SIZE, (const unsigned char *)purpose, strlen(purpose), master, KEYS_SIZE);
}

void
keys_hash(const struct keys *keys, const char *purpose, const void *bytes, size_t length, uint8_t hash[KEYS_SIZE])
{
	uint8_t key[KEYS_SIZE];

	derive(keys->masters->hash, purpose, key);
	crypto_generichash(hash, KEYS_SIZE, bytes, length, key, sizeof key);
	sodium_memzero(key, sizeof key);
}

int
keys_seal_with(const uint8_t key[KEYS_SIZE], const void *about, size_t about_length, const void *bytes, size_t length,
	struct buffer *sealed, struct error *e)
{
	unsigned char *out;
	int r;

	if (length > SIZE_MAX - KEYS_SEAL_EXTRA)
		return error_set(e, ERROR_TOO_LARGE, "too much to seal");
	if ((r = buffer_reserve(sealed, length + KEYS_SEAL_EXTRA, e)) < 0)
		return r;
	out = sealed->data + sealed->length;
	out[0] = VERSION;
	randombytes_buf(out + 1, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + 1 + NONCE_SIZE, NULL, bytes, length, about, about_length, NULL, out + 1, key);
	sealed->length += length + KEYS_SEAL_EXTRA;
	sealed->data[sealed->length] = 0;
	return 0;
}

int
keys_open_with(const uint8_t key[KEYS_SIZE], const void *about, size_t about_length, const void *sealed, size_t length,
	struct buffer *bytes, struct error *e)
{
	const unsigned char *in = sealed;
	int r;

	if (length < KEYS_SEAL_EXTRA || in[0] != VERSION)
		return error_set(e, ERROR_CORRUPT, "these bytes were not sealed here");
	if ((r = buffer_reserve(bytes, length - KEYS_SEAL_EXTRA, e)) < 0)
		return r;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes->data + bytes->length, NULL, NULL, in + 1 + NONCE_SIZE,
			length - 1 - NONCE_SIZE, about, about_length, in + 1, key) != 0)
		return error_set(e, ERROR_CORRUPT, "sealed bytes were changed, or sealed under another key");
	bytes->length += length - KEYS_SEAL_EXTRA;
	bytes->data[bytes->length] = 0;
	return 0;
}

int
keys_seal(const struct keys *keys, const char *purpose, const void *about, size_t about_length, const void *bytes,
	size_t length, struct buffer *sealed, struct error *e)
{
	uint8_t key[KEYS_SIZE];
	int r;

	derive(keys->masters->seal, purpose, key);
	r = keys_seal_with(key, about, about_length, bytes, length, sealed, e);
	sodium_memzero(key, sizeof key);
	return r;
}

int
keys_open_sealed(const struct keys *keys, const char *purpose, const void *about, size_t about_length,
	const void *sealed, size_t length, struct buffer *bytes, struct error *e)
{
	uint8_t key[KEYS_SIZE];
	int r;

	derive(keys->masters->seal, purpose, key);
	r = keys_open_with(key, about, about_length, sealed, length, bytes, e);
	sodium_memzero(key, sizeof key);
	return r;
}

void
keys_random(void *bytes, size_t length)
{
	randombytes_buf(bytes, length);
}

void
keys_wipe(void *bytes, size_t length)
{
	sodium_memzero(bytes, length);
}
