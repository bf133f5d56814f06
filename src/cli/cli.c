#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum { JSON_LINE_MAX = 256 << 20 };

static const struct cli_option *
option_named(const struct cli_option *options, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0)
			return &options[i];
	return NULL;
}

int
cli_options(struct cli *cli, const struct cli_option *options, size_t count, int argc, char **argv, char ***ret_words,
	size_t *ret_word_count)
{
	size_t words = 0;
	bool ended = false;

	for (int i = 1; i < argc; i++) {
		const char *name = argv[i] + 2, *equals = strchr(argv[i], '=');
		const struct cli_option *option;

		if (ended || argv[i][0] != '-' || !argv[i][1]) {
			argv[1 + words++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			ended = true;
			continue;
		}
		option = argv[i][1] == '-' ? option_named(options, count, name, equals ? (size_t)(equals - name) : strlen(name))
								   : NULL;
		if (!option)
			return cli_usage(cli, "there is no option %s", argv[i]);
		if (*option->value)
			return cli_usage(cli, "--%s is given twice", option->name);
		if (option->kind == OPTION_FLAG) {
			if (equals)
				return cli_usage(cli, "--%s takes no value", option->name);
			*option->value = "";
		} else if (equals) {
			*option->value = equals + 1;
		} else if (i + 1 < argc) {
			*option->value = argv[++i];
		} else {
			return cli_usage(cli, "--%s needs a value", option->name);
		}
	}
	*ret_words = argv + 1;
	*ret_word_count = words;
	return 0;
}

int
cli_usage(const struct cli *cli, const char *format, ...)
{
	const char *name = cli->command ? cli->command->name : NULL;
	va_list arguments;

	fprintf(stderr, "healthcode%s%s: ", name ? " " : "", name ? name : "");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "; see 'healthcode help%s%s'\n", name ? " " : "", name ? name : "");
	return EXIT_USAGE;
}

int
cli_refuse_times(const struct cli *cli, unsigned times)
{
	if ((times & CLI_NOW) && cli->now_text)
		return cli_usage(cli, "--now changes nothing of this answer");
	if ((times & CLI_KNOWN) && cli->known_text)
		return cli_usage(cli, "--known changes nothing of this answer");
	return 0;
}

int
cli_fail(const struct error *e)
{
	char text[ERROR_MESSAGE_MAX + ERROR_FILE_MAX + 64];

	fprintf(stderr, "%s\n", error_text(e, text, sizeof text));
	switch (e->code) {
	case ERROR_USAGE:
		return EXIT_USAGE;
	case ERROR_BAD_INPUT:
	case ERROR_TOO_LARGE:
		return EXIT_BAD_INPUT;
	case ERROR_EXISTS_NOT: /* a file that is not there is no answer to anything */
		return e->file[0] ? EXIT_BAD_INPUT : EXIT_NO;
	case ERROR_EXISTS:
	case ERROR_DENIED:
		return EXIT_NO;
	default:
		return EXIT_FAILED;
	}
}

int
cli_fail_unasked(const struct error *e)
{
	const int code = cli_fail(e);

	return code == EXIT_NO ? EXIT_FAILED : code;
}

const char *
cli_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

void
cli_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

int
cli_print_json(json_t *value)
{
	struct buffer line = buffer_make(JSON_LINE_MAX);
	struct error e = {0};
	int code = EXIT_DONE;

	if (!value) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	if (json_write(value, &line, &e) < 0)
		code = cli_fail(&e);
	else if (puts(buffer_text(&line)) < 0)
		code = EXIT_FAILED;
	buffer_free(&line);
	json_decref(value);
	return code;
}
