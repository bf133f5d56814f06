#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

const char *
scratch_file(const void *bytes, size_t length)
{
	FILE *f;
	int fd;

	scratch_remove();
	snprintf(path, sizeof path, "/tmp/healthcode-feed-XXXXXX");
	fd = mkstemp(path);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f || fwrite(bytes, 1, length, f) != length || fclose(f) != 0)
		abort();
	return path;
}

const char *
scratch_text(const char *text)
{
	return scratch_file(text, strlen(text));
}

void
scratch_remove(void)
{
	if (*path)
		unlink(path);
	*path = '\0';
}
