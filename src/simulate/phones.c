/* What phones tell.
 *
 * P1. A position is off by about its accuracy: 5 to 60 m, each way the mean of four draws. One in 50 is a bad one that says so
 *     (300 to 1500 m), one in 400 a bad one that does not.
 * P2. Base stations stand a kilometre apart. The one that hears a phone is the nearest to where it is give or take some hundred
 *     metres, drawn anew each time, so that phones at rest change between neighbours; one in 200 times it is one farther away.
 * P3. One in 30 tells nothing, and one stay in 100 is spent with the phone switched off.
 * P4. Between two stays a phone goes straight from one place to the other. Nobody knows of journeys. */

#include "simulate/phones.h"

#include <stdlib.h>

enum {
	METRE_E7 = 90, /* of latitude */
	TOWERS = 15,   /* each way */
	TOWER_EVERY_M = 1000,
	TOWER_OFF_M = 300,
	SIGNAL_OFF_M = 600,
	WAY_MOST_S = 3 * 3600, /* who is gone for longer is on a journey */
	DEVICE_SIZE = 16,
	SINCE_DAYS = 200,
};

struct point {
	int64_t latitude_e7, longitude_e7;
};

/* Where a phone was last. */
struct phone {
	uint32_t place;
	instant since;
};

struct phones {
	const struct city *city;
	FILE *positions, *signals;
	struct phone *items;
	int64_t metre_east_e7;
};

/* A metre of longitude: Bhaskara's cosine, in whole numbers. */
static int64_t
metre_east_e7(const struct city *city)
{
	int64_t degrees = llabs(city->options->latitude_e7) / 10000000;

	if (degrees > 80)
		degrees = 80;
	return METRE_E7 * (32400 + degrees * degrees) / (32400 - 4 * degrees * degrees);
}

int
phones_new(const struct city *city, FILE *positions, FILE *signals, struct phones **ret_phones, struct error *e)
{
	struct phones *phones = calloc(1, sizeof *phones);

	if (!phones || !(phones->items = calloc(city->people_count, sizeof *phones->items))) {
		free(phones);
		return error_no_memory(e);
	}
	for (uint32_t i = 0; i < city->people_count; i++)
		phones->items[i].place = NOWHERE;
	phones->city = city;
	phones->positions = positions;
	phones->signals = signals;
	phones->metre_east_e7 = metre_east_e7(city);
	*ret_phones = phones;
	return 0;
}

void
phones_free(struct phones *phones)
{
	if (!phones)
		return;
	free(phones->items);
	free(phones);
}

static char *
device_name(uint32_t person, char text[DEVICE_SIZE])
{
	snprintf(text, DEVICE_SIZE, "100%08u", person);
	return text;
}

void
phones_list(const struct phones *phones, FILE *file)
{
	const struct city *city = phones->city;
	char device[DEVICE_SIZE], id[ID_NUMBER_TEXT_SIZE], since[TIME_TEXT_SIZE];

	day_write(city->options->from - SINCE_DAYS, since);
	for (uint32_t i = 0; i < city->people_count; i++)
		if (city->people[i].guardian == NOBODY)
			fprintf(file, "%s,%s,%s\n", device_name(i, device), city_id_number(city, &city->people[i], id), since);
}

void
write_coordinates(FILE *file, int32_t latitude_e7, int32_t longitude_e7)
{
	long long latitude = llabs(latitude_e7), longitude = llabs(longitude_e7);

	fprintf(file, "%s%lld.%07lld,%s%lld.%07lld", latitude_e7 < 0 ? "-" : "", latitude / 10000000, latitude % 10000000,
		longitude_e7 < 0 ? "-" : "", longitude / 10000000, longitude % 10000000);
}

/* About ${metres} at most, either way: the sum of four draws, so that little is likelier than much. */
static int64_t
about(struct random *random, int64_t metres)
{
	int64_t sum = 0;

	for (int i = 0; i < 4; i++)
		sum += random_between(random, -metres, metres);
	return sum / 4;
}

static struct point
off(const struct phones *phones, struct point point, struct random *random, int64_t metres)
{
	point.latitude_e7 += about(random, metres * METRE_E7);
	point.longitude_e7 += about(random, metres * phones->metre_east_e7);
	return point;
}

/* Where the base station stands that is the n-th to the north and the m-th to the east. */
static struct point
tower_at(const struct city *city, int north, int east)
{
	struct random random = random_make(city->options->seed ^ (uint64_t)(north * TOWERS + east + 1) << 40);
	int64_t metres_north = (north - TOWERS / 2) * TOWER_EVERY_M, metres_east = (east - TOWERS / 2) * TOWER_EVERY_M;

	metres_north += random_between(&random, -TOWER_OFF_M, TOWER_OFF_M);
	metres_east += random_between(&random, -TOWER_OFF_M, TOWER_OFF_M);
	return (struct point){city->options->latitude_e7 + metres_north * METRE_E7,
		city->options->longitude_e7 + metres_east * metre_east_e7(city)};
}

void
towers_list(const struct city *city, FILE *file)
{
	for (int north = 0; north < TOWERS; north++)
		for (int east = 0; east < TOWERS; east++) {
			struct point point = tower_at(city, north, east);

			if (!coordinates_valid(point.latitude_e7, point.longitude_e7))
				continue;
			fprintf(file, "t-%02d-%02d,base_station,基站%d-%d,%06u,CN,", north, east, north, east,
				city->counties[(size_t)(north * TOWERS + east) % city->county_count]);
			write_coordinates(file, (int32_t)point.latitude_e7, (int32_t)point.longitude_e7);
			fputc('\n', file);
		}
}

static int
within_towers(int64_t number)
{
	return number < 0 ? 0 : number >= TOWERS ? TOWERS - 1 : (int)number;
}

/* The nearest base station: of the nine around the square that the point is in. */
static void
nearest_tower(const struct phones *phones, struct point point, int *ret_north, int *ret_east)
{
	const struct simulate_options *options = phones->city->options;
	int64_t square = TOWER_EVERY_M * METRE_E7, square_east = TOWER_EVERY_M * phones->metre_east_e7;
	int64_t row = (point.latitude_e7 - options->latitude_e7 + TOWERS * square / 2) / square;
	int64_t column = (point.longitude_e7 - options->longitude_e7 + TOWERS * square_east / 2) / square_east;
	int64_t best = INT64_MAX;

	for (int64_t i = row - 1; i <= row + 1; i++)
		for (int64_t k = column - 1; k <= column + 1; k++) {
			int north = within_towers(i), east = within_towers(k);
			struct point tower = tower_at(phones->city, north, east);
			int64_t up = (tower.latitude_e7 - point.latitude_e7) / METRE_E7;
			int64_t right = (tower.longitude_e7 - point.longitude_e7) / phones->metre_east_e7;

			if (up * up + right * right < best) {
				best = up * up + right * right;
				*ret_north = north;
				*ret_east = east;
			}
		}
}

/* One position and one signal. Return whether any was told. */
static bool
tell(struct phones *phones, uint32_t person, struct point point, instant at, struct random *random)
{
	char device[DEVICE_SIZE], time[TIME_TEXT_SIZE];
	int64_t accuracy = random_between(random, 5, 60), wrong = accuracy;
	int north = 0, east = 0;
	struct point told;

	if (random_chance(random, 1000000 / 30))
		return false;
	if (random_chance(random, 1000000 / 50))
		wrong = accuracy = random_between(random, 300, 1500);
	else if (random_chance(random, 1000000 / 400))
		wrong = 600;
	told = off(phones, point, random, wrong);
	nearest_tower(phones, off(phones, point, random, SIGNAL_OFF_M), &north, &east);
	if (random_chance(random, 1000000 / 200))
		north = within_towers(north + random_between(random, -2, 2));
	if (!coordinates_valid(told.latitude_e7, told.longitude_e7))
		return false;
	device_name(person, device);
	time_write(at, &phones->city->zone, time);
	fprintf(phones->positions, "%s,%s,", device, time);
	write_coordinates(phones->positions, (int32_t)told.latitude_e7, (int32_t)told.longitude_e7);
	fprintf(phones->positions, ",%lld\n", (long long)accuracy);
	fprintf(phones->signals, "%s,%s,t-%02d-%02d\n", device, time, north, east);
	return true;
}

/* Tell from ${start} to ${end}, on the way from one point to the other. */
static size_t
tell_on_the_way(struct phones *phones, uint32_t person, const struct point ends[2], instant start, instant end,
	struct random *random)
{
	int64_t every = (int64_t)phones->city->options->ping_minutes * 60, length = end - start;
	size_t told = 0;

	for (instant turn = (start + every - 1) / every * every; turn < end; turn += every) {
		instant at = turn + random_between(random, 0, every / 5);
		struct point point = ends[0];

		if (at >= end)
			break;
		point.latitude_e7 += (ends[1].latitude_e7 - ends[0].latitude_e7) * (at - start) / length;
		point.longitude_e7 += (ends[1].longitude_e7 - ends[0].longitude_e7) * (at - start) / length;
		told += tell(phones, person, point, at, random);
	}
	return told;
}

static bool
point_of(const struct city *city, uint32_t place, struct point *ret_point)
{
	int32_t latitude_e7, longitude_e7;

	if (place == NOWHERE || !city_place_position(city, place, &latitude_e7, &longitude_e7))
		return false;
	*ret_point = (struct point){latitude_e7, longitude_e7};
	return true;
}

size_t
phones_tell(struct phones *phones, uint32_t person, uint32_t place, instant start, instant end)
{
	const struct city *city = phones->city;
	struct phone *phone = &phones->items[person];
	struct random random = random_make(city->options->seed ^ (uint64_t)start << 24 ^ person);
	struct point here, way[2];
	size_t told = 0;

	if (city->people[person].guardian != NOBODY || !point_of(city, place, &here))
		return 0; /* no phone; or in a carriage, which is a part of the way */
	way[1] = here;
	if (start > phone->since && start - phone->since <= WAY_MOST_S && point_of(city, phone->place, &way[0]))
		told += tell_on_the_way(phones, person, way, phone->since, start, &random);
	way[0] = here;
	if (!random_chance(&random, 1000000 / 100))
		told += tell_on_the_way(phones, person, way, start, end, &random);
	*phone = (struct phone){place, end};
	return told;
}
