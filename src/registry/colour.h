/* registry/colour.h: a person's present colour in a jurisdiction, and the log of its changes: a cache of the fold. */

#ifndef HEALTHCODE_REGISTRY_COLOUR_H
#define HEALTHCODE_REGISTRY_COLOUR_H

#include "policy/policy.h"
#include "registry/facts.h"
#include "registry/packs.h"

#define REGISTRY_NEVER INT64_MAX

struct registry_colour {
	person_number person;
	char jurisdiction[JURISDICTION_SIZE];
	enum colour colour;
	instant since;
	instant next_at; /* REGISTRY_NEVER: within the horizon, never */
	enum colour next_colour;
	instant evaluated_at; /* the moment it is about */
	char policy[PACK_HASH_TEXT_SIZE];
	struct registry_seen seen; /* what was known of areas */
};

/* registry_colour(registry, person, jurisdiction, ret_colour, e): as it was last put. 0 or ERROR_EXISTS_NOT. */
int registry_colour(struct registry *registry, person_number person, const char *jurisdiction,
	struct registry_colour *ret_colour, struct error *e);

/* registry_colour_put(registry, colour, ret_before, e):
 * Keep an evaluation's outcome, and take what was due up to ${colour->evaluated_at} as done. Where colour or since differ
 * from what was kept, a row is added to the log. Return 1 if the colour itself differs (${ret_before}, if not NULL, has
 * the one before), 2 if there was none before, else 0. The ledger's entry is the caller's. */
int registry_colour_put(
	struct registry *registry, const struct registry_colour *colour, enum colour *ret_before, struct error *e);

/* registry_colour_swept(registry, before, colour, number, e):
 * The same in the sweep ${number}, whose part is marked (registry_sweep_mark), for who was found in it with the colour and beginning of ${before}
 * and has nothing due. ${colour} may be ${before}: then it is only set apart from the mark. Return 1 if the colour differs, else 0. */
int registry_colour_swept(struct registry *registry, const struct registry_colour *before,
	const struct registry_colour *colour, int64_t number, struct error *e);

struct registry_colour_change {
	instant since, evaluated_at, recorded_at;
	enum colour colour;
	const char *policy;
};

/* registry_colour_log_each(registry, person, jurisdiction, each, context, e): every row of the log, oldest first. A
 * non-zero return of ${each} ends the walk and is returned. */
typedef int registry_colour_each(const struct registry_colour_change *change, void *context, struct error *e);
int registry_colour_log_each(struct registry *registry, person_number person, const char *jurisdiction,
	registry_colour_each *each, void *context, struct error *e);

/* registry_colour_counts(registry, jurisdiction, counts, e): how many people have each colour (NULL: over all). */
int registry_colour_counts(
	struct registry *registry, const char *jurisdiction, int64_t counts[COLOUR_COUNT], struct error *e);

#endif
