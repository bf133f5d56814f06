/* tests/http/headers.h: exchanges without a connection: what libmicrohttpd would find in the request is set here. Link with
 * -Wl,--wrap=MHD_lookup_connection_value. */

#ifndef HEALTHCODE_TESTS_HTTP_HEADERS_H
#define HEALTHCODE_TESTS_HTTP_HEADERS_H

#include <microhttpd.h>
#include <string.h>

enum { SENT_MAX = 4 };

/* Ended by one without a name. */
struct sent {
	enum MHD_ValueKind kind;
	const char *name, *value;
};

static _Thread_local struct sent sent[SENT_MAX + 1];

const char *
__wrap_MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *name);

const char *
__wrap_MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *name)
{
	(void)connection;
	for (const struct sent *s = sent; s->name; s++)
		if (s->kind == kind && strcasecmp(s->name, name) == 0)
			return s->value;
	return NULL;
}

/* From now on the request has this one alone; NULL: nothing. */
static void
send_only(enum MHD_ValueKind kind, const char *name, const char *value)
{
	memset(sent, 0, sizeof sent);
	sent[0] = (struct sent){kind, value ? name : NULL, value};
}

#endif
