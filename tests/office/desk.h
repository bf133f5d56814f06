/* A store with Feng in it, and the three who sign in the tests of the office. */

#ifndef HEALTHCODE_TESTS_OFFICE_DESK_H
#define HEALTHCODE_TESTS_OFFICE_DESK_H

#include "stores.h"

#include "ledger/ledger.h"
#include "office/office.h"

static struct cascade *cascade;
static struct issuer *issuer;
static struct office office;
static person_number feng;
static const struct office_actor first = {"first", "first password"}, second = {"second", "second password"},
								 clerk = {"clerk", "clerk password"};

static int
set_up(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-20T00:00:00Z");
	instant now = START;
	struct error e = {0};

	store_set_up(state);
	registry_set_times(registry, &now, NULL);
	GOOD(cascade_open(registry, &cascade, &e));
	GOOD(issuer_open(registry_db(registry), registry_keys(registry), &issuer, &e));
	office = (struct office){.cascade = cascade, .issuer = issuer};
	GOOD(registry_user_add(registry, "first", REGISTRY_SUPERVISOR, "first password", NULL, &e));
	GOOD(registry_user_add(registry, "second", REGISTRY_ADMINISTRATOR, "second password", NULL, &e));
	GOOD(registry_user_add(registry, "clerk", REGISTRY_CLINICIAN, "clerk password", NULL, &e));
	feng = apply(registry, &a);
	return 0;
}

static int
tear_down(void **state)
{
	issuer_close(issuer);
	cascade_close(cascade);
	return store_tear_down(state);
}

#endif
