#include "cli/code_issue.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/store.h"

enum { TEXT_MAX = 4096, MODULE_PIXELS = 6 };

int
code_draw(const char *path, const char *text, const char *title, bool png)
{
	struct buffer picture = buffer_make(QR_PICTURE_MAX);
	struct error e = {0};
	int code = EXIT_DONE;

	if ((png ? qr_png(text, MODULE_PIXELS, &picture, &e) : qr_svg(text, title, &picture, &e)) < 0 ||
		file_write(path, picture.data, picture.length, 0644, &e) < 0)
		code = cli_fail(&e);
	buffer_free(&picture);
	return code;
}

/* The colour of now. What is asked of another time in a store that is no demo is decided again, and not recorded. */
static int
colour_now(struct cli *cli, struct cli_store *store, const struct pack *pack, person_number person,
	enum code_colour *ret_colour)
{
	struct registry_colour colour;
	json_t *result = NULL;
	struct error e = {0};
	int r;

	if (cli->known_text || (cli->now_text && !registry_is_demo(store->registry))) {
		if (cascade_explain(store->cascade, pack, person, &result, &e) < 0)
			return cli_fail(&e);
		r = code_colour_read(json_string_value(json_object_get(result, "colour")), ret_colour) ? 0 : EXIT_FAILED;
		json_decref(result);
		return r;
	}
	if (cascade_colour(store->cascade, person, pack_jurisdiction(pack), &colour, &e) < 0)
		return cli_fail(&e);
	return code_colour_read(colour_name(colour.colour), ret_colour) ? 0 : EXIT_FAILED;
}

static int
print_code(
	struct cli *cli, const struct pack *pack, const char *text, enum code_colour colour, instant at, int64_t lifetime_s)
{
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE];

	if (!cli->json) {
		puts(text);
		return EXIT_DONE;
	}
	return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", text, "jurisdiction", pack_jurisdiction(pack),
		"colour", code_colour_name(colour), "issued_at", time_write(at, pack_zone(pack), issued), "expires_at",
		time_write(at + lifetime_s, pack_zone(pack), expires)));
}

static void
say_paper(const struct pack *pack, const char *path, enum code_colour colour, instant now)
{
	char until[TIME_TEXT_SIZE];

	printf("%s: %s until %s\n", path, code_colour_name(colour),
		time_write(now + gate_paper_lifetime(pack), pack_zone(pack), until));
}

/* On paper, a page each for several people, into one PDF. */
static int
issue_papers(struct cli *cli, struct cli_store *store, const struct gate_paper *like, char **ids, size_t count,
	const char *path, instant now)
{
	struct buffer pdf = buffer_make(PAPER_PDF_MAX);
	struct gate_paper requests[PAPERS_MAX];
	struct error e = {0};
	int code = EXIT_DONE;

	for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
		requests[i] = *like;
		if ((code = cli_person(store, ids[i], &requests[i].person)) == EXIT_DONE)
			code = colour_now(cli, store, like->pack, requests[i].person, &requests[i].colour);
	}
	if (code == EXIT_DONE &&
		(gate_papers(store->registry, store->issuer, requests, count, now, &pdf, &e) < 0 ||
			file_write(path, pdf.data, pdf.length, 0600, &e) < 0))
		code = cli_fail(&e);
	for (size_t i = 0; i < count && code == EXIT_DONE; i++)
		if (cli->json)
			code = cli_print_json(json_pack("{s:I, s:s}", "person", (json_int_t)requests[i].person, "colour",
				code_colour_name(requests[i].colour)));
		else
			say_paper(like->pack, ids[i], requests[i].colour, now);
	buffer_free(&pdf);
	return code;
}

/* Issue into ${text}; where ${path} is not NULL, on paper, as a PDF there. */
static int
issue(struct cli_store *store, const struct gate_paper *request, const char *path, bool sealed, instant now,
	struct buffer *text)
{
	const struct pack *pack = request->pack;
	struct buffer pdf = buffer_make(PAPER_PDF_MAX);
	struct error e = {0};
	int code = EXIT_DONE;

	if (path ? gate_paper(store->registry, store->issuer, request, now, text, &pdf, &e) < 0 ||
				file_write(path, pdf.data, pdf.length, 0600, &e) < 0
			 : (sealed ? issuer_issue_sealed : issuer_issue)(store->issuer, pack_jurisdiction(pack), request->person,
				   request->colour, now, gate_code_lifetime(pack), text, &e) < 0)
		code = cli_fail(&e);
	buffer_free(&pdf);
	return code;
}

int
code_issue_run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL, *svg = NULL, *png = NULL, *paper = NULL, *size = NULL, *open = NULL;
	const struct cli_option options[] = {{"pack", OPTION_VALUE, &name}, {"svg", OPTION_VALUE, &svg},
		{"png", OPTION_VALUE, &png}, {"paper", OPTION_VALUE, &paper}, {"size", OPTION_VALUE, &size},
		{"public", OPTION_FLAG, &open}};
	struct gate_paper request = {0};
	struct buffer text = buffer_make(TEXT_MAX);
	struct cli_store store;
	size_t count;
	char **words;
	instant now;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count < 1 || count > (paper ? PAPERS_MAX : 1) || (paper && (svg || png || open)))
		return cli_usage(cli, "issue takes one ID, with --paper several, and draws it in one way");
	if (size && (!paper || (strcmp(size, "a4") != 0 && strcmp(size, "a6") != 0)))
		return cli_usage(cli, "--size is a4 or a6, of --paper");
	request.size = size && strcmp(size, "a6") == 0 ? PAPER_A6 : PAPER_A4;
	/* A paper's handle is kept, so its date must be the store's own. */
	if ((code = cli_store_open(cli, paper != NULL, &store)) || (code = cli_pack(&store, name, &request.pack)))
		goto out;
	request.by = cli_actor(&store);
	now = registry_now(store.registry);
	if (count > 1) {
		code = issue_papers(cli, &store, &request, words, count, paper, now);
		goto out;
	}
	if ((code = cli_person(&store, words[0], &request.person)) ||
		(code = colour_now(cli, &store, request.pack, request.person, &request.colour)))
		goto out;
	if ((code = issue(&store, &request, paper, !open && gate_code_is_sealed(request.pack), now, &text)))
		goto out;
	if ((svg && (code = code_draw(svg, buffer_text(&text), code_colour_name(request.colour), false))) ||
		(png && (code = code_draw(png, buffer_text(&text), NULL, true))))
		goto out;
	if (paper && !cli->json)
		say_paper(request.pack, paper, request.colour, now);
	else if ((!svg && !png) || cli->json)
		code = print_code(cli, request.pack, buffer_text(&text), request.colour, now,
			paper ? gate_paper_lifetime(request.pack) : gate_code_lifetime(request.pack));
out:
	buffer_free(&text);
	cli_store_close(&store);
	return code;
}
