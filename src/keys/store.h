/* keys/store.h: what the room's own files share. */

#ifndef HEALTHCODE_KEYS_STORE_H
#define HEALTHCODE_KEYS_STORE_H

#include "keys/keys.h"

/* The keys that are held while the store is open, in locked memory. */
struct masters {
	uint8_t root[KEYS_SIZE], hash[KEYS_SIZE], seal[KEYS_SIZE];
};

struct keys {
	char *folder;
	struct masters *masters;
};

#endif
