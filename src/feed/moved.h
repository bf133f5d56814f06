/* feed/moved.h: whose stays an import changes, each once, so that they are evaluated again. Inside the room. */

#ifndef HEALTHCODE_FEED_MOVED_H
#define HEALTHCODE_FEED_MOVED_H

#include "registry/registry.h"

struct moved {
	person_number *people;
	size_t count, capacity, sorted; /* the first ${sorted} are sorted, each once */
	bool anybody;                   /* a place is another than it was: whoever was there */
};

/* moved_add(moved, person, e): 4 bytes a person, twice that while it grows.
 * moved_settle(moved): sort ${people}, each once. moved_free(moved). */
int moved_add(struct moved *moved, person_number person, struct error *e);
void moved_settle(struct moved *moved);
void moved_free(struct moved *moved);

#endif
