#include "cli/code_issue.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/store.h"

enum { TEXT_MAX = 4096, MODULE_PIXELS = 6 };

static int
write_picture(const char *path, const char *text, const char *title, bool png)
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
print_code(struct cli *cli, const struct pack *pack, const char *text, enum code_colour colour, instant at)
{
	char issued[TIME_TEXT_SIZE], expires[TIME_TEXT_SIZE];

	if (!cli->json) {
		puts(text);
		return EXIT_DONE;
	}
	return cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", text, "jurisdiction", pack_jurisdiction(pack),
		"colour", code_colour_name(colour), "issued_at", time_write(at, pack_zone(pack), issued), "expires_at",
		time_write(at + gate_code_lifetime(pack), pack_zone(pack), expires)));
}

int
code_issue_run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL, *svg = NULL, *png = NULL;
	const struct cli_option options[] = {
		{"pack", OPTION_VALUE, &name}, {"svg", OPTION_VALUE, &svg}, {"png", OPTION_VALUE, &png}};
	struct buffer text = buffer_make(TEXT_MAX);
	enum code_colour colour = 0;
	const struct pack *pack;
	struct cli_store store;
	person_number person;
	struct error e = {0};
	size_t count;
	char **words;
	instant now;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "issue takes one ID");
	if ((code = cli_store_open(cli, false, &store)) || (code = cli_person(&store, words[0], &person)) ||
		(code = cli_pack(&store, name, &pack)) || (code = colour_now(cli, &store, pack, person, &colour)))
		goto out;
	now = registry_now(store.registry);
	if (issuer_issue(store.issuer, pack_jurisdiction(pack), person, colour, now, gate_code_lifetime(pack), &text, &e) <
		0) {
		code = cli_fail(&e);
		goto out;
	}
	if ((svg && (code = write_picture(svg, buffer_text(&text), code_colour_name(colour), false))) ||
		(png && (code = write_picture(png, buffer_text(&text), NULL, true))))
		goto out;
	if ((!svg && !png) || cli->json)
		code = print_code(cli, pack, buffer_text(&text), colour, now);
out:
	buffer_free(&text);
	cli_store_close(&store);
	return code;
}
