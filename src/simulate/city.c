#include "simulate/city.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	EPICENTRE_PROVINCE = 420000, /* where travellers of January 2020 were infected */
	AGE_MOST = 95,
	DAYS_OF_BIRTH = (AGE_MOST + 2) * 366,
	SEQUENCES_A_SEX = 499,
	WORKERS_A_WORKPLACE = 12,
	PUPILS_A_CLASS = 30,
	PEOPLE_A_SHOP = 60,
	PEOPLE_A_LINE = 300,
};

const struct zone simulate_zone = {.first_offset_s = 8 * 3600};

/* How many numbers were given out for each day of birth and sex. */
struct births {
	uint16_t *given;
};

static int
collect_division(const struct division *division, void *context)
{
	struct city *city = context;
	const struct division *own = division_find(city->options->division);
	bool is_city = !division->former && !division->placeholder && division_city(division) == division;

	if (division->level == DIVISION_COUNTY && !division->former && !division->placeholder &&
		division_contains(own, division) && city->county_count < COUNTIES_MAX)
		city->counties[city->county_count++] = division->code;
	if (is_city && division_province(division)->code == EPICENTRE_PROVINCE) {
		if (city->epicentre_city_count < CITIES_MAX)
			city->epicentre_cities[city->epicentre_city_count++] = division->code;
	} else if (is_city && !division_contains(own, division) && city->city_count < CITIES_MAX) {
		city->cities[city->city_count++] = division->code;
	}
	return 0;
}

int
city_age(const struct city *city, const struct person *person)
{
	int year, now_year;
	unsigned month, day, now_month, now_day;

	day_to_civil(person->born, &year, &month, &day);
	day_to_civil(city->options->from, &now_year, &now_month, &now_day);
	return now_year - year - (month > now_month || (month == now_month && day > now_day));
}

/* A day of birth and a sequence number for somebody of about that age, which nobody else has. */
static void
person_be_born(struct city *city, struct births *births, struct person *person, int age)
{
	uint16_t *given;
	int64_t days;
	int sex;

	do {
		days = age * INT64_C(365) + random_between(&city->random, age / 4 + 1, age / 4 + 360);
		sex = (int)random_between(&city->random, 0, 1);
		given = &births->given[days * 2 + sex];
	} while (*given >= SEQUENCES_A_SEX);
	(*given)++;
	person->born = city->options->from - (day_number)days;
	person->sequence = (uint16_t)(*given * 2 - sex);
}

static void
person_settle_in(struct city *city, struct person *person, uint32_t household)
{
	const instant from = zone_day_start(&city->zone, city->options->from);

	person->household = household;
	person->work = NOWHERE;
	person->line = NOWHERE;
	person->guardian = NOBODY;
	person->surname = (uint8_t)random_between(&city->random, 0, UINT8_MAX);
	person->given[0] = (uint8_t)random_between(&city->random, 0, UINT8_MAX);
	person->given[1] = (uint8_t)random_between(&city->random, 0, UINT8_MAX);
	person->applied_at = from + random_between(&city->random, 6 * 3600, 60 * 3600);
	person->home_since = from;
	person->journey = (struct journey){NEVER, NEVER, 0, NULL, false};
	person->infected_at = person->infectious_from = person->onset = person->sampled = person->confirmed = NEVER;
	person->infected_by = NOBODY;
	person->infected_place = NOWHERE;
}

/* Ages of a household of ${size}: a couple about as old as each other, their children, their parents. */
static void
household_ages(struct random *random, uint32_t size, int *ages)
{
	int parent = (int)random_between(random, 26, 46);

	if (size <= 2) {
		ages[0] = (int)random_between(random, 22, 85);
		ages[1] = ages[0] < 24 ? 22 : ages[0] - 2;
		return;
	}
	ages[0] = parent;
	ages[1] = parent - 1;
	ages[2] = (int)random_between(random, 0, parent - 24);
	ages[3] = random_chance(random, 500000) ? (int)random_between(random, 0, parent - 24) : parent + 27;
	ages[4] = parent + 29;
}

/* Everybody under 14, and some of the oldest, have somebody of the household apply for them. */
static void
household_guardians(struct city *city, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		int age = city_age(city, &city->people[i]);

		if (i != first && (age < 14 || (age >= 75 && random_chance(&city->random, 500000))))
			city->people[i].guardian = first;
	}
}

static void
make_people(struct city *city, struct births *births)
{
	static const uint32_t sizes[] = {254, 297, 210, 132, 107}; /* per thousand, of one to five people */
	uint32_t workers = 0, pupils = 0;

	while (city->people_count < city->options->people) {
		uint32_t first = city->people_count, size = (uint32_t)random_share(&city->random, sizes, 5) + 1;
		int ages[5];

		if (size > city->options->people - first)
			size = city->options->people - first;
		household_ages(&city->random, size, ages);
		for (uint32_t i = 0; i < size; i++) {
			struct person *person = &city->people[city->people_count++];

			person_settle_in(city, person, city->household_count);
			person_be_born(city, births, person, ages[i]);
			if (ages[i] >= 6 && ages[i] < 18)
				person->occupation = OCCUPATION_PUPIL;
			else if (ages[i] >= 18 && ages[i] < 60 && random_chance(&city->random, 800000))
				person->occupation = OCCUPATION_WORKER;
			pupils += person->occupation == OCCUPATION_PUPIL;
			workers += person->occupation == OCCUPATION_WORKER;
		}
		household_guardians(city, first, size);
		city->household_count++;
	}
	city->workplace_count = workers / WORKERS_A_WORKPLACE + 1;
	city->school_count = pupils / PUPILS_A_CLASS + 1;
	city->shop_count = city->people_count / PEOPLE_A_SHOP + 2;
	city->line_count = city->people_count / PEOPLE_A_LINE + 1;
}

static void
give_work(struct city *city)
{
	for (uint32_t i = 0; i < city->people_count; i++) {
		struct person *person = &city->people[i];

		if (person->occupation == OCCUPATION_WORKER) {
			person->work =
				city->household_count + (uint32_t)random_between(&city->random, 0, city->workplace_count - 1);
			if (random_chance(&city->random, 300000))
				person->line = (uint32_t)random_between(&city->random, 0, city->line_count - 1);
		} else if (person->occupation == OCCUPATION_PUPIL) {
			person->work = city->household_count + city->workplace_count +
				(uint32_t)random_between(&city->random, 0, city->school_count - 1);
		}
	}
}

static const char *const countries[] = {"IT", "KR", "IR", "US", "GB", "ES", "JP", "FR"};

/* A journey that ends before the last day does, so that its traveller comes home. */
static void
journey_make(struct city *city, uint32_t index, bool to_epicentre)
{
	struct random *random = &city->random;
	struct person *person = &city->people[index];
	struct journey *journey = &person->journey;
	static const uint32_t shares[] = {40, 35, 25};
	size_t where = to_epicentre ? 0 : random_share(random, shares, 3);
	day_number first = city->options->from + (day_number)random_between(random, -12, (int64_t)city->options->days - 4);
	day_number last = first + (day_number)random_between(random, 2, 8);

	if (last > city->options->from + (day_number)city->options->days - 1)
		last = city->options->from + (day_number)city->options->days - 1;
	journey->from = zone_day_start(&city->zone, first) + 9 * 3600;
	journey->to = zone_day_start(&city->zone, last) + 18 * 3600;
	journey->country = "CN";
	if (where == 0)
		journey->division = city->epicentre_cities[random_between(random, 0, (int64_t)city->epicentre_city_count - 1)];
	else if (where == 1)
		journey->division = city->cities[random_between(random, 0, (int64_t)city->city_count - 1)];
	else
		journey->country = countries[random_between(random, 0, 7)];
	/* Away on the first day, or home again before it: then the journey is all that is left of it. */
	if (first < city->options->from && last >= city->options->from)
		person->home_since = NEVER;
	if (to_epicentre || (where != 1 && random_chance(random, 150000))) {
		journey->infected = true;
		city_fall_ill(city, index, journey->to - random_between(random, DAY_S, 4 * DAY_S), NOBODY, NOWHERE);
	}
}

static void
send_on_journeys(struct city *city)
{
	bool infected = false;

	for (uint32_t i = 0; i < city->people_count; i++) {
		int age = city_age(city, &city->people[i]);

		if (age >= 18 && age < 75 && random_chance(&city->random, 60000)) {
			journey_make(city, i, false);
			infected |= city->people[i].journey.infected;
		}
	}
	if (!infected) /* the first is an adult: households begin with one */
		journey_make(city, 0, true);
}

int
city_make(const struct simulate_options *options, struct city *ret_city, struct error *e)
{
	struct city city = {.options = options, .random = random_make(options->seed), .zone = simulate_zone};
	const struct division *division = division_find(options->division);
	struct births births = {0};
	int r = 0;

	if (options->people < 1 || options->people > SIMULATE_PEOPLE_MAX)
		return error_set(e, ERROR_USAGE, "a city has 1 to %d people", SIMULATE_PEOPLE_MAX);
	if (options->days < 1 || options->days > SIMULATE_DAYS_MAX)
		return error_set(e, ERROR_USAGE, "a simulation has 1 to %d days", SIMULATE_DAYS_MAX);
	if (options->positioned && !coordinates_valid(options->latitude_e7, options->longitude_e7))
		return error_set(e, ERROR_USAGE, "the centre is not on the earth");
	if (options->ping_minutes > SIMULATE_PING_MINUTES_MAX || (options->ping_minutes && !options->positioned))
		return error_set(e, ERROR_USAGE, "phones tell where they are every 1 to %d minutes, and need a centre",
			SIMULATE_PING_MINUTES_MAX);
	if (!division || division_city(division) != division)
		return error_set(e, ERROR_EXISTS_NOT, "there is no city %06u", options->division);
	division_each(collect_division, &city);
	if (city.county_count == 0)
		city.counties[city.county_count++] = division->code;

	city.people = calloc(options->people, sizeof *city.people);
	births.given = calloc(DAYS_OF_BIRTH, 2 * sizeof *births.given);
	if (!city.people || !births.given) {
		r = error_no_memory(e);
		goto out;
	}
	make_people(&city, &births);
	city.shop_sums = calloc(city.shop_count, sizeof *city.shop_sums);
	if (!city.shop_sums) {
		r = error_no_memory(e);
		goto out;
	}
	random_zipf_sums(city.shop_sums, city.shop_count);
	give_work(&city);
	send_on_journeys(&city);
	*ret_city = city;
	city = (struct city){0};
out:
	free(births.given);
	city_free(&city);
	return r;
}

void
city_free(struct city *city)
{
	free(city->people);
	free(city->shop_sums);
	*city = (struct city){0};
}

uint64_t
city_place_number(const struct city *city, uint32_t place)
{
	struct random random = random_make(city->options->seed ^ ((uint64_t)place + 1) << 20);

	return random_next(&random);
}

bool
city_place_position(const struct city *city, uint32_t place, int32_t *ret_latitude_e7, int32_t *ret_longitude_e7)
{
	uint64_t number = city_place_number(city, place);
	int64_t latitude = city->options->latitude_e7 + (int64_t)(number & 0xfffff) - 0x80000;
	int64_t longitude = city->options->longitude_e7 + (int64_t)(number >> 24 & 0xfffff) - 0x80000;

	if (!city->options->positioned || city_place_kind(city, place)[0] == 'c' || !coordinates_valid(latitude, longitude))
		return false;
	*ret_latitude_e7 = (int32_t)latitude;
	*ret_longitude_e7 = (int32_t)longitude;
	return true;
}

uint32_t
city_place_count(const struct city *city)
{
	return city_carriage(city, city->line_count, 0, false);
}

uint32_t
city_carriage(const struct city *city, uint32_t line, uint32_t day, bool evening)
{
	return city->household_count + city->workplace_count + city->school_count + city->shop_count +
		(line * city->options->days + day) * 2 + evening;
}

const char *
city_place_kind(const struct city *city, uint32_t place)
{
	if (place < city->household_count)
		return "household";
	place -= city->household_count;
	if (place < city->workplace_count)
		return "workplace";
	place -= city->workplace_count;
	if (place < city->school_count)
		return "school";
	return place - city->school_count < city->shop_count ? "venue" : "carriage";
}

char *
city_id_number(const struct city *city, const struct person *person, char *text)
{
	static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}; /* GB 11643 */
	uint32_t group = city->options->division % 10000 == 0 ? city->options->division + 100 : city->options->division + 1;
	int year, sum = 0;
	unsigned month, day;

	day_to_civil(person->born, &year, &month, &day);
	snprintf(text, ID_NUMBER_TEXT_SIZE, "%06u%04u%02u%02u%03u", group % 1000000, (unsigned)year % 10000, month % 100,
		day % 100, person->sequence % 1000u);
	for (int i = 0; i < 17; i++)
		sum += (text[i] - '0') * weights[i];
	text[17] = "10X98765432"[sum % 11];
	text[18] = '\0';
	return text;
}
