#include "credential/receipt.h"

#include "credential/cbor.h"
#include "credential/container.h"
#include "credential/cose.h"

enum {
	CLAIM_ISSUED_AT = 6,
	CLAIM_RECEIPT = -65540,
	RECEIPT_NUMBER = 1,
	RECEIPT_PLACE = 2,
	RECEIPT_VERDICT = 3,
	RECEIPT_CAUSE = 4,
	RECEIPT_CWT_MAX = 512,
};

int
receipt_sign(const struct signing_key *key, const struct receipt *receipt, struct buffer *text, struct error *e)
{
	struct buffer b = buffer_make(RECEIPT_CWT_MAX), message = buffer_make(CONTAINER_MESSAGE_MAX);
	bool caused = receipt->cause[0];
	int r;

	if ((r = cbor_write_map(&b, 2, e)) < 0 || (r = cbor_write_integer(&b, CLAIM_ISSUED_AT, e)) < 0 ||
		(r = cbor_write_integer(&b, receipt->at, e)) < 0 || (r = cbor_write_integer(&b, CLAIM_RECEIPT, e)) < 0 ||
		(r = cbor_write_map(&b, caused ? 4 : 3, e)) < 0 || (r = cbor_write_integer(&b, RECEIPT_NUMBER, e)) < 0 ||
		(r = cbor_write_text(&b, receipt->number, e)) < 0 || (r = cbor_write_integer(&b, RECEIPT_PLACE, e)) < 0 ||
		(r = cbor_write_text(&b, receipt->place, e)) < 0 || (r = cbor_write_integer(&b, RECEIPT_VERDICT, e)) < 0 ||
		(r = cbor_write_text(&b, receipt->verdict, e)) < 0 ||
		(caused &&
			((r = cbor_write_integer(&b, RECEIPT_CAUSE, e)) < 0 || (r = cbor_write_text(&b, receipt->cause, e)) < 0)) ||
		(r = cose_sign1_write(key, b.data, b.length, &message, e)) < 0)
		goto out;
	r = container_write(message.data, message.length, text, e);
out:
	buffer_free(&b);
	buffer_free(&message);
	return r;
}

static bool
read_receipt(const struct cbor_item *cwt, struct receipt *receipt)
{
	const struct cbor_item *said = cbor_at(cwt, CLAIM_RECEIPT), *cause;

	if (!said || !cbor_integer(cbor_at(cwt, CLAIM_ISSUED_AT), &receipt->at) ||
		!cbor_text(cbor_at(said, RECEIPT_NUMBER), receipt->number, sizeof receipt->number) ||
		!cbor_text(cbor_at(said, RECEIPT_PLACE), receipt->place, sizeof receipt->place) ||
		!cbor_text(cbor_at(said, RECEIPT_VERDICT), receipt->verdict, sizeof receipt->verdict))
		return false;
	cause = cbor_at(said, RECEIPT_CAUSE);
	return !cause || cbor_text(cause, receipt->cause, sizeof receipt->cause);
}

static int
check_signature(
	const struct cose_sign1 *message, const struct trust *trust, instant at, bool *ret_holds, struct error *e)
{
	const struct trust_key *key = NULL;
	bool holds = false;
	int r;

	if (message->algorithm_is_protected && message->key_id && message->key_id_length == KEY_ID_SIZE)
		while (!holds && (key = trust_find(trust, message->key_id, key)))
			if (!key->is_certificate && at >= key->from - DAY_S && at < key->to && at < key->revoked_at &&
				public_key_suits(key->key, message->algorithm) &&
				(r = cose_sign1_check(message, NULL, 0, key->key, &holds, e)) < 0)
				return r;
	*ret_holds = holds;
	return 0;
}

int
receipt_verify(const char *text, size_t length, const struct trust *trust, struct receipt *ret_receipt, bool *ret_holds,
	struct error *e)
{
	struct buffer bytes = buffer_make(CONTAINER_MESSAGE_MAX);
	struct cose_sign1 message = {0};
	struct receipt receipt = {0};
	struct cbor *cwt = NULL;
	enum container_step step;
	int r;

	if ((r = container_open(text, length, &bytes, &step, e)) < 0 ||
		(r = cose_sign1_read(bytes.data, bytes.length, &cbor_limits_default, &message, e)) < 0 ||
		(r = cbor_read(message.payload, message.payload_length, &cbor_limits_default, &cwt, e)) < 0)
		goto out;
	if (!read_receipt(cbor_root(cwt), &receipt)) {
		r = error_set(e, ERROR_BAD_INPUT, "this is no receipt");
		goto out;
	}
	if ((r = check_signature(&message, trust, receipt.at, ret_holds, e)) == 0 && *ret_holds)
		*ret_receipt = receipt;
out:
	cbor_free(cwt);
	cose_sign1_free(&message);
	buffer_free(&bytes);
	return r;
}
