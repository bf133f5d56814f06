/* policy/pack_types.h (inside the room): what kinds of value a rule's parts can have, by the facts' schema. */

#ifndef HEALTHCODE_POLICY_PACK_TYPES_H
#define HEALTHCODE_POLICY_PACK_TYPES_H

#include "policy/pack_inside.h"

/* pack_types_check(pack, program, item_of, each, context):
 * Tell ${each}, in the order of the program, of accesses to what no fact has, of comparisons of kinds that never meet, of
 * operands that an operator never takes, and of an expression that gives neither true nor false. ${item_of} is the list
 * whose items "item" means, or VIEW_LIST_NONE. What cannot be known (what a reduce makes) is let through. A non-zero return
 * from ${each} ends the check and is returned; else 0. */
int pack_types_check(const struct pack *pack, const struct certlogic_program *program, int item_of,
	int (*each)(void *context, const struct certlogic_fault *fault), void *context);

#endif
