/* cli/code_issue.h: "code issue", which needs a store, beside "code verify", which must not. */

#ifndef HEALTHCODE_CLI_CODE_ISSUE_H
#define HEALTHCODE_CLI_CODE_ISSUE_H

#include "cli/cli.h"

/* code_issue_run(cli, argc, argv): argv[0] is "issue". Return an exit code. */
int code_issue_run(struct cli *cli, int argc, char **argv);

#endif
