/* Recognition by issuing anew: who holds another jurisdiction's code gets one of the jurisdiction where they are. */

#include <string.h>

#include "gate/gate.h"

static instant
earlier(instant a, instant b)
{
	return a < b ? a : b;
}

int
gate_reissue(struct issuer *issuer, const struct pack *pack, const char *code, instant now, struct buffer *text,
	struct gate_reissued *ret_reissued, struct error *e)
{
	struct gate_reissued reissued = {.issued_at = now};
	struct code_claims claims = {0};
	const struct trust *trust;
	enum code_cause cause;
	instant until;
	int r;

	if ((r = issuer_trust(issuer, now, &trust, e)) < 0)
		return r;
	if (code_verify(code, strlen(code), trust, now, &claims, &cause, &(struct error){0}) < 0)
		return error_no_memory(e);
	if (cause != CODE_VALID) {
		reissued.cause = code_cause_name(cause);
	} else if (strcmp(claims.issuer, pack_jurisdiction(pack)) == 0) {
		reissued.cause = "own";
	} else if ((until = gate_recognised_until(pack, claims.issuer, claims.colour, claims.issued_at, now)) <= now) {
		reissued.cause = gate_cause_name(GATE_NOT_RECOGNISED);
	} else {
		reissued.colour = claims.colour;
		reissued.expires_at = earlier(now + gate_code_lifetime(pack), earlier(claims.expires_at, until));
		if ((r = issuer_issue_anew(issuer, pack_jurisdiction(pack), &claims, now, reissued.expires_at - now, text, e)) <
			0)
			return r;
	}
	*ret_reissued = reissued;
	return 0;
}
