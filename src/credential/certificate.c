#include "credential/certificate.h"

#include <string.h>

#include "credential/cbor.h"
#include "credential/container.h"
#include "credential/qr.h"

enum { CLAIM_ISSUER = 1, CLAIM_EXPIRES_AT = 4, CLAIM_ISSUED_AT = 6, CLAIM_HCERT = -260, HCERT_DCC = 1 };

static const char *const cause_names[] = {
	[CERTIFICATE_NO_QR] = "no_qr",
	[CERTIFICATE_BAD_PREFIX] = "bad_prefix",
	[CERTIFICATE_BAD_BASE45] = "bad_base45",
	[CERTIFICATE_BAD_ZLIB] = "bad_zlib",
	[CERTIFICATE_MALFORMED] = "malformed",
	[CERTIFICATE_UNKNOWN_KEY] = "unknown_key",
	[CERTIFICATE_BAD_SIGNATURE] = "bad_signature",
	[CERTIFICATE_REVOKED] = "revoked",
	[CERTIFICATE_KEY_NOT_VALID] = "key_not_valid",
	[CERTIFICATE_WRONG_KEY_USAGE] = "wrong_key_usage",
	[CERTIFICATE_NOT_YET_VALID] = "not_yet_valid",
	[CERTIFICATE_EXPIRED] = "expired",
	[CERTIFICATE_BAD_SCHEMA] = "bad_schema",
	[CERTIFICATE_LIST_TOO_OLD] = "list_too_old",
};

const char *
certificate_cause_name(enum certificate_cause cause)
{
	return cause <= CERTIFICATE_LIST_TOO_OLD ? cause_names[cause] : NULL;
}

/* The one kind of entry that the DCC has; 0 for none or several. */
static unsigned
kind_of(const json_t *payload)
{
	unsigned kind = (json_array_size(json_object_get(payload, "t")) ? KEY_USAGE_TEST : 0) |
		(json_array_size(json_object_get(payload, "v")) ? KEY_USAGE_VACCINATION : 0) |
		(json_array_size(json_object_get(payload, "r")) ? KEY_USAGE_RECOVERY : 0);

	return kind & (kind - 1) ? 0 : kind;
}

static int
malformed(struct error *e, const char *reason)
{
	return error_set(e, ERROR_BAD_INPUT, "certificate: %s", reason);
}

int
certificate_read(const uint8_t *payload, size_t length, struct certificate *ret_certificate, struct error *e)
{
	struct certificate certificate = {.issued_at = INT64_MIN};
	struct cbor *document = NULL;
	const struct cbor_item *claims, *issuer, *issued_at, *dcc;
	int r;

	if ((r = cbor_read(payload, length, &cbor_limits_default, &document, e)) < 0)
		goto out;
	claims = cbor_root(document);
	issuer = cbor_at(claims, CLAIM_ISSUER);
	issued_at = cbor_at(claims, CLAIM_ISSUED_AT);
	dcc = cbor_at(cbor_at(claims, CLAIM_HCERT), HCERT_DCC);
	if (issuer && !cbor_text(issuer, certificate.issuer, sizeof certificate.issuer))
		r = malformed(e, "an issuer that is no short text");
	else if (issued_at && !cbor_time(issued_at, &certificate.issued_at))
		r = malformed(e, "issued at no time");
	else if (!cbor_time(cbor_at(claims, CLAIM_EXPIRES_AT), &certificate.expires_at))
		r = malformed(e, "expires at no time");
	else if (!dcc || dcc->kind != CBOR_MAP)
		r = malformed(e, "no health certificate in claim -260");
	else
		r = cbor_to_json(dcc, &certificate.payload, e);
	if (r < 0)
		goto out;
	certificate.kind = kind_of(certificate.payload);
	*ret_certificate = certificate;
out:
	cbor_free(document);
	return r;
}

void
certificate_free(struct certificate *certificate)
{
	json_decref(certificate->payload);
	*certificate = (struct certificate){0};
}

int
certificate_find_key(const struct cose_sign1 *message, const struct trust *trust, const struct trust_key **ret_key,
	enum certificate_cause *ret_cause, struct error *e)
{
	const struct trust_key *key = NULL;
	bool holds = false;
	int r;

	*ret_cause = CERTIFICATE_UNKNOWN_KEY;
	if (!message->key_id || message->key_id_length != KEY_ID_SIZE)
		return 0;
	while ((key = trust_find(trust, message->key_id, key))) {
		if (!key->is_certificate)
			continue;
		if ((r = cose_sign1_check(message, NULL, 0, key->key, &holds, e)) < 0)
			return r;
		*ret_cause = holds ? CERTIFICATE_VALID : CERTIFICATE_BAD_SIGNATURE;
		if (holds) {
			*ret_key = key;
			return 0;
		}
	}
	return 0;
}

enum certificate_cause
certificate_check_time(const struct certificate *certificate, instant now)
{
	if (now < certificate->issued_at)
		return CERTIFICATE_NOT_YET_VALID;
	return now > certificate->expires_at ? CERTIFICATE_EXPIRED : CERTIFICATE_VALID;
}

bool
certificate_check_usage(const struct certificate *certificate, unsigned usage)
{
	return usage == KEY_USAGE_ALL || (certificate->kind & usage) != 0;
}

/* What is known once the signature holds. */
static enum certificate_cause
judge(const struct certificate *certificate, const struct trust *trust, const struct trust_key *key, instant now,
	struct error *e)
{
	if (now >= key->revoked_at)
		return CERTIFICATE_REVOKED;
	if (!certificate_check_usage(certificate, key->usage))
		return CERTIFICATE_WRONG_KEY_USAGE;
	if (certificate_check_time(certificate, now) != CERTIFICATE_VALID)
		return certificate_check_time(certificate, now);
	if (now < key->from || now > key->to)
		return CERTIFICATE_KEY_NOT_VALID;
	if (dcc_check(certificate->payload, e) < 0)
		return CERTIFICATE_BAD_SCHEMA;
	return trust_is_too_old(trust, now) ? CERTIFICATE_LIST_TOO_OLD : CERTIFICATE_VALID;
}

/* The message inside the text or picture. */
static int
open_message(
	const uint8_t *bytes, size_t length, struct buffer *message, enum certificate_cause *ret_cause, struct error *e)
{
	static const enum certificate_cause causes[] = {[CONTAINER_PREFIX] = CERTIFICATE_BAD_PREFIX,
		[CONTAINER_BASE45] = CERTIFICATE_BAD_BASE45,
		[CONTAINER_ZLIB] = CERTIFICATE_BAD_ZLIB,
		[CONTAINER_OPENED] = CERTIFICATE_VALID};
	struct buffer text = buffer_make(CONTAINER_TEXT_MAX + 2);
	enum container_step step = CONTAINER_PREFIX;
	int r;

	if (qr_is_picture(bytes, length)) {
		*ret_cause = CERTIFICATE_NO_QR;
		if ((r = qr_read(bytes, length, &text, e)) < 0)
			goto out;
		bytes = text.data;
		length = text.length;
	}
	r = container_open((const char *)bytes, length, message, &step, e);
	*ret_cause = causes[step];
out:
	buffer_free(&text);
	return r;
}

int
certificate_verify(const uint8_t *bytes, size_t length, const struct trust *trust, instant now,
	struct certificate *ret_certificate, enum certificate_cause *ret_cause, struct error *e)
{
	struct buffer content = buffer_make(CONTAINER_MESSAGE_MAX);
	struct cose_sign1 message = {0};
	struct certificate certificate = {0}, none = {0};
	const struct trust_key *key = NULL;
	enum certificate_cause cause = CERTIFICATE_MALFORMED;
	int r;

	if ((r = open_message(bytes, length, &content, &cause, e)) < 0)
		goto out;
	cause = CERTIFICATE_MALFORMED;
	if ((r = cose_sign1_read(content.data, content.length, &cbor_limits_default, &message, e)) < 0)
		goto out;
	if ((r = certificate_find_key(&message, trust, &key, &cause, e)) < 0 || cause != CERTIFICATE_VALID)
		goto out;
	cause = CERTIFICATE_MALFORMED;
	if ((r = certificate_read(message.payload, message.payload_length, &certificate, e)) < 0)
		goto out;
	if (!certificate.issuer[0])
		memcpy(certificate.issuer, key->issuer, ISSUER_SIZE);
	cause = judge(&certificate, trust, key, now, e);
out:
	if (r != ERROR_NO_MEMORY) { /* what could not be read is an answer too */
		*ret_certificate = r == 0 ? certificate : none;
		*ret_cause = cause;
		certificate = none;
		r = 0;
	}
	certificate_free(&certificate);
	cose_sign1_free(&message);
	buffer_free(&content);
	return r;
}
