/* simulate/simulate.h: a synthetic city as import files, with the truth beside them.
 *
 * Nobody in it exists: names are drawn from a list, ID numbers are valid but begin with a code that no county has
 * ("PPCC01", the group "municipal districts"), phones begin with 100, which no network gives out. The same options give
 * the same bytes on every machine: whole numbers only, and a generator of our own (xoshiro256**, Blackman and Vigna,
 * https://prng.di.unimi.it, seeded by splitmix64).
 *
 * The city: households of one to five people by shares rounded after the census of 2020, workers and pupils with their
 * workplaces and schools, shops with Zipf's popularity, carriages that commuters share, visits to friends, journeys to
 * other cities and countries. The disease: infections happen between people who are at the same place at the same time,
 * the likelier the longer; incubation of 2 to 12 days, infectious from two days before onset to isolation, one in six
 * without symptoms. Movement after isolation ends. */

#ifndef HEALTHCODE_SIMULATE_SIMULATE_H
#define HEALTHCODE_SIMULATE_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

enum { SIMULATE_PEOPLE_MAX = 2000000, SIMULATE_DAYS_MAX = 366, SIMULATE_PING_MINUTES_MAX = 60 };

struct simulate_options {
	uint32_t people; /* 1 to SIMULATE_PEOPLE_MAX */
	uint32_t days;   /* 1 to SIMULATE_DAYS_MAX */
	uint64_t seed;
	day_number from;   /* the first day, local to China */
	uint32_t division; /* a city of GB/T 2260, e.g. 330100 */
	bool positioned;   /* places lie around the centre */
	int32_t latitude_e7, longitude_e7;
	uint32_t ping_minutes; /* phones tell where they are so often, to SIMULATE_PING_MINUTES_MAX; 0: never */
};

/* The city's local time: China's. */
extern const struct zone simulate_zone;

/* How much was written. */
struct simulate_summary {
	size_t people, places, stays, checkins, visits, cases, infections, pings;
};

/* simulate_write(options, folder, ret_summary, e):
 * Write residents.csv, places.csv, stays.csv, checkins.csv, visits.csv, cases.csv, and truth/infections.csv (who was
 * infected by whom, where and when, known to nobody in the city) to ${folder}, made if it is missing; files of those
 * names are replaced. With ${options->ping_minutes} also what the phones would have told: devices.csv, pings.csv (positions with
 * their accuracy), towers.csv (base stations, as places) and signals.csv (which of them heard the phone); stays.csv is then
 * the truth beside them. Memory is at most about 400 bytes a person. Return 0, ERROR_USAGE (an option out of range, pings without positions),
 * ERROR_EXISTS_NOT (no such city), ERROR_IO or ERROR_NO_MEMORY. */
int simulate_write(
	const struct simulate_options *options, const char *folder, struct simulate_summary *ret_summary, struct error *e);

#endif
