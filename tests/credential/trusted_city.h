/* tests/credential/trusted_city.h: a key of "city", and a trust that has it for two days from the noon before NOON on. */

#ifndef HEALTHCODE_TESTS_CREDENTIAL_TRUSTED_CITY_H
#define HEALTHCODE_TESTS_CREDENTIAL_TRUSTED_CITY_H

#include "credential/credential.h"

enum { NOON = 1585022400 };

extern struct signing_key *key;
extern struct trust *trust;

/* cmocka's, of a group. */
int trusted_city_begin(void **state);
int trusted_city_end(void **state);

#endif
