/* K1. A passive checkpoint waits for nobody and nobody waits for it: it carries what no reader still needs as it was, and the next one the rest.
 * K2. One that fails loses nothing: what was committed is in the WAL, and the next one, here or of anybody else, tries again. */

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "db/checkpointer.h"

enum { PAGES_ALONE = 1000 }; /* SQLite's own number */

struct checkpointer {
	sqlite3 *of, *beside;
	int pages_most;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	bool wanted, stop;
};

static void
carry(sqlite3 *connection)
{
	(void)sqlite3_wal_checkpoint_v2(connection, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL); /* K2 */
}

static void *
work(void *context)
{
	struct checkpointer *c = context;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (!c->wanted && !c->stop)
			pthread_cond_wait(&c->wake, &c->lock);
		if (!c->wanted)
			break;
		c->wanted = false;
		pthread_mutex_unlock(&c->lock);
		carry(c->beside);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void
tell(struct checkpointer *c, bool wanted, bool stop)
{
	pthread_mutex_lock(&c->lock);
	c->wanted = c->wanted || wanted;
	c->stop = c->stop || stop;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

/* After each commit, with the pages that the WAL has. */
static int
committed(void *context, sqlite3 *connection, const char *name, int pages)
{
	struct checkpointer *c = context;

	(void)name;
	if (pages >= c->pages_most)
		carry(connection);
	else
		tell(c, true, false);
	return SQLITE_OK;
}

int
checkpointer_open(sqlite3 *of, sqlite3 *beside, int pages_most, struct checkpointer **ret_checkpointer, struct error *e)
{
	struct checkpointer *c = calloc(1, sizeof *c);

	if (!c) {
		sqlite3_close(beside);
		return error_no_memory(e);
	}
	*c = (struct checkpointer){.of = of, .beside = beside, .pages_most = pages_most};
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	if (pthread_create(&c->thread, NULL, work, c) != 0) {
		pthread_cond_destroy(&c->wake);
		pthread_mutex_destroy(&c->lock);
		sqlite3_close(beside);
		free(c);
		return error_no_memory(e);
	}
	sqlite3_wal_hook(of, committed, c);
	*ret_checkpointer = c;
	return 0;
}

void
checkpointer_close(struct checkpointer *c)
{
	if (!c)
		return;
	sqlite3_wal_autocheckpoint(c->of, PAGES_ALONE); /* which takes the hook's place */
	tell(c, false, true);
	pthread_join(c->thread, NULL);
	sqlite3_close(c->beside);
	pthread_cond_destroy(&c->wake);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
