#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/rule_files.h"

enum { SHOWN_MAX = 1 << 20, DATA_MAX = 64 << 20 };

/* A value as one line, or "..." where it is too long to show. */
static const char *
shown(const json_t *value, struct buffer *line)
{
	struct error e = {0};

	buffer_clear(line);
	return json_write(value, line, &e) < 0 ? "..." : buffer_text(line);
}

static int
print_failure(void *context, const struct suite_failure *failure)
{
	struct buffer line = buffer_make(SHOWN_MAX);

	(void)context;
	printf("%s: %s: wanted %s", failure->file, failure->test, shown(failure->wanted, &line));
	if (failure->got)
		printf(", got %s\n", shown(failure->got, &line));
	else
		printf(", failed: %s\n", failure->message);
	buffer_free(&line);
	return 0;
}

static int
keep_failure(void *context, const struct suite_failure *failure)
{
	json_t *one = json_pack("{s:s,s:s,s:O,s:O*,s:s*}", "file", failure->file, "test", failure->test, "wanted",
		failure->wanted, "got", failure->got, "error", *failure->message ? failure->message : NULL);

	return one && json_array_append_new(context, one) == 0 ? 0 : ERROR_NO_MEMORY;
}

static int
run_test(struct cli *cli, size_t count, char **suites)
{
	json_t *failures = json_array();
	struct suite_listener listener = {cli->json ? keep_failure : print_failure, failures};
	struct suite_counts counts = {0};
	struct error e = {0};
	int r = failures ? 0 : error_no_memory(&e);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = rule_files_test(suites[i], &listener, &counts, &e);
	if (r == ERROR_NO_MEMORY)
		error_no_memory(&e);
	if (r < 0) {
		json_decref(failures);
		return cli_fail(&e);
	}
	if (cli->json) {
		r = cli_print_json(json_pack("{s:I,s:I,s:I,s:o}", "passed", (json_int_t)counts.passed, "failed",
			(json_int_t)counts.failed, "skipped", (json_int_t)counts.skipped, "failures", failures));
		if (r != EXIT_DONE)
			return r;
	} else {
		printf("%zu passed, %zu failed, %zu skipped\n", counts.passed, counts.failed, counts.skipped);
		json_decref(failures);
	}
	return counts.failed ? EXIT_NO : EXIT_DONE;
}

static int
run_rule(const char *rule, const char *data_path)
{
	struct certlogic_program *program = NULL;
	json_t *data = NULL, *value = NULL;
	struct error e = {0};
	int code;

	if (rule_file_compile(rule, &program, &e) < 0 || json_read_file(data_path, DATA_MAX, &data, NULL, &e) < 0) {
		code = cli_fail(&e);
	} else if (certlogic_run(program, data, NULL, &value, NULL, &e) < 0) {
		if (e.code == ERROR_BAD_INPUT)
			error_at(&e, rule, 0, 0);
		code = cli_fail(&e);
	} else {
		code = cli_print_json(value);
	}
	json_decref(data);
	certlogic_program_free(program);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *data = NULL;
	const struct cli_option options[] = {{"data", OPTION_VALUE, &data}};
	char **words;
	size_t count;
	int code = cli_options(cli, options, 1, argc, argv, &words, &count);

	if (code || (code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if (count >= 1 && strcmp(words[0], "test") == 0) {
		if (count < 2)
			return cli_usage(cli, "test needs a suite");
		if (data)
			return cli_usage(cli, "test takes no --data");
		return run_test(cli, count - 1, words + 1);
	}
	if (count >= 1 && strcmp(words[0], "run") == 0) {
		if (count != 2 || !data)
			return cli_usage(cli, "run needs one rule and --data FILE");
		return run_rule(words[1], data);
	}
	return cli_usage(cli, "test or run is wanted");
}

const struct command command_rule = {
	.name = "rule",
	.summary = "test rules, or evaluate one",
	.usage = "rule test SUITE... | rule run RULE --data FILE",
	.help =
		"rule test runs CertLogic suites and prints how many tests passed, failed and were skipped. A SUITE is a suite's\n"
		"file, a rule.json with its tests in the folder 'tests' beside it, or a folder of those. Exit 0 only if no test\n"
		"failed, 1 if one did.\n"
		"\n"
		"rule run evaluates the expression in the file RULE (or, if that is a rule, its Logic) over the JSON document\n"
		"in FILE ('-' is standard input) and prints the value as JSON.\n",
	.own_data = true,
	.run = run,
};
