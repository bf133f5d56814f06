/* What is trusted, in memory, and the files it comes from. The signed list's own format is in trust_list.c. */

#include "credential/trust.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "credential/trust_list.h"

int
trust_new(const void *root, size_t root_length, struct trust **ret_trust, struct error *e)
{
	struct trust *trust = calloc(1, sizeof *trust);
	int r = 0;

	if (!trust)
		return error_no_memory(e);
	if (root &&
		((r = public_key_read(root, root_length, &trust->root, e)) < 0 ||
			(r = public_key_id(root, root_length, trust->root_id, e)) < 0)) {
		trust_free(trust);
		return r;
	}
	*ret_trust = trust;
	return 0;
}

void
trust_free(struct trust *trust)
{
	if (!trust)
		return;
	for (size_t i = 0; i < trust->count; i++)
		public_key_free(trust->keys[i].key);
	free(trust->keys);
	free(trust->revoked);
	filter_free(&trust->filter);
	for (size_t i = 0; i < trust->other_count; i++)
		trust_free(trust->others[i]);
	free(trust->others);
	free(trust->gates);
	free(trust->recognised);
	if (trust->gate_keys)
		OPENSSL_cleanse(trust->gate_keys, trust->gate_key_capacity * sizeof *trust->gate_keys);
	free(trust->gate_keys);
	public_key_free(trust->root);
	free(trust);
}

int
trust_add_gate_key(
	struct trust *trust, const char *issuer, day_number day, const uint8_t key[GATE_KEY_SIZE], struct error *e)
{
	struct trust_gate_key *added;
	int r = array_grow(&trust->gate_keys, &trust->gate_key_capacity, trust->gate_key_count + 1,
		sizeof *trust->gate_keys, TRUST_GATE_KEYS_MAX, e);

	if (r < 0)
		return r;
	added = &trust->gate_keys[trust->gate_key_count++];
	snprintf(added->issuer, sizeof added->issuer, "%s", issuer);
	added->day = day;
	memcpy(added->key, key, GATE_KEY_SIZE);
	return 0;
}

const uint8_t *
trust_gate_key(const struct trust *trust, const char *issuer, day_number day)
{
	for (size_t i = 0; i < trust->gate_key_count; i++)
		if (trust->gate_keys[i].day == day && strcmp(trust->gate_keys[i].issuer, issuer) == 0)
			return trust->gate_keys[i].key;
	return NULL;
}

int
trust_add_key(struct trust *trust, const struct trust_entry *entry, struct error *e)
{
	struct trust_key key = {
		.from = entry->from, .to = entry->to, .revoked_at = entry->revoked_at, .too_old_at = TRUST_NEVER};
	struct certificate_facts facts;
	int r;

	key.is_certificate = entry->is_certificate;
	if ((r = array_grow(&trust->keys, &trust->capacity, trust->count + 1, sizeof *trust->keys, TRUST_KEYS_MAX, e)) < 0)
		return r;
	if (entry->is_certificate) {
		if ((r = public_key_read_certificate(entry->der, entry->der_length, &key.key, &facts, e)) < 0)
			return r;
		memcpy(key.id, facts.id, KEY_ID_SIZE);
		key.usage = facts.usage;
		key.from = facts.from > entry->from ? facts.from : entry->from;
		key.to = facts.to < entry->to ? facts.to : entry->to;
		memcpy(key.issuer, facts.country, sizeof facts.country);
	} else if ((r = public_key_id(entry->der, entry->der_length, key.id, e)) < 0 ||
		(r = public_key_read(entry->der, entry->der_length, &key.key, e)) < 0) {
		return r;
	}
	if (entry->issuer)
		strncpy(key.issuer, entry->issuer, ISSUER_SIZE - 1);
	trust->keys[trust->count++] = key;
	return 0;
}

static bool
has_issuer(const struct trust *trust, const char *issuer, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!trust->keys[i].is_certificate && strcmp(trust->keys[i].issuer, issuer) == 0)
			return true;
	return false;
}

int
trust_adopt(struct trust *trust, struct trust *other, struct error *e)
{
	size_t before = trust->count, others = trust->other_count + 1;
	instant issued_at = other->facts.issued_at, age = other->facts.max_age_s;
	int r;

	/* An array of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	r = array_grow(&trust->others, &trust->other_capacity, others, sizeof *trust->others, TRUST_OTHERS_MAX, e);
	if (r < 0 ||
		(r = array_grow(
			 &trust->keys, &trust->capacity, trust->count + other->count, sizeof *trust->keys, TRUST_KEYS_MAX, e)) < 0)
		return r;
	for (size_t i = 0; i < other->count; i++) {
		struct trust_key *key = &other->keys[i];

		if (key->is_certificate || has_issuer(trust, key->issuer, before))
			continue;
		key->too_old_at = issued_at > TRUST_NEVER - 1 - age ? TRUST_NEVER : issued_at + age + 1;
		trust->keys[trust->count++] = *key;
		key->key = NULL;
	}
	trust->others[trust->other_count++] = other;
	return 0;
}

static int
order_keys(const void *a, const void *b)
{
	return memcmp(((const struct trust_key *)a)->id, ((const struct trust_key *)b)->id, KEY_ID_SIZE);
}

static int
order_code_ids(const void *a, const void *b)
{
	return memcmp(a, b, CODE_ID_SIZE);
}

static int
add_certificate(struct trust *trust, const uint8_t *der, size_t length, struct error *e)
{
	struct trust_entry entry = {.from = INT64_MIN,
		.to = TRUST_NEVER,
		.revoked_at = TRUST_NEVER,
		.is_certificate = true,
		.der = der,
		.der_length = length};

	return trust_add_key(trust, &entry, e);
}

static int
add_pem(struct trust *trust, const uint8_t *bytes, size_t length, struct error *e)
{
	BIO *file = BIO_new_mem_buf(bytes, (int)length);
	size_t added = 0;
	int r = file ? 0 : error_no_memory(e);

	while (r == 0) {
		char *name = NULL, *header = NULL;
		unsigned char *der = NULL;
		long der_length;

		if (PEM_read_bio(file, &name, &header, &der, &der_length) != 1)
			break;
		if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0) {
			r = add_certificate(trust, der, (size_t)der_length, e);
			added++;
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	BIO_free(file);
	ERR_clear_error();
	if (r == 0 && added == 0)
		r = error_set(e, ERROR_BAD_INPUT, "no certificate in the PEM text");
	return r;
}

/* Base64 with or without line ends. */
static int
add_base64(struct trust *trust, const uint8_t *text, size_t length, struct error *e)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	uint8_t *der = malloc(length + 4);
	int part, rest = 0, r;

	if (!context || !der) {
		r = error_no_memory(e);
		goto out;
	}
	EVP_DecodeInit(context);
	if (EVP_DecodeUpdate(context, der, &part, text, (int)length) < 0 || EVP_DecodeFinal(context, der + part, &rest) < 0)
		r = error_set(e, ERROR_BAD_INPUT, "neither a signed trust list nor a certificate (PEM, DER, base64)");
	else
		r = add_certificate(trust, der, (size_t)part + (size_t)rest, e);
out:
	EVP_ENCODE_CTX_free(context);
	free(der);
	ERR_clear_error();
	return r;
}

/* Whether it begins as a tagged or untagged COSE_Sign1 of ours or the CWT tag around one. */
static bool
is_list(const uint8_t *bytes, size_t length)
{
	return length && (bytes[0] == 0xd2 || bytes[0] == 0xd8 || bytes[0] == 0x84);
}

static bool
holds_text(const uint8_t *bytes, size_t length, const char *text)
{
	return memmem(bytes, length, text, strlen(text)) != NULL;
}

int
trust_add(struct trust *trust, const uint8_t *bytes, size_t length, struct error *e)
{
	int r;

	if (length > TRUST_FILE_MAX)
		return error_set(e, ERROR_TOO_LARGE, "more than the maximum of %d bytes", TRUST_FILE_MAX);
	if (length == 0)
		return error_set(e, ERROR_BAD_INPUT, "an empty file");
	if (is_list(bytes, length))
		r = trust_read_list(trust, bytes, length, e);
	else if (bytes[0] == 0x30)
		r = add_certificate(trust, bytes, length, e);
	else if (holds_text(bytes, length, "-----BEGIN"))
		r = add_pem(trust, bytes, length, e);
	else
		r = add_base64(trust, bytes, length, e);
	if (trust->count)
		qsort(trust->keys, trust->count, sizeof *trust->keys, order_keys);
	if (trust->revoked_count)
		qsort(trust->revoked, trust->revoked_count, CODE_ID_SIZE, order_code_ids);
	return r;
}

static int
add_file(struct trust *trust, const char *path, struct error *e)
{
	struct buffer content = buffer_make(TRUST_FILE_MAX);
	int r;

	if ((r = file_read(path, &content, e)) == 0 && (r = trust_add(trust, content.data, content.length, e)) < 0)
		error_at(e, path, 0, 0);
	buffer_free(&content);
	return r;
}

static int
add_folder(struct trust *trust, const char *path, struct error *e)
{
	struct file_names names = {0};
	int r;

	if ((r = file_list(path, "", &names, e)) < 0)
		return r;
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char *file = file_join(path, names.names[i], e);

		r = file ? add_file(trust, file, e) : ERROR_NO_MEMORY;
		free(file);
	}
	file_names_free(&names);
	return r;
}

int
trust_load(const char *path, struct trust **ret_trust, struct error *e)
{
	struct trust *trust = NULL;
	int r;

	if ((r = trust_new(NULL, 0, &trust, e)) < 0)
		goto out;
	r = file_is_folder(path) ? add_folder(trust, path, e) : add_file(trust, path, e);
	if (r < 0)
		goto out;
	*ret_trust = trust;
	trust = NULL;
out:
	trust_free(trust);
	return r;
}

const struct trust_key *
trust_find(const struct trust *trust, const uint8_t id[KEY_ID_SIZE], const struct trust_key *after)
{
	size_t low = 0, high = trust->count;

	if (after) {
		low = (size_t)(after - trust->keys) + 1;
	} else {
		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (memcmp(trust->keys[middle].id, id, KEY_ID_SIZE) < 0)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return low < trust->count && memcmp(trust->keys[low].id, id, KEY_ID_SIZE) == 0 ? &trust->keys[low] : NULL;
}

const struct trust_facts *
trust_list_facts(const struct trust *trust)
{
	return trust->has_list ? &trust->facts : NULL;
}

bool
trust_is_too_old(const struct trust *trust, instant now)
{
	return trust->has_list && now > trust->facts.issued_at && now - trust->facts.issued_at > trust->facts.max_age_s;
}

bool
trust_is_ahead(const struct trust *trust, instant now)
{
	return trust->has_list && now < trust->facts.issued_at - TRUST_CLOCK_SLACK_S;
}

bool
trust_is_revoked(const struct trust *trust, const uint8_t id[CODE_ID_SIZE])
{
	if (filter_has(&trust->filter, id) ||
		(trust->revoked_count &&
			bsearch(id, trust->revoked, trust->revoked_count, CODE_ID_SIZE, order_code_ids) != NULL))
		return true;
	for (size_t i = 0; i < trust->other_count; i++)
		if (trust_is_revoked(trust->others[i], id))
			return true;
	return false;
}

size_t
trust_count(const struct trust *trust)
{
	return trust->count;
}

const struct trust_key *
trust_at(const struct trust *trust, size_t i)
{
	return i < trust->count ? &trust->keys[i] : NULL;
}
