/* cli/import_hold.h: what is imported, taken once more or undone, and may take a second office. */

#ifndef HEALTHCODE_CLI_IMPORT_HOLD_H
#define HEALTHCODE_CLI_IMPORT_HOLD_H

#include "cli/cli.h"
#include "cli/store.h"
#include "office/office.h"

/* import_actor(cli, store, actor): who hands it in: ${actor}, filled, or NULL where nobody signs. */
const struct office_actor *
import_actor(const struct cli *cli, const struct cli_store *store, struct office_actor *actor);

/* import_hold(cli, held, file): one office is not enough for it: it waits, and nothing of it is kept. An exit code, after what is to be said. */
int import_hold(struct cli *cli, const struct office_import *held, const char *file);

#endif
