/* db/checkpointer.h: a thread that carries what a SQLite connection commits from the WAL into the database. Inside the room only. */

#ifndef HEALTHCODE_DB_CHECKPOINTER_H
#define HEALTHCODE_DB_CHECKPOINTER_H

#include <sqlite3.h>

#include "base/error.h"

/* The WAL's pages (of 4 KiB) from which on a commit carries them itself, so that the file does not grow while the thread cannot keep up. */
enum { CHECKPOINTER_PAGES_MOST = 65536 };

struct checkpointer;

/* checkpointer_open(of, beside, pages_most, ret_checkpointer, e):
 * From now on a thread with the connection ${beside}, to the same file, carries what ${of} commits, and ${of} itself does only where the WAL has
 * ${pages_most} pages. ${beside} is the checkpointer's. checkpointer_close, before ${of} is closed, waits for what is being carried, and
 * ${of} does it itself from then on, as it did. Return 0, or ERROR_NO_MEMORY, also where no thread can be had: then ${beside} is closed, and nothing changed. */
int checkpointer_open(
	sqlite3 *of, sqlite3 *beside, int pages_most, struct checkpointer **ret_checkpointer, struct error *e);
void checkpointer_close(struct checkpointer *checkpointer); /* accepts NULL */

#endif
