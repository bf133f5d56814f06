/* http/fhir.h: what is under /fhir speaks FHIR R4: bundles come in, and problems are OperationOutcomes. */

#ifndef HEALTHCODE_HTTP_FHIR_H
#define HEALTHCODE_HTTP_FHIR_H

#include "http/exchange.h"

/* fhir_translate(x): if ${x} is about /fhir, make a problem that it is answered with an OperationOutcome of the same status. */
void fhir_translate(struct exchange *x);

#endif
