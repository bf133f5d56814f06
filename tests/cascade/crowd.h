/* tests/cascade/crowd.h: some dozens of people with evidence at random, and what must hold of them after any sweep. */

#ifndef HEALTHCODE_TESTS_CASCADE_CROWD_H
#define HEALTHCODE_TESTS_CASCADE_CROWD_H

#include "scene.h"

#define HZ "hangzhou-2020"
#define NB "ningbo-2020"

enum { CROWD = 90, CROWD_DIVISIONS = 6 };

extern const char *const crowd_divisions[CROWD_DIVISIONS];

/* A number below ${below}; the same ones in each run. */
unsigned crowd_any(unsigned below);

/* Some moment of the day ${number} days after 1 March 2020, in ${text}. */
const char *crowd_day(int number, char text[TIME_TEXT_SIZE]);

/* Two days somewhere from that day on. */
void crowd_visit(struct scene *s, person_number person, int from);

/* They met a case that day, which is known ten days later. */
void crowd_contact(struct scene *s, person_number person, int on);

/* An area's count of a day. */
void crowd_count(struct scene *s, const char *area, day_number on, int64_t confirmed);

/* Who applied in one of the two jurisdictions, with check-ins, visits, stays, residences and contacts. */
void crowd_fill(struct scene *s, person_number people[CROWD]);

struct cascade_counts crowd_evaluate_due(struct scene *s);

/* Hangzhou's pack with another number, in force from now on; crowd_put_in_force: with that edit (sed's) of its pack.json. */
void crowd_put_another_in_force(struct scene *s);
void crowd_put_in_force(struct scene *s, const char *edit);

/* What is kept of each is what their evidence says at the scene's time, by the pack in force, and so is what the ledger has. */
void crowd_is_as_the_evidence_says(struct scene *s, person_number people[CROWD]);

#endif
