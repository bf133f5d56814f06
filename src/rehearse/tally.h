/* rehearse/tally.h: what a worker counts, and how the workers' counts become one.
 *
 * T1. Counting is a sum, and samples are those with the smallest draws: neither depends on order or on who counted. */

#ifndef HEALTHCODE_REHEARSE_TALLY_H
#define HEALTHCODE_REHEARSE_TALLY_H

#include <jansson.h>
#include <stdbool.h>

#include "place/place.h"
#include "policy/policy.h"
#include "rehearse/rehearse.h"

enum { BEFORE, AFTER, SIDES, RULES_MAX = 2 * PACK_RULES_MAX + 8, AREAS_MAX = 10000, REASON_SIZE = 256 };

/* One pack's decision. */
struct decision {
	bool failed;
	char reason[REASON_SIZE]; /* where it failed */
	enum colour colour;
	bool passes; /* a gate of that pack lets this colour in */
	json_t *result;
};

/* Whom a pack cannot decide, and what it says of the one with the smallest number. */
struct failed {
	int64_t people;
	person_number first;
	char reason[REASON_SIZE];
};

struct area_tally {
	char code[AREA_CODE_SIZE]; /* "" where none is known */
	int64_t people, changed, stopped, freed;
};

/* ${id} is owned. */
struct rule_tally {
	char *id;
	int64_t given[SIDES], only[SIDES];
};

struct sample {
	uint64_t draw;
	person_number person;
	enum colour colour[SIDES];
	json_t *rules[SIDES]; /* lists of ids */
};

/* Groups whom a change may hit more than others. Ages are known of a simulated city only. */
enum group { GROUP_ELSEWHERE, GROUP_TRAVELLED, GROUP_NO_PHONE, GROUP_CHILD, GROUP_OLD, GROUPS };

struct tally {
	int64_t people, changed, stopped, freed, held_s[SIDES];
	struct group_tally {
		int64_t people, stopped;
	} groups[GROUPS], age_known;
	int64_t matrix[COLOUR_COUNT][COLOUR_COUNT];
	struct failed failed[SIDES];
	struct area_tally *areas; /* by code */
	size_t area_count, area_capacity;
	struct rule_tally *rules; /* by id */
	size_t rule_count, rule_capacity;
	struct sample *samples; /* by draw, then person */
	size_t sample_count, sample_capacity;
};

/* One person, who lives in ${area}, is in ${groups}, and was held so long by each pack. */
struct compared {
	person_number person;
	const char *area;
	bool groups[GROUPS], age_known;
	int64_t held_s[SIDES];
	struct decision decisions[SIDES];
};

/* tally_person(tally, options, compared, e): count one person. */
int tally_person(
	struct tally *tally, const struct rehearse_options *options, const struct compared *compared, struct error *e);

/* tally_add(tally, options, other, e): add ${other}'s counts and samples (which it loses). */
int tally_add(struct tally *tally, const struct rehearse_options *options, struct tally *other, struct error *e);

void tally_clear(struct tally *tally);

/* The report's parts: new references, or NULL without memory. */
json_t *tally_matrix(const struct tally *tally);
json_t *tally_by_rule(const struct tally *tally);
json_t *tally_by_area(const struct tally *tally);
json_t *tally_by_group(const struct tally *tally);
json_t *tally_samples(const struct tally *tally);
json_t *tally_failed(const struct tally *tally);

#endif
