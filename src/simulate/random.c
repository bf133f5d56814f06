#include "simulate/random.h"

struct random
random_make(uint64_t seed)
{
	struct random random;

	for (size_t i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		random.state[i] = z ^ (z >> 31);
	}
	return random;
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

uint64_t
random_next(struct random *random)
{
	uint64_t *s = random->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* The upper half of a 64 by 64 bit product; the bias is below 2^-32 for what is drawn here. */
static uint64_t
below(struct random *random, uint64_t count)
{
	return (uint64_t)(((__uint128_t)random_next(random) * count) >> 64);
}

int64_t
random_between(struct random *random, int64_t least, int64_t most)
{
	return least + (int64_t)below(random, (uint64_t)(most - least) + 1);
}

bool
random_chance(struct random *random, uint32_t per_million)
{
	return below(random, 1000000) < per_million;
}

void
random_zipf_sums(uint64_t *sums, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sums[i] = sum += (UINT64_C(1) << 32) / (i + 1);
}

size_t
random_zipf(struct random *random, const uint64_t *sums, size_t count)
{
	uint64_t draw = below(random, sums[count - 1]);
	size_t low = 0, high = count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (sums[middle] > draw)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

size_t
random_share(struct random *random, const uint32_t *shares, size_t count)
{
	uint64_t sum = 0, draw;
	size_t i;

	for (i = 0; i < count; i++)
		sum += shares[i];
	draw = below(random, sum);
	for (i = 0; draw >= shares[i]; i++)
		draw -= shares[i];
	return i;
}
