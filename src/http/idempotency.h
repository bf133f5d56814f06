/* http/idempotency.h: a write that is sent again gets the first answer again.
 *
 * What is kept for 24 hours is a keyed hash of the caller, the route and the Idempotency-Key, a keyed hash of the body, and
 * the answer, sealed: nobody who reads the store learns who wrote what.
 *
 * I1. The key is taken, in a transaction of its own, before the write is made, so that of many at once one writes.
 * I2. A write that failed (500 and above, or 429) gives its key back: it may be tried again. */

#ifndef HEALTHCODE_HTTP_IDEMPOTENCY_H
#define HEALTHCODE_HTTP_IDEMPOTENCY_H

#include "http/context.h"

/* idempotency_open(context, e): make the table where it is missing. */
int idempotency_open(struct http_context *context, struct error *e);

/* idempotency_answer(context, route, x): have ${route} answer ${x}, once for each Idempotency-Key of one caller: the same
 * key with the same body is given the first answer, with another body 422, while the first is under way 409. */
void idempotency_answer(struct http_context *context, const struct route *route, struct exchange *x);

#endif
