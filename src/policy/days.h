/* policy/days.h (inside the room): what a pack derives from days.
 *
 * Days are local to the pack's zone. Both values change by themselves at midnight only (a window that takes in the
 * present day also as time passes), and say when. */

#ifndef HEALTHCODE_POLICY_DAYS_H
#define HEALTHCODE_POLICY_DAYS_H

#include <stdbool.h>

#include "policy/facts.h"
#include "policy/pack_inside.h"

/* Check-ins in order of time, each normal or not. */
struct days;

/* days_new(pack, maximum, memory, ret_days, e): none yet, room for ${maximum}, all in ${memory}. ${pack} must outlive it. */
int days_new(const struct pack *pack, size_t maximum, struct arena *memory, struct days **ret_days, struct error *e);

/* Add a check-in, not earlier than the one before; more than the maximum are a bug of the caller. */
void days_add(struct days *days, instant at, bool normal);

/* days_value(days, at, since, ret_row, ret_next):
 * The days in a row up to ${at} that are normal: at least one check-in, and every one normal. The present day counts once
 * it has one, and until then breaks nothing; a day gone by without any, or with one that is not normal, ends the row.
 * {"days_in_colour": only check-ins at or after ${since}, "days_total": all, "first", "last": dates of the row in the
 * colour, or null}. ${ret_row} lives as long as ${days} and is changed by the next call. ${ret_next}: when it changes
 * without a new check-in, or INT64_MAX. Return whether it is another than at the last call. */
bool days_value(struct days *days, instant at, instant since, const struct row **ret_row, instant *ret_next);

/* Where the person was in a window of days, added up by area. */
struct stays;

/* stays_new(pack, derived, facts, maximum, memory, ret_stays, e): of at most ${maximum} places, in the window that
 * ${derived} says: its number of local days, today among them and up to the moment asked for, or before today. */
int stays_new(const struct pack *pack, const struct derived *derived, const struct facts *facts, size_t maximum,
	struct arena *memory, struct stays **ret_stays, struct error *e);

/* Begin anew at a moment. */
void stays_begin(struct stays *stays, instant at);

/* stays_add(stays, fact): add a visit or residence that has begun; in the order of their beginnings. Time that two of
 * them share in one area counts once; one with stated hours counts those, in proportion to its time in the window. */
void stays_add(struct stays *stays, const struct fact *fact);

/* stays_value(stays, ret_list, ret_next):
 * The areas with more time than the limit, by code: [{"country", "division", "province", "city", "area", "level", "hours"
 * (whole ones, rounded down), "last" (local date)}]. ${ret_list} lives until the value has changed again. ${ret_next}:
 * when this changes with nothing new, or INT64_MAX. Return whether it is another than at the last call. */
bool stays_value(struct stays *stays, const struct value_list **ret_list, instant *ret_next);

#endif
