/* cli/code_revoke.h: "code revoke". */

#ifndef HEALTHCODE_CLI_CODE_REVOKE_H
#define HEALTHCODE_CLI_CODE_REVOKE_H

#include "cli/cli.h"

/* Run it; the words are those after "code". Return an exit code. */
int code_revoke_run(struct cli *cli, int argc, char **argv);

#endif
