#include "cli/rule_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

static int
read_json(const char *path, json_t **ret_root, struct buffer *ret_text, struct error *e)
{
	return json_read_file(path, RULE_FILE_MAX, ret_root, ret_text, e);
}

/* Give a fault at ${pointer} below ${base} its place in the text. */
static int
place_fault(const char *path, const struct buffer *text, const char *base, const char *pointer, struct error *e)
{
	char whole[CERTLOGIC_POINTER_MAX + 16];
	size_t line, column;

	snprintf(whole, sizeof whole, "%s%s", base, pointer);
	json_place(buffer_text(text), text->length, whole, &line, &column);
	return error_at(e, path, line, column);
}

static const char of_pack[] = "this is of a pack: 'healthcode pack test DIR' runs a pack's own tests";

/* A rule of a pack, or one of its tests: they say little without the pack. */
static bool
is_of_pack(const json_t *document)
{
	return (json_object_get(document, "when") && json_object_get(document, "colour")) ||
		(json_object_get(document, "facts") && json_object_get(document, "expected"));
}

int
rule_file_compile(const char *path, struct certlogic_program **ret_program, struct error *e)
{
	struct buffer text = buffer_make(0);
	struct certlogic_fault fault = {.pointer = ""};
	json_t *root = NULL, *logic;
	int r;

	if ((r = read_json(path, &root, &text, e)) < 0)
		goto out;
	if (is_of_pack(root)) {
		error_set(e, ERROR_BAD_INPUT, "%s", of_pack);
		r = place_fault(path, &text, "", "", e);
		goto out;
	}
	logic = json_object_get(root, "Logic");
	r = certlogic_compile(logic ? logic : root, ret_program, &fault, e);
	if (r == ERROR_BAD_INPUT || r == ERROR_TOO_LARGE)
		place_fault(path, &text, logic ? "/Logic" : "", fault.pointer, e);
out:
	json_decref(root);
	buffer_free(&text);
	return r;
}

static int
test_rule_file(const struct certlogic_program *rule, const char *path, const struct suite_listener *listener,
	struct suite_counts *counts, struct error *e)
{
	json_t *test = NULL;
	int r;

	if ((r = read_json(path, &test, NULL, e)) < 0)
		return r;
	if ((r = suite_run_rule_test(rule, test, path, listener, counts, e)) == ERROR_BAD_INPUT)
		error_at(e, path, 1, 1);
	json_decref(test);
	return r;
}

/* The tests of the rule at ${path}: every JSON file in "tests" beside it. */
static int
test_rule(const char *path, const struct suite_listener *listener, struct suite_counts *counts, struct error *e)
{
	struct certlogic_program *rule = NULL;
	struct file_names tests = {0};
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	int r;

	if (asprintf(&folder, "%.*stests", slash ? (int)(slash + 1 - path) : 0, path) < 0) {
		folder = NULL;
		r = error_no_memory(e);
		goto out;
	}
	if ((r = rule_file_compile(path, &rule, e)) < 0)
		goto out;
	if ((r = file_list(folder, ".json", &tests, e)) < 0)
		goto out;
	for (size_t i = 0; r == 0 && i < tests.count; i++) {
		char *test = file_join(folder, tests.names[i], e);

		r = test ? test_rule_file(rule, test, listener, counts, e) : ERROR_NO_MEMORY;
		free(test);
	}
out:
	file_names_free(&tests);
	certlogic_program_free(rule);
	free(folder);
	return r;
}

static bool
is_rule(const json_t *document)
{
	return json_object_get(document, "Identifier") && json_object_get(document, "Logic");
}

/* ${named}: the user named this file, so it must be one that can be run. */
static int
test_file(
	const char *path, bool named, const struct suite_listener *listener, struct suite_counts *counts, struct error *e)
{
	struct buffer text = buffer_make(0);
	char pointer[SUITE_POINTER_SIZE];
	json_t *document = NULL;
	int r;

	if ((r = read_json(path, &document, &text, e)) < 0)
		goto out;
	if (is_rule(document)) {
		r = test_rule(path, listener, counts, e);
	} else if (suite_is(document)) {
		if ((r = suite_run(document, path, listener, counts, pointer, e)) == ERROR_BAD_INPUT)
			place_fault(path, &text, "", pointer, e);
	} else if (named) {
		r = error_set(e, ERROR_BAD_INPUT, "%s",
			is_of_pack(document)
				? of_pack
				: "neither a suite (\"name\" and \"cases\") nor a rule (\"Identifier\" and \"Logic\")");
		place_fault(path, &text, "", "", e);
	}
out:
	json_decref(document);
	buffer_free(&text);
	return r;
}

static int
is_wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
test_folder(const char *path, unsigned depth, const struct suite_listener *listener, struct suite_counts *counts,
	struct error *e)
{
	struct dirent **entries = NULL;
	int count, r = 0;

	if (depth > RULE_FOLDERS_DEEP_MAX)
		return error_set(e, ERROR_TOO_LARGE, "%s: folders deeper than the maximum of %d", path, RULE_FOLDERS_DEEP_MAX);
	count = scandir(path, &entries, is_wanted, alphasort);
	if (count < 0)
		return error_set(e, ERROR_IO, "%s: the folder cannot be read", path);
	for (int i = 0; i < count; i++) {
		char *child = r == 0 ? file_join(path, entries[i]->d_name, e) : NULL;
		size_t length = strlen(entries[i]->d_name);

		if (r == 0 && !child)
			r = ERROR_NO_MEMORY;
		else if (r == 0 && file_is_folder(child))
			r = test_folder(child, depth + 1, listener, counts, e);
		else if (r == 0 && length > 5 && strcmp(entries[i]->d_name + length - 5, ".json") == 0)
			r = test_file(child, false, listener, counts, e);
		free(child);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int
rule_files_test(const char *path, const struct suite_listener *listener, struct suite_counts *counts, struct error *e)
{
	size_t before = counts->passed + counts->failed + counts->skipped;
	int r =
		file_is_folder(path) ? test_folder(path, 1, listener, counts, e) : test_file(path, true, listener, counts, e);

	if (r == 0 && counts->passed + counts->failed + counts->skipped == before)
		return error_set(e, ERROR_EXISTS_NOT, "%s: there is no test here", path);
	return r;
}
