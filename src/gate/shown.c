#include "gate/shown.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES = 16 };

struct entry {
	uint8_t id[CODE_ID_SIZE];
	uint64_t place;
	instant until; /* 0: free */
};

struct shown {
	pthread_mutex_t lock;
	struct entry entries[SHOWN_PLACES];
};

int
shown_new(struct shown **ret_shown, struct error *e)
{
	struct shown *shown = calloc(1, sizeof *shown);

	if (!shown)
		return error_no_memory(e);
	pthread_mutex_init(&shown->lock, NULL);
	*ret_shown = shown;
	return 0;
}

void
shown_free(struct shown *shown)
{
	if (!shown)
		return;
	pthread_mutex_destroy(&shown->lock);
	free(shown);
}

/* FNV-1a; places are ours, so nobody picks two alike. */
static uint64_t
place_number(const char *place)
{
	uint64_t number = 0xcbf29ce484222325u;

	for (; *place; place++)
		number = (number ^ (uint8_t)*place) * 0x100000001b3u;
	return number;
}

bool
shown_elsewhere(struct shown *shown, const uint8_t id[CODE_ID_SIZE], const char *place, instant until, instant now)
{
	struct entry *here = NULL, *found = NULL;
	uint64_t start, number = place_number(place);
	bool elsewhere;

	memcpy(&start, id, sizeof start); /* ids are random */
	pthread_mutex_lock(&shown->lock);
	for (size_t i = 0; i < PROBES && !found; i++) {
		struct entry *entry = &shown->entries[(start + i) % SHOWN_PLACES];

		if (entry->until > now && memcmp(entry->id, id, CODE_ID_SIZE) == 0)
			found = entry;
		else if (!here || entry->until < here->until)
			here = entry;
	}
	elsewhere = found && found->place != number;
	if (!found) {
		memcpy(here->id, id, CODE_ID_SIZE);
		here->place = number;
		here->until = until;
	}
	pthread_mutex_unlock(&shown->lock);
	return elsewhere;
}
