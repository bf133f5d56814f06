/* Failures that are counted, so that guessing is slow. */

#include "registry/internal.h"

#include <stdio.h>
#include <string.h>

/* The subject as it is kept: a keyed hash of what it is and who. */
static void
subject_hash(
	const struct registry *registry, const char *what, const void *subject, size_t length, uint8_t hash[KEYS_SIZE])
{
	char purpose[64];

	snprintf(purpose, sizeof purpose, "%s-%s", PURPOSE_FAILURE, what);
	keys_hash(registry->keys, purpose, subject, length, hash);
}

int
attempts_too_many(struct registry *registry, const char *what, const void *subject, size_t length, int64_t window_s,
	int64_t limit, struct error *e)
{
	uint8_t hash[KEYS_SIZE];
	int64_t count;
	int r;

	subject_hash(registry, what, subject, length, hash);
	r = db_one_int(registry->db, "SELECT COUNT(*) FROM attempt WHERE subject = $1 AND at > $2",
		(struct db_value[]){db_blob(hash, sizeof hash), db_int(registry_clock(registry) - window_s)}, 2, &count, e);
	return r < 0 ? r : count >= limit;
}

int
attempt_put(struct registry *registry, const char *what, const void *subject, size_t length, struct error *e)
{
	instant now = registry_clock(registry);
	uint8_t hash[KEYS_SIZE];
	int r;

	subject_hash(registry, what, subject, length, hash);
	/* None is looked at after a day, so that they do not pile up. */
	if ((r = db_do(registry->db, "DELETE FROM attempt WHERE at < $1", (struct db_value[]){db_int(now - DAY_S)}, 1, e)) <
		0)
		return r;
	return db_do(registry->db, "INSERT INTO attempt(subject, at) VALUES($1, $2)",
		(struct db_value[]){db_blob(hash, sizeof hash), db_int(now)}, 2, e);
}
