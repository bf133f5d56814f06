/* rehearse/pass.h: which colours a gate of a pack lets in. */

#ifndef HEALTHCODE_REHEARSE_PASS_H
#define HEALTHCODE_REHEARSE_PASS_H

#include "policy/policy.h"

/* pass_read(pack, pass, e): its gate's pass_colours; without a gate section, all. 0 or ERROR_BAD_INPUT. */
int pass_read(const struct pack *pack, bool pass[COLOUR_COUNT], struct error *e);

#endif
