/* http/worker.h: a thread beside the server that does something again and again. */

#ifndef HEALTHCODE_HTTP_WORKER_H
#define HEALTHCODE_HTTP_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct worker;

/* One turn of the work; returns after how many milliseconds the next one is due (0: at once). */
typedef int64_t worker_turn(void *context);

/* worker_start(turn, context, ret_worker, e): ${context} is needed until worker_stop. ${ret_worker} is set before the first turn. Return
 * 0, ERROR_NO_MEMORY or ERROR_IO. */
int worker_start(worker_turn *turn, void *context, struct worker **ret_worker, struct error *e);

/* Whether it is to end: asked in the middle of what takes long. */
bool worker_is_stopping(const struct worker *worker);

/* Wake it, wait for the turn that is under way, end. Accepts NULL. */
void worker_stop(struct worker *worker);

#endif
