#include "policy/colour.h"

#include <string.h>

static const char *const names[COLOUR_COUNT] = {
	[COLOUR_GREEN] = "green", [COLOUR_YELLOW] = "yellow", [COLOUR_RED] = "red", [COLOUR_GRAY] = "gray"};

const char *
colour_name(enum colour colour)
{
	return names[colour];
}

bool
colour_read(const char *text, enum colour *ret_colour)
{
	for (int i = 0; text && i < COLOUR_COUNT; i++)
		if (strcmp(text, names[i]) == 0) {
			*ret_colour = (enum colour)i;
			return true;
		}
	return false;
}
