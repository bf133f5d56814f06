#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/command_pack.h"
#include "cli/pack_read.h"
#include "policy/policy.h"

enum { TEST_FILE_MAX = 16 << 20 };

/* The file under test, for places, and what came of it. */
struct testing {
	const char *path;
	struct buffer text;
	json_t *failures; /* NULL: they are printed as they come */
	size_t people;
};

static void
place(const struct testing *testing, const char *pointer, struct error *fault)
{
	size_t line, column;

	json_place(buffer_text(&testing->text), testing->text.length, pointer, &line, &column);
	error_at(fault, testing->path, line, column);
}

static void
tell_failure(void *context, const char *pointer, const char *message)
{
	const struct testing *testing = context;
	struct error fault = {0};

	if (pointer)
		place(testing, pointer, &fault);
	else
		error_at(&fault, testing->path, 0, 0);
	if (testing->failures)
		json_array_append_new(testing->failures,
			json_pack("{s:s,s:I,s:I,s:s}", "file", fault.file, "line", (json_int_t)fault.line, "column",
				(json_int_t)fault.column, "reason", message));
	else if (pointer)
		printf("%s:%zu:%zu: %s\n", fault.file, fault.line, fault.column, message);
	else
		printf("%s: somebody of whom nothing is known: %s\n", testing->path, message);
}

/* A fault of a test's shape goes where faults of packs go. */
static void
tell_fault(void *context, const char *pointer, const char *reason)
{
	struct error fault = {0};

	error_set(&fault, ERROR_BAD_INPUT, "%s", reason);
	place(context, pointer, &fault);
	pack_print_fault(NULL, &fault);
}

static int
test_file(struct pack_suite *suite, struct testing *testing, const char *folder, const char *name, struct error *e)
{
	char *path = file_join(folder, name, e);
	struct json_check check = {.on_fault = tell_fault, .context = testing};
	json_t *test = NULL;
	int r = path ? 0 : ERROR_NO_MEMORY;

	testing->text = buffer_make(0);
	testing->path = path;
	if (r == 0 && (r = json_read_file(path, TEST_FILE_MAX, &test, &testing->text, e)) == ERROR_BAD_INPUT)
		pack_print_fault(NULL, e);
	if (r == 0)
		r = pack_suite_run(suite, test, &check, e);
	testing->people += r == 0;
	json_decref(test);
	buffer_free(&testing->text);
	free(path);
	return r;
}

/* Every file in "tests" is read, though one is at fault: all faults are told at once. */
static int
test_all(struct pack_suite *suite, struct testing *testing, const char *folder, struct error *e)
{
	char *tests = file_join(folder, "tests", e);
	struct file_names names = {0};
	struct error first = {0};
	int r = ERROR_NO_MEMORY;

	if (!tests)
		goto out;
	testing->path = folder;
	if ((r = pack_suite_run_newcomer(suite, e)) < 0 ||
		(file_is_folder(tests) && (r = file_list(tests, ".json", &names, e)) < 0))
		goto out;
	if (names.count == 0)
		r = error_set(e, ERROR_EXISTS_NOT, "%s: there is no test here", tests);
	for (size_t i = 0; r == 0 && i < names.count; i++)
		if ((r = test_file(suite, testing, tests, names.names[i], e)) == ERROR_BAD_INPUT) {
			first = first.code ? first : *e;
			r = 0;
		}
	if (r == 0 && first.code) {
		*e = first;
		r = ERROR_BAD_INPUT;
	}
out:
	file_names_free(&names);
	free(tests);
	return r;
}

static int
report(struct cli *cli, const struct pack_suite *suite, const struct testing *testing)
{
	json_t *unseen = json_array();
	size_t number = 0;
	const char *id;
	int r;

	while ((id = pack_suite_unseen(suite, &number))) {
		json_array_append_new(unseen, json_string(id));
		if (!cli->json)
			printf("%s: no test sees this rule\n", id);
	}
	r = suite->failed > 0 || json_array_size(unseen) > 0 ? EXIT_NO : EXIT_DONE;
	if (cli->json) {
		int printed = cli_print_json(json_pack("{s:I,s:I,s:I,s:O,s:O}", "people", (json_int_t)testing->people, "passed",
			(json_int_t)suite->passed, "failed", (json_int_t)suite->failed, "failures", testing->failures, "unseen",
			unseen));

		r = printed == EXIT_DONE ? r : printed;
	} else {
		printf("%zu people, %zu passed, %zu failed\n", testing->people, suite->passed, suite->failed);
	}
	json_decref(unseen);
	return r;
}

int
pack_test(struct cli *cli, int argc, char **argv)
{
	struct testing testing = {.text = buffer_make(0)};
	struct pack_suite suite = {.on_failure = tell_failure, .context = &testing};
	struct pack *pack = NULL;
	struct error e = {0};
	char **words;
	size_t count;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count), r;

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "test needs one folder");
	if ((code = cli_refuse_times(cli, CLI_NOW | CLI_KNOWN)))
		return code;
	if (cli->json && !(testing.failures = json_array()))
		return EXIT_FAILED;
	/* What is at fault in files was told as it was found. */
	if ((r = pack_read_checked(words[0], pack_print_fault, NULL, &pack, &e)) == 0) {
		suite.pack = pack;
		r = test_all(&suite, &testing, words[0], &e);
	}
	code = r == 0 ? report(cli, &suite, &testing) : r == ERROR_BAD_INPUT ? EXIT_BAD_INPUT : cli_fail(&e);
	json_decref(testing.failures);
	pack_free(pack);
	return code;
}
