/* rehearse/truth.h: who really infected whom, which only a simulated city knows ("simulate" writes it beside the import files).
 *
 * R1. Each person's slot is written by the one worker that evaluates them. */

#ifndef HEALTHCODE_REHEARSE_TRUTH_H
#define HEALTHCODE_REHEARSE_TRUTH_H

#include "rehearse/held.h"
#include "rehearse/rehearse.h"

enum { AGE_UNKNOWN, AGE_CHILD, AGE_ADULT, AGE_OLD };

struct truth;

/* truth_read(registry, folder, now, ret_truth, e):
 * Read residents.csv, places.csv and truth/infections.csv of ${folder}, which "simulate" wrote and "import" took. Infections up to
 * ${now} count. Return 0, ERROR_BAD_INPUT (file and line), ERROR_EXISTS_NOT, ERROR_IO, or ERROR_TOO_LARGE. */
int truth_read(struct registry *registry, const char *folder, instant now, struct truth **ret_truth, struct error *e);

/* Accepts NULL. */
void truth_free(struct truth *truth);

/* The age group of ${person}. */
int truth_age(const struct truth *truth, person_number person);

/* truth_note(truth, person, side, held): take over ${held} (which is emptied) where ${person} caught or gave the disease. */
void truth_note(struct truth *truth, person_number person, int side, struct held *held);

/* truth_report(truth, held_s): what each side would have done; ${held_s} is how long all people together were held. */
json_t *truth_report(const struct truth *truth, const int64_t held_s[2]);

#endif
