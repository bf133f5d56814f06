/* policy/reason.h (inside the room): what people read about a rule that fired, and the evidence beside it.
 *
 * Placeholders of a text: {area} the names of the areas in the evidence, {date} the local date of its latest item,
 * {count} the number of items or days in it, the name of a parameter (one that ends in _tenths_c is shown as degrees);
 * in the override's text also {cause} and {until}. */

#ifndef HEALTHCODE_POLICY_REASON_H
#define HEALTHCODE_POLICY_REASON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/facts.h"
#include "policy/pack_inside.h"

/* The texts that every pack has: of its first colour, and of a colour set by hand. */
#define REASON_FIRST "first"
#define REASON_OVERRIDE "override"

/* reason_placeholder(text, name, size):
 * The first placeholder in ${text}: its name (cut to ${size}) in ${name}. Return the text after it, or NULL where there
 * is none. */
const char *reason_placeholder(const char *text, char *name, size_t size);

/* Whether a text of the pack may have that placeholder. */
bool reason_knows(const struct pack *pack, const char *name, bool of_override);

/* reason_rule(pack, facts, rule, evidence, at, ret_rule, e):
 * {"id", "colour", "reason", "evidence"} of a rule; ${rule} NULL is the pack's first colour. ${evidence} is kept. */
int reason_rule(const struct pack *pack, const struct facts *facts, const struct rule *rule, json_t *evidence,
	json_t **ret_rule, struct error *e);

/* reason_override(pack, facts, override, ret_rule, e): the same of a colour set by hand. */
int reason_override(const struct pack *pack, const struct facts *facts, const struct fact *override, json_t **ret_rule,
	struct error *e);

/* reason_evidence(list, item, ret_evidence, e):
 * An item of the view as evidence: what the facts said and the level, without what the engine added; an end that has
 * not come is null. */
int reason_evidence(const char *list, const struct row *item, json_t **ret_evidence, struct error *e);

#endif
