/* Short ways for the tests of CertLogic to say an expression, run it and look at what comes out. */

#ifndef HEALTHCODE_TESTS_POLICY_EXPRESSION_H
#define HEALTHCODE_TESTS_POLICY_EXPRESSION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policy/policy.h"

/* JSON, with ' for ". */
static inline json_t *
json_of(const char *text)
{
	char *quoted = strdup(text);
	struct error e = {0};
	json_t *json = NULL;

	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	if (json_read(quoted, strlen(quoted), "test", &json, &e) < 0)
		fail_msg("%s: %s", text, e.message);
	free(quoted);
	return json;
}

static inline struct certlogic_program *
program_of(const char *expression)
{
	json_t *json = json_of(expression);
	struct certlogic_program *program = NULL;
	struct error e = {0};

	if (certlogic_compile(json, &program, NULL, &e) < 0)
		fail_msg("%s: %s", expression, e.message);
	json_decref(json);
	return program;
}

/* Run and compare with ${wanted}; NULL: the run must fail. Return the run's code. */
static inline int
run_gives(const char *expression, const char *data, const char *wanted)
{
	struct certlogic_program *program = program_of(expression);
	json_t *json = json_of(data), *got = NULL, *want = wanted ? json_of(wanted) : NULL;
	struct error e = {0};
	int r = certlogic_run(program, json, NULL, &got, NULL, &e);

	if (wanted && (r < 0 || !json_equal(got, want)))
		fail_msg("%s over %s: wanted %s, got %s", expression, data, wanted,
			r < 0 ? e.message : json_dumps(got, JSON_ENCODE_ANY));
	if (!wanted && r == 0)
		fail_msg("%s over %s: wanted a failure", expression, data);
	json_decref(got);
	json_decref(want);
	json_decref(json);
	certlogic_program_free(program);
	return r;
}

#endif
