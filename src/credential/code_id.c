#include <openssl/evp.h>
#include <stdlib.h>

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

struct code_id_key {
	EVP_CIPHER_CTX *forward, *back;
};

/* ECB of single blocks is the block cipher itself, which is what a permutation needs. */
static EVP_CIPHER_CTX *
ready(const uint8_t *bytes, int forward)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	if (context && EVP_CipherInit_ex(context, EVP_aes_256_ecb(), NULL, bytes, NULL, forward) == 1 &&
		EVP_CIPHER_CTX_set_padding(context, 0) == 1)
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

int
code_id_key_new(const uint8_t bytes[CODE_ID_KEY_SIZE], struct code_id_key **ret_key, struct error *e)
{
	struct code_id_key *key = calloc(1, sizeof *key);

	if (!key || !(key->forward = ready(bytes, 1)) || !(key->back = ready(bytes, 0))) {
		code_id_key_free(key);
		return error_no_memory(e);
	}
	*ret_key = key;
	return 0;
}

void
code_id_key_free(struct code_id_key *key)
{
	if (!key)
		return;
	EVP_CIPHER_CTX_free(key->forward);
	EVP_CIPHER_CTX_free(key->back);
	free(key);
}

static int
permute(EVP_CIPHER_CTX *context, const uint8_t *in, uint8_t *out, struct error *e)
{
	int length;

	return EVP_CipherUpdate(context, out, &length, in, CODE_ID_SIZE) == 1 && length == CODE_ID_SIZE
		? 0
		: error_no_memory(e);
}

int
code_id_make(struct code_id_key *key, const struct code_id_parts *parts, uint8_t id[CODE_ID_SIZE], struct error *e)
{
	uint8_t block[CODE_ID_SIZE];

	put(block, parts->person, 4);
	put(block + 4, parts->jurisdiction, 4);
	put(block + 8, parts->slot, 8);
	return permute(key->forward, block, id, e);
}

int
code_id_open(struct code_id_key *key, const uint8_t id[CODE_ID_SIZE], struct code_id_parts *ret_parts, struct error *e)
{
	uint8_t block[CODE_ID_SIZE];
	int r;

	if ((r = permute(key->back, id, block, e)) < 0)
		return r;
	ret_parts->person = (uint32_t)get(block, 4);
	ret_parts->jurisdiction = (uint32_t)get(block + 4, 4);
	ret_parts->slot = get(block + 8, 8);
	return 0;
}
