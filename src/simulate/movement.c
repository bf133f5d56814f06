/* A person's day.
 *
 * M1. Nobody is at two places at once: stays follow each other, with the way between them.
 * M2. Nobody moves in the city while on a journey, or once isolated.
 * M3. The segments of a day are the stays of that day, cut at its midnights. */

#include "base/array.h"
#include "simulate/city.h"

enum { HOUR_S = 3600, MINUTE_S = 60, SEGMENTS_MAX = 64000000 };

/* Somebody's way through the day, as it is made. */
struct walk {
	struct city *city;
	uint32_t number; /* of the day */
	instant start, end;
	uint32_t person;
	struct day *day;
	city_stay *stay;
	void *context;
};

static int
add_segment(struct walk *walk, uint32_t place, instant start, instant end, struct error *e)
{
	struct day *day = walk->day;
	int r;

	if (start < walk->start)
		start = walk->start;
	if (start >= end)
		return 0;
	if ((r = array_grow(&day->segments, &day->capacity, day->count + 1, sizeof *day->segments, SEGMENTS_MAX, e)) < 0)
		return r;
	day->segments[day->count++] = (struct segment){place, walk->person, start, end};
	return 0;
}

/* End the stay at home at ${at}. */
static int
leave_home(struct walk *walk, instant at, struct error *e)
{
	struct person *person = &walk->city->people[walk->person];
	instant since = person->home_since;
	int r;

	person->home_since = NEVER;
	if (since >= at)
		return 0;
	if ((r = add_segment(walk, person->household, since, at, e)) < 0)
		return r;
	return walk->stay(walk->person, person->household, since, at, 0, walk->context, e);
}

static int
be_at(struct walk *walk, uint32_t place, instant start, instant end, uint32_t seat, struct error *e)
{
	int r = add_segment(walk, place, start, end, e);

	return r < 0 ? r : walk->stay(walk->person, place, start, end, seat, walk->context, e);
}

static instant
minutes(struct walk *walk, int64_t least, int64_t most)
{
	return random_between(&walk->city->random, least * MINUTE_S, most * MINUTE_S);
}

static int
ride(struct walk *walk, instant *at, bool evening, struct error *e)
{
	struct city *city = walk->city;
	uint32_t line = city->people[walk->person].line;
	uint32_t seat = (uint32_t)(random_between(&city->random, 1, 17) * 16 + random_between(&city->random, 1, 4));
	instant start = *at + minutes(walk, 3, 10);

	*at = start + minutes(walk, 15, 35);
	return be_at(walk, city_carriage(city, line, walk->number, evening), start, *at, seat, e);
}

static int
visit_shop(struct walk *walk, instant *at, int64_t least_minutes, int64_t most_minutes, struct error *e)
{
	struct city *city = walk->city;
	uint32_t shop = city->household_count + city->workplace_count + city->school_count +
		(uint32_t)random_zipf(&city->random, city->shop_sums, city->shop_count);
	instant start = *at + minutes(walk, 5, 20);

	*at = start + minutes(walk, least_minutes, most_minutes);
	return be_at(walk, shop, start, *at, 0, e);
}

static int
go_to_work(struct walk *walk, struct error *e)
{
	struct city *city = walk->city;
	const struct person *person = &city->people[walk->person];
	bool by_train = person->line != NOWHERE, pupil = person->occupation == OCCUPATION_PUPIL;
	instant at = walk->start + (pupil ? 7 * HOUR_S + minutes(walk, 20, 40) : 7 * HOUR_S + minutes(walk, 0, 90));
	instant end;
	int r;

	if ((r = leave_home(walk, at, e)) < 0)
		return r;
	if (by_train && (r = ride(walk, &at, false, e)) < 0)
		return r;
	at += minutes(walk, 5, 20);
	end = at + (pupil ? 8 * HOUR_S : 8 * HOUR_S + minutes(walk, 0, 90));
	if ((r = be_at(walk, person->work, at, end, 0, e)) < 0)
		return r;
	at = end;
	if (!pupil && random_chance(&city->random, 300000) && (r = visit_shop(walk, &at, 15, 60, e)) < 0)
		return r;
	if (by_train && (r = ride(walk, &at, true, e)) < 0)
		return r;
	city->people[walk->person].home_since = at + minutes(walk, 5, 20);
	return 0;
}

static int
go_out(struct walk *walk, struct error *e)
{
	struct city *city = walk->city;
	struct person *person = &city->people[walk->person];
	instant at;
	int r;

	if (random_chance(&city->random, 550000)) {
		at = walk->start + 9 * HOUR_S + minutes(walk, 0, 120);
		if ((r = leave_home(walk, at, e)) < 0 || (r = visit_shop(walk, &at, 20, 90, e)) < 0)
			return r;
		person->home_since = at + minutes(walk, 5, 20);
	}
	if (random_chance(&city->random, 60000)) {
		uint32_t friends = (uint32_t)random_between(&city->random, 0, city->household_count - 1);

		at = walk->start + 15 * HOUR_S + minutes(walk, 0, 120);
		if (friends != person->household) {
			if ((r = leave_home(walk, at, e)) < 0)
				return r;
			at += minutes(walk, 10, 30);
			if ((r = be_at(walk, friends, at, at + 3 * HOUR_S, 0, e)) < 0)
				return r;
			person->home_since = at + 3 * HOUR_S + minutes(walk, 10, 30);
		}
	}
	return 0;
}

static bool
is_weekend(day_number day)
{
	return ((day + 3) % 7 + 7) % 7 >= 5; /* 1970-01-01 was a Thursday */
}

/* Who is at home, well and free spends the day like this. */
static int
spend_day(struct walk *walk, struct error *e)
{
	struct city *city = walk->city;
	struct person *person = &city->people[walk->person];
	bool ill = person->onset < walk->start && random_chance(&city->random, 700000);
	int r = 0;

	if (!ill && person->work != NOWHERE && !is_weekend(city->options->from + (day_number)walk->number))
		r = go_to_work(walk, e);
	else if (!ill && city_age(city, person) >= 12)
		r = go_out(walk, e);
	if (r < 0)
		return r;
	return add_segment(walk, person->household, person->home_since, walk->end, e);
}

static int
move_person(struct walk *walk, struct error *e)
{
	struct person *person = &walk->city->people[walk->person];
	const struct journey *journey = &person->journey;

	if (person->home_since == NEVER) { /* isolated for good, or on a journey */
		if (person->confirmed < walk->end || journey->to < walk->start || journey->to >= walk->end)
			return 0;
		person->home_since = journey->to;
		return add_segment(walk, person->household, journey->to, walk->end, e);
	}
	if (person->confirmed < walk->end)
		return leave_home(walk, person->confirmed, e);
	if (journey->from >= walk->start && journey->from < walk->end)
		return leave_home(walk, journey->from, e);
	return spend_day(walk, e);
}

int
city_move(struct city *city, uint32_t n, struct day *day, city_stay *stay, void *context, struct error *e)
{
	struct walk walk = {.city = city, .number = n, .day = day, .stay = stay, .context = context};
	int r;

	walk.start = zone_day_start(&city->zone, city->options->from + (day_number)n);
	walk.end = zone_day_start(&city->zone, city->options->from + (day_number)n + 1);
	day->count = 0;
	for (walk.person = 0; walk.person < city->people_count; walk.person++)
		if ((r = move_person(&walk, e)) < 0)
			return r;
	return 0;
}

int
city_settle(struct city *city, city_stay *stay, void *context, struct error *e)
{
	instant end = zone_day_start(&city->zone, city->options->from + (day_number)city->options->days);
	int r;

	for (uint32_t i = 0; i < city->people_count; i++) {
		struct person *person = &city->people[i];

		if (person->home_since < end && (r = stay(i, person->household, person->home_since, end, 0, context, e)) < 0)
			return r;
	}
	return 0;
}
