/* cli/office.h: what the commands that take two people share. */

#ifndef HEALTHCODE_CLI_OFFICE_H
#define HEALTHCODE_CLI_OFFICE_H

#include "cli/store.h"
#include "office/office.h"

/* cli_office(store): what acts of the office need. */
struct office cli_office(const struct cli_store *store);

/* cli_actor_signs(cli, ret_actor): --as and the password in $HEALTHCODE_TOKEN; an exit code after printing the line where they are
 * not there. */
int cli_actor_signs(struct cli *cli, struct office_actor *ret_actor);

/* cli_time(cli, store, option, text, ret_time): a time given with an option, local ones in the default jurisdiction's zone. */
int cli_time(struct cli *cli, struct cli_store *store, const char *option, const char *text, instant *ret_time);

#endif
