/* policy/policy.h: rules as data. CertLogic, and the suites that hold it to its specification; packs, a jurisdiction's
 * rules; and the decision, evaluate().
 *
 * Pure: no I/O and no clock. What is read from files or asked of the time comes in as values (pack_read_folder alone
 * reads files, and only fills a list with them). */

#ifndef HEALTHCODE_POLICY_POLICY_H
#define HEALTHCODE_POLICY_POLICY_H

#include "policy/certlogic.h"
#include "policy/change.h"
#include "policy/colour.h"
#include "policy/evaluate.h"
#include "policy/pack.h"
#include "policy/pack_suite.h"
#include "policy/packed.h"
#include "policy/suite.h"

#endif
