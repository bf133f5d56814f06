/* http/metrics.h: what the server counts about itself, in the OpenMetrics text format. */

#ifndef HEALTHCODE_HTTP_METRICS_H
#define HEALTHCODE_HTTP_METRICS_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum { METRICS_ROUTES_MAX = 64 };

/* metrics_count(route, status, duration_us): one request answered. ${route} is the route's place in the table of routes,
 * below METRICS_ROUTES_MAX. May be called from many threads. */
void metrics_count(unsigned route, unsigned status, int64_t duration_us);

/* metrics_write(names, count, b, e): append everything counted since the start, routes named by ${names}. */
int metrics_write(const char *const *names, unsigned count, struct buffer *b, struct error *e);

#endif
