/* cli/code_issue.h: "code issue", which needs a store, beside "code verify", which must not. */

#ifndef HEALTHCODE_CLI_CODE_ISSUE_H
#define HEALTHCODE_CLI_CODE_ISSUE_H

#include "cli/cli.h"

/* code_issue_run(cli, argc, argv): argv[0] is "issue". Return an exit code. */
/* code_draw(path, text, title, png): write the QR code of ${text} as PNG, or as SVG with ${title}. Return EXIT_DONE, or the exit code
 * after saying why not. */
int code_draw(const char *path, const char *text, const char *title, bool png);

int code_issue_run(struct cli *cli, int argc, char **argv);

#endif
