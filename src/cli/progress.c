#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 40, LINE = 79, PAUSE_MS = 100 };

struct progress_bar
progress_begin(const struct cli *cli, const char *what)
{
	bool terminal = isatty(STDERR_FILENO);

	return (struct progress_bar){
		.what = what, .shown = cli->progress == PROGRESS_ALWAYS || (cli->progress == PROGRESS_AUTO && terminal)};
}

static bool
is_time(struct progress_bar *bar)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (bar->drawn && (now.tv_sec - bar->last.tv_sec) * 1000 + (now.tv_nsec - bar->last.tv_nsec) / 1000000 < PAUSE_MS)
		return false;
	bar->last = now;
	return true;
}

int
progress_show(size_t done, size_t total, void *context)
{
	struct progress_bar *bar = context;
	size_t full = total ? done * WIDTH / total : WIDTH;

	if (!bar->shown || (done < total && !is_time(bar)))
		return 0;
	bar->drawn = true;
	fprintf(stderr, "\r%s [%.*s%*s] %zu of %zu", bar->what, (int)full, "########################################",
		(int)(WIDTH - full), "", done, total);
	return 0;
}

void
progress_end(struct progress_bar *bar)
{
	if (bar->drawn)
		fprintf(stderr, "\r%*s\r", LINE, "");
	bar->drawn = false;
}
