/* registry/due.h: who has to be evaluated again: because of something of their own (a row), because a stored next change
 * is reached, or because an area in their facts or their pack has a newer version than was evaluated. */

#ifndef HEALTHCODE_REGISTRY_DUE_H
#define HEALTHCODE_REGISTRY_DUE_H

#include "registry/colour.h"

/* registry_due_put(registry, person, jurisdiction, cause, at, e):
 * Make ${person} due at ${at} in a jurisdiction, or (NULL) wherever they applied. ${cause} is a word or two for the
 * ledger ("checkin", "case", "contact"). Being due twice is being due once, at the earlier time and for its cause;
 * "time" is the cause only where there is no other. */
int registry_due_put(struct registry *registry, person_number person, const char *jurisdiction, const char *cause,
	instant at, struct error *e);

/* Whom several things make due for one cause, gathered so that each person is looked up once. Empty when zeroed.
 * registry_due_mark(marks, person, at, e): note one more.
 * registry_due_put_marks(registry, marks, cause, e): registry_due_put for them all, wherever they applied, and forget them.
 * registry_due_marks_clear(marks): forget them. */
struct registry_due_marks {
	struct registry_due_mark {
		person_number person;
		instant first, last;
	} * items;
	size_t count, capacity;
};
int registry_due_mark(struct registry_due_marks *marks, person_number person, instant at, struct error *e);
int
registry_due_put_marks(struct registry *registry, struct registry_due_marks *marks, const char *cause, struct error *e);
void registry_due_marks_clear(struct registry_due_marks *marks);

/* registry_due_moved(registry, people, count, at, e):
 * Stays of ${people} (NULL: of anybody) were put, corrected or undone: make those who have a colour by a pack that reads where
 * people were due at ${at}. What was there without a colour is due already. */
int
registry_due_moved(struct registry *registry, const person_number *people, size_t count, instant at, struct error *e);

/* registry_due_each(registry, jurisdiction, now, limit, each, context, ret_count, e):
 * Up to ${limit} who are due at ${now} (in one jurisdiction, or NULL) for a cause of their own or a stored next change, each
 * once, in an order that does not depend on that of the imports. Whoever is stale by a newer version of an area or their
 * pack is not among them: they are swept (registry/sweep.h). They stay due until registry_colour_put or registry_due_done. ${each} may read and write the
 * registry. ${ret_count} is how many there were: fewer than ${limit} means that these were all. A non-zero return of
 * ${each} ends the walk and is returned. */
typedef int
registry_due(person_number person, const char *jurisdiction, const char *cause, void *context, struct error *e);
int registry_due_each(struct registry *registry, const char *jurisdiction, instant now, size_t limit,
	registry_due *each, void *context, size_t *ret_count, struct error *e);

/* registry_due_people(registry, now, most, ret_count, e): how many of those who are due at ${now} for a cause of their own have a colour, counted
 * up to ${most}. */
int registry_due_people(struct registry *registry, instant now, int64_t most, int64_t *ret_count, struct error *e);

/* registry_due_done(registry, person, jurisdiction, now, e): what was due up to ${now} is done, and there is no colour:
 * nobody applied there by then (or that was undone). A colour kept from a moment up to ${now} is forgotten. */
int registry_due_done(
	struct registry *registry, person_number person, const char *jurisdiction, instant now, struct error *e);

/* registry_colour_fresh(registry, person, jurisdiction, now, ret_colour, ret_until, e):
 * The colour as it was last put, and until when it stays so unless something is recorded: its next change, the next moment at
 * which something of theirs is due, the jurisdiction's next pack. Return 1; 0 where a refresh must evaluate first; or a code. */
int registry_colour_fresh(struct registry *registry, person_number person, const char *jurisdiction, instant now,
	struct registry_colour *ret_colour, instant *ret_until, struct error *e);

/* registry_is_stale(registry, person, jurisdiction, now, e): whether a refresh must evaluate first: 1, 0 or a code. Cost
 * is in the number of facts. */
int registry_is_stale(
	struct registry *registry, person_number person, const char *jurisdiction, instant now, struct error *e);

#endif
