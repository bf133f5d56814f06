#include "rehearse/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { SPANS_MAX = 100000 };

static int
add(struct held *held, instant from, instant to, struct error *e)
{
	int r;

	if (from >= to)
		return 0;
	if (held->count > 0 && held->spans[held->count - 1].to == from) {
		held->spans[held->count - 1].to = to;
		return 0;
	}
	if ((r = array_grow(&held->spans, &held->capacity, held->count + 1, sizeof *held->spans, SPANS_MAX, e)) == 0)
		held->spans[held->count++] = (struct held_span){from, to};
	return r;
}

int
held_read(const json_t *changes, const bool pass[COLOUR_COUNT], instant now, struct held *ret_held, struct error *e)
{
	struct held held = {0};
	const json_t *change;
	instant since = 0;
	bool holds = false;
	size_t i;
	int r = 0;

	json_array_foreach((json_t *)changes, i, change)
	{
		const char *at = json_string_value(json_object_get(change, "at"));
		enum colour colour = COLOUR_GREEN;
		instant moment;

		if (!at || (r = time_read(at, strlen(at), &zone_utc, &moment, e)) < 0)
			break;
		colour_read(json_string_value(json_object_get(change, "colour")), &colour);
		if (holds && (r = add(&held, since, moment, e)) < 0)
			break;
		holds = !pass[colour];
		since = moment;
	}
	if (r == 0 && holds)
		r = add(&held, since, now, e);
	if (r < 0)
		held_clear(&held);
	else
		*ret_held = held;
	return r;
}

void
held_clear(struct held *held)
{
	free(held->spans);
	*held = (struct held){0};
}

bool
held_at(const struct held *held, instant at)
{
	for (size_t i = 0; i < held->count; i++)
		if (at >= held->spans[i].from && at < held->spans[i].to)
			return true;
	return false;
}

int64_t
held_length(const struct held *held)
{
	int64_t length = 0;

	for (size_t i = 0; i < held->count; i++)
		length += held->spans[i].to - held->spans[i].from;
	return length;
}
