/* presence/detect.h: stays out of timestamped positions, one device at a time, in one pass. Pure: nothing is stored.
 *
 * Positions (GPS, with accuracy) go by the published stay-point method (Li et al. 2008, "Mining user similarity based on
 * location history", as in scikit-mobility and trackintel): the first position is the anchor; a position ${radius_m} or
 * farther from it ends the stay, at its own time, and is the next anchor; a stay of ${minimum_s} at least counts.
 *
 * Base-station cells say less, and say it with noise. A phone that stands still changes between neighbouring cells
 * (ping-pong, drift across a border): who is back in the stay's cell within ${return_s}, by way of cells no farther than
 * ${neighbour_m}, never left. The stay's place is the cell with the most of its time, so that a border is not crossed by
 * noise.
 *
 * A silence of more than ${gap_s} is unknown time and never part of a stay: the stay before it ends with its last position.
 *
 * The same positions give the same stays, however they are split into calls and in whatever order they come, as long as
 * each comes within ${window_s} of the newest one and no more than DETECT_WINDOW_MAX are within it. Exact duplicates count
 * once. Memory is bounded: a device takes at most DETECT_MEMORY_MAX bytes. */

#ifndef HEALTHCODE_PRESENCE_DETECT_H
#define HEALTHCODE_PRESENCE_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

enum {
	DETECT_WINDOW_MAX = 1024,
	DETECT_MEMORY_MAX = 40 << 10,
	DETECT_RADIUS_MOST_M = 50000,
};

struct detect_parameters {
	uint32_t radius_m;        /* 1 to DETECT_RADIUS_MOST_M */
	int64_t minimum_s, gap_s; /* 1 or more */
	int64_t window_s;         /* 0 or more */
	uint32_t accuracy_most_m; /* positions less certain than this are left out; 0: none is */
	uint32_t neighbour_m;     /* 1 to DETECT_RADIUS_MOST_M */
	int64_t return_s;         /* 1 or more */
	/* Whether a stay that a silence or the end cuts off counts, until its last position. The two libraries leave it
	 * out, which loses whoever switched the phone off. */
	bool keep_open;
};

/* ${cell} 0: a position. Else a base-station cell, by a number of the caller's; ${positioned} says whether the
 * coordinates, then the cell's, are known (a cell without is nobody's neighbour). */
struct detect_position {
	instant at;
	int32_t latitude_e7, longitude_e7;
	uint32_t accuracy_m; /* 0: not known */
	uint32_t cell;
	bool positioned;
};

/* [start, end), and where: the mean of the positions, or the cell with the most time (of cells with the same time the
 * one with the lower number). */
struct detect_stay {
	instant start, end;
	uint32_t cell;
	int32_t latitude_e7, longitude_e7; /* of the cell where it has them */
	uint64_t positions;                /* that it is made of */
};

struct detector;

/* detect_check(parameters, e): whether all are in range. Return 0 or ERROR_BAD_INPUT with the name. */
int detect_check(const struct detect_parameters *parameters, struct error *e);

/* detect_new(parameters, ret_detector, e): a detector for one device. ${parameters} are in range (detect_check), stay the
 * caller's and are needed until detect_free, which accepts NULL. Return 0 or ERROR_NO_MEMORY. */
int detect_new(const struct detect_parameters *parameters, struct detector **ret_detector, struct error *e);
void detect_free(struct detector *detector);

/* Called for a stay; a non-zero return ends the call, which returns it. */
typedef int detect_each(const struct detect_stay *stay, void *context, struct error *e);

enum { DETECT_TAKEN = 0, DETECT_LATE = 1 };

/* detect_push(detector, position, each, context, e):
 * Take a position and call ${each} for the stays that it completes, by end. Return DETECT_TAKEN; DETECT_LATE if it is
 * older than the window reaches back: it is left out; what ${each} returned; or ERROR_NO_MEMORY. Stays of positions and of
 * cells are found apart, where a device sends both. */
int detect_push(struct detector *detector, const struct detect_position *position, detect_each *each, void *context,
	struct error *e);

/* detect_finish(detector, each, context, e): no more will come: as detect_push for what was held back. The detector is as
 * new after. */
int detect_finish(struct detector *detector, detect_each *each, void *context, struct error *e);

#endif
