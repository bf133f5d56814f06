/* registry/access.h: who looked at a person's identity or record, when and why, for that person to read. */

#ifndef HEALTHCODE_REGISTRY_ACCESS_H
#define HEALTHCODE_REGISTRY_ACCESS_H

#include "registry/store.h"

struct registry_access {
	instant at;
	const char *by, *purpose;
};

/* registry_access_put(registry, person, purpose, by, e): log a look that opened no identity (a trace, an explanation).
 * ERROR_USAGE without a purpose or who. */
int registry_access_put(
	struct registry *registry, person_number person, const char *purpose, const char *by, struct error *e);

/* registry_accesses_each(registry, person, each, context, e): the latest first, at most 1000. A non-zero return of
 * ${each} ends the walk and is returned. */
typedef int registry_access_each(const struct registry_access *access, void *context, struct error *e);
int registry_accesses_each(
	struct registry *registry, person_number person, registry_access_each *each, void *context, struct error *e);

#endif
