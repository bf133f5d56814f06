/* The signed trust list: a COSE_Sign1 whose payload is the CWT that docs/code-format.md describes. */

#include "credential/trust_list.h"

#include <string.h>

#include "base/array.h"
#include "credential/cose.h"

enum {
	CLAIM_ISSUER = 1,
	CLAIM_ISSUED_AT = 6,
	CLAIM_LIST = -65538,
	LIST_VERSION = 1,
	LIST_MAX_AGE = 2,
	LIST_ROOT = 3,
	LIST_KEYS = 4,
	LIST_REVOKED = 5,
	LIST_FILTER = 6,
	LIST_OTHERS = 7,
	LIST_GATES = 8,
	KEY_ISSUER = 1,
	KEY_FROM = 2,
	KEY_TO = 3,
	KEY_PUBLIC = 4,
	KEY_CERTIFICATE = 5,
	KEY_REVOKED_AT = 6,
};

static const struct cbor_limits list_limits = {.bytes = TRUST_FILE_MAX, .items = 2000000, .depth = 8};

static int
malformed(struct error *e, const char *reason)
{
	return error_set(e, ERROR_BAD_INPUT, "trust list: %s", reason);
}

static int
read_key(struct trust *trust, const struct cbor_item *item, struct error *e)
{
	const struct cbor_item *public_part = cbor_at(item, KEY_PUBLIC), *certificate = cbor_at(item, KEY_CERTIFICATE);
	const struct cbor_item *der = certificate ? certificate : public_part;
	struct trust_entry entry = {.revoked_at = TRUST_NEVER, .is_certificate = certificate != NULL};
	char issuer[ISSUER_SIZE];

	if (!cbor_text(cbor_at(item, KEY_ISSUER), issuer, sizeof issuer) || !issuer[0])
		return malformed(e, "a key without its issuer");
	if (!cbor_integer(cbor_at(item, KEY_FROM), &entry.from) || !cbor_integer(cbor_at(item, KEY_TO), &entry.to))
		return malformed(e, "a key without its times");
	if (cbor_at(item, KEY_REVOKED_AT) && !cbor_integer(cbor_at(item, KEY_REVOKED_AT), &entry.revoked_at))
		return malformed(e, "a key revoked at no time");
	if (!der || der->kind != CBOR_BYTES || (certificate && public_part))
		return malformed(e, "a key needs a public key or a certificate");
	entry.issuer = issuer;
	entry.der = der->bytes;
	entry.der_length = der->length;
	return trust_add_key(trust, &entry, e);
}

static int
read_filter(struct trust *trust, const struct cbor_item *item, struct error *e)
{
	const struct cbor_item *bytes = item->kind == CBOR_ARRAY && item->length == 2 ? item->first->next : NULL;
	int64_t count;

	if (!bytes || bytes->kind != CBOR_BYTES || !cbor_integer(item->first, &count) || count < 0)
		return malformed(e, "a filter of revoked codes is a count and bytes");
	return filter_read(bytes->bytes, bytes->length, (size_t)count, &trust->filter, e);
}

/* Others' lists are checked under the roots that they name: who signed the list that holds them answers for these. */
static int
read_others(struct trust *trust, const struct cbor_item *others, struct error *e)
{
	int r = 0;

	if (others->kind != CBOR_ARRAY || others->length > TRUST_OTHERS_MAX)
		return malformed(e, "others' lists are an array, and not too many");
	for (const struct cbor_item *item = others->first; item && r == 0; item = item->next) {
		struct trust *other = NULL;

		if (item->kind != CBOR_BYTES)
			return malformed(e, "another's list is bytes");
		if ((r = trust_new(NULL, 0, &other, e)) < 0)
			return r;
		other->is_other = true;
		if ((r = trust_add(other, item->bytes, item->length, e)) == 0 && !other->has_list)
			r = malformed(e, "another's list is no signed list");
		if (r < 0 || (r = trust_adopt(trust, other, e)) < 0)
			trust_free(other);
	}
	return r;
}

int
trust_read_content(struct trust *trust, const struct cbor_item *list, struct error *e)
{
	const struct cbor_item *keys = cbor_at(list, LIST_KEYS), *revoked = cbor_at(list, LIST_REVOKED);
	int r;

	if (!keys || keys->kind != CBOR_ARRAY || !revoked || revoked->kind != CBOR_ARRAY)
		return malformed(e, "no list of keys, or none of what is revoked");
	if ((r = array_grow(
			 &trust->revoked, &trust->revoked_capacity, revoked->length, CODE_ID_SIZE, TRUST_REVOKED_MAX, e)) < 0)
		return r;
	for (const struct cbor_item *item = revoked->first; item; item = item->next) {
		if (item->kind != CBOR_BYTES || item->length != CODE_ID_SIZE)
			return malformed(e, "a revoked code id of the wrong length");
		memcpy(trust->revoked[trust->revoked_count++], item->bytes, CODE_ID_SIZE);
	}
	if (cbor_at(list, LIST_FILTER) && (r = read_filter(trust, cbor_at(list, LIST_FILTER), e)) < 0)
		return r;
	for (const struct cbor_item *item = keys->first; item; item = item->next)
		if ((r = read_key(trust, item, e)) < 0)
			return r;
	if (cbor_at(list, LIST_GATES) && (r = trust_read_gates(trust, cbor_at(list, LIST_GATES), e)) < 0)
		return r;
	return cbor_at(list, LIST_OTHERS) && !trust->is_other ? read_others(trust, cbor_at(list, LIST_OTHERS), e) : 0;
}

/* The signature, under the pinned root or the key that the list names itself. */
static int
check_signature(struct trust *trust, const struct cose_sign1 *message, const struct cbor_item *list,
	struct trust_facts *facts, struct error *e)
{
	const struct cbor_item *root = cbor_at(list, LIST_ROOT);
	struct public_key *own = NULL;
	bool holds = false;
	int r;

	if (!root || root->kind != CBOR_BYTES)
		return malformed(e, "no root key");
	if ((r = public_key_id(root->bytes, root->length, facts->root_id, e)) < 0 ||
		(r = public_key_read(root->bytes, root->length, &own, e)) < 0)
		goto out;
	if (trust->root && memcmp(trust->root_id, facts->root_id, KEY_ID_SIZE) != 0) {
		r = error_set(e, ERROR_DENIED, "trust list: signed by another root");
		goto out;
	}
	if (!message->algorithm_is_protected || message->algorithm != COSE_ES256 || !public_key_is_p256(own)) {
		r = malformed(e, "not signed with ES256 and P-256");
		goto out;
	}
	if ((r = cose_sign1_check(message, NULL, 0, trust->root ? trust->root : own, &holds, e)) == 0 && !holds)
		r = error_set(e, ERROR_DENIED, "trust list: the signature does not hold");
out:
	public_key_free(own);
	return r;
}

int
trust_read_list(struct trust *trust, const uint8_t *bytes, size_t length, struct error *e)
{
	struct cose_sign1 message = {0};
	struct cbor *document = NULL;
	struct trust_facts facts = {0};
	const struct cbor_item *claims, *list;
	int r;

	if (trust->has_list)
		return error_set(e, ERROR_EXISTS, "a second signed trust list");
	if ((r = cose_sign1_read(bytes, length, &list_limits, &message, e)) < 0 ||
		(r = cbor_read(message.payload, message.payload_length, &list_limits, &document, e)) < 0)
		goto out;
	claims = cbor_root(document);
	list = cbor_at(claims, CLAIM_LIST);
	if ((r = check_signature(trust, &message, list, &facts, e)) < 0)
		goto out;
	if (!cbor_text(cbor_at(claims, CLAIM_ISSUER), facts.name, sizeof facts.name) ||
		!cbor_integer(cbor_at(claims, CLAIM_ISSUED_AT), &facts.issued_at) ||
		!cbor_integer(cbor_at(list, LIST_VERSION), &facts.version) ||
		!cbor_integer(cbor_at(list, LIST_MAX_AGE), &facts.max_age_s) || facts.max_age_s < 0) {
		r = malformed(e, "no maker, date, version or greatest age");
		goto out;
	}
	if ((r = trust_read_content(trust, list, e)) < 0)
		goto out;
	trust->facts = facts;
	trust->has_list = true;
out:
	cbor_free(document);
	cose_sign1_free(&message);
	return r;
}

static int
write_key(struct buffer *b, const struct trust_entry *entry, struct error *e)
{
	bool revoked = entry->revoked_at != TRUST_NEVER;
	int r;

	if ((r = cbor_write_map(b, revoked ? 5 : 4, e)) < 0 || (r = cbor_write_integer(b, KEY_ISSUER, e)) < 0 ||
		(r = cbor_write_text(b, entry->issuer, e)) < 0 || (r = cbor_write_integer(b, KEY_FROM, e)) < 0 ||
		(r = cbor_write_integer(b, entry->from, e)) < 0 || (r = cbor_write_integer(b, KEY_TO, e)) < 0 ||
		(r = cbor_write_integer(b, entry->to, e)) < 0 ||
		(r = cbor_write_integer(b, entry->is_certificate ? KEY_CERTIFICATE : KEY_PUBLIC, e)) < 0 ||
		(r = cbor_write_bytes(b, entry->der, entry->der_length, e)) < 0)
		return r;
	if (revoked &&
		((r = cbor_write_integer(b, KEY_REVOKED_AT, e)) < 0 || (r = cbor_write_integer(b, entry->revoked_at, e)) < 0))
		return r;
	return 0;
}

int
trust_write(const struct signing_key *root, const struct trust_facts *facts, const struct trust_entry *entries,
	size_t count, const uint8_t (*revoked)[CODE_ID_SIZE], size_t revoked_count, struct buffer *list, struct error *e)
{
	struct buffer b = buffer_make(TRUST_FILE_MAX), der = buffer_make(KEY_DER_MAX), filter = buffer_make(TRUST_FILE_MAX);
	int r;

	if ((r = signing_key_public(root, &der, e)) < 0 || (r = cbor_write_map(&b, 3, e)) < 0 ||
		(r = cbor_write_integer(&b, CLAIM_ISSUER, e)) < 0 || (r = cbor_write_text(&b, facts->name, e)) < 0 ||
		(r = cbor_write_integer(&b, CLAIM_ISSUED_AT, e)) < 0 || (r = cbor_write_integer(&b, facts->issued_at, e)) < 0 ||
		(r = cbor_write_integer(&b, CLAIM_LIST, e)) < 0 ||
		(r = cbor_write_map(&b, 5 + (revoked_count > 0) + (facts->other_count > 0) + (facts->gates_count > 0), e)) <
			0 ||
		(r = cbor_write_integer(&b, LIST_VERSION, e)) < 0 || (r = cbor_write_integer(&b, facts->version, e)) < 0 ||
		(r = cbor_write_integer(&b, LIST_MAX_AGE, e)) < 0 || (r = cbor_write_integer(&b, facts->max_age_s, e)) < 0 ||
		(r = cbor_write_integer(&b, LIST_ROOT, e)) < 0 || (r = cbor_write_bytes(&b, der.data, der.length, e)) < 0 ||
		(r = cbor_write_integer(&b, LIST_KEYS, e)) < 0 || (r = cbor_write_array(&b, count, e)) < 0)
		goto out;
	for (size_t i = 0; i < count; i++)
		if ((r = write_key(&b, &entries[i], e)) < 0)
			goto out;
	if ((r = cbor_write_integer(&b, LIST_REVOKED, e)) < 0 || (r = cbor_write_array(&b, 0, e)) < 0)
		goto out;
	if (revoked_count &&
		((r = filter_write(revoked, revoked_count, &filter, e)) < 0 ||
			(r = cbor_write_integer(&b, LIST_FILTER, e)) < 0 || (r = cbor_write_array(&b, 2, e)) < 0 ||
			(r = cbor_write_integer(&b, (int64_t)revoked_count, e)) < 0 ||
			(r = cbor_write_bytes(&b, filter.data, filter.length, e)) < 0))
		goto out;
	if (facts->other_count &&
		((r = cbor_write_integer(&b, LIST_OTHERS, e)) < 0 || (r = cbor_write_array(&b, facts->other_count, e)) < 0))
		goto out;
	for (size_t i = 0; i < facts->other_count; i++)
		if ((r = cbor_write_bytes(&b, facts->others[i].bytes, facts->others[i].length, e)) < 0)
			goto out;
	if (facts->gates_count &&
		((r = cbor_write_integer(&b, LIST_GATES, e)) < 0 || (r = trust_write_gates(facts, &b, e)) < 0))
		goto out;
	r = cose_sign1_write(root, b.data, b.length, list, e);
out:
	buffer_free(&b);
	buffer_free(&der);
	buffer_free(&filter);
	return r;
}
