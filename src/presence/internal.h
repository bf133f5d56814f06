/* presence/internal.h: what the files of the first engine share: plain tables in the registry's database.
 *
 * I1. A record is never changed: a correction is another record of the same key. Of a key's records that count (I2)
 *     the one recorded last is what was known; of two recorded in the same second, the one put last.
 * I2. A record counts at ${known} if it was recorded by then and its import was not undone by then.
 * I3. A stay's span is the least one whose length is not under its duration, so that a walk over a place looks back
 *     from its start by each span's length and no further, whatever other stays there are. */

#ifndef HEALTHCODE_PRESENCE_INTERNAL_H
#define HEALTHCODE_PRESENCE_INTERNAL_H

#include "db/db.h"
#include "presence/presence.h"

struct presence {
	struct db *db; /* the caller's */
};

/* SQL: whether ${row} counts at ${known} (I2). */
#define RECORD_COUNTS(row, known)                                                                                      \
	row ".recorded_at <= " known " AND NOT EXISTS (SELECT 1 FROM presence_undone u WHERE u.import = " row              \
		".import AND u.recorded_at <= " known ")"

/* SQL: whether ${row} was recorded after ${other} (I1). */
#define RECORDED_AFTER(row, other) "(" row ".recorded_at, " row ".id) > (" other ".recorded_at, " other ".id)"

#endif
