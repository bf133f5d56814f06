/* cli/import_show.h: one import's record, for "import show". */

#ifndef HEALTHCODE_CLI_IMPORT_SHOW_H
#define HEALTHCODE_CLI_IMPORT_SHOW_H

#include <stdint.h>

#include "cli/cli.h"

/* import_show(cli, import): print what was read when, from which file, by whom, what became of it, why rows were refused, and
 * what rests on it. Return an exit code: EXIT_NO where there is no such import. */
int import_show(struct cli *cli, int64_t import);

#endif
