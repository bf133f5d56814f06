/* tests/db/server.h: a PostgreSQL server of a test's own, in a folder of its own, on a socket of its own. */

#ifndef HEALTHCODE_TESTS_DB_SERVER_H
#define HEALTHCODE_TESTS_DB_SERVER_H

struct server;

/* Start one, or NULL where PostgreSQL is not installed. It ends with server_stop, or with the test's process. */
struct server *server_start(void);

/* The same with the server's own options, ended by NULL, instead of those that suit tests (no sync, little memory). */
struct server *server_start_with(const char *const *options);
const char *server_uri(const struct server *server);
void server_stop(struct server *server);

#endif
