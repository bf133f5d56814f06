#include "feed/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "feed/feed.h"

struct feed_rejects {
	char *path;
	FILE *file;
	bool with_heading;
	struct buffer heading;
};

int
feed_rejects_new(const char *path, struct feed_rejects **ret_rejects, struct error *e)
{
	struct feed_rejects *rejects = calloc(1, sizeof *rejects);

	if (!rejects)
		return error_no_memory(e);
	rejects->path = text_copy(path, e);
	if (!rejects->path) {
		free(rejects);
		return ERROR_NO_MEMORY;
	}
	rejects->heading = buffer_make(WINDOW_RECORD_MAX + 1);
	*ret_rejects = rejects;
	return 0;
}

void
feed_rejects_free(struct feed_rejects *rejects)
{
	if (!rejects)
		return;
	if (rejects->file)
		fclose(rejects->file);
	buffer_free(&rejects->heading);
	free(rejects->path);
	free(rejects);
}

static int
failed(const struct feed_rejects *rejects, struct error *e)
{
	int code = error_set_errno(e, ERROR_IO, errno, "cannot write the rejected rows");

	error_at(e, rejects->path, 0, 0);
	return code;
}

static int
write_bytes(const void *bytes, size_t length, void *context, struct error *e)
{
	struct feed_rejects *rejects = context;

	return fwrite(bytes, 1, length, rejects->file) == length ? 0 : failed(rejects, e);
}

static int
begin(struct feed_rejects *rejects, const char *heading, size_t length, bool decoded, struct error *e)
{
	int fd = open(rejects->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return failed(rejects, e);
	if (fchmod(fd, 0600) < 0) {
		int code = failed(rejects, e);

		close(fd);
		return code;
	}
	rejects->file = fdopen(fd, "w");
	if (!rejects->file) {
		close(fd);
		return error_no_memory(e);
	}
	rejects->with_heading = heading != NULL;
	/* What a mapping's encoding was read as is UTF-8 here, which the mark says to the next import by that mapping. */
	if (decoded && write_bytes("\xEF\xBB\xBF", 3, rejects, e) < 0)
		return ERROR_IO;
	return heading ? write_bytes(heading, length, rejects, e) : 0;
}

/* Make the file with that heading, or see that it has that one. */
static int
use_heading(struct feed_rejects *rejects, const char *heading, size_t length, bool decoded, struct error *e)
{
	int code;

	if (!rejects->file) {
		if ((code = buffer_add(&rejects->heading, heading, heading ? length : 0, e)) < 0)
			return code;
		return begin(rejects, heading, length, decoded, e);
	}
	if (rejects->with_heading == (heading != NULL) && rejects->heading.length == length &&
		(!heading || memcmp(buffer_text(&rejects->heading), heading, length) == 0))
		return 0;
	error_set(e, ERROR_USAGE, "rejected rows of files with different headings cannot share a file");
	return error_at(e, rejects->path, 0, 0);
}

int
rejects_add(struct feed_rejects *rejects, struct rows *rows, struct error *e)
{
	size_t length;
	const char *heading = rows_heading(rows, &length);
	int code = use_heading(rejects, heading, length, rows_decoded(rows), e);

	return code < 0 ? code : rows_copy_last(rows, write_bytes, rejects, e);
}

int
rejects_add_bytes(struct feed_rejects *rejects, const void *bytes, size_t length, struct error *e)
{
	int code = use_heading(rejects, NULL, 0, false, e);

	return code < 0 ? code : write_bytes(bytes, length, rejects, e);
}

int
feed_rejects_finish(struct feed_rejects *rejects, struct error *e)
{
	if (rejects->file && (fflush(rejects->file) != 0 || fsync(fileno(rejects->file)) != 0))
		return failed(rejects, e);
	return 0;
}
