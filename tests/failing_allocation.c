#include "failing_allocation.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/json_memory.h"
#include "test.h"

enum { SWEEP_MAX = 100000 };

/* The linker's --wrap gives these names to the real ones. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static size_t left; /* allocations until the one that fails, itself counted; 0: none does */
static bool failed;

static bool
fails(void)
{
	if (left == 0 || --left > 0)
		return false;
	failed = true;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
	return fails() ? NULL : __real_realloc(memory, size);
}

void
failing_allocation_at(size_t number)
{
	json_memory_failures(); /* jansson allocates through our malloc from here on */
	left = number;
	failed = false;
}

bool
failing_allocation_end(void)
{
	left = 0;
	return failed;
}

size_t
failing_allocation_sweep(int (*act)(void *context), void *context)
{
	for (size_t number = 1; number <= SWEEP_MAX; number++) {
		int r;

		failing_allocation_at(number);
		r = act(context);
		if (!failing_allocation_end()) {
			assert_int_equal(r, 0);
			return number - 1;
		}
		if (r != ERROR_NO_MEMORY)
			fail_msg("allocation %zu failed, and %d was returned", number, r);
	}
	fail_msg("more than %d allocations", SWEEP_MAX);
	return 0;
}
