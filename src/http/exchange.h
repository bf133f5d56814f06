/* http/exchange.h: one request and its answer, as the routes see them. */

#ifndef HEALTHCODE_HTTP_EXCHANGE_H
#define HEALTHCODE_HTTP_EXCHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"
#include "gate/gate.h"

struct MHD_Connection;

enum { EXCHANGE_PARAMETERS_MAX = 2, EXCHANGE_HEADERS_MAX = 8, EXCHANGE_PARAMETER_SIZE = 128 };

/* What came, and what goes back. ${parameters} are the parts of the path that stand for {names} in the route. ${body}
 * is as received; exchange_json reads it. The answer is ${status} with either ${answer} (JSON, owned) or ${bytes}. */
struct exchange {
	struct MHD_Connection *connection;
	const char *method, *path;
	char parameters[EXCHANGE_PARAMETERS_MAX][EXCHANGE_PARAMETER_SIZE];
	char address[64];   /* the other side's, once a limit asked for it */
	char limit_key[68]; /* who shares a rate limit: the address, or once known the session */
	struct buffer body;
	size_t received; /* bytes of a body, kept or not */
	bool counted;    /* by the limit of its route */
	bool from_peers; /* it came in where other services do */
	bool has_pin;    /* and showed a TLS certificate, whose key has the hash ${pin} */
	uint8_t pin[PEER_PIN_SIZE];
	json_t *json;
	char within[32]; /* before the pointers of faults: where the part is that is read */

	unsigned status;
	json_t *answer;
	struct buffer bytes;
	const char *content_type;
	size_t header_count;
	struct {
		const char *name;
		char value[512];
	} headers[EXCHANGE_HEADERS_MAX]; /* last, as it is large and needs no zeros */
};

/* The value of a query parameter or header, or NULL. */
const char *exchange_query(const struct exchange *x, const char *name);
const char *exchange_header(const struct exchange *x, const char *name);

/* exchange_cookie(x, name, value, size): copy the cookie's value; false if there is none or it is longer. */
bool exchange_cookie(const struct exchange *x, const char *name, char *value, size_t size);

/* exchange_json(x, names): the body as a JSON object with no members but ${names} (ended by NULL), or NULL after
 * answering with a problem (400, 415, 422). Borrowed. */
const json_t *exchange_json(struct exchange *x, const char *const *names);

/* exchange_members(x, object, pointer, names): note each member of ${object}, which is at ${pointer}, that is none of
 * ${names}. */
void exchange_members(struct exchange *x, const json_t *object, const char *pointer, const char *const *names);

/* exchange_number(x, name, least, most, value): the query parameter ${name}, if there is one, into ${value}; false after
 * answering with 400 for what is no number of that range. */
bool exchange_number(struct exchange *x, const char *name, int64_t least, int64_t most, int64_t *value);

/* exchange_has(x, etag): whether If-None-Match says that the other side has this. */
bool exchange_has(const struct exchange *x, const char *etag);

/* exchange_text(x, body, name, least, most): the text member ${name} of ${least} to ${most} characters; NULL after noting
 * a fault with exchange_invalid where it is missing or wrong. With ${least} 0 a missing one is "". */
const char *exchange_text(struct exchange *x, const json_t *body, const char *name, size_t least, size_t most);

/* exchange_invalid(x, pointer, format, ...): note that the body's part at JSON pointer ${pointer} does not hold; the
 * answer becomes 422 and lists everything noted. */
void exchange_invalid(struct exchange *x, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether anything was noted, or another problem answered. */
bool exchange_failed(const struct exchange *x);

/* exchange_answer(x, status, answer): answer with JSON; takes the reference; NULL means out of memory. */
void exchange_answer(struct exchange *x, unsigned status, json_t *answer);

/* exchange_page(x, items, more, next): answer with one page of a list, and, where there is ${more}, the cursor of the next. Leaves ${items} to
 * the caller. */
void exchange_page(struct exchange *x, json_t *items, bool more, int64_t next);

/* exchange_set_header(x, name, format, ...): ${name} is a literal. */
void exchange_set_header(struct exchange *x, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* exchange_problem(x, status, type, title, ...): answer with application/problem+json (RFC 9457). ${type} is the last
 * part of the problem's URI (docs/openapi.yaml lists them); ${title} is for people. */
void exchange_problem(struct exchange *x, unsigned status, const char *type, const char *title, ...)
	__attribute__((format(printf, 4, 5)));

/* exchange_failure(x, e): the problem that a failure below is to the other side; what is not their fault is a 503
 * without detail. */
void exchange_failure(struct exchange *x, const struct error *e);

/* Free what the exchange holds. */
void exchange_clear(struct exchange *x);

#endif
