/* registry/people.h: who is who, by number alone. */

#ifndef HEALTHCODE_REGISTRY_PEOPLE_H
#define HEALTHCODE_REGISTRY_PEOPLE_H

#include "registry/store.h"

/* registry_person_by_id_number(registry, text, length, create, ret_person, e):
 * The person with that national ID number (as people write it: 15 digits, lower-case x, spaces) or passport number. With
 * ${create} one who is not known becomes known: a number and the sealed ID number, nothing else. ${import} is the
 * import that does this (0: none). Return 0, or 1 if created; ERROR_BAD_INPUT (the column at the fault) for what is no ID
 * number; ERROR_EXISTS_NOT. */
int registry_person_by_id_number(struct registry *registry, const char *text, size_t length, bool create,
	int64_t import, person_number *ret_person, struct error *e);

/* registry_person_by_local_number(registry, authority, number, identity, import, ret_person, e):
 * The person whom ${authority} (a laboratory, a hospital) calls by ${number}, where no ID number is known: found by a keyed
 * hash of both. One who is not known becomes known, with what ${identity} tells, sealed; what it tells beyond what was known is added,
 * and of two texts that differ the same one is kept, whichever came first. Such a person can be a case or a
 * contact, and has no code: nobody applies without an ID number. Return 0, or 1 if created. */
struct registry_identity;
int registry_person_by_local_number(struct registry *registry, const char *authority, const char *number,
	const struct registry_identity *identity, int64_t import, person_number *ret_person, struct error *e);

/* registry_person_by_text(registry, text, ret_person, e):
 * What a command line calls ID: an ID number, or the person's code number in decimal digits, with '#' before it where
 * it could be a passport's. Return 0, ERROR_BAD_INPUT (neither, or both), or ERROR_EXISTS_NOT. */
int registry_person_by_text(struct registry *registry, const char *text, person_number *ret_person, struct error *e);

/* registry_person_exists(registry, person, e): return 1 or 0, or a code. */
int registry_person_exists(struct registry *registry, person_number person, struct error *e);

/* registry_people_each(registry, after, limit, each, context, e): up to ${limit} people with numbers above ${after}, in
 * order. A non-zero return of ${each} ends the walk and is returned. */
typedef int registry_person_each(person_number person, void *context, struct error *e);
int registry_people_each(struct registry *registry, person_number after, size_t limit, registry_person_each *each,
	void *context, struct error *e);

#endif
