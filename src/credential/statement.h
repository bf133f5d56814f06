/* credential/statement.h: what one service tells another of a person's colour: a signed statement.
 *
 * It says for one subject what colour its issuer gives, from when until when, and nothing more. The subject is a keyed hash under a
 * key that the two services share: only who knows the person already can tell who it is. Container and signature are a code's
 * (docs/code-format.md). */

#ifndef HEALTHCODE_CREDENTIAL_STATEMENT_H
#define HEALTHCODE_CREDENTIAL_STATEMENT_H

#include "credential/code.h"

enum {
	STATEMENT_SUBJECT_SIZE = 32,
	STATEMENT_LIFETIME_MAX_S = 7 * DAY_S,
	STATEMENT_AHEAD_S = 60, /* by how much two services' clocks may differ */
	STATEMENT_TEXT_MAX = 1024,
};

/* ${issuer} is whose colour it is, ${audience} for whom it is meant. ${number} grows with each statement of that issuer to that audience about
 * that subject: the last one counts. It counts in [issued_at, expires_at); one of no length takes back what was said before. */
struct statement {
	char issuer[ISSUER_SIZE], audience[ISSUER_SIZE];
	uint8_t subject[STATEMENT_SUBJECT_SIZE];
	enum code_colour colour;
	int64_t number; /* from 1 */
	instant issued_at, expires_at;
};

/* statement_sign(key, statement, text, e): append the statement's text, at most STATEMENT_TEXT_MAX bytes. Return 0, ERROR_USAGE for one
 * that cannot be, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int
statement_sign(const struct signing_key *key, const struct statement *statement, struct buffer *text, struct error *e);

/* statement_verify(text, length, trust, now, ret_statement, ret_cause, e):
 * Check a statement at ${now}, STATEMENT_AHEAD_S of which are forgiven a statement's beginning; one that takes back (of no length) is
 * none too late. ${ret_cause} as code_verify's; CODE_NOT_A_CODE is what is well-formed and no statement. ${ret_statement} holds what it
 * says where its signature holds, else zeroes. Return 0, or ERROR_NO_MEMORY. */
int statement_verify(const char *text, size_t length, const struct trust *trust, instant now,
	struct statement *ret_statement, enum code_cause *ret_cause, struct error *e);

#endif
