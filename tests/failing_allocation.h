/* failing_allocation.h: let one allocation fail, and see that the failure is told and nothing leaks or is left half-done.
 *
 * Counts malloc, calloc and realloc as called by our own code and by jansson. Use: add the dependency failing_allocation
 * to the test's executable, and
 *
 *	failing_allocation_sweep(act, &context);
 *
 * where act makes everything it needs, does the thing, frees all, and returns the thing's code. Sanitizers find the
 * leaks. */

#ifndef HEALTHCODE_TESTS_FAILING_ALLOCATION_H
#define HEALTHCODE_TESTS_FAILING_ALLOCATION_H

#include <stdbool.h>
#include <stddef.h>

/* From now on, allocation number ${number} (from 1) fails, once. */
void failing_allocation_at(size_t number);

/* No allocation fails any more. Return whether one did. */
bool failing_allocation_end(void);

/* failing_allocation_sweep(act, context):
 * Call ${act} with its first allocation failing, then with its second, until none fails. It must return
 * ERROR_NO_MEMORY whenever one failed and 0 at last; else the test fails. Return how many allocations were tried. */
size_t failing_allocation_sweep(int (*act)(void *context), void *context);

#endif
