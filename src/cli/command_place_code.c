#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/code_issue.h"
#include "cli/commands.h"
#include "cli/store.h"

enum { DAY_TEXT = 10 }; /* YYYY-MM-DD */

static int
print_code(struct cli *cli, const char *place, const struct gate_place_code *code, const char *text)
{
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE];

	if (!cli->json) {
		puts(text);
		return EXIT_DONE;
	}
	return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", text, "place", place, "jurisdiction",
		pack_jurisdiction(code->pack), "issued_at", time_write(code->issued_at, pack_zone(code->pack), issued),
		"expires_at", time_write(code->expires_at, pack_zone(code->pack), expires)));
}

/* The code of now: its text, or drawn. */
static int
issue(struct cli *cli, struct cli_store *store, const char *place, const char *svg, const char *png)
{
	struct buffer text = buffer_make(PLACE_CODE_TEXT_MAX);
	struct gate_place_code code = {0};
	struct error e = {0};
	int result = EXIT_DONE;

	if (gate_place_code(store->cascade, store->issuer, place, &text, &code, &e) < 0)
		result = cli_fail(&e);
	if (result == EXIT_DONE && svg)
		result = code_draw(svg, buffer_text(&text), code.name, false);
	if (result == EXIT_DONE && png)
		result = code_draw(png, buffer_text(&text), NULL, true);
	if (result == EXIT_DONE && (cli->json || (!svg && !png)))
		result = print_code(cli, place, &code, buffer_text(&text));
	buffer_free(&text);
	return result;
}

/* Sheets for ${days} days, from today on. */
static int
print_posters(
	struct cli *cli, struct cli_store *store, const char *place, const char *path, int days, enum paper_size size)
{
	struct buffer texts[GATE_PLACE_DAYS] = {0}, pdf = buffer_make(PAPER_PDF_MAX);
	char names[GATE_PLACE_DAYS][TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	struct poster posters[GATE_PLACE_DAYS];
	struct gate_place_code code = {0};
	struct error e = {0};
	int result = EXIT_DONE, r = 0;

	for (int i = 0; i < days && r == 0; i++) {
		texts[i] = buffer_make(PLACE_CODE_TEXT_MAX);
		if ((r = gate_place_code_of_day(store->cascade, store->issuer, place, i, &texts[i], &code, &e)) < 0)
			break;
		time_write(code.issued_at, pack_zone(code.pack), names[i]);
		names[i][DAY_TEXT] = 0;
		posters[i] = (struct poster){buffer_text(&texts[i]), code.name, names[i]};
	}
	if (r < 0 || poster_pdf(posters, (size_t)days, size, &pdf, &e) < 0 ||
		file_write(path, pdf.data, pdf.length, 0644, &e) < 0)
		result = cli_fail(&e);
	else if (cli->json)
		result = cli_print_json(json_pack("{s:s, s:i, s:s, s:s}", "place", place, "days", days, "file", path,
			"expires_at", time_write(code.expires_at, pack_zone(code.pack), until)));
	else
		printf("%s: %d days, until %s\n", path, days, time_write(code.expires_at, pack_zone(code.pack), until));
	for (int i = 0; i < days; i++)
		buffer_free(&texts[i]);
	buffer_free(&pdf);
	return result;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *svg = NULL, *png = NULL, *poster = NULL, *size = NULL, *days_text = NULL;
	const struct cli_option options[] = {{"svg", OPTION_VALUE, &svg}, {"png", OPTION_VALUE, &png},
		{"poster", OPTION_VALUE, &poster}, {"days", OPTION_VALUE, &days_text}, {"size", OPTION_VALUE, &size}};
	struct cli_store store;
	int64_t days = 1;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1 || (poster && (svg || png)))
		return cli_usage(cli, "one place is needed, and one way to draw its code");
	if (((days_text || size) && !poster) || (size && strcmp(size, "a4") != 0 && strcmp(size, "a6") != 0))
		return cli_usage(cli, "--days N and --size a4 or a6 go with --poster");
	if (days_text && !text_integer(days_text, strlen(days_text), 1, GATE_PLACE_DAYS, &days))
		return cli_usage(cli, "--days is 1 to %d", GATE_PLACE_DAYS);
	/* The keys of days to come are made where they are missing. */
	if ((code = cli_store_open(cli, true, &store)) == 0)
		code = poster ? print_posters(cli, &store, words[0], poster, (int)days,
							size && strcmp(size, "a6") == 0 ? PAPER_A6 : PAPER_A4)
					  : issue(cli, &store, words[0], svg, png);
	cli_store_close(&store);
	return code;
}

const struct command command_place_code = {
	.name = "place-code",
	.summary = "the signed code that visitors of a place scan",
	.usage = "place-code PLACE [--svg FILE] [--png FILE] [--poster FILE [--days N] [--size a4|a6]]",
	.help =
		"Prints the code of now of a place, as text or drawn. Who scans it on the residents' page is noted as having been there;\n"
		"it counts for the pack's \"place_valid_s\" seconds (a minute), so a screen shows a new one each time: the guards' page\n"
		"does. For a place without a screen it prints sheets to put up, each of which counts for its day alone.\n\n"
		"  --svg FILE     draw it as SVG\n"
		"  --png FILE     draw it as PNG\n"
		"  --poster FILE  a PDF of one page a day, from today on\n"
		"  --days N       for so many days, at most 7 (default: 1)\n"
		"  --size S       of the pages: a4 (default) or a6\n",
	.run = run,
};
