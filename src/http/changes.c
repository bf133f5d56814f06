#include "http/changes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct changes {
	pthread_mutex_t lock; /* of those who learn */
	_Atomic int64_t last;
	_Atomic int64_t numbers[DB_BLOCKS + 1]; /* of each block's last change */
};

int
changes_new(struct changes **ret_changes, struct error *e)
{
	struct changes *changes = calloc(1, sizeof *changes);

	if (!changes)
		return error_no_memory(e);
	pthread_mutex_init(&changes->lock, NULL);
	*ret_changes = changes;
	return 0;
}

void
changes_free(struct changes *changes)
{
	if (!changes)
		return;
	pthread_mutex_destroy(&changes->lock);
	free(changes);
}

/* Notes on their way: the last number is told to others once all up to it are taken. */
struct learning {
	struct changes *changes;
	int64_t last;
};

static void
take_note(uint32_t block, int64_t number, void *context)
{
	struct learning *learning = context;

	atomic_store(&learning->changes->numbers[block <= DB_BLOCKS ? block : DB_BLOCK_ALL], number);
	learning->last = number;
}

int
changes_read(struct changes *changes, struct db *db, int64_t *known, int64_t *ret_number, struct error *e)
{
	int64_t version;
	int r;

	/* Of before the reading, so that what comes meanwhile is read next time. */
	if ((r = db_version(db, &version, e)) < 0)
		return r;
	if (version != *known) {
		struct learning learning = {.changes = changes};

		pthread_mutex_lock(&changes->lock);
		learning.last = atomic_load(&changes->last);
		if ((r = db_notes_each(db, learning.last, take_note, &learning, e)) == 0)
			atomic_store(&changes->last, learning.last);
		pthread_mutex_unlock(&changes->lock);
		if (r < 0)
			return r;
		*known = version;
	}
	*ret_number = atomic_load(&changes->last);
	return 0;
}

bool
changes_none(const struct changes *changes, const struct db_about *about, int64_t number)
{
	if (!about || about->all)
		return atomic_load(&changes->last) <= number;
	for (size_t i = 0; i < about->count; i++)
		if (atomic_load_explicit(&changes->numbers[about->blocks[i]], memory_order_relaxed) > number)
			return false;
	return atomic_load_explicit(&changes->numbers[DB_BLOCK_ALL], memory_order_relaxed) <= number;
}
