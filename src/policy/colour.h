/* policy/colour.h: the four colours of a code. Which is graver than which is a pack's to say. */

#ifndef HEALTHCODE_POLICY_COLOUR_H
#define HEALTHCODE_POLICY_COLOUR_H

#include <stdbool.h>

enum colour { COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED, COLOUR_GRAY, COLOUR_COUNT };

/* "green", "yellow", "red" or "gray". */
const char *colour_name(enum colour colour);

/* colour_read(text, ret_colour): the colour of that name. Return whether ${text} (which may be NULL) names one. */
bool colour_read(const char *text, enum colour *ret_colour);

#endif
