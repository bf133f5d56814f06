/* A batch's people, evaluated by several threads where they are many, while one writes what is decided already.
 *
 * B1. Readers read within the writer's transaction, in which nobody else writes; and no evaluation reads what is written of another one of the batch.
 *     So what is decided does not depend on who decided it, nor on the order.
 * B2. What is written is written by the caller's thread in the batch's order; that thread decides too while there is nothing to write. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cascade/inside.h"

enum { READERS_MAX = 15 };

struct reader {
	struct beside beside;
	struct readers *readers;
	pthread_t thread;
	bool begun, started;
};

struct readers {
	struct batch *batch;
	atomic_size_t next; /* whom nobody has taken */
	pthread_mutex_t lock;
	pthread_cond_t decided;
	size_t count;
	struct reader items[READERS_MAX];
};

int
batch_add(struct batch *batch, person_number person, const char *jurisdiction, struct error *e)
{
	const size_t wanted = batch->count + 1;
	struct subject *subject;
	int r;

	if (strlen(jurisdiction) >= sizeof subject->jurisdiction)
		return error_set(e, ERROR_CORRUPT, "a jurisdiction's name is too long");
	if ((r = array_grow(
			 &batch->subjects, &batch->subject_capacity, wanted, sizeof *batch->subjects, CASCADE_BATCH, e)) < 0 ||
		(r = array_grow(
			 &batch->decisions, &batch->decision_capacity, wanted, sizeof *batch->decisions, CASCADE_BATCH, e)) < 0 ||
		(r = array_grow(
			 &batch->outcomes, &batch->outcome_capacity, wanted, sizeof *batch->outcomes, CASCADE_BATCH, e)) < 0)
		return r;
	subject = &batch->subjects[batch->count++];
	subject->person = person;
	strcpy(subject->jurisdiction, jurisdiction);
	return 0;
}

void
batch_clear(struct batch *batch)
{
	batch->count = 0;
}

void
batch_free(struct batch *batch)
{
	struct readers *readers = batch->readers;

	for (size_t i = 0; i < batch->decision_capacity; i++)
		buffer_free(&batch->decisions[i].row);
	free(batch->subjects);
	free(batch->decisions);
	free(batch->outcomes);
	if (readers) {
		for (size_t i = 0; i < readers->count; i++)
			beside_close(&readers->items[i].beside);
		pthread_mutex_destroy(&readers->lock);
		pthread_cond_destroy(&readers->decided);
	}
	free(readers);
	*batch = (struct batch){0};
}

static void
decide_one(struct decider *decider, const struct subject *subject, struct decision *d)
{
	d->reason = (struct error){0};
	d->row.maximum = PACKED_ROW_MAX;
	buffer_clear(&d->row);
	d->result = decider_subject(decider, subject, &d->colour, &d->row, &d->reason);
}

/* Decide about the next one whom nobody has taken: false where there is none. */
static bool
decide_next(struct decider *decider, struct readers *readers)
{
	const size_t i = atomic_fetch_add_explicit(&readers->next, 1, memory_order_relaxed);
	struct batch *batch = readers->batch;

	if (i >= batch->count)
		return false;
	decide_one(decider, &batch->subjects[i], &batch->decisions[i]);
	pthread_mutex_lock(&readers->lock);
	batch->decisions[i].decided = true;
	pthread_cond_signal(&readers->decided);
	pthread_mutex_unlock(&readers->lock);
	return true;
}

static void *
read_beside(void *context)
{
	struct reader *reader = context;
	struct decider decider = {.cascade = reader->beside.cascade};

	while (decide_next(&decider, reader->readers))
		;
	decider_end(&decider);
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
	readers->batch = batch;
	pthread_mutex_init(&readers->lock, NULL);
	pthread_cond_init(&readers->decided, NULL);
	while (r == 0 && readers->count < READERS_MAX && (long)readers->count + 1 < processors)
		if ((r = beside_open(cascade, &readers->items[readers->count].beside, e)) == 0)
			readers->items[readers->count++].readers = readers;
	return r;
}

/* The threads that can be had: the caller's does what they leave. */
static int
start_readers(struct cascade *cascade, struct readers *readers, struct error *e)
{
	int r = 0;

	atomic_store(&readers->next, 0);
	for (size_t i = 0; i < readers->batch->count; i++)
		readers->batch->decisions[i].decided = false;
	for (size_t i = 0; r == 0 && i < readers->count; i++) {
		struct reader *reader = &readers->items[i];

		if ((r = beside_begin(&reader->beside, registry_now(cascade->registry), e)) == 0) {
			reader->begun = true;
			reader->started = pthread_create(&reader->thread, NULL, read_beside, reader) == 0;
		}
	}
	return r;
}

static void
end_readers(struct readers *readers)
{
	atomic_store(&readers->next, CASCADE_BATCH); /* where writing failed the rest is not wanted */
	for (size_t i = 0; i < readers->count; i++) {
		struct reader *reader = &readers->items[i];

		if (reader->started)
			pthread_join(reader->thread, NULL);
		if (reader->begun)
			db_rollback(reader->beside.cascade->db);
		reader->started = reader->begun = false;
	}
}

static bool
is_decided(struct readers *readers, size_t i, bool wait)
{
	bool decided;

	pthread_mutex_lock(&readers->lock);
	while (!(decided = readers->batch->decisions[i].decided) && wait)
		pthread_cond_wait(&readers->decided, &readers->lock);
	pthread_mutex_unlock(&readers->lock);
	return decided;
}

/* B2 */
static int
write_and_decide(struct cascade *cascade, struct readers *readers, batch_write *write, void *context, struct error *e)
{
	struct decider decider = {.cascade = cascade};
	bool all_taken = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < readers->batch->count;) {
		if (is_decided(readers, i, all_taken))
			r = write(i++, context, e);
		else
			all_taken = !decide_next(&decider, readers);
	}
	decider_end(&decider);
	return r;
}

static int
each_alone(struct cascade *cascade, struct batch *batch, batch_write *write, void *context, struct error *e)
{
	struct decider decider = {.cascade = cascade};
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->count; i++) {
		decide_one(&decider, &batch->subjects[i], &batch->decisions[i]);
		r = write(i, context, e);
	}
	decider_end(&decider);
	return r;
}

int
batch_each(struct cascade *cascade, struct batch *batch, batch_write *write, void *context, struct error *e)
{
	int r;

	if ((int64_t)batch->count <= cascade->batch_alone_most || registry_known(cascade->registry) != INT64_MAX)
		return each_alone(cascade, batch, write, context, e);
	if ((r = open_readers(cascade, batch, e)) == 0 && (r = start_readers(cascade, batch->readers, e)) == 0)
		r = write_and_decide(cascade, batch->readers, write, context, e);
	if (batch->readers)
		end_readers(batch->readers);
	return r;
}
