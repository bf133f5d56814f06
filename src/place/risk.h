/* place/risk.h: an area's risk level over time, from its daily cumulative counts.
 *
 * The rule is that of the State Council's joint mechanism, 17 February 2020 (for counties; here for whatever area has
 * counts):
 *
 *   low     no confirmed case, or none new in 14 days
 *   medium  new cases in 14 days and at most 50 in all; or more than 50 in all, and no cluster in 14 days
 *   high    more than 50 in all, and a cluster in 14 days
 *
 * Its numbers are parameters. A series of counts knows no clusters, so one more parameter says how many new cases in
 * the window count as one.
 *
 * A day's count counts from the next local midnight: it is published after the day is over. At a moment the last
 * counted day is the last one that has ended, and never one after the series' coverage: what is not known does not
 * change a level. */

#ifndef HEALTHCODE_PLACE_RISK_H
#define HEALTHCODE_PLACE_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/time.h"

enum risk_level { RISK_LOW = 0, RISK_MEDIUM = 1, RISK_HIGH = 2 };

enum { RISK_DAYS_MAX = 36600 };

/* The cumulative count of confirmed cases as published for a day. */
struct risk_count {
	day_number day;
	int64_t confirmed;
};

/* A published correction that raised the count of that day by ${confirmed} without new cases (Wuhan, 17 April 2020). */
struct risk_revision {
	day_number day;
	int64_t confirmed;
};

/* ${dip_days}: a day's new cases are those above the greatest count of so many days before it, so that the recovery
 * from a dip is no outbreak. Short: too far a look back takes real cases for a recovery. */
struct risk_parameters {
	uint32_t low_after_days;   /* the window; at least 1 */
	int64_t medium_total;      /* up to this many in all is never high */
	int64_t cluster_new_cases; /* as many new ones in the window count as a cluster */
	uint32_t dip_days;         /* at least 1 */
	size_t revision_count;     /* of the area in question */
	const struct risk_revision *revisions;
};

/* The days for which it is known how an area stood, both included: inside, a day that an area lacks repeats the day before
 * (nothing before its first: 0); after ${last} the level is held. ${first} > ${last} covers nothing. */
struct risk_coverage {
	day_number first, last;
};

struct risk_step {
	instant at;
	enum risk_level level;
	int64_t total, new_cases; /* as counted at ${at}: in all, and in the window */
};

/* "low", "medium", "high". */
const char *risk_level_text(enum risk_level level);

/* risk_level_read(text, ret_level): the level of that name. Return success. */
bool risk_level_read(const char *text, enum risk_level *ret_level);

/* risk_timeline(series, count, parameters, coverage, zone, until, ret_steps, ret_count, e):
 * The level changes of an area up to and including ${until}. ${series} is by day, each day once, no negative count.
 * The first step is at the end of the coverage's first day, when that day counts; before it nothing is known. On success the caller frees *${ret_steps} (NULL where
 * there is no step). Return 0, or ERROR_BAD_INPUT (a parameter or the series' order), ERROR_TOO_LARGE (more than
 * RISK_DAYS_MAX days), ERROR_NO_MEMORY. */
int risk_timeline(const struct risk_count *series, size_t count, const struct risk_parameters *parameters,
	struct risk_coverage coverage, const struct zone *zone, instant until, struct risk_step **ret_steps,
	size_t *ret_count, struct error *e);

/* risk_level_at(steps, count, at, ret_level): the level in force at ${at}. Return 1, or 0 where nothing is known. */
int risk_level_at(const struct risk_step *steps, size_t count, instant at, enum risk_level *ret_level);

/* A day on which the cumulative count is below the one before: a correction of the series. */
struct risk_fall {
	day_number day;
	int64_t from, to;
};

/* risk_falls(series, count, ret_falls, ret_count, e):
 * Every fall in ${series} by day. The caller frees *${ret_falls} (NULL where there is none). Return 0 or
 * ERROR_NO_MEMORY. */
int risk_falls(
	const struct risk_count *series, size_t count, struct risk_fall **ret_falls, size_t *ret_count, struct error *e);

#endif
