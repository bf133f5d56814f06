/* registry/notice.h: what people are told, waiting to be sent. */

#ifndef HEALTHCODE_REGISTRY_NOTICE_H
#define HEALTHCODE_REGISTRY_NOTICE_H

#include "registry/store.h"

enum { NOTICE_KIND_SIZE = 33, NOTICE_TEXT_SIZE = 1025, NOTICE_CLAIM_S = 600 };

/* What is told to whom a community committee applied for. */
#define HOUSEHOLD_NOTICE                                                                                                                                      \
	"社区已为您登记申请健康码。如有不符，请联系社区。 / Your community committee applied for your code. If something is wrong, tell " \
	"them."

/* Notices that tell of a sign-in code go stale by themselves and are erased once sent. */
struct registry_notice {
	int64_t number;
	instant at;
	/* ${kind}: "sign-in-code", "claim-received", "claim-contested", "voucher-confirmed", "voucher-replaced", "colour",
	 * "id-number-typed", "appeal-decided", "appeal-withdrawn" */
	const char *kind;
	const char *phone, *text;
};

/* registry_notice_put(registry, phone, kind, text, e): queue a notice to a phone, sealed.
 * registry_notice_put_person(registry, person, kind, text, e): to the phone that speaks for ${person}, if any does. */
int
registry_notice_put(struct registry *registry, const char *phone, const char *kind, const char *text, struct error *e);
int registry_notice_put_person(
	struct registry *registry, person_number person, const char *kind, const char *text, struct error *e);

/* registry_notices_deliver(registry, send, context, limit, e):
 * Give up to ${limit} waiting notices to ${send} (an operator's gateway), oldest first, outside any transaction. Each is
 * claimed first for NOTICE_CLAIM_S, so that of several senders one has it; one that a crash left claimed is given again.
 * ${send} returns 0 (taken: what it said is erased), 1 (refused for good: erased too, and counted as refused), or a code:
 * the notice waits on, the walk ends, and the code is returned. A sign-in code that ran out is erased unsent.
 *
 * With ${send} NULL they are appended to the outbox file as JSON lines {"number", "at", "to" (masked), "kind", "text"}, as a
 * store without a gateway does after each commit. */
typedef int registry_notice_send(const struct registry_notice *notice, void *context, struct error *e);
int registry_notices_deliver(
	struct registry *registry, registry_notice_send *send, void *context, size_t limit, struct error *e);

/* registry_notices_waiting(registry, ret_count, e): how many wait. */
int registry_notices_waiting(struct registry *registry, int64_t *ret_count, struct error *e);

/* Whether notices wait for a gateway (registry_notices_deliver with ${send}) and are not written to the outbox file. Kept in
 * the store: what another process queues waits too. */
int registry_set_gateway(struct registry *registry, bool gateway, struct error *e);
bool registry_has_gateway(const struct registry *registry);

#endif
