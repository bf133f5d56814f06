/* feed/vaccination.h: a dose that was given, whoever tells of it. Inside the room. */

#ifndef HEALTHCODE_FEED_VACCINATION_H
#define HEALTHCODE_FEED_VACCINATION_H

#include "feed/import.h"

struct vaccination {
	const char *vaccine; /* its code or name */
	instant at;
	int64_t dose, doses; /* which, of how many; 0: not told */
	bool withdrawn;      /* it was entered in error, or not given */
};

/* vaccination_put(import, person, key, vaccination, ret_taken, e): put it as evidence under ${key}. */
int vaccination_put(struct import *import, person_number person, const char *key, const struct vaccination *vaccination,
	enum taken *ret_taken, struct error *e);

#endif
