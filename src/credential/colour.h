/* credential/colour.h: the four colours, as a code's claim and a trust list number them. */

#ifndef HEALTHCODE_CREDENTIAL_COLOUR_H
#define HEALTHCODE_CREDENTIAL_COLOUR_H

#include <stdbool.h>

enum code_colour { CODE_GREEN = 1, CODE_YELLOW = 2, CODE_RED = 3, CODE_GRAY = 4 };

/* "green", "yellow", "red" or "gray"; NULL for another number. */
const char *code_colour_name(enum code_colour colour);

/* Whether ${name} is one of these, and which. */
bool code_colour_read(const char *name, enum code_colour *ret_colour);

#endif
