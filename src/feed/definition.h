/* feed/definition.h: what makes somebody a case of a class, from when to when. Inside the room. */

#ifndef HEALTHCODE_FEED_DEFINITION_H
#define HEALTHCODE_FEED_DEFINITION_H

#include "registry/registry.h"

/* definition_holds(pack, status, at, e): that the pack's "case_definitions" have one of the class ${status} that holds at ${at}, or none of it at
 * all. Return 0, or ERROR_BAD_INPUT with the days on which one does. */
int definition_holds(const struct pack *pack, const char *status, instant at, struct error *e);

#endif
