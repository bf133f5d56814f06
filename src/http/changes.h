/* http/changes.h: what all threads of the server know of whom anything was committed about (db_notes_each). */

#ifndef HEALTHCODE_HTTP_CHANGES_H
#define HEALTHCODE_HTTP_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

/* For all threads, of one store. */
struct changes;

/* Return 0 or ERROR_NO_MEMORY. Freed with changes_free, which accepts NULL. */
int changes_new(struct changes **ret_changes, struct error *e);
void changes_free(struct changes *changes);

/* changes_read(changes, db, known, ret_number, e):
 * Learn what was committed before this call, outside of transactions, where db_version of ${db} is another than ${known} (at first 0; it becomes
 * that version). ${ret_number} is that of the last change that the reads to come are sure to see. Return 0 or a code. */
int changes_read(struct changes *changes, struct db *db, int64_t *known, int64_t *ret_number, struct error *e);

/* changes_none(changes, about, number): whether, as far as was learnt, nothing was committed about those of ${about} (NULL: anybody) after
 * ${number}. */
bool changes_none(const struct changes *changes, const struct db_about *about, int64_t number);

#endif
