/* cli/letters.h: the dead letters of messages, for "import letters". */

#ifndef HEALTHCODE_CLI_LETTERS_H
#define HEALTHCODE_CLI_LETTERS_H

#include <stdint.h>

#include "cli/cli.h"

/* Each opens the store that ${cli} names, and returns an exit code. letters_list prints a line for each letter; letters_show
 * prints one as it came; letters_settle says that it needs nobody any more; letters_drop erases its bytes, too; letters_retry takes
 * it once more, and is EXIT_BAD_INPUT where it is at fault again. */
int letters_list(struct cli *cli);
int letters_show(struct cli *cli, int64_t number);
int letters_settle(struct cli *cli, int64_t number);
int letters_drop(struct cli *cli, int64_t number);
int letters_retry(struct cli *cli, int64_t number);

#endif
