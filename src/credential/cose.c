#include "credential/cose.h"

#include <string.h>

enum { LABEL_ALGORITHM = 1, LABEL_CRITICAL = 2, LABEL_KEY_ID = 4, TAG_SIGN1 = 18, TAG_CWT = 61 };

/* What is signed: RFC 9052, 4.4. An empty protected header counts as no bytes, however it was written. */
static int
write_signed(struct buffer *b, const uint8_t *protected_bytes, size_t protected_length, const void *external,
	size_t external_length, const void *payload, size_t payload_length, struct error *e)
{
	int r;

	if (protected_length == 1 && protected_bytes[0] == 0xa0)
		protected_length = 0;
	if ((r = cbor_write_array(b, 4, e)) < 0 || (r = cbor_write_text(b, "Signature1", e)) < 0 ||
		(r = cbor_write_bytes(b, protected_bytes, protected_length, e)) < 0 ||
		(r = cbor_write_bytes(b, external, external_length, e)) < 0)
		return r;
	return cbor_write_bytes(b, payload, payload_length, e);
}

static int
malformed(struct error *e, const char *reason)
{
	return error_set(e, ERROR_BAD_INPUT, "COSE: %s", reason);
}

/* The four parts of the array inside the allowed tags; NULL where it is something else. */
static const struct cbor_item *
untag(const struct cbor_item *item)
{
	if (item->kind == CBOR_TAG && item->value == TAG_CWT) {
		item = item->first;
		if (item->kind != CBOR_TAG || item->value != TAG_SIGN1)
			return NULL;
	}
	if (item->kind == CBOR_TAG && item->value == TAG_SIGN1)
		item = item->first;
	return item->kind == CBOR_ARRAY && item->length == 4 ? item->first : NULL;
}

static int
read_header(struct cose_sign1 *message, const struct cbor_item *header, bool is_protected, struct error *e)
{
	const struct cbor_item *algorithm = cbor_at(header, LABEL_ALGORITHM), *key_id = cbor_at(header, LABEL_KEY_ID);

	if (header->kind != CBOR_MAP)
		return malformed(e, "a header that is no map");
	if (cbor_at(header, LABEL_CRITICAL))
		return malformed(e, "a critical header parameter that is not understood");
	if (algorithm && !message->has_algorithm) {
		if (!cbor_integer(algorithm, &message->algorithm))
			return malformed(e, "an algorithm that is no known number");
		message->has_algorithm = true;
		message->algorithm_is_protected = is_protected;
	}
	if (key_id && !message->key_id) {
		if (key_id->kind != CBOR_BYTES)
			return malformed(e, "a key id that is not bytes");
		message->key_id = key_id->bytes;
		message->key_id_length = key_id->length;
	}
	return 0;
}

int
cose_sign1_read(const uint8_t *bytes, size_t length, const struct cbor_limits *limits, struct cose_sign1 *ret_message,
	struct error *e)
{
	const struct cbor_item *protected_part, *open_part, *payload, *signature;
	struct cose_sign1 message = {0};
	int r;

	if ((r = cbor_read(bytes, length, limits, &message.document, e)) < 0)
		goto out;
	if (!(protected_part = untag(cbor_root(message.document)))) {
		r = malformed(e, "not a COSE_Sign1 message");
		goto out;
	}
	open_part = protected_part->next;
	payload = open_part->next;
	signature = payload->next;
	if (protected_part->kind != CBOR_BYTES || payload->kind != CBOR_BYTES || signature->kind != CBOR_BYTES) {
		r = malformed(e, "header, payload or signature is not bytes");
		goto out;
	}
	message.protected_bytes = protected_part->bytes;
	message.protected_length = protected_part->length;
	message.payload = payload->bytes;
	message.payload_length = payload->length;
	message.signature = signature->bytes;
	message.signature_length = signature->length;
	if (protected_part->length) {
		if ((r = cbor_read(protected_part->bytes, protected_part->length, &cbor_limits_default, &message.header, e)) <
			0)
			goto out;
		if ((r = read_header(&message, cbor_root(message.header), true, e)) < 0)
			goto out;
	}
	if ((r = read_header(&message, open_part, false, e)) < 0)
		goto out;
	*ret_message = message;
	message = (struct cose_sign1){0};
out:
	cose_sign1_free(&message);
	return r;
}

void
cose_sign1_free(struct cose_sign1 *message)
{
	cbor_free(message->document);
	cbor_free(message->header);
	*message = (struct cose_sign1){0};
}

int
cose_sign1_check(const struct cose_sign1 *message, const void *external, size_t external_length,
	const struct public_key *key, bool *ret_holds, struct error *e)
{
	struct buffer b = buffer_make(message->protected_length + message->payload_length + external_length + 64);
	int r;

	if ((r = write_signed(&b, message->protected_bytes, message->protected_length, external, external_length,
			 message->payload, message->payload_length, e)) == 0)
		*ret_holds = message->has_algorithm &&
			public_key_check(key, message->algorithm, b.data, b.length, message->signature, message->signature_length);
	buffer_free(&b);
	return r;
}

int
cose_sign1_write(
	const struct signing_key *key, const void *payload, size_t length, struct buffer *message, struct error *e)
{
	struct buffer header = buffer_make(64), b = buffer_make(length + 128);
	uint8_t signature[64];
	size_t before = message->length;
	int r;

	if ((r = buffer_reserve(&b, length + 64, e)) < 0 || (r = cbor_write_map(&header, 2, e)) < 0 ||
		(r = cbor_write_integer(&header, LABEL_ALGORITHM, e)) < 0 ||
		(r = cbor_write_integer(&header, COSE_ES256, e)) < 0 ||
		(r = cbor_write_integer(&header, LABEL_KEY_ID, e)) < 0 ||
		(r = cbor_write_bytes(&header, signing_key_id(key), KEY_ID_SIZE, e)) < 0 ||
		(r = write_signed(&b, header.data, header.length, NULL, 0, payload, length, e)) < 0 ||
		(r = signing_key_sign(key, b.data, b.length, signature, e)) < 0)
		goto out;
	if ((r = cbor_write_tag(message, TAG_SIGN1, e)) < 0 || (r = cbor_write_array(message, 4, e)) < 0 ||
		(r = cbor_write_bytes(message, header.data, header.length, e)) < 0 || (r = cbor_write_map(message, 0, e)) < 0 ||
		(r = cbor_write_bytes(message, payload, length, e)) < 0 ||
		(r = cbor_write_bytes(message, signature, sizeof signature, e)) < 0)
		message->length = before;
out:
	buffer_free(&header);
	buffer_free(&b);
	return r;
}
