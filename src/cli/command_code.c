#include <stdio.h>
#include <string.h>

#include "cli/code_issue.h"
#include "cli/code_recognise.h"
#include "cli/code_revoke.h"
#include "cli/commands.h"
#include "cli/verify.h"

static int
print_answer(const struct cli *cli, const struct code_claims *claims, enum code_cause cause)
{
	const char *colour = code_colour_name(claims->colour), *reason = code_cause_name(cause);
	bool proved = colour != NULL;
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

	if (cli->json)
		return cli_print_json(json_pack("{s:b, s:s?, s:s?, s:s?, s:o, s:o}", "valid", cause == CODE_VALID, "cause",
			reason, "issuer", proved ? claims->issuer : NULL, "colour", colour, "issued_at",
			verify_time(claims->issued_at, proved), "expires_at", verify_time(claims->expires_at, proved)));
	printf("%s", reason ? reason : "valid");
	if (proved)
		printf(": %s, from %s to %s, issued by %s", colour, time_write(claims->issued_at, &zone_utc, from),
			time_write(claims->expires_at, &zone_utc, to), claims->issuer);
	putchar('\n');
	return EXIT_DONE;
}

static int
verify(struct cli *cli, int argc, char **argv)
{
	const char *trust_path = NULL, *gate = NULL;
	const struct cli_option options[] = {{"trust", OPTION_VALUE, &trust_path}, {"for", OPTION_VALUE, &gate}};
	struct buffer text = buffer_make(QR_PICTURE_MAX);
	enum code_cause cause = CODE_MALFORMED;
	struct code_claims claims = {0};
	struct trust *trust = NULL;
	struct error e = {0};
	size_t count;
	char **words;
	instant now;
	int code, r;

	if ((code = cli_options(cli, options, 2, argc, argv, &words, &count)) != 0)
		return code;
	if (count != 1 || !trust_path)
		return cli_usage(cli, "verify takes one code and --trust");
	if ((code = cli_refuse_times(cli, CLI_KNOWN)))
		return code;
	if (trust_load(trust_path, &trust, &e) < 0 || verify_now(cli, trust, &now, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	if ((r = verify_code(words[0], &text, &e)) == 0)
		r = gate ? code_verify_at(buffer_text(&text), text.length, trust, gate, now, &claims, &cause, &e)
				 : code_verify(buffer_text(&text), text.length, trust, now, &claims, &cause, &e);
	/* A picture that shows no code, or is too large to, is malformed, as such a text is. */
	if (r < 0 && r != ERROR_BAD_INPUT && r != ERROR_TOO_LARGE) {
		code = cli_fail(&e);
		goto out;
	}
	if ((code = print_answer(cli, &claims, cause)) == EXIT_DONE)
		code = verify_exit(words[0], cause == CODE_VALID, cause == CODE_MALFORMED || cause == CODE_TOO_LARGE, &e);
out:
	trust_free(trust);
	buffer_free(&text);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "verify") == 0)
		return verify(cli, argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "issue") == 0)
		return code_issue_run(cli, argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "revoke") == 0)
		return code_revoke_run(cli, argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "recognise") == 0)
		return code_recognise_run(cli, argc - 1, argv + 1);
	return cli_usage(cli, "what to do with a code: issue, verify, revoke or recognise");
}

const struct command command_code = {
	.name = "code",
	.summary = "issue, check, revoke or recognise a signed code",
	.usage =
		"code issue ID [--pack P] [--public] [--svg FILE] [--png FILE] [--paper FILE [--size a4|a6]] | code issue ID... --paper FILE | code verify TEXT|FILE --trust FILE [--for JURISDICTION] | code revoke ID|TEXT [--pack P] | code recognise TEXT|FILE [--pack P] [--svg FILE] [--png FILE]",
	.help =
		"issue signs a code of the person's colour now, evaluated first where something changed, and prints its text, or\n"
		"draws it as a QR code. It counts for the pack's \"valid_s\" seconds.\n\n"
		"  --pack P     the jurisdiction (default: the store's first)\n"
		"  --public     say the colour to everybody, where the pack says it to gates alone (issue)\n"
		"  --svg FILE   draw it as SVG\n"
		"  --png FILE   draw it as PNG\n"
		"  --paper FILE print it as a page of PDF for who has no phone: the colour counts for the pack's \"paper_valid_s\" (a\n"
		"               day), and at a gate that is online the colour of then; the ID card that must come with it is\n"
		"               known by its last four. revoke ends it\n"
		"  --size S     of the page: a4 (default) or a6\n\n"
		"verify checks a code offline, at the moment of --now: the text itself (\"HC1:...\"), a file that holds it, a\n"
		"PNG picture, or an SVG that healthcode drew; \"-\" is standard input. --trust is a signed trust list, or\n"
		"certificates (PEM, DER, base64), or a folder of them. Neither has a time zone: times are in UTC. Exit 0 if it is valid; 1 if not, with the cause:\n"
		"not_a_code, wrong_algorithm, unknown_key, bad_signature, wrong_issuer, key_not_valid, revoked,\n"
		"not_yet_valid, expired, list_too_old, wrong_colour, sealed, not_recognised; 3 if it is malformed or too_large. What a code says is told only\n"
		"where its signature holds. Without --now, a clock that stands before the trust list was made is called wrong: exit 4.\n\n"
		"  --for J      at a gate of the jurisdiction J: another's code counts as far as the signed list says so\n\n"
		"revoke lets no code count that was handed out to the person for the next two hours, or the one code whose text is\n"
		"given. It holds wherever the new trust list has come; the next code of the person counts after those two hours.\n\n"
		"recognise issues anew, under our own key, the code of another jurisdiction that the pack recognises (trust import takes\n"
		"its list): the same colour, for no longer than the other code counts, and nothing that tells where it began. Exit 1 if\n"
		"it is not recognised, with the cause.\n",
	.run = run,
};
