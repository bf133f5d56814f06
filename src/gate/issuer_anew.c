#include "gate/issuer_inside.h"

#include <stdio.h>
#include <string.h>

/* The day's key goes into the hash, so that once it is destroyed nobody can tell any more which code led to which. */
static int
make_id(struct issuer *issuer, const struct code_claims *other, instant at, uint8_t id[CODE_ID_SIZE], struct error *e)
{
	uint8_t bytes[KEYS_SIZE + ISSUER_SIZE + CODE_ID_SIZE] = {0}, hash[KEYS_SIZE];
	int r = issuer_day_key(issuer, at, bytes, e);

	if (r == 0) {
		memcpy(bytes + KEYS_SIZE, other->issuer, strlen(other->issuer));
		memcpy(bytes + KEYS_SIZE + ISSUER_SIZE, other->id, CODE_ID_SIZE);
		keys_hash(issuer->keys, "code-issued-anew", bytes, sizeof bytes, hash);
		memcpy(id, hash, CODE_ID_SIZE);
	}
	keys_wipe(bytes, sizeof bytes);
	return r;
}

int
issuer_issue_anew(struct issuer *issuer, const char *jurisdiction, const struct code_claims *other, instant at,
	int64_t lifetime_s, struct buffer *text, struct error *e)
{
	struct code_claims claims = {.colour = other->colour, .issued_at = at, .expires_at = at + lifetime_s};
	struct signer *signer;
	int r;

	if ((r = issuer_signer(issuer, jurisdiction, at, &signer, e)) < 0 ||
		(r = make_id(issuer, other, at, claims.id, e)) < 0)
		return r;
	snprintf(claims.issuer, sizeof claims.issuer, "%s", jurisdiction);
	memcpy(claims.card, other->card, sizeof claims.card);
	return code_issue(signer->key, &claims, text, e);
}
