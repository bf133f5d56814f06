/* bench/city.h: the stays of a made-up city, each the same whenever it is asked for.
 *
 * For N stays N/20 people and N/200 places over 14 days. A stay's person is drawn evenly, its place with popularity
 * 1/(rank + 100) (Zipf and Mandelbrot: no place holds everybody), its start evenly to the second, its length from five minutes on,
 * exponential with a mean of an hour, at most half a day. A thousand people, the first, have 40 stays each: the cases that are traced. */

#ifndef HEALTHCODE_BENCH_CITY_H
#define HEALTHCODE_BENCH_CITY_H

#include <stdint.h>

#include "base/time.h"

enum { CITY_DAYS = 14, CITY_FIRST_DAY = 18290, CITY_ZONE_S = 8 * 3600, CITY_CASES = 1000, CITY_CASE_STAYS = 40 };

/* Times from the first day's start; people and places from 0. */
struct city_stay {
	uint32_t person, place, start, end;
};

struct city {
	uint64_t stays;
	uint32_t people, places;
	uint32_t *ranks; /* which place has which rank */
	double whole;    /* of the places' popularity */
};

struct city city_make(uint64_t stays);
void city_free(struct city *city);

struct city_stay city_stay(const struct city *city, uint64_t i);

/* Bytes a stay that a set of them cannot go under, kept once, in whichever order. */
double city_entropy(const struct city *city);

static inline instant
city_moment(uint32_t offset)
{
	return (instant)CITY_FIRST_DAY * DAY_S - CITY_ZONE_S + offset;
}

#endif
