/* policy/pack_suite.h: a pack's own tests: people whom its authors thought of, and what each must be told, and when.
 *
 * A test is one person, a document {"name", "facts", "expected": [{"at", "colour", "rules"?, "next"?, "reason"?}]}: facts by
 * docs/facts.schema.json, and for each moment the colour, the ids of all rules that say so, the next change ({"at", "colour"} or
 * null), and by language a reason that one of the rules gives. What is left out is not looked at. */

#ifndef HEALTHCODE_POLICY_PACK_SUITE_H
#define HEALTHCODE_POLICY_PACK_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json_check.h"
#include "policy/pack.h"

enum { PACK_SUITE_MESSAGE_MAX = 1024 };

/* Tests under way; zero it, then set ${pack}, ${on_failure} and its context. */
struct pack_suite {
	const struct pack *pack;
	/* Called for each answer that is not the expected one, with the pointer of the expectation in the test. */
	void (*on_failure)(void *context, const char *pointer, const char *message);
	void *context;
	size_t passed, failed;     /* answers */
	bool seen[PACK_RULES_MAX]; /* rules that gave a colour in some answer */
};

/* pack_suite_run(suite, test, check, e):
 * Ask the pack what ${test} asks. Every fault of its shape is told to ${check}, and then nothing is asked. A rule that fails on
 * the facts is an answer that failed. Return 0 also where answers failed, ERROR_BAD_INPUT with the first fault, or
 * ERROR_NO_MEMORY. */
int pack_suite_run(struct pack_suite *suite, const json_t *test, struct json_check *check, struct error *e);

/* pack_suite_run_newcomer(suite, e):
 * Ask, as every pack must be able to answer, of somebody of whom nothing is known but the application: on the first day that the
 * pack is valid, and at the end of its horizon. A failure has no pointer (NULL). Return 0 or ERROR_NO_MEMORY. */
int pack_suite_run_newcomer(struct pack_suite *suite, struct error *e);

/* pack_suite_unseen(suite, number): the id of the first rule from ${*number} on that no answer came from, and in ${*number} the
 * place after it; NULL where there is none. */
const char *pack_suite_unseen(const struct pack_suite *suite, size_t *number);

#endif
