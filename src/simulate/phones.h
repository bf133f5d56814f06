/* simulate/phones.h: what phones would have told of the stays of a city: positions by satellite with an error, and the base
 * stations that heard them, with the noise of signalling. Everybody who applies for themselves has one. What they tell
 * does not change the city: the noise is drawn from streams of its own. */

#ifndef HEALTHCODE_SIMULATE_PHONES_H
#define HEALTHCODE_SIMULATE_PHONES_H

#include <stdio.h>

#include "simulate/city.h"

struct phones;

/* phones_new(city, positions, signals, ret_phones, e): phones that write rows to the two files, which stay the caller's like
 * ${city} and are needed until phones_free (accepts NULL). Whether they could be written is the caller's to ask. Return 0 or
 * ERROR_NO_MEMORY. */
int phones_new(const struct city *city, FILE *positions, FILE *signals, struct phones **ret_phones, struct error *e);
void phones_free(struct phones *phones);

/* phones_list(phones, file): a row of devices.csv for each. towers_list(city, file): a row of towers.csv for each. */
void phones_list(const struct phones *phones, FILE *file);
void towers_list(const struct city *city, FILE *file);

/* phones_tell(phones, person, place, start, end): what the person's phone tells on the way to the place and there; each
 * person's stays come in order. Return how many positions that were. */
size_t phones_tell(struct phones *phones, uint32_t person, uint32_t place, instant start, instant end);

/* Degrees * 10^7, as they stand in a file: "30.2741000,120.1551000". */
void write_coordinates(FILE *file, int32_t latitude_e7, int32_t longitude_e7);

#endif
