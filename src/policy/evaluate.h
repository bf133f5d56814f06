/* policy/evaluate.h: the decision. Facts in; colour, reasons and the next change out.
 *
 * evaluate() is a pure function of the pack's bytes, the facts and ${now}: no clock, no file, no order of arrival. It
 * folds from the application on, from moment to moment, so that it does not matter when or how often anybody asked.
 * Facts are described by docs/facts.schema.json. */

#ifndef HEALTHCODE_POLICY_EVALUATE_H
#define HEALTHCODE_POLICY_EVALUATE_H

#include <jansson.h>

#include "base/error.h"
#include "base/time.h"
#include "policy/pack.h"

enum {
	EVALUATE_FACTS_MAX = 10000,      /* items in all lists of one person's facts together */
	EVALUATE_MOMENTS_MAX = 20000,    /* moments that one fold may visit */
	EVALUATE_LATER_MAX = 20,         /* changes after the next one that are told */
	EVALUATE_MEMORY_MAX = 256 << 20, /* bytes for one person's facts and what is derived from them */
};

/* evaluate(pack, facts, now, ret_result, ret_changes, e):
 * What ${pack} says of a person with ${facts} at ${now}. Nothing in the facts with an own time after ${now} is used.
 * ${ret_result} receives a new reference to
 *   {"colour", "since", "next": {"at", "colour"} or null, "rules": [{"id", "colour", "reason": {LANGUAGE: text},
 *    "evidence": [{"list", ...}]}], "policy": pack_hash, "now"}
 * and "derived": {NAME: value} where the pack has derived values to show. "rules" are those that say so now, or, where
 * none does and the colour is held, those that gave it at "since"; the pack's first colour has the rule "first", a
 * colour set by hand the rule "override". "next" is the earliest moment at which the colour changes with nothing new
 * happening, at most the pack's horizon ahead.
 * ${ret_changes} (NULL if not wanted) receives the list of changes up to ${now}, oldest first, the application's colour
 * among them: [{"at", "colour", "rules"}].
 * Times are in the pack's zone. json_write of equal inputs gives equal bytes.
 * Return 0; ERROR_BAD_INPUT (facts of a wrong shape, with the JSON pointer; a rule that fails on these facts; rules that
 * undo each other at one moment); ERROR_EXISTS_NOT where the application is after ${now}; ERROR_TOO_LARGE past a
 * maximum above; or ERROR_NO_MEMORY. */
int evaluate(const struct pack *pack, const json_t *facts, instant now, json_t **ret_result, json_t **ret_changes,
	struct error *e);

/* What evaluate() says in short; ${next_at} is EVALUATE_NEVER where there is no change in sight. ${untold} is the first time after
 * ${now} that the facts hold already (the end of a journey, a step of an area's risk, a test to come) or EVALUATE_NEVER: it is not
 * counted on for ${next_at}, and what was said holds until it at the longest. */
#define EVALUATE_NEVER INT64_MAX

struct evaluated {
	enum colour colour, next_colour;
	instant since, next_at, untold;
};

/* evaluate_colour(pack, facts, now, ret_evaluated, e):
 * evaluate() for who needs no reasons: the same program over the same moments, with the same failures, but nothing is told and
 * so no JSON is made. */
int evaluate_colour(
	const struct pack *pack, const json_t *facts, instant now, struct evaluated *ret_evaluated, struct error *e);

/* evaluate_explained(pack, facts, now, ret_result, e):
 * As evaluate(), and in the result "soon": the rules that do not say so yet and will, with nothing new happening, at "next", as
 * they stand in "rules"; none where there is no change in sight, or where it is a colour set by hand that ends. And "later": what
 * follows on that up to the pack's horizon, still with nothing new happening: [{"at", "colour", "rules"}] by time, at most
 * EVALUATE_LATER_MAX, and up to where the rules fail on what is yet to come. */
int evaluate_explained(const struct pack *pack, const json_t *facts, instant now, json_t **ret_result, struct error *e);

#endif
