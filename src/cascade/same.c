/* Who is known under several numbers, as it was known, kept in memory until another link or end of one is recorded, or what was written is rolled
 * back. */

#include <stdlib.h>

#include "base/array.h"
#include "cascade/inside.h"

enum { ALIASES_MAX = 50000000 };

struct same {
	struct presence_same pairs;
	struct presence_alias *by_alias, *by_person;
	size_t capacity;
	int64_t version, rollbacks;
	instant known;
};

static int
compare(person_number a, person_number b)
{
	return (a > b) - (a < b);
}

static int
compare_aliases(const void *left, const void *right)
{
	const struct presence_alias *a = left, *b = right;

	return compare(a->alias, b->alias);
}

static int
compare_persons(const void *left, const void *right)
{
	const struct presence_alias *a = left, *b = right;

	return a->person != b->person ? compare(a->person, b->person) : compare(a->alias, b->alias);
}

static int
add(uint32_t alias, uint32_t person, void *context, struct error *e)
{
	struct same *same = context;
	int r = array_grow(&same->by_alias, &same->capacity, same->pairs.count + 1, sizeof *same->by_alias, ALIASES_MAX, e);

	if (r == 0)
		same->by_alias[same->pairs.count++] = (struct presence_alias){alias, person};
	return r;
}

static person_number
person_of(const struct same *same, person_number number)
{
	const struct presence_alias wanted = {.alias = number};
	const struct presence_alias *found =
		same->pairs.count ? bsearch(&wanted, same->by_alias, same->pairs.count, sizeof wanted, compare_aliases) : NULL;

	return found ? found->person : number;
}

/* An alias of an alias is the first one's. Sorted by alias already. */
static int
settle(struct same *same, struct error *e)
{
	const size_t count = same->pairs.count;

	for (size_t i = 0; i < count; i++) {
		person_number person = same->by_alias[i].person, next;

		for (int steps = 0; (next = person_of(same, person)) != person; person = next)
			if (++steps > EVIDENCE_SAME_MAX)
				return error_set(e, ERROR_CORRUPT, "the aliases of person %u do not end", person);
		same->by_alias[i].person = person;
	}
	same->by_person = malloc((count + 1) * sizeof *same->by_person);
	if (!same->by_person)
		return error_no_memory(e);
	for (size_t i = 0; i < count; i++)
		same->by_person[i] = same->by_alias[i];
	if (count)
		qsort(same->by_person, count, sizeof *same->by_person, compare_persons);
	same->pairs.by_alias = same->by_alias;
	same->pairs.by_person = same->by_person;
	return 0;
}

void
same_forget(struct cascade *cascade)
{
	if (!cascade->same)
		return;
	free(cascade->same->by_alias);
	free(cascade->same->by_person);
	free(cascade->same);
	cascade->same = NULL;
}

int
same_read(struct cascade *cascade, instant known, const struct presence_same **ret_same, struct error *e)
{
	const int64_t rollbacks = db_rollbacks(cascade->db);
	struct same *same;
	int64_t version;
	int r;

	if ((r = evidence_same_version(cascade->db, false, &version, e)) < 0)
		return r;
	if (cascade->same && cascade->same->version == version && cascade->same->rollbacks == rollbacks &&
		cascade->same->known == known) {
		*ret_same = &cascade->same->pairs;
		return 0;
	}
	same_forget(cascade);
	same = cascade->same = calloc(1, sizeof *same);
	if (!same)
		return error_no_memory(e);
	same->version = version;
	same->rollbacks = rollbacks;
	same->known = known;
	if ((r = evidence_same_each(cascade->db, known, add, same, e)) < 0 || (r = settle(same, e)) < 0) {
		same_forget(cascade);
		return r;
	}
	*ret_same = &same->pairs;
	return 0;
}

int
same_person(struct cascade *cascade, instant known, person_number number, person_number *ret_person, struct error *e)
{
	const struct presence_same *pairs;
	int r = same_read(cascade, known, &pairs, e);

	if (r == 0)
		*ret_person = person_of(cascade->same, number);
	return r;
}
