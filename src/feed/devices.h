/* feed/devices.h: whose a device was when. Inside the room. */

#ifndef HEALTHCODE_FEED_DEVICES_H
#define HEALTHCODE_FEED_DEVICES_H

#include "feed/import.h"

enum { DEVICES_MAX = 16000000 };

/* From ${since} on the device with that hash was the person's. */
struct device_holder {
	uint8_t hash[REGISTRY_HASH_SIZE];
	instant since;
	int64_t import; /* that said so */
	person_number person;
};

struct device_holders {
	struct device_holder *items; /* by hash, then since */
	size_t count, capacity;
};

/* devices_read(import, ret_holders, e): all that is known. The caller frees them. Return 0, ERROR_TOO_LARGE or a code. */
int devices_read(struct import *import, struct device_holders *ret_holders, struct error *e);
void devices_free(struct device_holders *holders);

/* devices_of(holders, hash, ret_first): how many holders the device had, the first's index in ${ret_first}. */
size_t devices_of(const struct device_holders *holders, const uint8_t hash[REGISTRY_HASH_SIZE], size_t *ret_first);

#endif
