/* cli/pack_read.h: a pack's folder with all that the rooms have to say of it. */

#ifndef HEALTHCODE_CLI_PACK_READ_H
#define HEALTHCODE_CLI_PACK_READ_H

#include "policy/policy.h"

/* pack_read_checked(folder, on_fault, context, ret_pack, e):
 * As pack_read_folder; besides, each section of pack.json is read by the room that uses it, so that what is wrong inside it
 * is told with its place too. */
int pack_read_checked(
	const char *folder, pack_fault_function *on_fault, void *context, struct pack **ret_pack, struct error *e);

#endif
