/* console/follow.h: the rules of follow-up, as a pack's section "follow_up" has them. Inside the room. */

#ifndef HEALTHCODE_CONSOLE_FOLLOW_H
#define HEALTHCODE_CONSOLE_FOLLOW_H

#include "console/inside.h"

enum {
	FOLLOW_KINDS_MAX = 8,
	FOLLOW_SETTINGS_MAX = 8, /* of one contact, and of one kind */
	FOLLOW_RULES_MAX = FOLLOW_KINDS_MAX * (FOLLOW_SETTINGS_MAX + 1),
	FOLLOW_TESTS_MAX = 16,
	FOLLOW_WORDS_MAX = 8,
	FOLLOW_DAYS_MAX = 90
};

/* For contacts of one kind, in a setting ("": in any that has no rule of its own). Days count from the local day of the last exposure in it; 0: none. */
struct follow_kind {
	char kind[24], setting[24];
	int64_t quarantine_days, monitoring_days, call_hours;
	int64_t test_days[FOLLOW_TESTS_MAX];
	size_t test_count;
	bool checkins; /* one a local day */
	int64_t release_day,
		release_negatives; /* so many negative results sampled from that day on end it; 0: nothing does */
};

struct follow_rules {
	struct follow_kind kinds[FOLLOW_RULES_MAX];
	size_t kind_count;
	int64_t lost_days; /* so many check-ins missed in a row: lost to follow-up; 0: nobody is */

	/* A case's isolation ends by the first of these; 0: not by that. */
	int64_t negatives, apart_hours, days_after_onset, days_free_of_symptoms;
	char ended_by[FOLLOW_WORDS_MAX][24]; /* statuses that end it */
	size_t ended_by_count;
};

/* follow_rules_read(section, ret_rules, e): 0, or ERROR_BAD_INPUT with the first fault. */
int follow_rules_read(const json_t *section, struct follow_rules *ret_rules, struct error *e);

/* What one contact with a case was in one setting (NULL: the pack names none), and the rule for it. */
struct follow_exposure {
	const struct follow_kind *rule;
	const char *setting;
	int64_t degree;
	instant last;
};

/* follow_exposures(rules, body, ret_exposures, ret_count, e): those of a contact's evidence for which there is a rule, each with its own last
 * moment; texts are the ${body}'s. Return 0, or ERROR_CORRUPT. */
int follow_exposures(const struct follow_rules *rules, const json_t *body,
	struct follow_exposure ret_exposures[FOLLOW_SETTINGS_MAX], size_t *ret_count, struct error *e);

/* follow_person(registry, rules, zone, person, ret_item, e): what console_follow_ups_page gives of one person, or NULL where there is
 * nothing to follow. */
int follow_person(struct registry *registry, const struct follow_rules *rules, const struct zone *zone,
	person_number person, json_t **ret_item, struct error *e);

#endif
