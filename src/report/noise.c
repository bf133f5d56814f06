#include <math.h>
#include <stdio.h>
#include <string.h>

#include "keys/keys.h"
#include "report/inside.h"

enum { ABOUT_SIZE = 160 };

/* A number in (0, 1) that nobody can tell who has not the key. */
static double
uniform(const struct keys *keys, const char *about, double value)
{
	uint8_t hash[KEYS_SIZE];
	char text[ABOUT_SIZE];
	uint64_t bits;

	snprintf(text, sizeof text, "%s|%.3f", about, value);
	keys_hash(keys, "report-noise", text, strlen(text), hash);
	memcpy(&bits, hash, sizeof bits);
	return ((double)(bits >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

double
with_noise(struct keys *keys, const char *about, double value, double scale)
{
	double u = uniform(keys, about, value) - 0.5;

	return value - scale * copysign(log(1 - 2 * fabs(u)), u);
}
