#include "base/json_memory.h"

#include <stdlib.h>
#include <threads.h>

static _Thread_local size_t failures;
static once_flag counting = ONCE_FLAG_INIT;

static void *
allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		failures++;
	return memory;
}

/* What was allocated before is malloc's too, so that it may be freed after. */
static void
count_from_now_on(void)
{
	json_set_alloc_funcs(allocate, free);
}

size_t
json_memory_failures(void)
{
	call_once(&counting, count_from_now_on);
	return failures;
}

json_t *
json_if_whole(json_t *value, size_t failures_before)
{
	if (value && json_memory_failures() != failures_before) {
		json_decref(value);
		return NULL;
	}
	return value;
}

json_t *
json_copy_shallow(const json_t *value)
{
	size_t before = json_memory_failures();

	return json_if_whole(json_copy((json_t *)value), before);
}

json_t *
json_copy_deep(const json_t *value)
{
	size_t before = json_memory_failures();

	return json_if_whole(json_deep_copy(value), before);
}
