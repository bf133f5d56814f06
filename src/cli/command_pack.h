/* cli/command_pack.h: what "pack" does besides checking: each takes the words after it (argv[0] is the word itself). */

#ifndef HEALTHCODE_CLI_COMMAND_PACK_H
#define HEALTHCODE_CLI_COMMAND_PACK_H

#include "cli/cli.h"

int pack_test(struct cli *cli, int argc, char **argv);
int pack_diff(struct cli *cli, int argc, char **argv);
int pack_activate(struct cli *cli, int argc, char **argv);
int pack_score(struct cli *cli, int argc, char **argv);
int pack_versions(struct cli *cli, int argc, char **argv);

/* A line on stderr for a fault, with its place; ${context} is not looked at. */
void pack_print_fault(void *context, const struct error *fault);

#endif
