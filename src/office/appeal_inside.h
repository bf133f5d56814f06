/* office/appeal_inside.h: an appeal as it is looked into, for the files of this room. */

#ifndef HEALTHCODE_OFFICE_APPEAL_INSIDE_H
#define HEALTHCODE_OFFICE_APPEAL_INSIDE_H

#include "office/office.h"

/* What is decided about; ${rules} and ${lists} are owned. */
struct appealed {
	int64_t number;
	person_number person;
	char jurisdiction[JURISDICTION_SIZE], opened_by[USER_NAME_SIZE];
	enum colour colour;
	enum appeal_state state;
	instant since, opened_at;
	char *rules, *lists;
};

/* appealed_entered(office, appealed, user, ret_did, e): whether ${user} entered something that the colour rested on when it was appealed
 * against: imported evidence of the lists that its rules named, counts or published levels of the areas where those residences and visits
 * are, or a case that the person met, said that this is one, or had a part in a colour by hand. */
int appealed_entered(
	const struct office *office, const struct appealed *appealed, const char *user, bool *ret_did, struct error *e);

/* appealed_of_case(office, appealed, name, ret_is, e): whether the colour rested on that case when it was appealed against: its rules named the
 * person's own cases, and this is one, or contacts, and the person was one of its, neither withdrawn then nor waiting for grounds. */
int appealed_of_case(
	const struct office *office, const struct appealed *appealed, const char *name, bool *ret_is, struct error *e);

/* correction_check(office, appealed, correction, e): whether it is one of this appeal; ERROR_BAD_INPUT says why not.
 * correction_json(correction): it as it stands in the act, null where there is none. */
int correction_check(const struct office *office, const struct appealed *appealed,
	const struct office_correction *correction, struct error *e);
json_t *correction_json(const struct office_correction *correction);

#endif
