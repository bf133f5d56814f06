/* feed/logged.h: what imports leave in the ledger. Inside the room.
 *
 *   ledger entry "import.taken"    {"by", "changed", "import", "kind", "new", "read", "rejected", "sha256", "unchanged"}
 *   ledger entry "import.undone"   {"by", "import"}
 *
 * "by" is null where nobody is named; "sha256" is the file's, null where it was read from standard input. Names of files may
 * name people, so they stay out. */

#ifndef HEALTHCODE_FEED_LOGGED_H
#define HEALTHCODE_FEED_LOGGED_H

#include <stdint.h>

#include "base/error.h"

struct registry;

/* Put it in, in the open transaction: of an import that has its counts; of one that is undone. */
int logged_taken(struct registry *registry, int64_t import, struct error *e);
int logged_undone(struct registry *registry, int64_t import, const char *by, struct error *e);

#endif
