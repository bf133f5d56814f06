/* A figure that a test measures on the truth, in a line that "script/bench truth" reads: ${count} ${of}, of the
 * ${whole_count} ${whole}; ${goal} is the least share that is wanted (0: none is asked for). */

#ifndef HEALTHCODE_TESTS_CONFORMANCE_FIGURE_H
#define HEALTHCODE_TESTS_CONFORMANCE_FIGURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline void
print_figure(const char *figure, size_t count, const char *of, const char *whole, size_t whole_count, double goal)
{
	print_message("figure|%s|%zu|%s|%s|%zu|%g\n", figure, count, of, whole, whole_count, goal);
}

#endif
