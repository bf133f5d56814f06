/* policy/suite.h: suites of tests for rules, in the EU's formats.
 *
 * - an evaluator suite: {"name", "cases": [{"name", "certLogicExpression"?, "assertions": [{"certLogicExpression"?,
 *   "data", "expected", "message"?, "directive"?}], "directive"?}], "directive"?}; "directive": "skip" skips all within;
 * - a validator suite: the same with {"certLogicExpression", "issues": [{"expr", "message"}]} as cases;
 * - a rule's test: {"name", "payload"?, "external"?, "expected"} beside a rule, {"Identifier", "Logic", ...}. */

#ifndef HEALTHCODE_POLICY_SUITE_H
#define HEALTHCODE_POLICY_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "policy/certlogic.h"

enum { SUITE_POINTER_SIZE = 64 };

struct suite_counts {
	size_t passed, failed, skipped;
};

/* A test that failed. ${got} is NULL where the run failed, and ${message} says how; else ${message} is empty. All is
 * borrowed for the call. */
struct suite_failure {
	const char *file, *test;
	const json_t *wanted, *got;
	const char *message;
};

/* Whom to tell. A negative return ends the run and is returned. */
struct suite_listener {
	int (*failed)(void *context, const struct suite_failure *failure);
	void *context;
};

/* Whether ${document} is an evaluator's or a validator's suite. */
bool suite_is(const json_t *document);

/* suite_run(document, file, listener, counts, pointer, e):
 * Run the suite ${document}, named ${file} in failures, and add to ${counts}. Return 0 also where tests failed, or
 * ERROR_BAD_INPUT where the document is no suite (or a case of it none), with its place in ${pointer}, or ERROR_NO_MEMORY. */
int suite_run(const json_t *document, const char *file, const struct suite_listener *listener,
	struct suite_counts *counts, char pointer[SUITE_POINTER_SIZE], struct error *e);

/* suite_run_rule_test(rule, test, file, listener, counts, e):
 * Run the compiled Logic of a rule over the payload and external of one test, passed as they are. Returns as
 * suite_run. */
int suite_run_rule_test(const struct certlogic_program *rule, const json_t *test, const char *file,
	const struct suite_listener *listener, struct suite_counts *counts, struct error *e);

#endif
