#include "feed/moved.h"

#include <stdlib.h>

#include "base/array.h"

enum { MOVED_LEAST = 4096, MOVED_MAX = 1 << 30 };

static int
compare_people(const void *a, const void *b)
{
	const person_number *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void
moved_settle(struct moved *moved)
{
	size_t kept = 0;

	if (moved->sorted == moved->count)
		return;
	qsort(moved->people, moved->count, sizeof *moved->people, compare_people);
	for (size_t i = 0; i < moved->count; i++)
		if (kept == 0 || moved->people[kept - 1] != moved->people[i])
			moved->people[kept++] = moved->people[i];
	moved->count = moved->sorted = kept;
}

int
moved_add(struct moved *moved, person_number person, struct error *e)
{
	int r;

	if (moved->count && moved->people[moved->count - 1] == person)
		return 0;
	/* Room is made by letting go of what is there twice, as long as that frees half of it. */
	if (moved->count == moved->capacity && moved->count >= MOVED_LEAST) {
		moved_settle(moved);
		if (moved->count > moved->capacity / 2 &&
			(r = array_grow(
				 &moved->people, &moved->capacity, moved->capacity + 1, sizeof *moved->people, MOVED_MAX, e)) < 0)
			return r;
	} else if ((r = array_grow(
					&moved->people, &moved->capacity, moved->count + 1, sizeof *moved->people, MOVED_MAX, e)) < 0) {
		return r;
	}
	moved->people[moved->count++] = person;
	return 0;
}

void
moved_free(struct moved *moved)
{
	free(moved->people);
	*moved = (struct moved){0};
}
