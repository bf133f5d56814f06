#include "server.h"

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAITS_MAX = 600, WAIT_US = 50000, ARGUMENTS_MAX = 32 };

struct server {
	pid_t process;
	char folder[64], uri[256];
};

/* PostgreSQL refuses to run as root. */
static const struct passwd *
unprivileged(void)
{
	return geteuid() == 0 ? getpwnam("nobody") : NULL;
}

/* Run ${arguments} (silent, unprivileged, ending when the test does) and return its process. */
static pid_t
spawn(const char *const *arguments)
{
	const struct passwd *user = unprivileged();
	pid_t process = fork();

	if (process != 0)
		return process;
	int nothing = open("/dev/null", O_RDWR);

	dup2(nothing, 0);
	dup2(nothing, 1);
	dup2(nothing, 2);
	if (user && (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0))
		_exit(127);
	prctl(PR_SET_PDEATHSIG, SIGINT);
	if (chdir("/") == 0)
		execv(arguments[0], (char *const *)(uintptr_t)arguments);
	_exit(127);
}

static int
find_program(const char *name, char *path, size_t size)
{
	char pattern[128];
	glob_t found;
	int r = -1;

	snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/*/bin/%s", name);
	if (glob(pattern, 0, NULL, &found) == 0) {
		snprintf(path, size, "%s", found.gl_pathv[found.gl_pathc - 1]);
		r = 0;
		globfree(&found);
	}
	return r;
}

static void
remove_folder(const char *folder)
{
	pid_t process = fork();

	if (process == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(127);
	}
	waitpid(process, NULL, 0);
}

struct server *
server_start(void)
{
	return server_start_with((const char *[]){"-F", "-c", "shared_buffers=8MB", NULL});
}

struct server *
server_start_with(const char *const *options)
{
	const struct passwd *user = unprivileged();
	struct server *server = NULL;
	char initdb[256], postgres[256], data[128];
	int status, waits = 0;

	if (find_program("initdb", initdb, sizeof initdb) < 0 || find_program("postgres", postgres, sizeof postgres) < 0)
		return NULL;
	if (!(server = calloc(1, sizeof *server)))
		return NULL;
	strcpy(server->folder, "/tmp/healthcode-postgresql-XXXXXX");
	if (!mkdtemp(server->folder) || (user && chown(server->folder, user->pw_uid, user->pw_gid) < 0))
		goto fail;
	snprintf(data, sizeof data, "%s/data", server->folder);
	snprintf(server->uri, sizeof server->uri, "postgresql:///postgres?host=%s&user=healthcode", server->folder);
	waitpid(spawn((const char *[]){
				initdb, "-D", data, "-A", "trust", "-U", "healthcode", "--no-sync", "-E", "UTF8", "--locale=C", NULL}),
		&status, 0);
	if (status != 0)
		goto fail;
	const char *arguments[ARGUMENTS_MAX] = {postgres, "-D", data, "-k", server->folder, "-h", ""};

	for (size_t i = 7; *options && i + 1 < ARGUMENTS_MAX; i++)
		arguments[i] = *options++;
	server->process = spawn(arguments);
	while (PQping(server->uri) != PQPING_OK && ++waits < WAITS_MAX)
		usleep(WAIT_US);
	if (waits < WAITS_MAX)
		return server;
fail:
	server_stop(server);
	return NULL;
}

const char *
server_uri(const struct server *server)
{
	return server->uri;
}

void
server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->process > 0) {
		kill(server->process, SIGINT);
		waitpid(server->process, NULL, 0);
	}
	remove_folder(server->folder);
	free(server);
}
