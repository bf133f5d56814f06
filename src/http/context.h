/* http/context.h: what a thread of the server works with: its own opened registry, and who is asking. */

#ifndef HEALTHCODE_HTTP_CONTEXT_H
#define HEALTHCODE_HTTP_CONTEXT_H

#include "base/error.h"
#include "cascade/cascade.h"
#include "gate/gate.h"
#include "http/exchange.h"
#include "http/http.h"
#include "http/routes.h"
#include "registry/registry.h"

struct http_shared;

/* A thread's own. ${session} is the asker's where ${signed_in}; ${token} is what it was found by. */
struct http_context {
	struct registry *registry;
	struct cascade *cascade;
	struct issuer *issuer;
	struct registry_session session;
	char token[TOKEN_TEXT_SIZE];
	bool signed_in;
	struct http_context *next;
};

/* context_share(options, ret_shared, e): try the store once and remember how to open it. */
int context_share(const struct http_options *options, struct http_shared **ret_shared, struct error *e);

/* Close what every thread opened; the threads have ended. Accepts NULL. */
void context_share_end(struct http_shared *shared);

/* context_get(shared, e): this thread's context, opened at its first call; NULL with ${e} filled. */
struct http_context *context_get(struct http_shared *shared, struct error *e);

/* context_admit(context, route, x): find out who asks (session cookie, bearer token) and whether they may call ${route};
 * false after answering with 401 or 403. */
bool context_admit(struct http_context *context, const struct route *route, struct exchange *x);

/* The store's clock as RFC 3339 in the default jurisdiction's zone; ${text} has TIME_TEXT_SIZE bytes. */
const char *context_time(struct http_context *context, instant at, char *text);

#endif
