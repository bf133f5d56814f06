/* http/gateway.h: gives notices (one-time codes, what people are told) to an operator's HTTP gateway, which sends them as
 * text messages.
 *
 * Each notice is one POST of {"at", "to", "kind", "text"} with the headers of Standard Webhooks: webhook-id (the same at
 * each try, so that a second delivery can be told), webhook-timestamp (seconds) and webhook-signature ("v1," and the base64
 * HMAC-SHA256 of "ID.TIMESTAMP.BODY" under the shared secret). An answer of 2xx means taken; 408, 425, 429, 5xx and no
 * answer within GATEWAY_ANSWER_S mean try again, after what Retry-After says or after pauses that double up to
 * GATEWAY_PAUSE_MAX_S; any other answer means that this notice will never be taken. Redirects are not followed. */

#ifndef HEALTHCODE_HTTP_GATEWAY_H
#define HEALTHCODE_HTTP_GATEWAY_H

#include "base/error.h"
#include "registry/registry.h"

enum { GATEWAY_ANSWER_S = 10, GATEWAY_PAUSE_MAX_S = 300, GATEWAY_URL_MAX = 2048 };

struct gateway;

/* Called from the gateway's thread with a line for the operator (no phone, no text) when it stops answering, and when it
 * answers again. */
typedef void gateway_say(const char *line);

/* ${url} is https://..., or http:// to this machine alone: codes don't travel in the clear. ${secret} is "whsec_" and the
 * base64 of 24 to 64 bytes. */
struct gateway_options {
	struct registry_where where;
	const char *url, *secret;
	gateway_say *say;
};

/* gateway_start(options, ret_gateway, e):
 * Start the thread that sends, with a registry of its own; from now on the store's notices wait for it. Return 0 and the
 * gateway, which the caller ends with gateway_stop, or ERROR_USAGE (a URL or a secret that is none), or what opening the
 * registry gives. */
int gateway_start(const struct gateway_options *options, struct gateway **ret_gateway, struct error *e);

/* Break off what is under way (it is tried again at the next start) and end. Accepts NULL. */
void gateway_stop(struct gateway *gateway);

#endif
