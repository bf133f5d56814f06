/* CertLogic beside its reference implementation: the EU rules' own tests in a loop, the same JSON, parsed once. */

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "bench/bench.h"
#include "policy/policy.h"

enum { TESTS_MAX = 1000, FILE_MAX = 1 << 20, PATH_SIZE = 512, TURNS = 5 };

static const char folder[] = "tests/data/dcc-rules";

/* The tests, each with its rule's program: those of a rule share one. */
struct round {
	struct certlogic_program *programs[TESTS_MAX];
	json_t *data[TESTS_MAX], *documents[TESTS_MAX];
	size_t programs_count, count;
	const struct certlogic_program *of_test[TESTS_MAX];
};

static json_t *
read_document(const char *path)
{
	json_t *document = NULL;
	struct error e = {0};

	if (json_read_file(path, FILE_MAX, &document, NULL, &e) < 0)
		bench_fail(e.message);
	return document;
}

static void
add_rule(struct round *round, const char *path)
{
	json_t *rule = read_document(path);
	char pattern[PATH_SIZE];
	struct error e = {0};
	glob_t tests;

	if (certlogic_compile(json_object_get(rule, "Logic"), &round->programs[round->programs_count], NULL, &e) < 0)
		bench_fail(e.message);
	json_decref(rule);
	snprintf(pattern, sizeof pattern, "%.*s/tests/*.json", (int)(strrchr(path, '/') - path), path);
	if (glob(pattern, 0, NULL, &tests) != 0)
		bench_fail("a rule without tests");
	for (size_t i = 0; i < tests.gl_pathc && round->count < TESTS_MAX; i++, round->count++) {
		json_t *test = read_document(tests.gl_pathv[i]);

		round->documents[round->count] = test;
		round->data[round->count] = json_pack(
			"{s:O*,s:O*}", "payload", json_object_get(test, "payload"), "external", json_object_get(test, "external"));
		round->of_test[round->count] = round->programs[round->programs_count];
	}
	round->programs_count++;
	globfree(&tests);
}

static void
run_round(void *context)
{
	const struct round *round = context;
	struct error e = {0};

	for (size_t i = 0; i < round->count; i++) {
		json_t *value = NULL;

		if (certlogic_run(round->of_test[i], round->data[i], NULL, &value, NULL, &e) < 0)
			bench_fail("a test of the EU's rules fails");
		json_decref(value);
	}
}

/* Once before the time is taken, as the reference does. */
static void
check_round(const struct round *round)
{
	struct error e = {0};

	for (size_t i = 0; i < round->count; i++) {
		json_t *value = NULL;

		if (certlogic_run(round->of_test[i], round->data[i], NULL, &value, NULL, &e) < 0 ||
			!json_equal(value, json_object_get(round->documents[i], "expected")))
			bench_fail("a test of the EU's rules fails");
		json_decref(value);
	}
}

/* The reference's rounds a second, and how many tests it found. */
static double
measure_reference(size_t *ret_tests)
{
	char command[PATH_SIZE];
	double rate = 0;
	FILE *answer;

	snprintf(command, sizeof command, "node bench/certlogic.mjs %s", folder);
	if (!(answer = popen(command, "r")) || fscanf(answer, "%lf %zu", &rate, ret_tests) != 2 || pclose(answer) != 0)
		bench_fail("certlogic-js does not run: script/bootstrap installs it");
	return rate;
}

void
bench_certlogic(void)
{
	struct round *round = calloc(1, sizeof *round);
	char pattern[PATH_SIZE];
	size_t tests = 0;
	double rates[TURNS], references[TURNS], rate, reference;
	glob_t rules;

	snprintf(pattern, sizeof pattern, "%s/*/*/rule.json", folder);
	if (!round || glob(pattern, 0, NULL, &rules) != 0)
		bench_fail("the EU's rules are not there");
	for (size_t i = 0; i < rules.gl_pathc && i < TESTS_MAX; i++)
		add_rule(round, rules.gl_pathv[i]);
	globfree(&rules);
	check_round(round);
	/* In turn, so that a machine whose speed drifts does so for both. */
	for (size_t i = 0; i < TURNS; i++) {
		rates[i] = bench_core_rate(run_round, round);
		references[i] = measure_reference(&tests);
	}
	rate = bench_median(rates, TURNS);
	reference = bench_median(references, TURNS);
	if (tests != round->count)
		bench_fail("the reference runs other tests");
	bench_figure("policy", "the EU rules' 404 tests, a core", rate * (double)tests, "1/s", "certlogic-js on node",
		reference * (double)tests, 20);
	for (size_t i = 0; i < round->count; i++) {
		json_decref(round->data[i]);
		json_decref(round->documents[i]);
	}
	for (size_t i = 0; i < round->programs_count; i++)
		certlogic_program_free(round->programs[i]);
	free(round);
}
