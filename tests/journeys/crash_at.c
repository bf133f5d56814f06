/* Loaded before the program (LD_PRELOAD): ends it with SIGKILL at the ${CRASH_AT}-th call that changes a file, before the
 * call is made, and writes which call that was, on which file, to ${CRASH_PHASE}. Without CRASH_AT it counts the calls
 * and writes the count there at the end. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
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

static void
note(const char *call, const char *path)
{
	const char *at = getenv("CRASH_AT");
	long number = atomic_fetch_add(&calls, 1) + 1;
	char text[4200];

	if (!at || number != atol(at))
		return;
	snprintf(text, sizeof text, "%s %s\n", call, path);
	report(text);
	kill(getpid(), SIGKILL);
}

/* Pipes and terminals are not the store. */
static void
note_fd(const char *call, int fd)
{
	char link[64], path[4096];
	struct stat status;
	ssize_t length;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path - 1);
	if (length < 0)
		return;
	path[length] = 0;
	note(call, path);
}

__attribute__((destructor)) static void
count(void)
{
	char text[32];

	if (getenv("CRASH_AT"))
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
	note_fd("write", fd);
	return real(fd, bytes, length);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
	REAL(pwrite64);
	note_fd("pwrite", fd);
	return real(fd, bytes, length, at);
}

int
fsync(int fd)
{
	REAL(fsync);
	note_fd("fsync", fd);
	return real(fd);
}

int
fdatasync(int fd)
{
	REAL(fdatasync);
	note_fd("fdatasync", fd);
	return real(fd);
}

int
ftruncate64(int fd, off64_t length)
{
	REAL(ftruncate64);
	note_fd("ftruncate", fd);
	return real(fd, length);
}

int
rename(const char *from, const char *to)
{
	REAL(rename);
	note("rename", to);
	return real(from, to);
}

int
unlink(const char *path)
{
	REAL(unlink);
	note("unlink", path);
	return real(path);
}
