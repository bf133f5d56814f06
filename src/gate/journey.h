/* gate/journey.h: what awaits somebody on the way from one place to another: orders, codes, colours. */

#ifndef HEALTHCODE_GATE_JOURNEY_H
#define HEALTHCODE_GATE_JOURNEY_H

#include "cascade/cascade.h"
#include "place/place.h"

/* A journey at ${at}; ${person} is 0 where nobody in particular travels. */
struct journey {
	const struct division *from, *to;
	instant at;
	person_number person;
};

/* gate_journey(cascade, journey, ret_answer, ret_prevented, e):
 * {"from", "to": {"division", "name": {zh, en}}, "at",
 *  "leave", "enter": {"permitted": true, false or null, "from": T or null, "orders": [...]},
 *  "code": {"jurisdiction", "name", "verdicts": {colour: verdict}, "recognised": [{"jurisdiction", "colours"}]} or null,
 *  "colours": [{"jurisdiction", "colour", "verdict", "rules", "next"}]}
 *
 * An order concerns the journey where it leaves (or enters) the order's division, but for the divisions excepted. Where
 * orders concern it, it is permitted by those in force at ${at}: to everybody by one that is for everyone, else to those whom the
 * orders name ("permitted" is then false); "from" is when the first that is for everyone begins, where none is in force. Where none
 * concerns it, "permitted" is null. "colours" are ${journey->person}'s in the jurisdictions whose codes count there, at ${at} if
 * nothing new happens, with the rules that gave it, and what a gate there says to each. ${ret_prevented}: an order, or every colour
 * that the person has, keeps from it.
 * Return 0, or a failure of the store. ${ret_answer} is a new reference. */
int gate_journey(
	struct cascade *cascade, const struct journey *journey, json_t **ret_answer, bool *ret_prevented, struct error *e);

#endif
