/* presence/detect_inside.h: the two ways from ordered positions to stays. Inside the room. */

#ifndef HEALTHCODE_PRESENCE_DETECT_INSIDE_H
#define HEALTHCODE_PRESENCE_DETECT_INSIDE_H

#include "presence/detect.h"

/* Where stays go. */
struct detect_sink {
	detect_each *each;
	void *context;
};

/* A position as it is held: 24 bytes. ${cell} as in struct detect_position. */
struct held {
	instant at;
	int32_t latitude_e7, longitude_e7;
	uint32_t cell;
	bool positioned;
};

/* The stay of positions under way; none while ${count} is 0. */
struct detect_points {
	struct held anchor;
	double metres_a_degree; /* of longitude, at the anchor, times 10^-7 */
	instant last;
	int64_t latitude_sum, longitude_sum; /* of the distances to the anchor's, in 10^-7 degrees */
	uint64_t count;
};

/* points_take(points, parameters, position, sink, e), points_end(...): the next position in order; no more will come. */
int points_take(struct detect_points *points, const struct detect_parameters *parameters, const struct held *position,
	const struct detect_sink *sink, struct error *e);
int points_end(struct detect_points *points, const struct detect_parameters *parameters, const struct detect_sink *sink,
	struct error *e);

enum { CELLS_OF_A_STAY = 12, RUNS_AWAY = 16 };

/* Consecutive sightings in one cell. */
struct cell_run {
	struct held cell; /* at the first sighting */
	instant last;
	uint64_t count;
};

/* The stay in cells under way; none while ${count} is 0.
 *
 *   | in and around the anchor's cell ........ | away: runs since it was last seen |
 *   anchor.at                               home_until                         last_seen */
struct detect_cells {
	struct held anchor;
	instant home_until; /* the last sighting in the anchor's cell */
	uint64_t count;     /* until then, all cells */
	struct cell_share {
		struct held cell;
		int64_t seconds;
	} shares[CELLS_OF_A_STAY];
	size_t share_count;
	struct cell_run away[RUNS_AWAY];
	size_t away_count;
};

/* As points_take and points_end. */
int cells_take(struct detect_cells *cells, const struct detect_parameters *parameters, const struct held *sighting,
	const struct detect_sink *sink, struct error *e);
int cells_end(struct detect_cells *cells, const struct detect_parameters *parameters, const struct detect_sink *sink,
	struct error *e);

#endif
