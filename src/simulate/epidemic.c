#include <stdlib.h>

#include "simulate/city.h"

enum {
	CROWD = 12, /* one person stands near so many at most */
	INFECTIOUS_MOST_S = 12 * DAY_S,
	INCUBATION_LEAST_DAYS = 2,
};

/* How likely an hour together infects, per million. */
static uint32_t
risk_an_hour(const struct city *city, uint32_t place)
{
	switch (city_place_kind(city, place)[0]) {
	case 'h':
		return 8000;
	case 'c':
		return 12000;
	case 'v':
		return 8000;
	case 'w':
		return 6000;
	default:
		return 4000;
	}
}

void
city_fall_ill(struct city *city, uint32_t index, instant at, uint32_t by, uint32_t place)
{
	static const uint32_t incubation[] = {5, 12, 17, 18, 15, 11, 8, 6, 4, 2, 2}; /* of 2 to 12 days, median 5 */
	struct random *random = &city->random;
	struct person *person = &city->people[index];
	instant shows = at + (instant)(random_share(random, incubation, 11) + INCUBATION_LEAST_DAYS) * DAY_S +
		random_between(random, -6 * 3600, 6 * 3600);

	person->infected_at = at;
	person->infected_by = by;
	person->infected_place = place;
	person->infectious_from = shows - 2 * DAY_S;
	if (person->infectious_from < at)
		person->infectious_from = at;
	if (!random_chance(random, 166667)) {
		person->onset = shows;
		person->sampled = shows + random_between(random, DAY_S / 2, 4 * DAY_S);
	} else if (random_chance(random, 600000)) { /* found without symptoms, by a test */
		person->sampled = shows + random_between(random, 0, 4 * DAY_S);
	}
	if (person->sampled != NEVER)
		person->confirmed = person->sampled + random_between(random, 6 * 3600, 30 * 3600);
}

static int
compare_segments(const void *left, const void *right)
{
	const struct segment *a = left, *b = right;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->person < b->person ? -1 : a->person > b->person;
}

static bool
is_infectious(const struct person *person, instant at)
{
	return person->infected_at != NEVER && person->infectious_from <= at && at < person->confirmed &&
		at < person->infectious_from + INFECTIOUS_MOST_S;
}

/* ${source}, infectious, meets everybody else of the ${count} segments at the place. */
static void
meet(struct city *city, const struct segment *source, const struct segment *segments, size_t count)
{
	const struct person *infector = &city->people[source->person];
	uint32_t risk = risk_an_hour(city, source->place);
	instant since = source->start > infector->infectious_from ? source->start : infector->infectious_from;

	if (count > CROWD)
		risk = (uint32_t)((uint64_t)risk * CROWD / count);
	for (size_t i = 0; i < count; i++) {
		const struct segment *other = &segments[i];
		instant from = other->start > since ? other->start : since;
		instant to = other->end < source->end ? other->end : source->end;

		if (other->person == source->person || from >= to || city->people[other->person].infected_at != NEVER)
			continue;
		if (random_chance(&city->random, (uint32_t)((uint64_t)risk * (uint64_t)(to - from) / 3600)))
			city_fall_ill(
				city, other->person, random_between(&city->random, from, to - 1), source->person, source->place);
	}
}

void
city_infect(struct city *city, struct day *day)
{
	if (day->count == 0)
		return;
	qsort(day->segments, day->count, sizeof *day->segments, compare_segments);
	for (size_t first = 0, end; first < day->count; first = end) {
		end = first + 1;
		while (end < day->count && day->segments[end].place == day->segments[first].place)
			end++;
		for (size_t i = first; i < end; i++)
			if (is_infectious(&city->people[day->segments[i].person], day->segments[i].end - 1))
				meet(city, &day->segments[i], day->segments + first, end - first);
	}
}
