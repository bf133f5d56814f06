/* policy/reads.h (inside the room): which parts of the view an expression looks at.
 *
 * A rule is asked again only when a part that it reads has changed, or a comparison with the clock flips: between those
 * it comes out the same. */

#ifndef HEALTHCODE_POLICY_READS_H
#define HEALTHCODE_POLICY_READS_H

#include <assert.h>
#include <stdint.h>

#include "policy/pack_inside.h"

/* A bit a list of the view (derived ones too), and one for the colour held and its beginning. */
typedef uint32_t view_parts;

#define VIEW_PART(list) ((view_parts)1 << (list))
#define VIEW_PART_COLOUR ((view_parts)1 << 31)
#define VIEW_PARTS_ALL (~(view_parts)0)

static_assert(VIEW_DERIVED + PACK_DERIVED_MAX <= 31, "a bit a list");

/* reads_of(pack, program): the parts that ${program} may look at; all of them where its paths do not tell. */
view_parts reads_of(const struct pack *pack, const struct certlogic_program *program);

#endif
