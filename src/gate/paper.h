/* gate/paper.h: a code on paper, for who has no phone. Its id is a random handle that the issuer can revoke; it says a colour
 * that counts for a day ("paper_valid_s" of the pack's "credential"), and the last four characters of the ID card that must
 * come with it. */

#ifndef HEALTHCODE_GATE_PAPER_H
#define HEALTHCODE_GATE_PAPER_H

#include "base/buffer.h"
#include "credential/credential.h"
#include "gate/issuer.h"
#include "policy/policy.h"
#include "registry/registry.h"

/* ${colour} is ${person}'s of now by ${pack}; ${by} is who prints. */
struct gate_paper {
	const struct pack *pack;
	person_number person;
	enum code_colour colour;
	enum paper_size size;
	const char *by;
};

/* gate_paper(registry, issuer, request, at, text, pdf, e):
 * Append a new code's text, and where ${pdf} is not NULL the page to print. That the ID number was opened for it is logged.
 * Return 0, ERROR_EXISTS_NOT (no ID number is known, no key signs, or no font has the characters), or what the registry
 * gives; on failure nothing was issued, and the buffers hold rubbish. */
int gate_paper(struct registry *registry, struct issuer *issuer, const struct gate_paper *request, instant at,
	struct buffer *text, struct buffer *pdf, struct error *e);

/* gate_papers(registry, issuer, requests, count, at, pdf, e): the same for 1 to PAPERS_MAX people, a page each, of the first one's size: all are
 * issued or none. */
int gate_papers(struct registry *registry, struct issuer *issuer, const struct gate_paper *requests, size_t count,
	instant at, struct buffer *pdf, struct error *e);

#endif
