/* tests/feed/scratch.h: files that a test writes and reads back. */

#ifndef HEALTHCODE_TESTS_FEED_SCRATCH_H
#define HEALTHCODE_TESTS_FEED_SCRATCH_H

#include <stddef.h>

/* A file that holds these bytes; its path, valid until the next call. Removed by scratch_remove. */
const char *scratch_file(const void *bytes, size_t length);
const char *scratch_text(const char *text);
void scratch_remove(void);

#endif
