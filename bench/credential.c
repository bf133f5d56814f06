/* Codes issued and verified, beside the signature alone. */

#include <string.h>

#include "bench/bench.h"
#include "credential/credential.h"

enum { NOW = 1585008000, LIFETIME_S = 60 };

struct credential {
	struct signing_key *key;
	struct public_key *public_key;
	struct trust *trust;
	struct code_claims claims;
	struct buffer code;
	uint8_t message[200], signature[64];
};

static void
issue(void *context)
{
	struct credential *c = context;
	struct error e = {0};

	buffer_clear(&c->code);
	if (code_issue(c->key, &c->claims, &c->code, &e) < 0)
		bench_fail(e.message);
}

static void
sign(void *context)
{
	struct credential *c = context;
	struct error e = {0};

	if (signing_key_sign(c->key, c->message, sizeof c->message, c->signature, &e) < 0)
		bench_fail(e.message);
}

static void
verify(void *context)
{
	struct credential *c = context;
	struct code_claims claims;
	enum code_cause cause;
	struct error e = {0};

	if (code_verify(buffer_text(&c->code), c->code.length, c->trust, NOW, &claims, &cause, &e) < 0 ||
		cause != CODE_VALID)
		bench_fail("a code that does not verify");
}

static void
check(void *context)
{
	struct credential *c = context;

	if (!public_key_check(c->public_key, COSE_ES256, c->message, sizeof c->message, c->signature, sizeof c->signature))
		bench_fail("a signature that does not hold");
}

static void
prepare(struct credential *c)
{
	struct buffer der = buffer_make(KEY_DER_MAX), list = buffer_make(TRUST_FILE_MAX);
	struct trust_facts facts = {.name = "bench", .version = 1, .issued_at = NOW, .max_age_s = DAY_S};
	struct trust_entry entry = {.issuer = "city", .from = NOW - 1, .to = NOW + DAY_S, .revoked_at = TRUST_NEVER};
	struct error e = {0};

	memset(c, 0, sizeof *c);
	c->code = buffer_make(4096);
	c->claims =
		(struct code_claims){.issuer = "city", .colour = CODE_GREEN, .issued_at = NOW, .expires_at = NOW + LIFETIME_S};
	if (signing_key_make(&c->key, &e) < 0 || signing_key_public(c->key, &der, &e) < 0 ||
		public_key_read(der.data, der.length, &c->public_key, &e) < 0)
		bench_fail(e.message);
	entry.der = der.data;
	entry.der_length = der.length;
	if (trust_write(c->key, &facts, &entry, 1, NULL, 0, &list, &e) < 0 || trust_new(NULL, 0, &c->trust, &e) < 0 ||
		trust_add(c->trust, list.data, list.length, &e) < 0)
		bench_fail(e.message);
	buffer_free(&der);
	buffer_free(&list);
}

void
bench_credential(void)
{
	double rate, reference;
	struct credential c;

	prepare(&c);
	bench_pair(issue, &c, sign, &c, &rate, &reference);
	bench_figure("credential", "codes issued", rate, "1/s", "P-256 signatures alone", reference, 0);
	bench_pair(verify, &c, check, &c, &rate, &reference);
	bench_figure("credential", "codes verified", rate, "1/s", "P-256 verifications alone", reference, 0.9);
	buffer_free(&c.code);
	trust_free(c.trust);
	public_key_free(c.public_key);
	signing_key_free(c.key);
}
