/* cli/cli.h: what every command is given, and the few things that all of them do alike. No decisions are made here.
 *
 * Answers go to stdout, everything else to stderr. A command returns one of the exit codes below. */

#ifndef HEALTHCODE_CLI_CLI_H
#define HEALTHCODE_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/time.h"

enum exit_code {
	EXIT_DONE = 0,      /* done; yes; valid */
	EXIT_NO = 1,        /* done, and the answer is no */
	EXIT_USAGE = 2,     /* wrong usage: one line, and where to read on */
	EXIT_BAD_INPUT = 3, /* bad input, with its place */
	EXIT_FAILED = 4,    /* store, engine or network failure: running it again is safe */
};

enum progress { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* The options that stand before a command's name, or after it (but for --data where a command has its own). */
struct cli {
	const struct command *command;
	const char *data;       /* the embedded store's folder */
	const char *database;   /* a URI, or NULL */
	const char *presence;   /* a folder, or NULL */
	const char *now_text;   /* RFC 3339 as given, or NULL */
	const char *known_text; /* RFC 3339 as given, or NULL */
	const char *as;         /* who acts, or NULL */
	bool json;
	enum progress progress;
};

/* A command: its name, a line for the list of commands, the usage and text that "healthcode help NAME" prints, whether
 * --data after the name is the command's own option, and what it does with the words after its name (argv[0] is the
 * name). run returns an exit code. */
struct command {
	const char *name, *summary, *usage, *help;
	bool own_data;
	int (*run)(struct cli *cli, int argc, char **argv);
};

/* An option of a command: --NAME, and where its value goes (NULL before). A flag's value is "" when given. Each may be
 * given once. */
struct cli_option {
	const char *name;
	enum { OPTION_FLAG, OPTION_VALUE } kind;
	const char **value;
};

/* cli_options(cli, options, count, argc, argv, ret_words, ret_word_count):
 * Take the options out of argv[1..] and leave the other words, in order, in ${ret_words} (argv's own array, shortened).
 * "--name value", "--name=value" and "--" are understood. Return 0, or EXIT_USAGE after printing the line. */
int cli_options(struct cli *cli, const struct cli_option *options, size_t count, int argc, char **argv,
	char ***ret_words, size_t *ret_word_count);

/* cli_usage(cli, format, ...): print "healthcode COMMAND: message; see 'healthcode help COMMAND'" and return
 * EXIT_USAGE. */
int cli_usage(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* cli_refuse_times(cli, times): EXIT_USAGE, after the line, where an option of ${times} (CLI_NOW, CLI_KNOWN) was given; else 0.
 * For an answer that is the same at all times: it must not be taken for one as of another. */
enum { CLI_NOW = 1, CLI_KNOWN = 2 };
int cli_refuse_times(const struct cli *cli, unsigned times);

/* cli_fail(e): print the failure on stderr and return the exit code that its kind has. */
int cli_fail(const struct error *e);

/* cli_fail_unasked(e): the same where nothing was asked to which the answer could be no: EXIT_FAILED then. */
int cli_fail_unasked(const struct error *e);

/* cli_text(object, name): the member's text, "" where it has none; the object's. */
const char *cli_text(const json_t *object, const char *name);

/* cli_say(format, ...): a line on stderr for a person. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* cli_print_json(value): one line of canonical JSON on stdout; takes the reference. Return EXIT_DONE, or EXIT_FAILED
 * after a line on stderr. */
int cli_print_json(json_t *value);

#endif
