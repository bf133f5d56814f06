/* No input is a valid code, certificate, statement or place's code: the trust that it is checked with holds a key that nobody signs with. The
 * first byte says whether the rest is the text, or the message inside one. */

#include <stdlib.h>
#include <string.h>

#include "credential/credential.h"
#include "credential/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct trust *
make_trust(void)
{
	struct trust_facts facts = {.name = "fuzz", .issued_at = 0, .max_age_s = INT64_MAX};
	struct buffer der = buffer_make(KEY_DER_MAX), list = buffer_make(TRUST_FILE_MAX);
	struct trust_entry entry = {.issuer = "fuzz", .to = TRUST_NEVER, .revoked_at = TRUST_NEVER};
	struct signing_key *key = NULL;
	struct trust *trust = NULL;
	struct error e = {0};

	if (signing_key_make(&key, &e) < 0 || signing_key_public(key, &der, &e) < 0)
		abort();
	entry.der = der.data;
	entry.der_length = der.length;
	if (trust_write(key, &facts, &entry, 1, NULL, 0, &list, &e) < 0 || trust_new(NULL, 0, &trust, &e) < 0 ||
		trust_add(trust, list.data, list.length, &e) < 0)
		abort();
	signing_key_free(key);
	buffer_free(&der);
	buffer_free(&list);
	return trust;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trust *trust;
	struct buffer text = buffer_make(CONTAINER_MESSAGE_MAX);
	enum certificate_cause certificate_cause = CERTIFICATE_VALID;
	enum code_cause cause = CODE_VALID;
	struct certificate certificate = {0};
	struct statement statement;
	struct place_code place;
	struct receipt receipt = {0};
	bool holds = false;
	struct code_claims claims;
	struct error e = {0};

	if (!trust)
		trust = make_trust();
	if (size == 0 ||
		(data[0] & 1 ? container_write(data + 1, size - 1, &text, &e) : buffer_add(&text, data + 1, size - 1, &e)) < 0)
		goto out;
	if (code_verify(buffer_text(&text), text.length, trust, 1585008000, &claims, &cause, &e) < 0 ||
		cause == CODE_VALID || claims.issuer[0] ||
		certificate_verify((const uint8_t *)buffer_text(&text), text.length, trust, 1585008000, &certificate,
			&certificate_cause, &e) < 0 ||
		certificate_cause == CERTIFICATE_VALID || certificate.payload)
		abort();
	if (statement_verify(buffer_text(&text), text.length, trust, 1585008000, &statement, &cause, &e) < 0 ||
		cause == CODE_VALID || statement.issuer[0])
		abort();
	if (place_code_verify(buffer_text(&text), text.length, trust, 1585008000, &place, &cause, &e) < 0 ||
		cause == CODE_VALID || place.issuer[0])
		abort();
	if (receipt_verify(buffer_text(&text), text.length, trust, &receipt, &holds, &e) == 0 && (holds || *receipt.number))
		abort();
	if (data[0] & 1 && certificate_read(data + 1, size - 1, &certificate, &e) == 0)
		dcc_check(certificate.payload, &e);
out:
	certificate_free(&certificate);
	buffer_free(&text);
	return 0;
}
