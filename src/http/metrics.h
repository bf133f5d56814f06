/* http/metrics.h: what the server counts about itself, in the OpenMetrics text format. */

#ifndef HEALTHCODE_HTTP_METRICS_H
#define HEALTHCODE_HTTP_METRICS_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { METRICS_ROUTES_MAX = 128 }; /* routes.c has no more */

/* metrics_count(route, status, duration_us): one request answered. ${route} is the route's place in the table of routes,
 * below METRICS_ROUTES_MAX. May be called from many threads. */
void metrics_count(unsigned route, unsigned status, int64_t duration_us);

/* metrics_notice(fate): the gateway was given a notice once more, and took it, refused it or failed.
 * metrics_notices_waiting(count): how many wait, as last counted. */
enum metrics_notice_fate { NOTICE_SENT, NOTICE_REFUSED, NOTICE_FAILED, NOTICE_FATES };
void metrics_notice(enum metrics_notice_fate fate);
void metrics_notices_waiting(int64_t count);

/* metrics_appeals(open, overdue): how many appeals against colours wait for an answer, and of these are overdue, as last counted. */
void metrics_appeals(int64_t open, int64_t overdue);

/* metrics_packs_over(count): how many jurisdictions' packs are in force past their validity, as last counted. */
void metrics_packs_over(int64_t count);

/* metrics_write(names, count, b, e): append everything counted since the start, routes named by ${names}. */
int metrics_write(const char *const *names, unsigned count, struct buffer *b, struct error *e);

#endif
