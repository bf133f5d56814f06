/* cli/verify.h: what the commands that check a signature offline have alike. */

#ifndef HEALTHCODE_CLI_VERIFY_H
#define HEALTHCODE_CLI_VERIFY_H

#include "cli/cli.h"
#include "credential/credential.h"

/* verify_now(cli, trust, ret_now, e): the moment of --now (without an offset: UTC), else the wall clock. Return 0, ERROR_BAD_INPUT, or
 * ERROR_IO where the clock can't be right, since it stands before the trust list was made. */
int verify_now(const struct cli *cli, const struct trust *trust, instant *ret_now, struct error *e);

/* verify_input(word, b, e): append the word itself where it is a code's text ("HC1:..."), else the file it names. */
int verify_input(const char *word, struct buffer *b, struct error *e);

/* verify_code(word, text, e): append the text of the code that is given as itself, in a file, or in a picture. */
int verify_code(const char *word, struct buffer *text, struct error *e);

/* A moment as JSON: RFC 3339 text in UTC, or null where ${known} is false. */
json_t *verify_time(instant at, bool known);

/* verify_exit(name, valid, bad_input, e): the exit code: done where ${valid}; bad input, with a line "NAME: reason" on
 * stderr, where it could not even be read; else no. */
int verify_exit(const char *name, bool valid, bool bad_input, struct error *e);

#endif
