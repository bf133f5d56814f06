/* cascade/alerts.h: places that several cases share, as they are kept. */

#ifndef HEALTHCODE_CASCADE_ALERTS_H
#define HEALTHCODE_CASCADE_ALERTS_H

#include "cascade/cases.h"

/* alerts_settle(cascade, cases, parameters, zone, e): raise, change and withdraw alerts until they are what follows from the cases, in the open
 * transaction. ${cases} are all that are known, as cases_read gives them. */
int alerts_settle(struct cascade *cascade, const struct cascade_cases *cases,
	const struct exposure_parameters *parameters, const struct zone *zone, struct error *e);

#endif
