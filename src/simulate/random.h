/* simulate/random.h: one stream of numbers from a seed, the same on every machine. */

#ifndef HEALTHCODE_SIMULATE_RANDOM_H
#define HEALTHCODE_SIMULATE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* The stream of ${seed}. */
struct random random_make(uint64_t seed);

/* The next 64 bits. */
uint64_t random_next(struct random *random);

/* A number from ${least} to ${most}, both included; least <= most. */
int64_t random_between(struct random *random, int64_t least, int64_t most);

/* True ${per_million} times in a million. */
bool random_chance(struct random *random, uint32_t per_million);

/* An index below ${count}, the n-th with weight 1 / (n + 1) (Zipf): ${sums} are the ${count} sums of weights that
 * random_zipf_sums made. */
size_t random_zipf(struct random *random, const uint64_t *sums, size_t count);
void random_zipf_sums(uint64_t *sums, size_t count);

/* An index below ${count} by the weights ${shares}, whose sum is not 0. */
size_t random_share(struct random *random, const uint32_t *shares, size_t count);

#endif
