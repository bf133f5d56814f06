#include "credential/place_code.h"

#include "credential/cbor.h"
#include "credential/container.h"
#include "credential/cose.h"
#include "credential/signed.h"

enum {
	CLAIM_ISSUER = 1,
	CLAIM_EXPIRES_AT = 4,
	CLAIM_ISSUED_AT = 6,
	CLAIM_PLACE = -65545,
	PLACE_NAME = 1,
	PLACE_CWT_MAX = 512,
};

static bool
is_whole(const struct place_code *c)
{
	return c->issuer[0] && c->place[0] && c->issued_at >= 0 && c->expires_at > c->issued_at &&
		c->expires_at - c->issued_at <= PLACE_CODE_LIFETIME_MAX_S;
}

/* In the deterministic order of the keys. */
static int
write_claims(struct buffer *b, const struct place_code *c, struct error *e)
{
	int r;

	if ((r = cbor_write_map(b, 4, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ISSUER, e)) < 0 ||
		(r = cbor_write_text(b, c->issuer, e)) < 0 || (r = cbor_write_integer(b, CLAIM_EXPIRES_AT, e)) < 0 ||
		(r = cbor_write_integer(b, c->expires_at, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ISSUED_AT, e)) < 0 ||
		(r = cbor_write_integer(b, c->issued_at, e)) < 0 || (r = cbor_write_integer(b, CLAIM_PLACE, e)) < 0 ||
		(r = cbor_write_map(b, 1, e)) < 0 || (r = cbor_write_integer(b, PLACE_NAME, e)) < 0)
		return r;
	return cbor_write_text(b, c->place, e);
}

int
place_code_sign(const struct signing_key *key, const struct place_code *code, struct buffer *text, struct error *e)
{
	struct buffer cwt = buffer_make(PLACE_CWT_MAX), message = buffer_make(CONTAINER_MESSAGE_MAX);
	int r;

	if (!is_whole(code)) {
		r = error_set(e, ERROR_USAGE, "a place's code needs an issuer, a place and a time of at most a day");
		goto out;
	}
	if ((r = write_claims(&cwt, code, e)) < 0 || (r = cose_sign1_write(key, cwt.data, cwt.length, &message, e)) < 0)
		goto out;
	r = container_write(message.data, message.length, text, e);
out:
	buffer_free(&cwt);
	buffer_free(&message);
	return r;
}

static enum code_cause
read_claims(const struct cbor_item *cwt, struct place_code *c)
{
	const struct cbor_item *said = cbor_at(cwt, CLAIM_PLACE);

	if (!said)
		return CODE_NOT_A_CODE;
	if (!cbor_text(cbor_at(cwt, CLAIM_ISSUER), c->issuer, sizeof c->issuer) ||
		!cbor_integer(cbor_at(cwt, CLAIM_EXPIRES_AT), &c->expires_at) ||
		!cbor_integer(cbor_at(cwt, CLAIM_ISSUED_AT), &c->issued_at) ||
		!cbor_text(cbor_at(said, PLACE_NAME), c->place, sizeof c->place))
		return CODE_MALFORMED;
	return is_whole(c) ? CODE_VALID : CODE_MALFORMED;
}

int
place_code_verify(const char *text, size_t length, const struct trust *trust, instant now, struct place_code *ret_code,
	enum code_cause *ret_cause, struct error *e)
{
	struct signed_message message = {0};
	struct place_code code = {0}, none = {0};
	const struct trust_key *key = NULL;
	enum code_cause cause;
	int r;

	if ((r = signed_open(text, length, &message, &cause, e)) < 0 || cause != CODE_VALID)
		goto out;
	if ((cause = read_claims(cbor_root(message.claims), &code)) == CODE_VALID &&
		(r = signed_find_key(&message.cose, trust, &key, &cause, e)) == 0 && cause == CODE_VALID) {
		const struct signed_claims claims = {
			.issuer = code.issuer, .issued_at = code.issued_at, .expires_at = code.expires_at};

		cause = signed_judge(&claims, trust, key, now);
	}
out:
	if (r == 0) {
		*ret_code = key ? code : none;
		*ret_cause = cause;
	}
	signed_close(&message);
	return r;
}
