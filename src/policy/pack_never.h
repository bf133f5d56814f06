/* policy/pack_never.h (inside the room): what can be true for nobody. */

#ifndef HEALTHCODE_POLICY_PACK_NEVER_H
#define HEALTHCODE_POLICY_PACK_NEVER_H

#include "policy/certlogic_program.h"

/* pack_never_check(program, each, context):
 * Tell ${each} of every operand of an "and" (of those within it too) that excludes an earlier one: another literal for the same access, or
 * numbers of which none fits both, or the access truthy and falsy. A non-zero return from ${each} ends the check and is
 * returned; else 0. */
int pack_never_check(const struct certlogic_program *program,
	int (*each)(void *context, const struct certlogic_fault *fault), void *context);

#endif
