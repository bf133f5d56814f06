/* rehearse/workers.h: one pass over many people by several threads, each with a registry of its own. */

#ifndef HEALTHCODE_REHEARSE_WORKERS_H
#define HEALTHCODE_REHEARSE_WORKERS_H

#include "cascade/cascade.h"
#include "rehearse/rehearse.h"

/* A worker. ${own} is what the pass gave it to add to. */
struct rehearse_worker {
	struct registry *registry;
	struct cascade *cascade;
	void *own;
};

/* Called for each person by one of the workers, in no order. A negative return ends the pass. */
typedef int rehearse_each(struct rehearse_worker *worker, person_number person, void *context, struct error *e);

/* Called once before the first person, by one worker, whose transaction is at the moment that all see. */
typedef int rehearse_prepare(struct rehearse_worker *worker, void *context, struct error *e);

/* workers_run(options, pack, now, prepare, each, context, own, own_size, ret_people, e):
 * Call ${each} for everyone who applied in the jurisdiction of ${pack} by ${now}, which is registry_now to each worker. ${prepare} may be NULL. ${own} is an array of
 * workers_count(options) zeroed parts of ${own_size} bytes, one for each worker. What the workers see is one moment of the
 * store; nothing is written. ${ret_people} is how many people there were. */
int workers_run(const struct rehearse_options *options, const struct pack *pack, instant now, rehearse_prepare *prepare,
	rehearse_each *each, void *context, void *own, size_t own_size, size_t *ret_people, struct error *e);

/* How many workers a pass has. */
unsigned workers_count(const struct rehearse_options *options);

#endif
