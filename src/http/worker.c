#include "http/worker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct worker {
	worker_turn *turn;
	void *context;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	atomic_bool stopping;
};

static void
wait_for(struct worker *worker, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&worker->lock);
	while (!atomic_load(&worker->stopping) && pthread_cond_timedwait(&worker->wake, &worker->lock, &until) == 0)
		;
	pthread_mutex_unlock(&worker->lock);
}

static void *
run(void *context)
{
	struct worker *worker = context;

	/* worker_start holds the lock until its caller has the worker. */
	pthread_mutex_lock(&worker->lock);
	pthread_mutex_unlock(&worker->lock);
	while (!atomic_load(&worker->stopping)) {
		int64_t ms = worker->turn(worker->context);

		if (ms > 0)
			wait_for(worker, ms);
	}
	return NULL;
}

static void
destroy(struct worker *worker)
{
	pthread_cond_destroy(&worker->wake);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

int
worker_start(worker_turn *turn, void *context, struct worker **ret_worker, struct error *e)
{
	struct worker *worker = calloc(1, sizeof *worker);
	pthread_condattr_t attributes;
	int failed;

	if (!worker)
		return error_no_memory(e);
	worker->turn = turn;
	worker->context = context;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_lock(&worker->lock);
	failed = pthread_create(&worker->thread, NULL, run, worker);
	if (!failed)
		*ret_worker = worker;
	pthread_mutex_unlock(&worker->lock);
	if (failed) {
		destroy(worker);
		return error_set_errno(e, ERROR_IO, failed, "a thread beside the server");
	}
	return 0;
}

bool
worker_is_stopping(const struct worker *worker)
{
	return atomic_load(&worker->stopping);
}

void
worker_stop(struct worker *worker)
{
	if (!worker)
		return;
	pthread_mutex_lock(&worker->lock);
	atomic_store(&worker->stopping, true);
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	destroy(worker);
}
