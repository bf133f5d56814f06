/* Loaded before the program (LD_PRELOAD): counts the calls that change a file, and disturbs one of them, before it is
 * made. In the environment:
 *
 *   CRASH_AT=N     the N-th ends the program with SIGKILL
 *   FAIL_AT=N      the N-th fails with EIO
 *   FULL_FROM=N    from the N-th on the disk is full: what needs room fails with ENOSPC
 *   CRASH_PHASE=F  CRASH_AT writes which call that was, on which file, to F; without any of the three the count is written
 *                  there at the end
 *   CRASH_LIST=F   every call is a line in F */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static void
report(const char *text)
{
	const char *path = getenv("CRASH_PHASE");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	ssize_t (*real_write)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");

	if (fd < 0)
		return;
	if (real_write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static bool
is_call(const char *variable, long number)
{
	const char *at = getenv(variable);

	return at && atol(at) == number;
}

static void
list(const char *call, const char *path)
{
	const char *file = getenv("CRASH_LIST");
	FILE *lines = file ? fopen(file, "ae") : NULL;

	if (!lines)
		return;
	fprintf(lines, "%s %s\n", call, path);
	fclose(lines);
}

/* Return whether the call is to fail, as errno says. ${needs_room}: a full disk lets it fail. */
static bool
note(const char *call, const char *path, bool needs_room)
{
	static _Thread_local bool within; /* what we do ourselves is no call */
	const char *full = getenv("FULL_FROM");
	char text[4200];
	long number;

	if (within)
		return false;
	within = true;
	number = atomic_fetch_add(&calls, 1) + 1;
	list(call, path);
	if (is_call("CRASH_AT", number)) {
		snprintf(text, sizeof text, "%s %s\n", call, path);
		report(text);
		kill(getpid(), SIGKILL);
	}
	within = false;
	if (is_call("FAIL_AT", number)) {
		errno = EIO;
		return true;
	}
	if (full && number >= atol(full) && needs_room) {
		errno = ENOSPC;
		return true;
	}
	return false;
}

/* Pipes and terminals are not the store. */
static bool
note_fd(const char *call, int fd, bool needs_room)
{
	char link[64], path[4096];
	struct stat status;
	ssize_t length;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return false;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return false;
	path[length] = 0;
	return note(call, path, needs_room);
}

__attribute__((destructor)) static void
count(void)
{
	char text[32];

	if (getenv("CRASH_AT") || getenv("FAIL_AT") || getenv("FULL_FROM"))
		return;
	snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
	report(text);
}

#define REAL(name)                                                                                                     \
	static __typeof__(&name) real;                                                                                     \
	if (!real)                                                                                                         \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t
write(int fd, const void *bytes, size_t length)
{
	REAL(write);
	return note_fd("write", fd, true) ? -1 : real(fd, bytes, length);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
	REAL(pwrite64);
	return note_fd("pwrite", fd, true) ? -1 : real(fd, bytes, length, at);
}

int
fsync(int fd)
{
	REAL(fsync);
	return note_fd("fsync", fd, false) ? -1 : real(fd);
}

int
fdatasync(int fd)
{
	REAL(fdatasync);
	return note_fd("fdatasync", fd, false) ? -1 : real(fd);
}

int
ftruncate64(int fd, off64_t length)
{
	REAL(ftruncate64);
	return note_fd("ftruncate", fd, false) ? -1 : real(fd, length);
}

int
open64(const char *path, int flags, ...)
{
	REAL(open64);
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return flags & O_CREAT && note("open", path, true) ? -1 : real(path, flags, mode);
}

int
link(const char *from, const char *to)
{
	REAL(link);
	return note("link", to, true) ? -1 : real(from, to);
}

int
rename(const char *from, const char *to)
{
	REAL(rename);
	return note("rename", to, false) ? -1 : real(from, to);
}

int
unlink(const char *path)
{
	REAL(unlink);
	return note("unlink", path, false) ? -1 : real(path);
}
