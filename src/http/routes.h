/* http/routes.h: which function answers what. The functions are in the files named in the table (routes.c). */

#ifndef HEALTHCODE_HTTP_ROUTES_H
#define HEALTHCODE_HTTP_ROUTES_H

#include <stddef.h>

#include "http/exchange.h"
#include "http/limit.h"

/* What a thread of the server works with. */
struct http_context;

/* Who may call a route, and the limit that counts it. */
enum route_role {
	ROLE_ANYBODY,
	ROLE_SIGNED_IN,
	ROLE_RESIDENT, /* a signed-in resident */
	ROLE_GATE,     /* a guard's device, or a supervisor */
	ROLE_OFFICE,   /* who answers for the gates: a supervisor, an auditor */
	ROLE_VOUCHER,  /* the carriers' gateway, a committee, staff who see ID cards */
	ROLE_STAFF, /* those of them who see people and their ID cards: a clinician, a supervisor; no committee, which is bound to its division */
	ROLE_COMMITTEE, /* a community committee, which applies for its households */
	ROLE_CONSOLE,   /* who works with cases, or watches those who do: a tracer, a supervisor, an auditor */
	ROLE_OPENER,    /* who may learn who somebody is: a tracer, a supervisor */
	ROLE_DECIDER,   /* who may propose and approve: a supervisor, an administrator */
	ROLE_DECISION,  /* who may read what was decided: those, and an auditor */
	ROLE_PEER,      /* another service, by its TLS certificate, at the address for those */
	ROLE_CLINICIAN, /* whose word it is that somebody is a case */
	ROLE_FEED,      /* a hospital's or laboratory's system, and the office: whose bundles are taken */
};

enum route_limit { LIMIT_READ, LIMIT_WRITE, LIMIT_SECRET, LIMIT_NONE, LIMITS };

struct route {
	const char *name;          /* the operationId in docs/openapi.yaml */
	const char *method, *path; /* "/v1/checks/{receipt}/refusals" */
	enum route_role role;
	enum route_limit limit;
	void (*answer)(struct http_context *c, struct exchange *x);
	size_t body_max; /* in bytes; 0: HTTP_BODY_MAX. A larger one is kept of those alone who may call the route */
};

extern const struct route routes[];
extern const size_t route_count;

/* route_find(x, ret_route): the route of x's method and path, its parameters read into x; NULL after answering with 404
 * or 405 (with Allow) where there is none. */
const struct route *route_find(struct exchange *x);

/* route_of_large(x): the route of x's method and path if its bodies may be larger than HTTP_BODY_MAX, else NULL. */
const struct route *route_of_large(const struct exchange *x);

#endif
