#include <openssl/evp.h>

#include "credential/code.h"

static void
put(uint8_t *bytes, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static uint64_t
get(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* One block, forward or back. ECB of a single block is the block cipher itself, which is what a permutation needs. */
static int
permute(const uint8_t *key, const uint8_t *in, uint8_t *out, int forward, struct error *e)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int length, r = 0;

	if (!context || EVP_CipherInit_ex(context, EVP_aes_256_ecb(), NULL, key, NULL, forward) != 1 ||
		EVP_CIPHER_CTX_set_padding(context, 0) != 1 || EVP_CipherUpdate(context, out, &length, in, CODE_ID_SIZE) != 1 ||
		length != CODE_ID_SIZE)
		r = error_no_memory(e);
	EVP_CIPHER_CTX_free(context);
	return r;
}

int
code_id_make(
	const uint8_t key[CODE_ID_KEY_SIZE], const struct code_id_parts *parts, uint8_t id[CODE_ID_SIZE], struct error *e)
{
	uint8_t block[CODE_ID_SIZE];

	put(block, parts->person, 4);
	put(block + 4, parts->jurisdiction, 4);
	put(block + 8, parts->slot, 8);
	return permute(key, block, id, 1, e);
}

int
code_id_open(const uint8_t key[CODE_ID_KEY_SIZE], const uint8_t id[CODE_ID_SIZE], struct code_id_parts *ret_parts,
	struct error *e)
{
	uint8_t block[CODE_ID_SIZE];
	int r;

	if ((r = permute(key, id, block, 0, e)) < 0)
		return r;
	ret_parts->person = (uint32_t)get(block, 4);
	ret_parts->jurisdiction = (uint32_t)get(block + 4, 4);
	ret_parts->slot = get(block + 8, 8);
	return 0;
}
