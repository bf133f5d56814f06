/* feed/journey.h: a passenger's journey in one vehicle. Inside the room. */

#ifndef HEALTHCODE_FEED_JOURNEY_H
#define HEALTHCODE_FEED_JOURNEY_H

#include "feed/import.h"

enum { JOURNEY_CODE_MAX = 12, JOURNEY_CODE_SIZE = JOURNEY_CODE_MAX + 1, JOURNEY_MAX_S = 10 * DAY_S };

/* ${day} is the local day of departure by which the vehicle is known. Codes have no slash and no space. */
struct journey {
	bool rail;
	char number[JOURNEY_CODE_SIZE], from[JOURNEY_CODE_SIZE], to[JOURNEY_CODE_SIZE], carriage[JOURNEY_CODE_SIZE];
	day_number day;
	instant departs, arrives;
	uint16_t seat; /* 0: not known */
};

/* journey_stay(import, journey, person, ret_stay, e): the person's stay in it; the vehicle becomes a place. */
int journey_stay(struct import *import, const struct journey *journey, person_number person,
	struct presence_stay *ret_stay, struct error *e);

extern const struct import_format flights_paxlst;

#endif
