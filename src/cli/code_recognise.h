/* cli/code_recognise.h: "code recognise": another jurisdiction's code issued anew as one of ours. */

#ifndef HEALTHCODE_CLI_CODE_RECOGNISE_H
#define HEALTHCODE_CLI_CODE_RECOGNISE_H

#include "cli/cli.h"

int code_recognise_run(struct cli *cli, int argc, char **argv);

#endif
