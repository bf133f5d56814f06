#include <stdio.h>

#include "cli/commands.h"
#include "cli/store.h"

enum { SIGNED_MAX = 4096 };

static int
find_card(struct cli_store *store, const char *wanted, const struct pack **ret_pack)
{
	struct error e = {0};

	if (wanted)
		return cli_pack(store, wanted, ret_pack);
	return cascade_travel_card_pack(store->cascade, ret_pack, &e) < 0 ? cli_fail(&e) : 0;
}

static int
print_card(struct cli *cli, json_t *card, const char *whose, const char *word)
{
	const json_t *place;
	size_t i;

	json_object_set_new(card, whose, json_string(word));
	if (cli->json)
		return cli_print_json(json_incref(card));
	printf("%s, %s to %s\n", json_string_value(json_object_get(card, "colour")),
		json_string_value(json_object_get(card, "from")), json_string_value(json_object_get(card, "to")));
	json_array_foreach(json_object_get(card, "places"), i, place)
	{
		const char *division = json_string_value(json_object_get(place, "division"));

		printf("  %s %-6s  %s (%s), %lld h\n", json_string_value(json_object_get(place, "country")),
			division ? division : "", json_string_value(json_object_get(json_object_get(place, "name"), "en")),
			json_string_value(json_object_get(json_object_get(place, "name"), "zh")),
			(long long)json_integer_value(json_object_get(place, "hours")));
	}
	return EXIT_DONE;
}

/* The card's colour as a signed code, for whoever asks for it to take along. */
static int
print_signed(struct cli_store *store, const struct pack *pack, person_number person, const json_t *card)
{
	struct buffer text = buffer_make(SIGNED_MAX);
	enum code_colour colour;
	struct error e = {0};
	int code = EXIT_DONE;

	if (!code_colour_read(json_string_value(json_object_get(card, "colour")), &colour))
		code = EXIT_FAILED;
	else if (issuer_issue(store->issuer, pack_jurisdiction(pack), person, colour, registry_now(store->registry),
				 gate_code_lifetime(pack), &text, &e) < 0)
		code = cli_fail(&e);
	else
		puts(buffer_text(&text));
	buffer_free(&text);
	return code;
}

static int
find_person(struct cli_store *store, const char *device, const char *word, person_number *ret_person)
{
	struct error e = {0};

	if (!device)
		return cli_person(store, word, ret_person);
	return cascade_device_holder(store->cascade, word, ret_person, &e) < 0 ? cli_fail(&e) : 0;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL, *sign = NULL, *device = NULL;
	const struct cli_option options[] = {
		{"device", OPTION_FLAG, &device}, {"pack", OPTION_VALUE, &name}, {"sign", OPTION_FLAG, &sign}};
	const struct pack *pack;
	struct cli_store store;
	person_number person;
	struct error e = {0};
	json_t *card = NULL;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof *options, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, device ? "one device is needed" : "one ID is needed");
	if ((code = cli_store_open(cli, false, &store)) == 0 &&
		(code = find_person(&store, device, words[0], &person)) == 0 && (code = find_card(&store, name, &pack)) == 0) {
		if (cascade_travel_card(store.cascade, pack, person, &card, &e) < 0)
			code = cli_fail(&e);
		else
			code = sign ? print_signed(&store, pack, person, card)
						: print_card(cli, card, device ? "device" : "person", words[0]);
	}
	json_decref(card);
	cli_store_close(&store);
	return code;
}

const struct command command_travel_card = {
	.name = "travel-card",
	.summary = "the cities and countries where a person stayed",
	.usage = "travel-card ID [--device] [--pack P] [--sign]",
	.help =
		"Prints the cities and countries of the last days with stays over the pack's hours, and the card's colour. It needs\n"
		"no application.\n\n"
		"  --device   ID is a device (a phone number, an IMSI, as 'import devices' and 'import pings' name it): the card of\n"
		"             whoever has it now, who need have no name. So a carrier's store has phones and places, and no people\n"
		"  --pack P   the travel card's pack (default: the store's first that is one)\n"
		"  --sign     print instead the signed code of its colour ('code verify' checks it): the only thing that needs to\n"
		"             leave a carrier who keeps the stays\n",
	.run = run,
};
