#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/verify.h"

static const char *
kind_name(unsigned kind)
{
	switch (kind) {
	case KEY_USAGE_TEST:
		return "test";
	case KEY_USAGE_VACCINATION:
		return "vaccination";
	case KEY_USAGE_RECOVERY:
		return "recovery";
	default:
		return NULL;
	}
}

static int
print_answer(
	const struct cli *cli, const char *file, const struct certificate *certificate, enum certificate_cause cause)
{
	const char *reason = certificate_cause_name(cause), *kind = kind_name(certificate->kind);
	bool proved = certificate->payload != NULL, dated = proved && certificate->issued_at != INT64_MIN;
	char to[TIME_TEXT_SIZE];

	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:b, s:s?, s:s?, s:s?, s:o, s:o}", "file", file, "valid",
			cause == CERTIFICATE_VALID, "cause", reason, "issuer", proved ? certificate->issuer : NULL, "kind", kind,
			"issued_at", verify_time(certificate->issued_at, dated), "expires_at",
			verify_time(certificate->expires_at, proved)));
	printf("%s: %s", file, reason ? reason : "valid");
	if (proved)
		printf(": %s, to %s, issued by %s", kind ? kind : "no one kind of certificate",
			time_write(certificate->expires_at, &zone_utc, to), certificate->issuer);
	putchar('\n');
	return EXIT_DONE;
}

/* The causes of what could not even be read. */
static bool
is_bad_input(enum certificate_cause cause)
{
	return cause >= CERTIFICATE_NO_QR && cause <= CERTIFICATE_MALFORMED;
}

static int
verify_one(const struct cli *cli, const char *word, const struct trust *trust, instant now)
{
	const char *name = strncmp(word, "HC1:", 4) == 0 ? "HC1:" : word;
	struct buffer content = buffer_make(QR_PICTURE_MAX);
	enum certificate_cause cause = CERTIFICATE_MALFORMED;
	struct certificate certificate = {0};
	struct error e = {0};
	int code;

	if (verify_input(word, &content, &e) < 0 ||
		certificate_verify(
			(const uint8_t *)buffer_text(&content), content.length, trust, now, &certificate, &cause, &e) < 0)
		code = cli_fail(&e);
	else if ((code = print_answer(cli, name, &certificate, cause)) == EXIT_DONE)
		code = verify_exit(word, cause == CERTIFICATE_VALID, is_bad_input(cause), &e);
	certificate_free(&certificate);
	buffer_free(&content);
	return code;
}

/* Every file is judged; the worst exit code of them counts. */
static int
verify(struct cli *cli, int argc, char **argv)
{
	const char *trust_path = NULL;
	const struct cli_option options[] = {{"trust", OPTION_VALUE, &trust_path}};
	struct trust *trust = NULL;
	struct error e = {0};
	size_t count;
	char **words;
	instant now;
	int code;

	if ((code = cli_options(cli, options, 1, argc, argv, &words, &count)) != 0)
		return code;
	if (count == 0 || !trust_path)
		return cli_usage(cli, "verify takes files and --trust");
	if ((code = cli_refuse_times(cli, CLI_KNOWN)))
		return code;
	if (trust_load(trust_path, &trust, &e) < 0 || verify_now(cli, trust, &now, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		int one = verify_one(cli, words[i], trust, now);

		code = one > code ? one : code;
	}
out:
	trust_free(trust);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "verify") == 0)
		return verify(cli, argc - 1, argv + 1);
	return cli_usage(cli, "what to do with a certificate: verify");
}

const struct command command_certificate = {
	.name = "certificate",
	.summary = "check health certificates (EU DCC)",
	.usage = "certificate verify FILE... --trust FILE",
	.help =
		"verify checks certificates offline, at the moment of --now: files that hold the text (\"HC1:...\", also given\n"
		"itself) or a PNG picture; \"-\" is standard input. --trust is a signed trust list, or certificates (PEM,\n"
		"DER, base64), or a folder of them. Signature, key id, validity, key usage and schema (DCC 1.3) are\n"
		"checked. Exit 0 if all are valid; 1 if one is not, with the cause: unknown_key, bad_signature, revoked,\n"
		"key_not_valid, wrong_key_usage, not_yet_valid, expired, bad_schema, list_too_old; 3 if one cannot be\n"
		"read: no_qr, bad_prefix, bad_base45, bad_zlib, malformed; 4 if the machine's clock stands before the list was made.\n",
	.run = run,
};
