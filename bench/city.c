#include "bench/city.h"

#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"

enum { SHORTEST_S = 300, LONGEST_S = 43200, MEAN_S = 3600, FLAT = 100, SEED = 41 };

static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
	x = (x ^ x >> 27) * 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

static double
fraction(uint64_t x)
{
	return (double)(x >> 11) * 0x1p-53;
}

struct city_stay
city_stay(const struct city *city, uint64_t i)
{
	const uint64_t a = mix(i * 4), b = mix(i * 4 + 1), c = mix(i * 4 + 2), d = mix(i * 4 + 3);
	const bool of_case = i < (uint64_t)CITY_CASES * CITY_CASE_STAYS;
	const uint32_t person = of_case
		? (uint32_t)(i / CITY_CASE_STAYS)
		: (uint32_t)(CITY_CASES + (a >> 32) * (uint64_t)(city->people - CITY_CASES) / (1ULL << 32));
	const uint32_t rank = (uint32_t)(FLAT * (exp(fraction(b) * city->whole) - 1.0));
	const uint32_t start = (uint32_t)(fraction(c) * CITY_DAYS * DAY_S);
	const double length = SHORTEST_S - MEAN_S * log(1.0 - fraction(d));

	return (struct city_stay){person, city->ranks[rank < city->places ? rank : city->places - 1], start,
		start + (uint32_t)(length < LONGEST_S ? length : LONGEST_S)};
}

/* 0 to ${count} - 1 in random order. */
static void
shuffle(uint32_t *numbers, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t j = (uint32_t)(mix(i + (1ULL << SEED)) % (i + 1));

		numbers[i] = numbers[j];
		numbers[j] = i;
	}
}

struct city
city_make(uint64_t stays)
{
	struct city city = {stays, (uint32_t)(stays / 20), (uint32_t)(stays / 200), NULL, 0};

	city.whole = log(city.places / (double)FLAT + 1.0);
	if (!(city.ranks = malloc(city.places * sizeof *city.ranks)))
		bench_fail("no memory");
	shuffle(city.ranks, city.places);
	return city;
}

void
city_free(struct city *city)
{
	free(city->ranks);
	city->ranks = NULL;
}

double
city_entropy(const struct city *city)
{
	double place = 0, bits;

	for (uint32_t i = 0; i < city->places; i++) {
		double p = log((i + 1.0 + FLAT) / (i + (double)FLAT)) / city->whole;

		place -= p * log2(p);
	}
	bits = log2(city->people) + place + log2((double)CITY_DAYS * DAY_S) + log2(M_E * MEAN_S) -
		(log2((double)city->stays) - 1.4427); /* stays are a set: their order is free */
	return bits / 8;
}
