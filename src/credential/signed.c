#include "credential/signed.h"

#include <string.h>

#include "credential/container.h"

int
signed_open(
	const char *text, size_t length, struct signed_message *ret_message, enum code_cause *ret_cause, struct error *e)
{
	struct signed_message *m = ret_message;
	enum container_step step;
	int r;

	*m = (struct signed_message){.bytes = buffer_make(CONTAINER_MESSAGE_MAX)};
	*ret_cause = CODE_VALID;
	if ((r = container_open(text, length, &m->bytes, &step, e)) == 0 &&
		(r = cose_sign1_read(m->bytes.data, m->bytes.length, &cbor_limits_default, &m->cose, e)) == 0 &&
		(r = cbor_read(m->cose.payload, m->cose.payload_length, &cbor_limits_default, &m->claims, e)) == 0)
		return 0;
	*ret_cause = r == ERROR_TOO_LARGE ? CODE_TOO_LARGE : CODE_MALFORMED;
	return r == ERROR_NO_MEMORY ? r : 0;
}

void
signed_close(struct signed_message *message)
{
	cbor_free(message->claims);
	cose_sign1_free(&message->cose);
	buffer_free(&message->bytes);
}

int
signed_find_key(const struct cose_sign1 *message, const struct trust *trust, const struct trust_key **ret_key,
	enum code_cause *ret_cause, struct error *e)
{
	const struct trust_key *key = NULL;
	bool holds = false;
	int r;

	*ret_cause = CODE_WRONG_ALGORITHM;
	if (!message->algorithm_is_protected ||
		(message->algorithm != COSE_ES256 && message->algorithm != COSE_PS256 && message->algorithm != COSE_EDDSA))
		return 0;
	*ret_cause = CODE_UNKNOWN_KEY;
	if (!message->key_id || message->key_id_length != KEY_ID_SIZE)
		return 0;
	while ((key = trust_find(trust, message->key_id, key))) {
		if (key->is_certificate)
			continue;
		if (!public_key_suits(key->key, message->algorithm)) {
			if (*ret_cause == CODE_UNKNOWN_KEY)
				*ret_cause = CODE_WRONG_ALGORITHM;
			continue;
		}
		if ((r = cose_sign1_check(message, NULL, 0, key->key, &holds, e)) < 0)
			return r;
		*ret_cause = holds ? CODE_VALID : CODE_BAD_SIGNATURE;
		if (holds)
			break;
	}
	*ret_key = key;
	return 0;
}

enum code_cause
signed_judge(const struct signed_claims *claims, const struct trust *trust, const struct trust_key *key, instant now)
{
	if (strcmp(claims->issuer, key->issuer) != 0)
		return CODE_WRONG_ISSUER;
	if (claims->issued_at < key->from || claims->issued_at >= key->to)
		return CODE_KEY_NOT_VALID;
	if (now >= key->revoked_at || (claims->id && trust_is_revoked(trust, claims->id)))
		return CODE_REVOKED;
	if (now < claims->issued_at)
		return CODE_NOT_YET_VALID;
	if (now >= claims->expires_at)
		return CODE_EXPIRED;
	return trust_is_too_old(trust, now) || now >= key->too_old_at ? CODE_LIST_TOO_OLD : CODE_VALID;
}
