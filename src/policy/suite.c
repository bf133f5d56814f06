#include "policy/suite.h"

#include <stdio.h>
#include <string.h>

#include "policy/certlogic_program.h"

enum { TEST_NAME_MAX = 256, FAULTS_MAX = 1000 };

/* A run over one file. */
struct judge {
	const char *file;
	const struct suite_listener *listener;
	struct suite_counts *counts;
	struct error *e;
	char *pointer; /* of what is at fault in a suite; NULL for a test of a rule */
};

static int
judge_failed(const struct judge *judge, const char *test, const json_t *wanted, const json_t *got, const char *message)
{
	struct suite_failure failure = {judge->file, test, wanted, got, message};

	judge->counts->failed++;
	return judge->listener->failed(judge->listener->context, &failure);
}

static int
judge_value(const struct judge *judge, const char *test, const json_t *wanted, const json_t *got)
{
	if (!json_equal(wanted, got))
		return judge_failed(judge, test, wanted, got, "");
	judge->counts->passed++;
	return 0;
}

/* Run ${program} and judge what comes out; a run that fails for what it was given is a test that failed. */
static int
judge_run(const struct judge *judge, const struct certlogic_program *program, const json_t *data, const json_t *wanted,
	const char *test)
{
	struct error fault = {0};
	json_t *got = NULL;
	int r = certlogic_run(program, data, NULL, &got, NULL, &fault);

	if (r == ERROR_NO_MEMORY)
		return error_no_memory(judge->e);
	if (r < 0)
		return judge_failed(judge, test, wanted, NULL, fault.message);
	r = judge_value(judge, test, wanted, got);
	json_decref(got);
	return r;
}

static bool
is_skipped(const json_t *part)
{
	const char *directive = json_string_value(json_object_get(part, "directive"));

	return directive && strcmp(directive, "skip") == 0;
}

static const char *
name_of(const json_t *part, const char *key)
{
	const char *name = json_string_value(json_object_get(part, key));

	return name ? name : "";
}

static int
run_assertion(
	const struct judge *judge, const json_t *expression, const json_t *data, const json_t *wanted, const char *test)
{
	struct certlogic_program *program = NULL;
	struct certlogic_fault fault;
	char message[CERTLOGIC_MESSAGE_MAX + CERTLOGIC_POINTER_MAX + 16];
	int r = certlogic_compile(expression, &program, &fault, judge->e);

	if (r == ERROR_NO_MEMORY)
		return r;
	if (r < 0) {
		snprintf(message, sizeof message, "%s, at %s", fault.message, fault.pointer[0] ? fault.pointer : "the root");
		return judge_failed(judge, test, wanted, NULL, message);
	}
	r = judge_run(judge, program, data, wanted, test);
	certlogic_program_free(program);
	return r;
}

static int
run_evaluator_case(const struct judge *judge, const json_t *one, size_t number, bool skipped)
{
	const json_t *assertions = json_object_get(one, "assertions"),
				 *common = json_object_get(one, "certLogicExpression");
	size_t count = json_array_size(assertions);
	char test[TEST_NAME_MAX];
	int r = 0;

	skipped = skipped || is_skipped(one);
	for (size_t i = 0; r == 0 && i < count; i++) {
		const json_t *assertion = json_array_get(assertions, i),
					 *own = json_object_get(assertion, "certLogicExpression");
		const json_t *data = json_object_get(assertion, "data"), *wanted = json_object_get(assertion, "expected");
		const char *message = name_of(assertion, "message");

		if (skipped || is_skipped(assertion)) {
			judge->counts->skipped++;
			continue;
		}
		snprintf(judge->pointer, SUITE_POINTER_SIZE, "/cases/%zu/assertions/%zu", number - 1, i);
		if (!wanted)
			return error_set(
				judge->e, ERROR_BAD_INPUT, "assertion %zu of \"%s\" has no \"expected\"", i + 1, name_of(one, "name"));
		if (!own && !common)
			return error_set(judge->e, ERROR_BAD_INPUT,
				"neither assertion %zu of \"%s\" nor the case has a \"certLogicExpression\"", i + 1,
				name_of(one, "name"));
		snprintf(
			test, sizeof test, "%s, assertion %zu%s%s", name_of(one, "name"), i + 1, *message ? ": " : "", message);
		certlogic_end_whole(test);
		r = run_assertion(judge, own ? own : common, data, wanted, test);
	}
	return r;
}

/* The faults that a check finds, as the suite writes them: [{"expr", "message"}]. */
struct issues {
	const json_t *expression;
	json_t *found;
};

static const json_t *
value_at(const json_t *value, const char *pointer)
{
	while (value && *pointer == '/') {
		size_t length = strcspn(pointer + 1, "/"), index = 0;

		if (json_is_array(value)) {
			for (size_t i = 1; i <= length; i++)
				index = index * 10 + (size_t)(pointer[i] - '0');
			value = json_array_get(value, index);
		} else {
			value = json_object_getn(value, pointer + 1, length);
		}
		pointer += 1 + length;
	}
	return value;
}

static int
add_issue(void *context, const struct certlogic_fault *fault)
{
	struct issues *issues = context;
	json_t *expression = json_incref((json_t *)value_at(issues->expression, fault->pointer));
	json_t *issue = json_pack("{s:o?,s:s}", "expr", expression, "message", fault->message);

	if (!issue || json_array_append_new(issues->found, issue) < 0)
		return ERROR_NO_MEMORY;
	return json_array_size(issues->found) >= FAULTS_MAX;
}

static int
run_validator_case(const struct judge *judge, const json_t *one, size_t number, bool skipped)
{
	struct issues issues = {json_object_get(one, "certLogicExpression"), NULL};
	char test[TEST_NAME_MAX];
	int r;

	if (skipped || is_skipped(one)) {
		judge->counts->skipped++;
		return 0;
	}
	issues.found = json_array();
	if (!issues.found || certlogic_check(issues.expression, add_issue, &issues) < 0) {
		r = error_no_memory(judge->e);
	} else {
		snprintf(test, sizeof test, "%s%scase %zu", name_of(one, "name"), *name_of(one, "name") ? ", " : "", number);
		certlogic_end_whole(test);
		r = judge_value(judge, test, json_object_get(one, "issues"), issues.found);
	}
	json_decref(issues.found);
	return r;
}

bool
suite_is(const json_t *document)
{
	return json_is_string(json_object_get(document, "name")) && json_is_array(json_object_get(document, "cases"));
}

int
suite_run(const json_t *document, const char *file, const struct suite_listener *listener, struct suite_counts *counts,
	char pointer[SUITE_POINTER_SIZE], struct error *e)
{
	struct judge judge = {file, listener, counts, e, pointer};
	const json_t *cases = json_object_get(document, "cases");
	bool skipped = is_skipped(document);
	int r = 0;

	pointer[0] = '\0';
	if (!suite_is(document))
		return error_set(e, ERROR_BAD_INPUT, "no suite: an object with \"name\" and \"cases\" is wanted");
	for (size_t i = 0; r == 0 && i < json_array_size(cases); i++) {
		const json_t *one = json_array_get(cases, i);

		if (json_is_array(json_object_get(one, "assertions")))
			r = run_evaluator_case(&judge, one, i + 1, skipped);
		else if (json_is_array(json_object_get(one, "issues")) && json_object_get(one, "certLogicExpression"))
			r = run_validator_case(&judge, one, i + 1, skipped);
		else {
			snprintf(pointer, SUITE_POINTER_SIZE, "/cases/%zu", i);
			r = error_set(e, ERROR_BAD_INPUT, "case %zu has neither \"assertions\" nor \"issues\"", i + 1);
		}
	}
	return r;
}

int
suite_run_rule_test(const struct certlogic_program *rule, const json_t *test, const char *file,
	const struct suite_listener *listener, struct suite_counts *counts, struct error *e)
{
	struct judge judge = {file, listener, counts, e, NULL};
	json_t *data, *payload = json_object_get(test, "payload"), *external = json_object_get(test, "external");
	const json_t *wanted = json_object_get(test, "expected");
	int r;

	if (!wanted || (!payload && !external))
		return error_set(e, ERROR_BAD_INPUT, "no test of a rule: \"expected\" and a payload are wanted");
	data = json_object();
	if (!data || (payload && json_object_set(data, "payload", payload) < 0) ||
		(external && json_object_set(data, "external", external) < 0)) {
		json_decref(data);
		return error_no_memory(e);
	}
	r = judge_run(&judge, rule, data, wanted, name_of(test, "name"));
	json_decref(data);
	return r;
}
