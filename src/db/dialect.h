/* db/dialect.h: from the SQL that is written once to an engine's own. Inside the room only. */

#ifndef HEALTHCODE_DB_DIALECT_H
#define HEALTHCODE_DB_DIALECT_H

#include "base/buffer.h"
#include "db/engine.h"

/* dialect_write(engine, sql, b, e):
 * Append ${sql} with its words in braces and its parameters as ${engine} wants them; what stands in single quotes
 * stays. Return 0, ERROR_USAGE for an unknown word, ERROR_TOO_LARGE or ERROR_NO_MEMORY. */
int dialect_write(const struct engine *engine, const char *sql, struct buffer *b, struct error *e);

#endif
