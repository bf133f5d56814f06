/* cli/commands.h: every command, in the order in which help lists them. */

#ifndef HEALTHCODE_CLI_COMMANDS_H
#define HEALTHCODE_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command command_certificate;
extern const struct command command_code;
extern const struct command command_ledger;
extern const struct command command_pack;
extern const struct command command_rule;
extern const struct command command_simulate;
extern const struct command command_version;

/* clang-format off */
#define COMMANDS \
	&command_certificate, \
	&command_code, \
	&command_ledger, \
	&command_pack, \
	&command_rule, \
	&command_simulate, \
	&command_version,
/* clang-format on */

#endif
