/* http/limit.h: how many requests one address may make. */

#ifndef HEALTHCODE_HTTP_LIMIT_H
#define HEALTHCODE_HTTP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct limit;

/* limit_new(burst, per_minute, ret_limit, e): a limit that lets ${burst} requests through at once and ${per_minute}
 * from then on, for each key; it remembers a fixed number of keys, so that many keys can't fill memory: keys that share
 * a slot share its allowance. */
int limit_new(unsigned burst, unsigned per_minute, struct limit **ret_limit, struct error *e);
void limit_free(struct limit *limit);

/* limit_take(limit, key, now_ms, ret_retry_s): take one; false if there is none, with the seconds until there is.
 * May be called from many threads. */
bool limit_take(struct limit *limit, const char *key, int64_t now_ms, unsigned *ret_retry_s);

#endif
