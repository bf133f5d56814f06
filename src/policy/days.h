/* policy/days.h (inside the room): what a pack derives from days.
 *
 * Days are local to the pack's zone. Both values change by themselves at midnight only (a window that takes in the
 * present day also as time passes), and say when. */

#ifndef HEALTHCODE_POLICY_DAYS_H
#define HEALTHCODE_POLICY_DAYS_H

#include <jansson.h>
#include <stdbool.h>

#include "policy/facts.h"
#include "policy/pack_inside.h"

/* Check-ins in order of time, each normal or not. */
struct days;

/* days_new(zone, maximum, ret_days, e): none yet, room for ${maximum}. ${zone} must outlive it. */
int days_new(const struct zone *zone, size_t maximum, struct days **ret_days, struct error *e);
void days_free(struct days *days);

/* Add a check-in, not earlier than the one before; more than the maximum are a bug of the caller. */
void days_add(struct days *days, instant at, bool normal);

/* days_value(days, at, since, ret_value, ret_next, e):
 * The days in a row up to ${at} that are normal: at least one check-in, and every one normal. The present day counts once
 * it has one, and until then breaks nothing; a day gone by without any, or with one that is not normal, ends the row.
 * {"days_in_colour": only check-ins at or after ${since}, "days_total": all, "first", "last": dates of the row in the
 * colour, or null}. ${ret_next}: when it changes without a new check-in, or INT64_MAX. */
int
days_value(const struct days *days, instant at, instant since, json_t **ret_value, instant *ret_next, struct error *e);

/* Where the person was in a window of days, added up by area. */
struct stays;

/* stays_new(derived, zone, facts, at, ret_stays, e): the window as ${derived} says: its number of local days, today
 * among them and up to ${at}, or before today. */
int stays_new(const struct derived *derived, const struct zone *zone, const struct facts *facts, instant at,
	struct stays **ret_stays, struct error *e);
void stays_free(struct stays *stays);

/* stays_add(stays, fact, item, e): add a visit or residence that has begun; in the order of their beginnings. Time that
 * two of them share in one area counts once; one with stated hours counts those, in proportion to its time in the window. */
int stays_add(struct stays *stays, const struct fact *fact, const json_t *item, struct error *e);

/* stays_value(stays, ret_value, ret_next, e):
 * The areas with more time than the limit, by code: [{"country", "division", "province", "city", "area", "level", "hours"
 * (whole ones, rounded down), "last" (local date)}]. ${ret_next}: when this changes with nothing new, or INT64_MAX. */
int stays_value(const struct stays *stays, json_t **ret_value, instant *ret_next, struct error *e);

#endif
