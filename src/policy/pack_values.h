/* policy/pack_values.h (inside the room): what texts the facts can have where a rule compares them with its own. */

#ifndef HEALTHCODE_POLICY_PACK_VALUES_H
#define HEALTHCODE_POLICY_PACK_VALUES_H

#include "policy/pack_inside.h"

/* Kinds of texts that the view holds only few of, or only of one form. */
enum value_domain {
	DOMAIN_ANY,
	DOMAIN_COLOUR,
	DOMAIN_LEVEL,
	DOMAIN_PLACE_KIND,
	DOMAIN_TEST,
	DOMAIN_RESULT,
	DOMAIN_CONTACT,
	DOMAIN_WORD,
	DOMAIN_COUNTRY,
	DOMAIN_DIVISION,
	DOMAIN_PROVINCE,
	DOMAIN_CITY,
};

/* The domain of the member ${name} of ${list}'s items; of the payload's own where ${list} is VIEW_LIST_NONE. */
enum value_domain domain_of_member(const struct pack *pack, int list, const char *name);

/* domain_fault(domain, text, message, size):
 * Whether the view never holds ${text} there; then say so in ${message}, and what was probably meant. */
bool domain_fault(enum value_domain domain, const char *text, char *message, size_t size);

#endif
