#include "credential/code.h"

#include <openssl/crypto.h>
#include <string.h>

#include "credential/cbor.h"
#include "credential/container.h"
#include "credential/cose.h"
#include "credential/encrypt0.h"
#include "credential/signed.h"

enum {
	CLAIM_ISSUER = 1,
	CLAIM_EXPIRES_AT = 4,
	CLAIM_ISSUED_AT = 6,
	CLAIM_ID = 7,
	CLAIM_COLOUR = -65537,
	CLAIM_CARD = -65539,
	CLAIM_SEALED = -65541,
	CODE_CWT_MAX = 512,
	CODE_CWT_USUAL = 120, /* bytes that are not grown to step by step */
	CODE_MESSAGE_USUAL = 250,
	SEALED_MAX = 256,
};

static const char *const colour_names[] = {
	[CODE_GREEN] = "green", [CODE_YELLOW] = "yellow", [CODE_RED] = "red", [CODE_GRAY] = "gray"};

static const char *const cause_names[] = {
	[CODE_MALFORMED] = "malformed",
	[CODE_NOT_A_CODE] = "not_a_code",
	[CODE_WRONG_ALGORITHM] = "wrong_algorithm",
	[CODE_UNKNOWN_KEY] = "unknown_key",
	[CODE_BAD_SIGNATURE] = "bad_signature",
	[CODE_WRONG_ISSUER] = "wrong_issuer",
	[CODE_KEY_NOT_VALID] = "key_not_valid",
	[CODE_REVOKED] = "revoked",
	[CODE_NOT_YET_VALID] = "not_yet_valid",
	[CODE_EXPIRED] = "expired",
	[CODE_LIST_TOO_OLD] = "list_too_old",
	[CODE_WRONG_COLOUR] = "wrong_colour",
	[CODE_SEALED] = "sealed",
	[CODE_TOO_LARGE] = "too_large",
	[CODE_NOT_RECOGNISED] = "not_recognised",
};

const char *
code_colour_name(enum code_colour colour)
{
	return colour >= CODE_GREEN && colour <= CODE_GRAY ? colour_names[colour] : NULL;
}

bool
code_colour_read(const char *name, enum code_colour *ret_colour)
{
	for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
		if (strcmp(name, colour_names[colour]) == 0) {
			*ret_colour = colour;
			return true;
		}
	return false;
}

const char *
code_cause_name(enum code_cause cause)
{
	return cause <= CODE_NOT_RECOGNISED ? cause_names[cause] : NULL;
}

/* What only gates read, to be opened with the group's key. */
static int
seal(const struct code_claims *claims, const uint8_t group[GATE_KEY_SIZE], struct buffer *sealed, struct error *e)
{
	struct buffer content = buffer_make(32);
	uint8_t key[ENCRYPT0_KEY_SIZE];
	int r;

	if ((r = cbor_write_map(&content, 1, e)) < 0 || (r = cbor_write_integer(&content, CLAIM_COLOUR, e)) < 0 ||
		(r = cbor_write_integer(&content, claims->colour, e)) < 0 ||
		(r = encrypt0_derive(group, claims->id, CODE_ID_SIZE, key, e)) < 0)
		goto out;
	r = encrypt0_write(key, content.data, content.length, sealed, e);
out:
	OPENSSL_cleanse(key, sizeof key);
	buffer_free(&content);
	return r;
}

/* The claims in the deterministic order of their keys; ${sealed} (NULL: none) in the colour's place. */
static int
write_claims(struct buffer *b, const struct code_claims *claims, const struct buffer *sealed, struct error *e)
{
	bool paper = claims->card[0];
	int r;

	if ((r = cbor_write_map(b, 5 + paper, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ISSUER, e)) < 0 ||
		(r = cbor_write_text(b, claims->issuer, e)) < 0 || (r = cbor_write_integer(b, CLAIM_EXPIRES_AT, e)) < 0 ||
		(r = cbor_write_integer(b, claims->expires_at, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ISSUED_AT, e)) < 0 ||
		(r = cbor_write_integer(b, claims->issued_at, e)) < 0 || (r = cbor_write_integer(b, CLAIM_ID, e)) < 0 ||
		(r = cbor_write_bytes(b, claims->id, CODE_ID_SIZE, e)) < 0)
		return r;
	if (sealed)
		return (r = cbor_write_integer(b, CLAIM_SEALED, e)) < 0 ? r
																: cbor_write_bytes(b, sealed->data, sealed->length, e);
	if ((r = cbor_write_integer(b, CLAIM_COLOUR, e)) < 0 || (r = cbor_write_integer(b, claims->colour, e)) < 0 ||
		!paper)
		return r;
	return (r = cbor_write_integer(b, CLAIM_CARD, e)) < 0 ? r : cbor_write_text(b, claims->card, e);
}

static bool
is_card(const char *card)
{
	return strlen(card) == CODE_CARD_SIZE - 1 && strspn(card, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(card);
}

static int
issue(const struct signing_key *key, const struct code_claims *claims, const struct buffer *sealed, struct buffer *text,
	struct error *e)
{
	struct buffer cwt = buffer_make(CODE_CWT_MAX), message = buffer_make(CONTAINER_MESSAGE_MAX);
	int r;

	if (!claims->issuer[0] || !code_colour_name(claims->colour)) {
		r = error_set(e, ERROR_USAGE, "a code needs an issuer and one of the four colours");
		goto out;
	}
	if (claims->card[0] && !is_card(claims->card)) {
		r = error_set(e, ERROR_USAGE, "a card is known by four of 0-9 and A-Z");
		goto out;
	}
	if (claims->expires_at <= claims->issued_at || claims->expires_at - claims->issued_at > CODE_LIFETIME_MAX_S) {
		r = error_set(e, ERROR_USAGE, "a code lives from 1 to %d s", CODE_LIFETIME_MAX_S);
		goto out;
	}
	if ((r = buffer_reserve(&cwt, CODE_CWT_USUAL, e)) < 0 ||
		(r = buffer_reserve(&message, CODE_MESSAGE_USUAL, e)) < 0 || (r = write_claims(&cwt, claims, sealed, e)) < 0 ||
		(r = cose_sign1_write(key, cwt.data, cwt.length, &message, e)) < 0)
		goto out;
	r = container_write(message.data, message.length, text, e);
out:
	buffer_free(&cwt);
	buffer_free(&message);
	return r;
}

int
code_issue(const struct signing_key *key, const struct code_claims *claims, struct buffer *text, struct error *e)
{
	return issue(key, claims, NULL, text, e);
}

int
code_issue_sealed(const struct signing_key *key, const struct code_claims *claims, const uint8_t group[GATE_KEY_SIZE],
	struct buffer *text, struct error *e)
{
	struct buffer sealed = buffer_make(SEALED_MAX);
	int r;

	if (claims->card[0])
		return error_set(e, ERROR_USAGE, "a code on paper is not sealed");
	if ((r = seal(claims, group, &sealed, e)) == 0)
		r = issue(key, claims, &sealed, text, e);
	buffer_free(&sealed);
	return r;
}

static enum code_cause
read_colour(const struct cbor_item *map, struct code_claims *claims)
{
	int64_t colour;

	if (!cbor_integer(cbor_at(map, CLAIM_COLOUR), &colour) || colour < CODE_GREEN || colour > CODE_GRAY)
		return CODE_WRONG_COLOUR;
	claims->colour = (enum code_colour)colour;
	return CODE_VALID;
}

/* Open what is sealed for gates; CODE_SEALED where no key here does. Only want of memory is a failure. */
static int
open_sealed(const struct cbor_item *sealed, const struct trust *trust, struct code_claims *claims,
	enum code_cause *ret_cause, struct error *e)
{
	const uint8_t *group = trust_gate_key(trust, claims->issuer, zone_day(&zone_utc, claims->issued_at));
	struct buffer content = buffer_make(SEALED_MAX);
	struct cbor *document = NULL;
	uint8_t key[ENCRYPT0_KEY_SIZE];
	int r = 0;

	*ret_cause = CODE_SEALED;
	if (!group)
		return 0;
	if ((r = encrypt0_derive(group, claims->id, CODE_ID_SIZE, key, e)) == 0 &&
		(r = encrypt0_open(key, sealed->bytes, sealed->length, &content, e)) == 0 &&
		(r = cbor_read(content.data, content.length, &cbor_limits_default, &document, e)) == 0)
		*ret_cause = read_colour(cbor_root(document), claims);
	OPENSSL_cleanse(key, sizeof key);
	cbor_free(document);
	buffer_free(&content);
	return r == ERROR_NO_MEMORY ? r : 0;
}

/* What a CWT says, where it has the shape of ours. */
static enum code_cause
read_claims(const struct cbor_item *cwt, struct code_claims *claims)
{
	const struct cbor_item *id = cbor_at(cwt, CLAIM_ID), *sealed = cbor_at(cwt, CLAIM_SEALED), *card;

	if (cwt->kind != CBOR_MAP)
		return CODE_MALFORMED;
	if (!cbor_at(cwt, CLAIM_COLOUR) && !sealed)
		return CODE_NOT_A_CODE;
	/* One or the other: else two readers could read two colours. */
	if (sealed && (cbor_at(cwt, CLAIM_COLOUR) || sealed->kind != CBOR_BYTES))
		return CODE_MALFORMED;
	if (!cbor_text(cbor_at(cwt, CLAIM_ISSUER), claims->issuer, sizeof claims->issuer) ||
		!cbor_integer(cbor_at(cwt, CLAIM_EXPIRES_AT), &claims->expires_at) ||
		!cbor_integer(cbor_at(cwt, CLAIM_ISSUED_AT), &claims->issued_at) || !id || id->kind != CBOR_BYTES ||
		id->length != CODE_ID_SIZE || claims->issued_at < 0 || claims->expires_at <= claims->issued_at ||
		claims->expires_at - claims->issued_at > CODE_LIFETIME_MAX_S)
		return CODE_MALFORMED;
	card = cbor_at(cwt, CLAIM_CARD);
	if (card && (!cbor_text(card, claims->card, sizeof claims->card) || !is_card(claims->card)))
		return CODE_MALFORMED;
	memcpy(claims->id, id->bytes, CODE_ID_SIZE);
	return sealed ? CODE_VALID : read_colour(cwt, claims);
}

int
code_verify(const char *text, size_t length, const struct trust *trust, instant now, struct code_claims *ret_claims,
	enum code_cause *ret_cause, struct error *e)
{
	struct signed_message message = {0};
	struct code_claims claims = {0}, none = {0};
	const struct trust_key *key = NULL;
	const struct cbor_item *sealed;
	enum code_cause cause, opened = CODE_VALID;
	int r;

	if ((r = signed_open(text, length, &message, &cause, e)) < 0 || cause != CODE_VALID)
		goto out;
	if ((cause = read_claims(cbor_root(message.claims), &claims)) == CODE_MALFORMED || cause == CODE_NOT_A_CODE) {
		error_set(e, ERROR_BAD_INPUT, "the claims of a code are not all there");
		goto out;
	}
	if (cause == CODE_VALID && (r = signed_find_key(&message.cose, trust, &key, &cause, e)) == 0 &&
		cause == CODE_VALID) {
		sealed = cbor_at(cbor_root(message.claims), CLAIM_SEALED);
		if (sealed && (r = open_sealed(sealed, trust, &claims, &opened, e)) < 0)
			goto out;
		cause = signed_judge(
			&(struct signed_claims){claims.issuer, claims.issued_at, claims.expires_at, claims.id}, trust, key, now);
		if (cause == CODE_VALID)
			cause = opened;
	}
out:
	if (r == 0) {
		*ret_claims = key ? claims : none;
		*ret_cause = cause;
	}
	signed_close(&message);
	return r;
}

int
code_verify_at(const char *text, size_t length, const struct trust *trust, const char *jurisdiction, instant now,
	struct code_claims *ret_claims, enum code_cause *ret_cause, struct error *e)
{
	struct code_claims claims;
	enum code_cause cause = CODE_MALFORMED;
	int r;

	if (!trust_speaks_of(trust, jurisdiction))
		return error_set(
			e, ERROR_EXISTS_NOT, "the trust list does not say whose codes count at gates of %s", jurisdiction);
	if ((r = code_verify(text, length, trust, now, &claims, &cause, e)) < 0)
		return r;
	if (cause == CODE_VALID &&
		!trust_recognises(trust, jurisdiction, claims.issuer, claims.colour, claims.issued_at, now))
		cause = CODE_NOT_RECOGNISED;
	*ret_claims = claims;
	*ret_cause = cause;
	return 0;
}
