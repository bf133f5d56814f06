/* cli/commands.h: every command, in the order in which help lists them. */

#ifndef HEALTHCODE_CLI_COMMANDS_H
#define HEALTHCODE_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command command_appeal;
extern const struct command command_backup;
extern const struct command command_case;
extern const struct command command_certificate;
extern const struct command command_check;
extern const struct command command_code;
extern const struct command command_evaluate;
extern const struct command command_explain;
extern const struct command command_gate;
extern const struct command command_import;
extern const struct command command_init;
extern const struct command command_journey;
extern const struct command command_key;
extern const struct command command_ledger;
extern const struct command command_mandate;
extern const struct command command_match;
extern const struct command command_migrate;
extern const struct command command_mllp;
extern const struct command command_override;
extern const struct command command_pack;
extern const struct command command_peer;
extern const struct command command_person;
extern const struct command command_place_alert;
extern const struct command command_place_code;
extern const struct command command_purge;
extern const struct command command_report;
extern const struct command command_restore;
extern const struct command command_rule;
extern const struct command command_serve;
extern const struct command command_simulate;
extern const struct command command_indicators;
extern const struct command command_task;
extern const struct command command_trace;
extern const struct command command_travel_card;
extern const struct command command_trust;
extern const struct command command_user;
extern const struct command command_version;

/* clang-format off */
#define COMMANDS \
	&command_init, \
	&command_import, \
	&command_evaluate, \
	&command_explain, \
	&command_person, \
	&command_mandate, \
	&command_match, \
	&command_trace, \
	&command_case, \
	&command_place_alert, \
	&command_indicators, \
	&command_report, \
	&command_task, \
	&command_travel_card, \
	&command_code, \
	&command_gate, \
	&command_place_code, \
	&command_journey, \
	&command_trust, \
	&command_peer, \
	&command_key, \
	&command_user, \
	&command_serve, \
	&command_mllp, \
	&command_pack, \
	&command_override, \
	&command_appeal, \
	&command_rule, \
	&command_certificate, \
	&command_ledger, \
	&command_purge, \
	&command_backup, \
	&command_restore, \
	&command_check, \
	&command_migrate, \
	&command_simulate, \
	&command_version,
/* clang-format on */

#endif
