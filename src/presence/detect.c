/* A device's positions put in order, and handed to the two ways of finding stays.
 *
 *   | handed on ... | held: sorted, none older than newest - window_s | not come yet
 *                 passed                                       newest
 *
 * D1. Held positions are sorted by all that they say, and each is there once: what is handed on does not depend on the
 *     order in which positions came, nor on the calls they came in.
 * D2. What is handed on is older than all that may still be taken: a position older than ${passed} is late.
 * D3. At most DETECT_WINDOW_MAX are held: beyond that the oldest go on before their time. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "place/place.h"
#include "presence/detect_inside.h"

struct detector {
	const struct detect_parameters *parameters;
	struct held *held; /* a ring of ${capacity}: those held are ${count} from ${first} on */
	size_t capacity;
	uint16_t first, count;
	bool any;
	instant newest, passed;
	struct detect_points points;
	struct detect_cells *cells; /* NULL until a cell was seen */
};

enum { ROOM_MAX = DETECT_WINDOW_MAX + DETECT_WINDOW_MAX / 2 };

_Static_assert(
	sizeof(struct held) * ROOM_MAX + sizeof(struct detect_cells) + sizeof(struct detector) <= DETECT_MEMORY_MAX,
	"a device takes no more than it says");
_Static_assert(ROOM_MAX <= UINT16_MAX, "a place in the ring is a small number");

int
detect_check(const struct detect_parameters *p, struct error *e)
{
	const char *wrong = NULL;

	if (p->radius_m < 1 || p->radius_m > DETECT_RADIUS_MOST_M)
		wrong = "radius_m";
	else if (p->neighbour_m < 1 || p->neighbour_m > DETECT_RADIUS_MOST_M)
		wrong = "neighbour_m";
	else if (p->minimum_s < 1)
		wrong = "minimum_s";
	else if (p->gap_s < 1)
		wrong = "gap_s";
	else if (p->return_s < 1)
		wrong = "return_s";
	else if (p->window_s < 0)
		wrong = "window_s";
	return wrong ? error_set(e, ERROR_BAD_INPUT, "%s is out of range", wrong) : 0;
}

int
detect_new(const struct detect_parameters *parameters, struct detector **ret_detector, struct error *e)
{
	struct detector *detector = calloc(1, sizeof *detector);

	if (!detector)
		return error_no_memory(e);
	detector->parameters = parameters;
	*ret_detector = detector;
	return 0;
}

void
detect_free(struct detector *detector)
{
	if (!detector)
		return;
	free(detector->held);
	free(detector->cells);
	free(detector);
}

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_held(const struct held *a, const struct held *b)
{
	int order;

	if ((order = compare(a->at, b->at)) || (order = compare(a->latitude_e7, b->latitude_e7)) ||
		(order = compare(a->longitude_e7, b->longitude_e7)) || (order = compare(a->cell, b->cell)))
		return order;
	return compare(a->positioned, b->positioned);
}

static int
hand_on(struct detector *detector, const struct held *held, const struct detect_sink *sink, struct error *e)
{
	if (held->cell == 0)
		return points_take(&detector->points, detector->parameters, held, sink, e);
	if (!detector->cells && !(detector->cells = calloc(1, sizeof *detector->cells)))
		return error_no_memory(e);
	return cells_take(detector->cells, detector->parameters, held, sink, e);
}

/* Where the ${nth} of those held is, or would be. */
static struct held *
held_at(const struct detector *detector, size_t nth)
{
	const size_t at = detector->first + nth;

	return &detector->held[at < detector->capacity ? at : at - detector->capacity];
}

/* Hand on what is older than ${before}, and what is too much (D3). */
static int
release(struct detector *detector, instant before, size_t most, const struct detect_sink *sink, struct error *e)
{
	int r;

	while (detector->count) {
		const struct held next = detector->held[detector->first];

		if (next.at >= before && detector->count <= most)
			return 0;
		detector->first = detector->first + 1U < detector->capacity ? (uint16_t)(detector->first + 1) : 0;
		detector->count--;
		if (next.at > detector->passed)
			detector->passed = next.at;
		if ((r = hand_on(detector, &next, sink, e)) != 0)
			return r;
	}
	return 0;
}

/* Room for one more. What stood before the ring's end stands before the new one. */
static int
make_room(struct detector *detector, struct error *e)
{
	const size_t before = detector->capacity, tail = before - detector->first;
	int r;

	if (detector->count < before)
		return 0;
	if ((r = array_grow(&detector->held, &detector->capacity, before + 1, sizeof *detector->held, ROOM_MAX, e)) < 0)
		return r;
	if (detector->first) {
		memmove(detector->held + detector->capacity - tail, detector->held + detector->first,
			tail * sizeof *detector->held);
		detector->first = (uint16_t)(detector->capacity - tail);
	}
	return 0;
}

/* Put it in its place among those held: a ring, since with many devices the cache is what is scarce. */
static int
hold(struct detector *detector, const struct held *held, struct error *e)
{
	size_t at = detector->count;
	int r;

	if ((r = make_room(detector, e)) < 0)
		return r;
	/* As they mostly come: after all that are held, without a look at them. */
	if (at == 0 || held->at > detector->newest) {
		*held_at(detector, at) = *held;
		detector->count++;
		return 0;
	}
	for (; at > 0; at--) {
		int order = compare_held(held_at(detector, at - 1), held);

		if (order == 0)
			return 0; /* an exact duplicate */
		if (order < 0)
			break;
	}
	for (size_t i = detector->count; i > at; i--)
		*held_at(detector, i) = *held_at(detector, i - 1);
	*held_at(detector, at) = *held;
	detector->count++;
	return 0;
}

int
detect_push(struct detector *detector, const struct detect_position *position, detect_each *each, void *context,
	struct error *e)
{
	const struct detect_parameters *parameters = detector->parameters;
	const struct detect_sink sink = {each, context};
	const struct held held = {.at = position->at,
		.latitude_e7 = position->latitude_e7,
		.longitude_e7 = position->longitude_e7,
		.cell = position->cell,
		.positioned = position->cell == 0 || position->positioned};
	int r;

	if (detector->any && held.at < detector->passed)
		return DETECT_LATE;
	if (position->cell == 0 && parameters->accuracy_most_m && position->accuracy_m > parameters->accuracy_most_m)
		return DETECT_TAKEN;
	if (!detector->any) {
		detector->newest = held.at;
		detector->passed = held.at - parameters->window_s;
		detector->any = true;
	}
	if ((r = hold(detector, &held, e)) < 0)
		return r;
	if (held.at > detector->newest)
		detector->newest = held.at;
	if (detector->newest - parameters->window_s > detector->passed)
		detector->passed = detector->newest - parameters->window_s;
	return release(detector, detector->passed, DETECT_WINDOW_MAX, &sink, e);
}

int
detect_finish(struct detector *detector, detect_each *each, void *context, struct error *e)
{
	const struct detect_sink sink = {each, context};
	int r;

	if ((r = release(detector, INT64_MAX, 0, &sink, e)) != 0 ||
		(r = points_end(&detector->points, detector->parameters, &sink, e)) != 0 ||
		(detector->cells && (r = cells_end(detector->cells, detector->parameters, &sink, e)) != 0))
		return r;
	detector->any = false;
	detector->first = detector->count = 0;
	return 0;
}
