#include "credential/encrypt0.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#include "credential/cbor.h"

enum {
	LABEL_ALGORITHM = 1,
	LABEL_CRITICAL = 2,
	LABEL_NONCE = 5,
	TAG_ENCRYPT0 = 16,
	A256GCM = 3,
	NONCE_SIZE = 12,
	GCM_TAG_SIZE = 16
};

static int
malformed(struct error *e, const char *reason)
{
	return error_set(e, ERROR_BAD_INPUT, "COSE_Encrypt0: %s", reason);
}

static int
failed(struct error *e)
{
	ERR_clear_error();
	return error_no_memory(e);
}

int
encrypt0_derive(const uint8_t group[ENCRYPT0_KEY_SIZE], const void *about, size_t about_length,
	uint8_t key[ENCRYPT0_KEY_SIZE], struct error *e)
{
	static const char info[] = "healthcode gates";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)group, ENCRYPT0_KEY_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)about, about_length),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, sizeof info - 1),
		OSSL_PARAM_construct_end(),
	};
	int r = context && EVP_KDF_derive(context, key, ENCRYPT0_KEY_SIZE, parameters) == 1 ? 0 : failed(e);

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return r;
}

static int
write_header(struct buffer *b, struct error *e)
{
	int r;

	if ((r = cbor_write_map(b, 1, e)) < 0 || (r = cbor_write_integer(b, LABEL_ALGORITHM, e)) < 0)
		return r;
	return cbor_write_integer(b, A256GCM, e);
}

/* What the tag covers beside the content: RFC 9052, 5.3. */
static int
write_covered(struct buffer *b, const void *protected_bytes, size_t protected_length, struct error *e)
{
	int r;

	if ((r = cbor_write_array(b, 3, e)) < 0 || (r = cbor_write_text(b, "Encrypt0", e)) < 0 ||
		(r = cbor_write_bytes(b, protected_bytes, protected_length, e)) < 0)
		return r;
	return cbor_write_bytes(b, NULL, 0, e);
}

int
encrypt0_write(
	const uint8_t key[ENCRYPT0_KEY_SIZE], const void *content, size_t length, struct buffer *message, struct error *e)
{
	struct buffer header = buffer_make(16), covered = buffer_make(64), sealed = buffer_make(length + GCM_TAG_SIZE);
	EVP_CIPHER_CTX *context = NULL;
	uint8_t nonce[NONCE_SIZE], tag[GCM_TAG_SIZE], *out;
	size_t before = message->length;
	int size = 0, r;

	if (length > ENCRYPT0_CONTENT_MAX) {
		r = error_set(e, ERROR_TOO_LARGE, "a sealed content has at most %d bytes", ENCRYPT0_CONTENT_MAX);
		goto out;
	}
	if ((r = write_header(&header, e)) < 0 || (r = write_covered(&covered, header.data, header.length, e)) < 0 ||
		(r = buffer_reserve(&sealed, length + GCM_TAG_SIZE, e)) < 0)
		goto out;
	out = sealed.data;
	if (!(context = EVP_CIPHER_CTX_new()) || RAND_bytes(nonce, sizeof nonce) != 1 ||
		EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key, nonce, NULL) != 1 ||
		EVP_EncryptUpdate(context, NULL, &size, covered.data, (int)covered.length) != 1 ||
		EVP_EncryptUpdate(context, out, &size, content, (int)length) != 1 ||
		EVP_EncryptFinal_ex(context, out + size, &size) != 1 ||
		EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_SIZE, tag) != 1) {
		r = failed(e);
		goto out;
	}
	memcpy(out + length, tag, sizeof tag);
	sealed.length = length + GCM_TAG_SIZE;
	if ((r = cbor_write_tag(message, TAG_ENCRYPT0, e)) < 0 || (r = cbor_write_array(message, 3, e)) < 0 ||
		(r = cbor_write_bytes(message, header.data, header.length, e)) < 0 || (r = cbor_write_map(message, 1, e)) < 0 ||
		(r = cbor_write_integer(message, LABEL_NONCE, e)) < 0 ||
		(r = cbor_write_bytes(message, nonce, sizeof nonce, e)) < 0 ||
		(r = cbor_write_bytes(message, sealed.data, sealed.length, e)) < 0)
		message->length = before;
out:
	EVP_CIPHER_CTX_free(context);
	buffer_free(&header);
	buffer_free(&covered);
	buffer_free(&sealed);
	return r;
}

/* The three parts, where they are as they should be: the protected header's bytes, the nonce, the content with its tag. */
struct parts {
	const struct cbor_item *header, *nonce, *sealed;
};

static int
read_parts(const struct cbor_item *root, struct parts *ret_parts, struct error *e)
{
	const struct cbor_item *first, *open_part;
	struct cbor *header = NULL;
	int64_t algorithm;
	int r;

	if (root->kind == CBOR_TAG && root->value == TAG_ENCRYPT0)
		root = root->first;
	if (root->kind != CBOR_ARRAY || root->length != 3)
		return malformed(e, "not a message");
	first = root->first;
	open_part = first->next;
	*ret_parts = (struct parts){first, cbor_at(open_part, LABEL_NONCE), open_part->next};
	if (first->kind != CBOR_BYTES || open_part->kind != CBOR_MAP || ret_parts->sealed->kind != CBOR_BYTES ||
		ret_parts->sealed->length < GCM_TAG_SIZE || ret_parts->sealed->length > ENCRYPT0_CONTENT_MAX + GCM_TAG_SIZE)
		return malformed(e, "its parts are not as they should be");
	if (!ret_parts->nonce || ret_parts->nonce->kind != CBOR_BYTES || ret_parts->nonce->length != NONCE_SIZE)
		return malformed(e, "no nonce of 12 bytes");
	if ((r = cbor_read(first->bytes, first->length, &cbor_limits_default, &header, e)) < 0)
		return r;
	if (cbor_at(cbor_root(header), LABEL_CRITICAL) || cbor_at(open_part, LABEL_CRITICAL))
		r = malformed(e, "a critical header parameter that is not understood");
	else if (!cbor_integer(cbor_at(cbor_root(header), LABEL_ALGORITHM), &algorithm) || algorithm != A256GCM)
		r = malformed(e, "another algorithm than A256GCM");
	cbor_free(header);
	return r;
}

int
encrypt0_open(const uint8_t key[ENCRYPT0_KEY_SIZE], const uint8_t *message, size_t length, struct buffer *content,
	struct error *e)
{
	struct buffer covered = buffer_make(length + 64);
	EVP_CIPHER_CTX *context = NULL;
	struct cbor *document = NULL;
	uint8_t tag[GCM_TAG_SIZE];
	struct parts parts;
	size_t size, before = content->length;
	int written = 0, r;

	if ((r = cbor_read(message, length, &cbor_limits_default, &document, e)) < 0 ||
		(r = read_parts(cbor_root(document), &parts, e)) < 0 ||
		(r = write_covered(&covered, parts.header->bytes, parts.header->length, e)) < 0)
		goto out;
	size = parts.sealed->length - GCM_TAG_SIZE;
	if ((r = buffer_reserve(content, size ? size : 1, e)) < 0)
		goto out;
	memcpy(tag, parts.sealed->bytes + size, sizeof tag);
	if (!(context = EVP_CIPHER_CTX_new()) ||
		EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key, parts.nonce->bytes, NULL) != 1 ||
		EVP_DecryptUpdate(context, NULL, &written, covered.data, (int)covered.length) != 1 ||
		EVP_DecryptUpdate(context, content->data + before, &written, parts.sealed->bytes, (int)size) != 1 ||
		EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_SIZE, tag) != 1) {
		r = failed(e);
		goto out;
	}
	if (EVP_DecryptFinal_ex(context, content->data + before + size, &written) != 1) {
		OPENSSL_cleanse(content->data + before, size); /* nothing unproved is told */
		ERR_clear_error();
		r = error_set(e, ERROR_DENIED, "it does not open with that key");
		goto out;
	}
	content->length = before + size;
out:
	EVP_CIPHER_CTX_free(context);
	cbor_free(document);
	buffer_free(&covered);
	return r;
}
