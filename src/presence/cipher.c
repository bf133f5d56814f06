#include "presence/cipher.h"

#include <endian.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE_SIZE = 12 };

struct cipher {
	EVP_CIPHER_CTX *seal, *open; /* each keyed once: a key's schedule costs as much as a block */
};

static EVP_CIPHER_CTX *
context_new(const uint8_t key[CIPHER_KEY_SIZE], int sealing)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	if (context && EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, NULL, sealing) == 1)
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

int
cipher_new(const uint8_t day_key[CIPHER_KEY_SIZE], const uint8_t id[CIPHER_ID_SIZE], struct cipher **ret_cipher,
	struct error *e)
{
	static const char purpose[] = "healthcode presence segment";
	struct cipher *cipher = calloc(1, sizeof *cipher);
	uint8_t key[CIPHER_KEY_SIZE];
	crypto_generichash_state state;

	if (!cipher)
		return error_no_memory(e);
	crypto_generichash_init(&state, day_key, CIPHER_KEY_SIZE, sizeof key);
	crypto_generichash_update(&state, (const uint8_t *)purpose, sizeof purpose);
	crypto_generichash_update(&state, id, CIPHER_ID_SIZE);
	crypto_generichash_final(&state, key, sizeof key);
	cipher->seal = context_new(key, 1);
	cipher->open = context_new(key, 0);
	sodium_memzero(key, sizeof key);
	sodium_memzero(&state, sizeof state);
	if (!cipher->seal || !cipher->open) {
		cipher_free(cipher);
		return error_no_memory(e);
	}
	*ret_cipher = cipher;
	return 0;
}

void
cipher_free(struct cipher *cipher)
{
	if (!cipher)
		return;
	EVP_CIPHER_CTX_free(cipher->seal); /* wipes */
	EVP_CIPHER_CTX_free(cipher->open);
	free(cipher);
}

static void
nonce_of(uint32_t kind, uint64_t number, uint8_t nonce[NONCE_SIZE])
{
	kind = htole32(kind);
	number = htole64(number);
	memcpy(nonce, &kind, sizeof kind);
	memcpy(nonce + sizeof kind, &number, sizeof number);
}

int
cipher_seal(struct cipher *cipher, uint32_t kind, uint64_t number, const void *about, size_t about_length,
	const void *bytes, size_t length, uint8_t *sealed, struct error *e)
{
	uint8_t nonce[NONCE_SIZE];
	int n = 0;

	nonce_of(kind, number, nonce);
	if (length > INT32_MAX || about_length > INT32_MAX ||
		EVP_EncryptInit_ex(cipher->seal, NULL, NULL, NULL, nonce) != 1 ||
		(about_length && EVP_EncryptUpdate(cipher->seal, NULL, &n, about, (int)about_length) != 1) ||
		EVP_EncryptUpdate(cipher->seal, sealed, &n, bytes, (int)length) != 1 || (size_t)n != length ||
		EVP_EncryptFinal_ex(cipher->seal, sealed + length, &n) != 1 ||
		EVP_CIPHER_CTX_ctrl(cipher->seal, EVP_CTRL_AEAD_GET_TAG, CIPHER_TAG_SIZE, sealed + length) != 1)
		return error_set(e, ERROR_IO, "the cipher does not seal");
	return 0;
}

int
cipher_open(struct cipher *cipher, uint32_t kind, uint64_t number, const void *about, size_t about_length,
	const uint8_t *sealed, size_t length, uint8_t *bytes, struct error *e)
{
	uint8_t nonce[NONCE_SIZE], tag[CIPHER_TAG_SIZE];
	int n = 0;

	nonce_of(kind, number, nonce);
	if (length > INT32_MAX || about_length > INT32_MAX)
		return error_set(e, ERROR_CORRUPT, "a sealed part is too large");
	memcpy(tag, sealed + length, sizeof tag);
	if (EVP_DecryptInit_ex(cipher->open, NULL, NULL, NULL, nonce) != 1 ||
		(about_length && EVP_DecryptUpdate(cipher->open, NULL, &n, about, (int)about_length) != 1) ||
		EVP_DecryptUpdate(cipher->open, bytes, &n, sealed, (int)length) != 1 || (size_t)n != length ||
		EVP_CIPHER_CTX_ctrl(cipher->open, EVP_CTRL_AEAD_SET_TAG, CIPHER_TAG_SIZE, tag) != 1 ||
		EVP_DecryptFinal_ex(cipher->open, bytes + length, &n) != 1)
		return error_set(e, ERROR_CORRUPT, "sealed stays were changed, or sealed under another day's key");
	return 0;
}
