/* cli/progress.h: a bar on stderr, for what takes long. */

#ifndef HEALTHCODE_CLI_PROGRESS_H
#define HEALTHCODE_CLI_PROGRESS_H

#include <time.h>

#include "cli/cli.h"

/* A bar for ${what}; shown on a terminal, or as --progress says. */
struct progress_bar {
	const char *what;
	bool shown, drawn;
	struct timespec last;
};

struct progress_bar progress_begin(const struct cli *cli, const char *what);

/* progress_show(done, total, bar): draw it, not oftener than every tenth of a second. Return 0. */
int progress_show(size_t done, size_t total, void *bar);

/* Wipe it. */
void progress_end(struct progress_bar *bar);

#endif
