#include "http/limit.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 16384 };

struct limit {
	pthread_mutex_t lock;
	int64_t burst, per_minute;
	uint8_t secret[crypto_shorthash_KEYBYTES]; /* so that nobody can aim at another's slot */
	struct {
		int64_t at_ms, tokens; /* tokens in 1/60000, so that a millisecond adds per_minute */
	} slots[SLOTS];
};

enum { TOKEN = 60000 };

int
limit_new(unsigned burst, unsigned per_minute, struct limit **ret_limit, struct error *e)
{
	struct limit *limit = calloc(1, sizeof *limit);

	if (!limit)
		return error_no_memory(e);
	pthread_mutex_init(&limit->lock, NULL);
	limit->burst = burst;
	limit->per_minute = per_minute;
	randombytes_buf(limit->secret, sizeof limit->secret);
	*ret_limit = limit;
	return 0;
}

void
limit_free(struct limit *limit)
{
	if (!limit)
		return;
	pthread_mutex_destroy(&limit->lock);
	free(limit);
}

bool
limit_take(struct limit *limit, const char *key, int64_t now_ms, unsigned *ret_retry_s)
{
	uint64_t hash;
	int64_t tokens;
	bool taken;

	crypto_shorthash((uint8_t *)&hash, (const uint8_t *)key, strlen(key), limit->secret);
	pthread_mutex_lock(&limit->lock);
	tokens = limit->burst * TOKEN;
	if (limit->slots[hash % SLOTS].at_ms) {
		int64_t passed_ms = now_ms - limit->slots[hash % SLOTS].at_ms;

		if (passed_ms < 0) { /* another thread looked at the clock later and came first */
			now_ms = limit->slots[hash % SLOTS].at_ms;
			passed_ms = 0;
		}
		if (passed_ms < tokens / limit->per_minute)
			tokens = limit->slots[hash % SLOTS].tokens + passed_ms * limit->per_minute;
		if (tokens > limit->burst * TOKEN)
			tokens = limit->burst * TOKEN;
	}
	taken = tokens >= TOKEN;
	if (taken)
		tokens -= TOKEN;
	else
		*ret_retry_s = (unsigned)((TOKEN - tokens) / limit->per_minute / 1000 + 1);
	limit->slots[hash % SLOTS].at_ms = now_ms;
	limit->slots[hash % SLOTS].tokens = tokens;
	pthread_mutex_unlock(&limit->lock);
	return taken;
}
