/* simulate/city.h: the people and places of the city, and what befalls them. */

#ifndef HEALTHCODE_SIMULATE_CITY_H
#define HEALTHCODE_SIMULATE_CITY_H

#include "base/error.h"
#include "place/place.h"
#include "simulate/random.h"
#include "simulate/simulate.h"

enum {
	COUNTIES_MAX = 64,
	CITIES_MAX = 512,
	NOBODY = UINT32_MAX,
	NOWHERE = UINT32_MAX,
	TRIPS_MAX = 12, /* of one person on one day */
	ID_NUMBER_TEXT_SIZE = 19,
};

#define NEVER INT64_MAX

enum occupation { OCCUPATION_HOME, OCCUPATION_WORKER, OCCUPATION_PUPIL };

struct journey {
	instant from, to;  /* NEVER, NEVER: none */
	uint32_t division; /* 0: abroad */
	const char *country;
	bool infected; /* caught it there */
};

struct person {
	uint32_t household, work; /* places; work is NOWHERE, or a workplace or school */
	uint32_t guardian;        /* who applies for them, or NOBODY */
	uint32_t line;            /* of the train they commute by, or NOWHERE */
	day_number born;
	uint16_t sequence; /* of the ID number: odd for men */
	uint8_t surname, given[2], occupation;
	instant applied_at, home_since; /* home_since: NEVER while out or away */
	struct journey journey;
	/* The disease; NEVER where it did not happen (yet). */
	instant infected_at, infectious_from, onset, sampled, confirmed;
	uint32_t infected_by, infected_place;
};

/* Places are numbered: households, workplaces, schools, shops, then a carriage for each line, day and direction. */
struct city {
	const struct simulate_options *options;
	struct random random;
	struct zone zone;
	struct person *people;
	uint32_t people_count, household_count, workplace_count, school_count, shop_count, line_count;
	uint64_t *shop_sums; /* Zipf's */
	uint32_t counties[COUNTIES_MAX], cities[CITIES_MAX], epicentre_cities[CITIES_MAX];
	size_t county_count, city_count, epicentre_city_count;
};

/* A presence of somebody on the day at hand, for meetings: a long stay is cut at midnight. */
struct segment {
	uint32_t place, person;
	instant start, end;
};

struct day {
	struct segment *segments;
	size_t count, capacity;
};

/* city_make(options, ret_city, e), city_free(city): people, households and places; nothing moves yet. */
int city_make(const struct simulate_options *options, struct city *ret_city, struct error *e);
void city_free(struct city *city);

uint32_t city_place_count(const struct city *city);
uint32_t city_carriage(const struct city *city, uint32_t line, uint32_t day, bool evening);

/* city_place_kind(city, place): "household", "workplace", "school", "venue" or "carriage". */
const char *city_place_kind(const struct city *city, uint32_t place);

/* A number that belongs to the place for good, whatever else is drawn. */
uint64_t city_place_number(const struct city *city, uint32_t place);

/* Where the place lies, within about 6 km of the centre. Return whether that is known: a carriage moves. */
bool city_place_position(const struct city *city, uint32_t place, int32_t *ret_latitude_e7, int32_t *ret_longitude_e7);

/* Age in whole years on the first day. */
int city_age(const struct city *city, const struct person *person);

/* The valid 18-character ID number; ${text} has ID_NUMBER_TEXT_SIZE bytes. Return ${text}. */
char *city_id_number(const struct city *city, const struct person *person, char *text);

/* Called for each stay as it ends. ${seat} is 0, or a number from 1 in a carriage. */
typedef int
city_stay(uint32_t person, uint32_t place, instant start, instant end, uint32_t seat, void *context, struct error *e);

/* city_move(city, n, day, stay, context, e):
 * Everybody's n-th day (from 0): add its segments to ${day} (emptied first) and call ${stay} for the stays that end.
 * city_settle(city, stay, context, e): end the stays at home that last beyond the last day there. */
int city_move(struct city *city, uint32_t n, struct day *day, city_stay *stay, void *context, struct error *e);
int city_settle(struct city *city, city_stay *stay, void *context, struct error *e);

/* city_infect(city, day): who meets whom in the day's segments, and who catches it. The segments are sorted. */
void city_infect(struct city *city, struct day *day);

/* Set when the infection that ${person} caught at ${at} shows, and is found. */
void city_fall_ill(struct city *city, uint32_t person, instant at, uint32_t by, uint32_t place);

#endif
