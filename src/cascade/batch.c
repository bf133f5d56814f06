/* A batch's people, evaluated before anything of them is written, by several threads where they are many.
 *
 * B1. Readers read within the writer's transaction, in which nobody else writes; and no evaluation reads what one of the batch writes. So what
 *     is decided does not depend on who decided it, nor on the order. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "cascade/inside.h"

enum { READERS_MAX = 15 };

struct reader {
	struct beside beside;
	struct batch *batch;
	atomic_size_t *next;
	pthread_t thread;
	bool started;
};

struct readers {
	size_t count;
	struct reader items[READERS_MAX];
};

int
batch_new(struct batch **ret_batch, struct error *e)
{
	struct batch *batch = calloc(1, sizeof *batch);

	if (!batch)
		return error_no_memory(e);
	for (size_t i = 0; i < CASCADE_BATCH; i++)
		batch->decisions[i].row = buffer_make(PACKED_ROW_MAX);
	*ret_batch = batch;
	return 0;
}

void
batch_free(struct batch *batch)
{
	if (!batch)
		return;
	for (size_t i = 0; i < CASCADE_BATCH; i++)
		buffer_free(&batch->decisions[i].row);
	for (size_t i = 0; batch->readers && i < batch->readers->count; i++)
		beside_close(&batch->readers->items[i].beside);
	free(batch->readers);
	free(batch);
}

static void
decide(struct cascade *cascade, struct batch *batch, atomic_size_t *next)
{
	size_t i;

	while ((i = atomic_fetch_add_explicit(next, 1, memory_order_relaxed)) < batch->count) {
		struct decision *d = &batch->decisions[i];

		d->reason = (struct error){0};
		buffer_clear(&d->row);
		d->result = evaluate_subject(cascade, &batch->subjects[i], &d->colour, &d->row, &d->reason);
	}
}

static void *
read_beside(void *context)
{
	struct reader *reader = context;

	decide(reader->beside.cascade, reader->batch, reader->next);
	return NULL;
}

/* They stay open for the batches to come. */
static int
open_readers(struct cascade *cascade, struct batch *batch, struct error *e)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct readers *readers = batch->readers;
	int r = 0;

	if (readers)
		return 0;
	if (!(readers = batch->readers = calloc(1, sizeof *readers)))
		return error_no_memory(e);
	while (r == 0 && readers->count < READERS_MAX && (long)readers->count + 1 < processors)
		if ((r = beside_open(cascade, &readers->items[readers->count].beside, e)) == 0)
			readers->count++;
	return r;
}

/* The threads that can be had: the caller's does what they leave. */
static int
start_readers(struct cascade *cascade, struct batch *batch, atomic_size_t *next, struct error *e)
{
	struct readers *readers = batch->readers;
	int r = 0;

	for (size_t i = 0; r == 0 && i < readers->count; i++) {
		struct reader *reader = &readers->items[i];

		reader->batch = batch;
		reader->next = next;
		if ((r = beside_begin(&reader->beside, registry_now(cascade->registry), e)) == 0)
			reader->started = pthread_create(&reader->thread, NULL, read_beside, reader) == 0;
	}
	return r;
}

static void
end_readers(struct readers *readers)
{
	for (size_t i = 0; i < readers->count; i++) {
		if (readers->items[i].started)
			pthread_join(readers->items[i].thread, NULL);
		readers->items[i].started = false;
		db_rollback(readers->items[i].beside.cascade->db);
	}
}

int
batch_decide(struct cascade *cascade, struct batch *batch, struct error *e)
{
	bool alone = (int64_t)batch->count <= cascade->batch_alone_most || registry_known(cascade->registry) != INT64_MAX;
	atomic_size_t next = 0;
	int r = 0;

	if (!alone && (r = open_readers(cascade, batch, e)) == 0)
		r = start_readers(cascade, batch, &next, e);
	if (r == 0)
		decide(cascade, batch, &next);
	if (!alone && batch->readers)
		end_readers(batch->readers);
	return r;
}
