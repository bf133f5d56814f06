/* Read before each file by clang-tidy only (see .ci/run): what base/error.h promises in words, and what an analyzer that
 * sees one file at a time cannot know: these return a negative code. Without it every failure is also followed as success,
 * with results that nobody filled in. */

#include "base/error.h"

#define error_set(e, code, ...) (error_set(e, code, __VA_ARGS__), (code))
#define error_set_errno(e, code, number, ...) (error_set_errno(e, code, number, __VA_ARGS__), (code))
#define error_at(e, file, line, column) (error_at(e, file, line, column), ERROR_BAD_INPUT)
#define error_no_memory(e) (error_no_memory(e), ERROR_NO_MEMORY)
