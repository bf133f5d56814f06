/* base/time.h: instants, days and local time, without the system's time zone.
 *
 * An instant is int64_t seconds since 1970-01-01T00:00:00Z (POSIX, no leap seconds). A day is int32_t days since
 * 1970-01-01. A zone is data (a pack carries its own), so that the same bytes give the same day on every machine. */

#ifndef HEALTHCODE_BASE_TIME_H
#define HEALTHCODE_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef int64_t instant; /* s */
typedef int32_t day_number;

enum { TIME_TEXT_SIZE = 32, DAY_S = 86400, ZONE_STEPS_MAX = 512 };

/* Offsets from UTC in seconds: ${first_offset_s} until steps[0].from, then each step's. Steps ascend. */
struct zone {
	int32_t first_offset_s;
	size_t step_count;
	const struct zone_step {
		instant from;
		int32_t offset_s;
	} * steps;
};

extern const struct zone zone_utc;

/* zone_offset(zone, at): seconds east of UTC in force at ${at}. */
int32_t zone_offset(const struct zone *zone, instant at);

/* zone_day(zone, at): the local day that holds ${at}. */
day_number zone_day(const struct zone *zone, instant at);

/* zone_day_start(zone, day): the first instant of the local day. */
instant zone_day_start(const struct zone *zone, day_number day);

/* zone_instant(zone, local): the instant of the local wall time ${local} (seconds since 1970-01-01T00:00:00 local);
 * a wall time that occurs twice means the first, one that is skipped the moment of the change. */
instant zone_instant(const struct zone *zone, int64_t local);

/* time_read(text, length, zone, ret_at, e):
 * Read RFC 3339 ("2020-03-24T08:00:00+08:00", 'T' or ' ', fractions cut off, seconds may be left out), or the same
 * without offset, then local to ${zone}, or a date alone, then the local day's start. Years 0001 to 9999; no 24:00,
 * no leap second but :60 read as :59. Return 0 or ERROR_BAD_INPUT with the reason and e->column at the fault. */
int time_read(const char *text, size_t length, const struct zone *zone, instant *ret_at, struct error *e);

/* A time that was read and what of it the next one is likely to share: the day and the offset. All zero: none yet. */
struct time_before {
	char text[sizeof "YYYY-MM-DDThh:mm:ss+hh:mm"];
	instant day_start;
};

/* time_read_after(text, length, zone, before, ret_at, e): time_read for one of many that come one after another. */
int time_read_after(const char *text, size_t length, const struct zone *zone, struct time_before *before,
	instant *ret_at, struct error *e);

/* day_read(text, length, ret_day, e): read "YYYY-MM-DD". Return 0 or ERROR_BAD_INPUT. */
int day_read(const char *text, size_t length, day_number *ret_day, struct error *e);

/* time_write(at, zone, text): RFC 3339 with the zone's offset ("Z" is written "+00:00"), seconds precision.
 * ${text} has TIME_TEXT_SIZE bytes. Return ${text}. */
char *time_write(instant at, const struct zone *zone, char *text);

/* day_write(day, text): "YYYY-MM-DD"; ${text} has TIME_TEXT_SIZE bytes. Return ${text}. */
char *day_write(day_number day, char *text);

/* day_from_civil(year, month, day), day_to_civil(day, ...): the proleptic Gregorian calendar. */
day_number day_from_civil(int year, unsigned month, unsigned day);
void day_to_civil(day_number day, int *ret_year, unsigned *ret_month, unsigned *ret_day);

/* The wall clock, in seconds. */
instant time_now(void);

#endif
