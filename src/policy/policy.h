/* policy/policy.h: rules as data. CertLogic, and the suites that hold it to its specification.
 *
 * Pure: no I/O and no clock. What is read from files or asked of the time comes in as values. */

#ifndef HEALTHCODE_POLICY_POLICY_H
#define HEALTHCODE_POLICY_POLICY_H

#include "policy/certlogic.h"
#include "policy/suite.h"

#endif
