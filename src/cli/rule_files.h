/* cli/rule_files.h: suites of rules as files and folders. */

#ifndef HEALTHCODE_CLI_RULE_FILES_H
#define HEALTHCODE_CLI_RULE_FILES_H

#include "base/error.h"
#include "policy/policy.h"

enum { RULE_FILE_MAX = 16 << 20, RULE_FOLDERS_DEEP_MAX = 16 };

/* rule_files_test(path, listener, counts, e):
 * Run what is at ${path} and add to ${counts}. A file is a suite, or a rule.json, which stands for the tests in the
 * folder "tests" beside it. A folder stands for all suites and rule.json files in it and in the folders below it, by
 * name; other JSON files are passed over. Files are at most RULE_FILE_MAX bytes, folders RULE_FOLDERS_DEEP_MAX deep.
 * Return 0 also where tests failed; ERROR_BAD_INPUT with the place where a file is not JSON, no suite or no rule;
 * ERROR_EXISTS_NOT where nothing is there or a folder holds no test; ERROR_TOO_LARGE, ERROR_IO, ERROR_NO_MEMORY. */
int
rule_files_test(const char *path, const struct suite_listener *listener, struct suite_counts *counts, struct error *e);

/* rule_file_compile(path, ret_program, e):
 * Compile the expression in the file ${path}, or where the file is a rule, its "Logic". The caller frees
 * ${ret_program}. A fault has its file, line and column. */
int rule_file_compile(const char *path, struct certlogic_program **ret_program, struct error *e);

#endif
