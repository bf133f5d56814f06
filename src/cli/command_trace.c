#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"

static int
print_contact(
	struct cli *cli, struct cli_store *store, const struct exposure_contact *contact, const struct zone *zone, bool csv)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(store->registry)};
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	struct presence_place place;
	struct error e = {0};

	if (presence_place(cascade_presence(store->cascade), contact->place, &view, &place, &e) < 0)
		return cli_fail(&e);
	time_write(contact->from, zone, from);
	time_write(contact->to, zone, to);
	if (cli->json)
		return cli_print_json(json_pack("{s:I, s:s, s:i, s:s, s:s, s:s, s:o}", "person", (json_int_t)contact->person,
			"kind", exposure_kind_name(contact->kind), "degree", contact->degree, "place", place.code, "from", from,
			"to", to, "minutes", contact->minutes < 0 ? json_null() : json_integer(contact->minutes)));
	if (csv) {
		printf("%u,%s,%d,%s,%s,%s,", contact->person, exposure_kind_name(contact->kind), contact->degree, place.code,
			from, to);
		if (contact->minutes >= 0)
			printf("%lld", (long long)contact->minutes);
		putchar('\n');
		return EXIT_DONE;
	}
	printf("%-10u  %-10s  %d  %-24s  %s  %s  ", contact->person, exposure_kind_name(contact->kind), contact->degree,
		place.code, from, to);
	if (contact->minutes >= 0)
		printf("%lld min\n", (long long)contact->minutes);
	else
		puts("the day");
	return EXIT_DONE;
}

static int
forward(struct cli *cli, struct cli_store *store, const char *name, const char *kind, bool csv, const struct zone *zone)
{
	struct exposure_contacts contacts = {0};
	struct error e = {0};
	int code = EXIT_DONE;

	if (cascade_contacts(store->cascade, name, &contacts, &e) < 0)
		return cli_fail(&e);
	if (csv && !cli->json)
		puts("person,kind,degree,place,from,to,minutes");
	for (size_t i = 0; i < contacts.count && code == EXIT_DONE; i++)
		if (!kind || strcmp(kind, exposure_kind_name(contacts.items[i].kind)) == 0)
			code = print_contact(cli, store, &contacts.items[i], zone, csv);
	exposure_contacts_free(&contacts);
	return code;
}

static int
print_origin(
	struct cli *cli, struct cli_store *store, const struct exposure_origin *origin, const struct zone *zone, bool csv)
{
	const struct presence_view view = {.now = INT64_MAX, .known = registry_known(store->registry)};
	char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	struct presence_place place;
	struct error e = {0};

	if (presence_place(cascade_presence(store->cascade), origin->place, &view, &place, &e) < 0)
		return cli_fail(&e);
	time_write(origin->from, zone, from);
	time_write(origin->to, zone, to);
	if (cli->json)
		return cli_print_json(json_pack("{s:s, s:I, s:I, s:I, s:s, s:s, s:o}", "place", place.code, "unlinked",
			(json_int_t)origin->unlinked, "sources", (json_int_t)origin->sources, "cases", (json_int_t)origin->cases,
			"from", from, "to", to, "minutes", origin->minutes < 0 ? json_null() : json_integer(origin->minutes)));
	printf(csv ? "%s,%zu,%zu,%s,%s\n" : "%-24s  %3zu infectious, %3zu cases  %s  %s\n", place.code, origin->sources,
		origin->cases, from, to);
	return EXIT_DONE;
}

static int
backward(struct cli *cli, struct cli_store *store, const char *name, bool csv, const struct zone *zone)
{
	struct exposure_origins origins = {0};
	struct error e = {0};
	int code = EXIT_DONE;

	if (cascade_origins(store->cascade, name, &origins, &e) < 0)
		return cli_fail(&e);
	if (csv && !cli->json)
		puts("place,sources,cases,from,to");
	for (size_t i = 0; i < origins.count && code == EXIT_DONE; i++)
		code = print_origin(cli, store, &origins.items[i], zone, csv);
	exposure_origins_free(&origins);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const char *kind = NULL, *csv = NULL, *back = NULL;
	const struct cli_option options[] = {
		{"kind", OPTION_VALUE, &kind}, {"csv", OPTION_FLAG, &csv}, {"backward", OPTION_FLAG, &back}};
	const struct pack *pack;
	struct cli_store store;
	size_t count;
	char **words;
	int code = cli_options(cli, options, sizeof options / sizeof options[0], argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 1)
		return cli_usage(cli, "one case is needed");
	if (kind && strcmp(kind, "close") != 0 && strcmp(kind, "secondary") != 0 && strcmp(kind, "co-exposed") != 0 &&
		strcmp(kind, "companion") != 0)
		return cli_usage(cli, "--kind is close, secondary, co-exposed or companion, not '%s'", kind);
	if ((code = cli_store_open(cli, false, &store)) == 0 && (code = cli_pack(&store, NULL, &pack)) == 0)
		code = back ? backward(cli, &store, words[0], csv, pack_zone(pack))
					: forward(cli, &store, words[0], kind, csv, pack_zone(pack));
	cli_store_close(&store);
	return code;
}

const struct command command_trace = {
	.name = "trace",
	.summary = "whom a case met, or where it may have caught it",
	.usage = "trace CASE [--kind K] [--csv] [--backward]",
	.help =
		"Prints the contacts of a case: person, kind, degree, place, from, to, and the minutes that are known to be shared.\n"
		"A case's infectious window and what makes a contact are the default jurisdiction's \"contact\" parameters.\n\n"
		"  --kind K     only close, secondary, co-exposed or companion\n"
		"  --csv        as CSV with a heading line\n"
		"  --backward   instead, the places where the case was with other cases before its onset, the likeliest first:\n"
		"               those with infectious cases that nobody has linked to it (infected_by) before all others\n",
	.run = run,
};
