#include <math.h>
#include <stdlib.h>

#include "place/place.h"
#include "presence/detect_inside.h"

/* Metres of a degree of latitude, times 10^-7, on the sphere of place_distance_m. */
#define METRES_A_DEGREE (6371008.8 * 3.14159265358979323846 / 180 * 1e-7)

static const double latitude_plain_e7 = 8e8; /* nearer to a pole the plane is no likeness */

static void
begin(struct detect_points *points, const struct held *position)
{
	*points = (struct detect_points){.anchor = *position, .last = position->at, .count = 1};
	points->metres_a_degree =
		METRES_A_DEGREE * cos((double)position->latitude_e7 * 1e-7 * 3.14159265358979323846 / 180);
}

/* Whether the position is the radius or more away. The plane decides where it is sure by 2 %, and the sphere on the edge. */
static bool
is_away(const struct detect_points *points, const struct detect_parameters *parameters, const struct held *position)
{
	const struct held *anchor = &points->anchor;
	double radius = parameters->radius_m, east, north, square;

	if (abs(anchor->latitude_e7) < latitude_plain_e7) {
		north = ((double)position->latitude_e7 - anchor->latitude_e7) * METRES_A_DEGREE;
		east = ((double)position->longitude_e7 - anchor->longitude_e7) * points->metres_a_degree;
		square = north * north + east * east;
		if (square < radius * radius * 0.96)
			return false;
		if (square > radius * radius * 1.04 &&
			llabs((int64_t)position->longitude_e7 - anchor->longitude_e7) < INT64_C(1800000000))
			return true;
	}
	return place_distance_m(anchor->latitude_e7, anchor->longitude_e7, position->latitude_e7, position->longitude_e7) >=
		radius;
}

static int
emit(const struct detect_points *points, const struct detect_parameters *parameters, instant end,
	const struct detect_sink *sink, struct error *e)
{
	struct detect_stay stay = {.start = points->anchor.at, .end = end, .positions = points->count};
	int64_t count = (int64_t)points->count, longitude;

	if (end - stay.start < parameters->minimum_s)
		return 0;
	stay.latitude_e7 = (int32_t)(points->anchor.latitude_e7 + points->latitude_sum / count);
	longitude = points->anchor.longitude_e7 + points->longitude_sum / count;
	if (longitude > INT64_C(1800000000))
		longitude -= INT64_C(3600000000);
	else if (longitude < -INT64_C(1800000000))
		longitude += INT64_C(3600000000);
	stay.longitude_e7 = (int32_t)longitude;
	return sink->each(&stay, sink->context, e);
}

static void
extend(struct detect_points *points, const struct held *position)
{
	int64_t east = (int64_t)position->longitude_e7 - points->anchor.longitude_e7;

	if (east > INT64_C(1800000000))
		east -= INT64_C(3600000000);
	else if (east < -INT64_C(1800000000))
		east += INT64_C(3600000000);
	points->latitude_sum += (int64_t)position->latitude_e7 - points->anchor.latitude_e7;
	points->longitude_sum += east;
	points->last = position->at;
	points->count++;
}

int
points_take(struct detect_points *points, const struct detect_parameters *parameters, const struct held *position,
	const struct detect_sink *sink, struct error *e)
{
	int r;

	if (points->count == 0) {
		begin(points, position);
		return 0;
	}
	if (position->at - points->last > parameters->gap_s) {
		if ((r = points_end(points, parameters, sink, e)) != 0)
			return r;
		begin(points, position);
	} else if (is_away(points, parameters, position)) {
		if ((r = emit(points, parameters, position->at, sink, e)) != 0)
			return r;
		begin(points, position);
	} else {
		extend(points, position);
	}
	return 0;
}

int
points_end(struct detect_points *points, const struct detect_parameters *parameters, const struct detect_sink *sink,
	struct error *e)
{
	int r = points->count && parameters->keep_open ? emit(points, parameters, points->last, sink, e) : 0;

	points->count = 0;
	return r;
}
