#include <stdlib.h>
#include <string.h>

#include "policy/evaluate.h"
#include "policy/view.h"

/* What a fold begins with before it asks for memory. */
enum { MEMORY_SIZE = 64 << 10, SCRATCH_SIZE = 4 << 10 };

static void
lend(struct workspace *work)
{
	arena_lend(&work->memory, work->own, MEMORY_SIZE);
	arena_lend(&work->scratch, work->own + MEMORY_SIZE, SCRATCH_SIZE);
}

int
workspace_new(struct workspace **ret_work, struct error *e)
{
	struct workspace *work = malloc(sizeof *work + MEMORY_SIZE + SCRATCH_SIZE);

	if (!work)
		return error_no_memory(e);
	memset(work, 0, sizeof *work);
	work->keep.epoch = 1;
	work->memory.maximum = EVALUATE_MEMORY_MAX;
	work->scratch.maximum = CERTLOGIC_MEMORY_MAX;
	lend(work);
	*ret_work = work;
	return 0;
}

void
workspace_clear(struct workspace *work)
{
	work->keep.epoch++;
	arena_release(&work->memory, (struct arena_mark){0});
	arena_release(&work->scratch, (struct arena_mark){0});
	lend(work);
}

void
workspace_free(struct workspace *work)
{
	if (!work)
		return;
	arena_release(&work->memory, (struct arena_mark){0});
	arena_release(&work->scratch, (struct arena_mark){0});
	free(work);
}
