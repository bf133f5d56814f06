#include "cli/code_recognise.h"

#include <stdio.h>

#include "cli/code_issue.h"
#include "cli/store.h"
#include "cli/verify.h"

enum { TEXT_MAX = 4096 };

static int
print_reissued(
	struct cli *cli, const struct pack *pack, const char *text, const struct gate_reissued *reissued, bool drawn)
{
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE];

	if (reissued->cause) {
		if (cli->json)
			(void)cli_print_json(json_pack("{s:n, s:s}", "code", "cause", reissued->cause));
		else
			puts(reissued->cause);
		return EXIT_NO;
	}
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:n, s:s, s:s, s:s, s:s}", "code", text, "cause", "jurisdiction",
			pack_jurisdiction(pack), "colour", code_colour_name(reissued->colour), "issued_at",
			time_write(reissued->issued_at, pack_zone(pack), issued), "expires_at",
			time_write(reissued->expires_at, pack_zone(pack), expires)));
	if (!drawn)
		puts(text);
	return EXIT_DONE;
}

int
code_recognise_run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL, *svg = NULL, *png = NULL;
	const struct cli_option options[] = {
		{"pack", OPTION_VALUE, &name}, {"svg", OPTION_VALUE, &svg}, {"png", OPTION_VALUE, &png}};
	struct buffer other = buffer_make(QR_PICTURE_MAX), text = buffer_make(TEXT_MAX);
	struct gate_reissued reissued;
	struct cli_store store = {0};
	const struct pack *pack;
	struct error e = {0};
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "recognise takes one code");
	if ((code = cli_store_open(cli, false, &store)) || (code = cli_pack(&store, name, &pack)))
		goto out;
	if (verify_code(words[0], &other, &e) < 0 ||
		gate_reissue(store.issuer, pack, buffer_text(&other), registry_now(store.registry), &text, &reissued, &e) < 0) {
		code = cli_fail(&e);
		goto out;
	}
	if (!reissued.cause &&
		((svg && (code = code_draw(svg, buffer_text(&text), code_colour_name(reissued.colour), false))) ||
			(png && (code = code_draw(png, buffer_text(&text), NULL, true)))))
		goto out;
	code = print_reissued(cli, pack, buffer_text(&text), &reissued, svg || png);
out:
	buffer_free(&other);
	buffer_free(&text);
	cli_store_close(&store);
	return code;
}
