/* cli/store.h: the store that a command works on. */

#ifndef HEALTHCODE_CLI_STORE_H
#define HEALTHCODE_CLI_STORE_H

#include "cascade/cascade.h"
#include "cli/cli.h"
#include "gate/gate.h"
#include "registry/registry.h"

struct cli_store {
	struct registry *registry;
	struct cascade *cascade;
	struct issuer *issuer;
	struct registry_user user; /* who acts, where --as was given */
	bool has_user;
};

/* cli_store_open(cli, records, ret_store):
 * Open the store that --data or --database names, its clock set by --now and --known, and authenticate --as. A command that
 * ${records} may have --now only in a demo store, and --known not at all. Return 0, or an exit code after printing the line; close it with
 * cli_store_close either way. */
int cli_store_open(struct cli *cli, bool records, struct cli_store *ret_store);
void cli_store_close(struct cli_store *store);

/* cli_person(store, text, ret_person): the person that ID names; an exit code after printing the line. */
int cli_person(struct cli_store *store, const char *text, person_number *ret_person);

/* cli_pack(store, name, ret_pack): the pack of the jurisdiction (NULL: the default one). */
int cli_pack(struct cli_store *store, const char *name, const struct pack **ret_pack);

/* The zone in which times are told where no other jurisdiction's is meant: the default one's, UTC in a store without one.
 * Valid as long as the store is open. */
const struct zone *cli_zone(const struct cli_store *store);

/* cli_local(store, object, name, text): the member, a time in UTC, as it is local to the default jurisdiction, in ${text}; "" where it has none. */
const char *cli_local(const struct cli_store *store, const json_t *object, const char *name, char text[TIME_TEXT_SIZE]);

/* Who acts, for logs: --as, or "command line". */
const char *cli_actor(const struct cli_store *store);

#endif
