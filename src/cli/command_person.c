#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/store.h"

struct showing {
	struct cli_store *store;
	const struct zone *zone;
	person_number person;
	json_t *applications, *dependants, *accesses;
};

static int
add_application(const struct registry_applied *applied, void *context, struct error *e)
{
	struct showing *showing = context;
	char at[TIME_TEXT_SIZE], since[TIME_TEXT_SIZE];
	struct registry_colour colour;
	int r = registry_colour(showing->store->registry, showing->person, applied->jurisdiction, &colour, e);
	json_t *item;

	if (r < 0 && r != ERROR_EXISTS_NOT)
		return r;
	item = json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o}", "jurisdiction", applied->jurisdiction, "applied_at",
		time_write(applied->applied_at, showing->zone, at), "division", applied->division, "colour",
		r == 0 ? colour_name(colour.colour) : NULL, "since",
		r == 0 ? time_write(colour.since, showing->zone, since) : NULL, "guardian",
		applied->guardian ? json_integer(applied->guardian) : json_null());
	return item && json_array_append_new(showing->applications, item) == 0 ? 0 : error_no_memory(e);
}

static int
add_dependant(person_number dependant, const char *relation, void *context, struct error *e)
{
	struct showing *showing = context;
	json_t *item = json_pack("{s:I, s:s}", "person", (json_int_t)dependant, "relation", relation);

	return item && json_array_append_new(showing->dependants, item) == 0 ? 0 : error_no_memory(e);
}

static int
add_access(const struct registry_access *access, void *context, struct error *e)
{
	struct showing *showing = context;
	char at[TIME_TEXT_SIZE];
	json_t *item = json_pack("{s:s, s:s, s:s}", "at", time_write(access->at, showing->zone, at), "by", access->by,
		"purpose", access->purpose);

	return item && json_array_append_new(showing->accesses, item) == 0 ? 0 : error_no_memory(e);
}

static void
print_person(const json_t *person)
{
	const json_t *identity = json_object_get(person, "identity"), *item;
	size_t i;

	printf("person %lld: %s, %s, phone %s\n", (long long)json_integer_value(json_object_get(person, "person")),
		json_string_value(json_object_get(identity, "name")), json_string_value(json_object_get(identity, "id_number")),
		json_string_value(json_object_get(identity, "phone")));
	json_array_foreach(json_object_get(person, "applications"), i, item)
	{
		const char *colour = json_string_value(json_object_get(item, "colour"));

		printf("  applied to %s at %s from %s: %s\n", json_string_value(json_object_get(item, "jurisdiction")),
			json_string_value(json_object_get(item, "applied_at")),
			json_string_value(json_object_get(item, "division")), colour ? colour : "not evaluated yet");
	}
	json_array_foreach(json_object_get(person, "dependants"), i, item)
		printf("  acts for person %lld (%s)\n", (long long)json_integer_value(json_object_get(item, "person")),
			json_string_value(json_object_get(item, "relation")));
	json_array_foreach(json_object_get(person, "accesses"), i, item)
		printf("  looked at %s by %s: %s\n", json_string_value(json_object_get(item, "at")),
			json_string_value(json_object_get(item, "by")), json_string_value(json_object_get(item, "purpose")));
}

/* Opening the identity is logged for the person to read, though only masked parts are shown. */
static int
show(struct cli *cli, struct showing *s)
{
	struct registry *registry = s->store->registry;
	struct registry_identity identity = {0};
	struct error e = {0};
	json_t *person;
	int code = EXIT_DONE;

	if (registry_accesses_each(registry, s->person, add_access, s, &e) < 0 ||
		registry_identity_open(registry, s->person, "person show", cli_actor(s->store), &identity, &e) < 0 ||
		registry_applications_each(registry, s->person, add_application, s, &e) < 0 ||
		registry_dependants_each(registry, s->person, add_dependant, s, &e) < 0) {
		registry_identity_wipe(&identity);
		return cli_fail(&e);
	}
	registry_identity_mask(&identity);
	person = json_pack("{s:I, s:{s:s, s:s, s:s}, s:O, s:O, s:O}", "person", (json_int_t)s->person, "identity", "name",
		identity.name, "id_number", identity.id_number, "phone", identity.phone, "applications", s->applications,
		"dependants", s->dependants, "accesses", s->accesses);
	registry_identity_wipe(&identity);
	if (!person) {
		error_no_memory(&e);
		return cli_fail(&e);
	}
	if (cli->json)
		return cli_print_json(person);
	print_person(person);
	json_decref(person);
	return code;
}

static int
run(struct cli *cli, int argc, char **argv)
{
	struct showing showing = {0};
	const struct pack *pack;
	struct cli_store store;
	size_t count;
	char **words;
	int code = cli_options(cli, NULL, 0, argc, argv, &words, &count);

	if (code)
		return code;
	if (count != 2 || strcmp(words[0], "show") != 0)
		return cli_usage(cli, "what to do: show ID");
	if ((code = cli_store_open(cli, false, &store)) == 0 &&
		(code = cli_person(&store, words[1], &showing.person)) == 0 && (code = cli_pack(&store, NULL, &pack)) == 0) {
		showing.store = &store;
		showing.zone = pack_zone(pack);
		showing.applications = json_array();
		showing.dependants = json_array();
		showing.accesses = json_array();
		code = show(cli, &showing);
	}
	json_decref(showing.applications);
	json_decref(showing.dependants);
	json_decref(showing.accesses);
	cli_store_close(&store);
	return code;
}

const struct command command_person = {
	.name = "person",
	.summary = "what the registry holds of a person",
	.usage = "person show ID",
	.help =
		"Shows a person's number, masked identity, applications with their colours, the people they act for, and who looked\n"
		"at their data. The look is logged for the person to read. ID is an ID number or a person's number.\n",
	.run = run,
};
