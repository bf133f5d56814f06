#include "credential/statement.h"

#include <string.h>

#include "credential/cbor.h"
#include "credential/container.h"
#include "credential/cose.h"
#include "credential/signed.h"

enum {
	CLAIM_ISSUER = 1,
	CLAIM_AUDIENCE = 3,
	CLAIM_EXPIRES_AT = 4,
	CLAIM_ISSUED_AT = 6,
	CLAIM_STATEMENT = -65544,
	STATEMENT_SUBJECT = 1,
	STATEMENT_COLOUR = 2,
	STATEMENT_NUMBER = 3,
	STATEMENT_CWT_MAX = 512,
};

static bool
is_whole(const struct statement *s)
{
	return s->issuer[0] && s->audience[0] && code_colour_name(s->colour) && s->number >= 1 && s->issued_at >= 0 &&
		s->expires_at >= s->issued_at && s->expires_at - s->issued_at <= STATEMENT_LIFETIME_MAX_S;
}

/* In the deterministic order of the keys. */
static int
write_claims(struct buffer *b, const struct statement *s, struct error *e)
{
	int r;

	if ((r = cbor_write_map(b, 5, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ISSUER, e)) < 0 ||
		(r = cbor_write_text(b, s->issuer, e)) < 0 || (r = cbor_write_integer(b, CLAIM_AUDIENCE, e)) < 0 ||
		(r = cbor_write_text(b, s->audience, e)) < 0 || (r = cbor_write_integer(b, CLAIM_EXPIRES_AT, e)) < 0 ||
		(r = cbor_write_integer(b, s->expires_at, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ISSUED_AT, e)) < 0 ||
		(r = cbor_write_integer(b, s->issued_at, e)) < 0 || (r = cbor_write_integer(b, CLAIM_STATEMENT, e)) < 0 ||
		(r = cbor_write_map(b, 3, e)) < 0 || (r = cbor_write_integer(b, STATEMENT_SUBJECT, e)) < 0 ||
		(r = cbor_write_bytes(b, s->subject, STATEMENT_SUBJECT_SIZE, e)) < 0 ||
		(r = cbor_write_integer(b, STATEMENT_COLOUR, e)) < 0 || (r = cbor_write_integer(b, s->colour, e)) < 0 ||
		(r = cbor_write_integer(b, STATEMENT_NUMBER, e)) < 0)
		return r;
	return cbor_write_integer(b, s->number, e);
}

int
statement_sign(const struct signing_key *key, const struct statement *statement, struct buffer *text, struct error *e)
{
	struct buffer cwt = buffer_make(STATEMENT_CWT_MAX), message = buffer_make(CONTAINER_MESSAGE_MAX);
	int r;

	if (!is_whole(statement)) {
		r = error_set(e, ERROR_USAGE, "a statement needs an issuer, an audience, a colour, a number and a time");
		goto out;
	}
	if ((r = write_claims(&cwt, statement, e)) < 0 ||
		(r = cose_sign1_write(key, cwt.data, cwt.length, &message, e)) < 0)
		goto out;
	r = container_write(message.data, message.length, text, e);
out:
	buffer_free(&cwt);
	buffer_free(&message);
	return r;
}

static enum code_cause
read_claims(const struct cbor_item *cwt, struct statement *s)
{
	const struct cbor_item *said = cbor_at(cwt, CLAIM_STATEMENT), *subject = cbor_at(said, STATEMENT_SUBJECT);
	int64_t colour;

	if (!said)
		return CODE_NOT_A_CODE;
	if (!cbor_text(cbor_at(cwt, CLAIM_ISSUER), s->issuer, sizeof s->issuer) ||
		!cbor_text(cbor_at(cwt, CLAIM_AUDIENCE), s->audience, sizeof s->audience) ||
		!cbor_integer(cbor_at(cwt, CLAIM_EXPIRES_AT), &s->expires_at) ||
		!cbor_integer(cbor_at(cwt, CLAIM_ISSUED_AT), &s->issued_at) || !subject || subject->kind != CBOR_BYTES ||
		subject->length != STATEMENT_SUBJECT_SIZE || !cbor_integer(cbor_at(said, STATEMENT_NUMBER), &s->number))
		return CODE_MALFORMED;
	if (!cbor_integer(cbor_at(said, STATEMENT_COLOUR), &colour) || colour < CODE_GREEN || colour > CODE_GRAY)
		return CODE_WRONG_COLOUR;
	s->colour = (enum code_colour)colour;
	memcpy(s->subject, subject->bytes, STATEMENT_SUBJECT_SIZE);
	return is_whole(s) ? CODE_VALID : CODE_MALFORMED;
}

/* A little ahead is the other's clock; what was taken back stays so. */
static enum code_cause
judge(const struct statement *s, const struct trust *trust, const struct trust_key *key, instant now)
{
	bool ahead = s->issued_at > now && s->issued_at - now <= STATEMENT_AHEAD_S;
	struct signed_claims claims = {.issuer = s->issuer, .issued_at = s->issued_at, .expires_at = s->expires_at};

	if (s->expires_at == s->issued_at)
		claims.expires_at = INT64_MAX;
	return signed_judge(&claims, trust, key, ahead ? s->issued_at : now);
}

int
statement_verify(const char *text, size_t length, const struct trust *trust, instant now,
	struct statement *ret_statement, enum code_cause *ret_cause, struct error *e)
{
	struct signed_message message = {0};
	struct statement statement = {0}, none = {0};
	const struct trust_key *key = NULL;
	enum code_cause cause;
	int r;

	if ((r = signed_open(text, length, &message, &cause, e)) < 0 || cause != CODE_VALID)
		goto out;
	if ((cause = read_claims(cbor_root(message.claims), &statement)) == CODE_VALID &&
		(r = signed_find_key(&message.cose, trust, &key, &cause, e)) == 0 && cause == CODE_VALID)
		cause = judge(&statement, trust, key, now);
out:
	if (r == 0) {
		*ret_statement = key ? statement : none;
		*ret_cause = cause;
	}
	signed_close(&message);
	return r;
}
